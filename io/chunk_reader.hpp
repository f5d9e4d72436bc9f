#pragma once
// Reads boxes of a data set past the library: many requests and chunks at once. Private to io/.

#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "io/chunk_index.hpp"
#include "io/chunk_plan.hpp"

namespace ostracon::io::hdf5 {

class ChunkReader {
 public:
  explicit ChunkReader(ChunkIndex index);
  ChunkReader(ChunkReader&&) noexcept;
  ChunkReader& operator=(ChunkReader&&) noexcept;
  ~ChunkReader();

  /// Reads `box`, row-major, into `to`, which has its size. Neighbours in the file are read by one
  /// request; requests and the undoing of filters are spread over the threads of the calling
  /// arena, whose other work is left alone meanwhile. Returns what could not be read, in order of
  /// the data set; what `to` holds there is of no meaning. kOutOfMemory; kUnavailable if the box
  /// has more than 2^16 chunks. One thread at a time.
  Result<std::vector<LostBox>> read(const Box& box, std::span<std::byte> to);

  /// Tells the machine that `box` will be read, so that it may begin. Never fails.
  void announce(const Box& box) const;

 private:
  struct Rooms;
  ChunkIndex index_;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace ostracon::io::hdf5
