#pragma once
// The filters that a data set's chunks went through, undone. Private to io/.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "io/chunk_codecs.hpp"

namespace ostracon::io {

/// Bytes that grow and are never cleared. One owner at a time.
class Scratch {
 public:
  /// `count` bytes of any value; kOutOfMemory.
  Result<std::span<std::uint8_t>> room_for(std::size_t count);

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;  // NOLINT(modernize-avoid-c-arrays)
  std::size_t size_ = 0;
};

class FilterPipeline {
 public:
  /// Room that one thread decodes with.
  struct Room {
    Scratch even, odd;
  };

  /// A pipeline without filters.
  FilterPipeline() = default;
  ///   filters      in the order in which they were applied
  ///   chunk_bytes  of a chunk as samples
  /// kUnavailable names a filter that is not known here, its parameters, or more than 16 filters.
  /// Known are deflate, shuffle, fletcher32, szip, LZF, blosc, LZ4, bitshuffle and zstd.
  static Result<FilterPipeline> create(std::vector<Filter> filters, std::size_t chunk_bytes);

  bool empty() const { return steps_.empty(); }
  std::size_t chunk_bytes() const { return chunk_bytes_; }
  /// No filter is left to undo: the stored bytes are the samples.
  bool stored_plainly(std::uint32_t mask) const;
  /// A stored chunk of more bytes is damaged: what writers produce is shorter.
  std::size_t most_stored_bytes() const { return chunk_bytes_ + chunk_bytes_ / 8 + 65536; }

  /// Fills `chunk` (chunk_bytes() bytes) from a stored chunk.
  ///   mask   bit i set: filter i was not applied
  /// kBadInput names the filter and what is wrong, or the number of bytes; kOutOfMemory. What
  /// `chunk` then holds is of no meaning. Any number of threads, each with a room of its own.
  Result<> decode(std::span<const std::uint8_t> stored, std::uint32_t mask,
                  std::span<std::uint8_t> chunk, Room& room) const;

 private:
  struct Step {
    Filter filter;
    Codec codec;
  };
  std::vector<Step> steps_;  // in the order of writing
  std::size_t chunk_bytes_ = 0;
};

}  // namespace ostracon::io
