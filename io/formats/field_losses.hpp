#pragma once
// Which frames of a field could not be read. Private to io/.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

class FieldLosses {
 public:
  explicit FieldLosses(std::int32_t frames) : frames_(static_cast<std::size_t>(frames)) {}

  /// The first error of a frame is the one that is told.
  void add(std::size_t frame, const Error& error) {
    if (!frames_[frame]) frames_[frame] = error;
  }
  /// The error of the first frame that is lost; nothing if none is.
  std::optional<Error> first() const;

  /// The frames that are lost; their samples are set to 0, by which they are seen to be no image.
  /// An error if all are: the machine's (kIo) if it is one of reading.
  Result<std::vector<LostFrame>> settle(std::span<std::byte> frames, const std::string& what) const;

 private:
  std::vector<std::optional<Error>> frames_;
};

}  // namespace ostracon::io
