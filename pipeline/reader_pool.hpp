#pragma once
// Readers of fields, one a lane, lent to whoever has a field to read.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "pipeline/read_field.hpp"

namespace ostracon {

/// Thread-safe. A reader that runs out of memory, or whose device fails, takes no further part: its
/// memory is given back, and the field it had is tried by another one. So too little memory means
/// fewer fields at once, and a lost device fewer devices, as long as one reader is left.
class ReaderPool {
 public:
  explicit ReaderPool(std::vector<std::unique_ptr<FieldReader>> readers);

  /// Waits for a reader, and reads with it. Errors: of the last reader there was (kOutOfMemory,
  /// kDevice), of any reader otherwise.
  Result<FieldReading> read(const FieldShape& shape, const FieldFrames& frames, float black,
                            bool want_pictures);

  /// Readers still in service.
  std::size_t in_service() const;

 private:
  FieldReader* acquire();
  void release(FieldReader* reader);
  /// True if others are left in service.
  bool retire(FieldReader* reader, const Error& why);

  std::vector<std::unique_ptr<FieldReader>> readers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FieldReader*> free_;
  std::size_t in_service_;
  std::optional<Error> last_error_;  // when none is left
};

}  // namespace ostracon
