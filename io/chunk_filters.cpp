#include "io/chunk_filters.hpp"

#include <algorithm>
#include <cassert>
#include <new>
#include <string>

namespace ostracon::io {
namespace {

constexpr std::size_t kMostFilters = 16;

Error wrong_size(std::size_t got, std::size_t wanted) {
  return Error{ErrorCode::kBadInput, "it holds " + std::to_string(got) + " bytes of samples, not " +
                                         std::to_string(wanted)};
}

}  // namespace

Result<std::span<std::uint8_t>> Scratch::room_for(std::size_t count) {
  if (count > size_) {
    bytes_.reset();
    size_ = 0;
    bytes_.reset(new (std::nothrow) std::uint8_t[count]);
    if (!bytes_)
      return Error{ErrorCode::kOutOfMemory,
                   "no memory for a chunk of " + std::to_string(count) + " bytes"};
    size_ = count;
  }
  return std::span(bytes_.get(), count);
}

Result<FilterPipeline> FilterPipeline::create(std::vector<Filter> filters,
                                              std::size_t chunk_bytes) {
  if (filters.size() > kMostFilters)
    return Error{ErrorCode::kUnavailable,
                 std::to_string(filters.size()) + " filters are more than are undone here"};
  FilterPipeline pipeline;
  pipeline.chunk_bytes_ = chunk_bytes;
  for (Filter& filter : filters) {
    OSTRACON_TRY_ASSIGN(const Codec codec, codec_of(filter));
    pipeline.steps_.push_back({std::move(filter), codec});
  }
  return pipeline;
}

bool FilterPipeline::stored_plainly(std::uint32_t mask) const {
  return (~mask & ((std::uint32_t{1} << steps_.size()) - 1)) == 0;
}

Result<> FilterPipeline::decode(std::span<const std::uint8_t> stored, std::uint32_t mask,
                                std::span<std::uint8_t> chunk, Room& room) const {
  assert(chunk.size() == chunk_bytes_);
  // Between filters there may be checksums, and what could not be compressed.
  std::size_t left = 0, most = std::max(chunk.size(), stored.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if ((mask >> i & 1U) != 0) continue;
    ++left;
    if (steps_[i].filter.id == kFletcherFilter) most += kFletcherBytes;
  }
  std::span<const std::uint8_t> bytes = stored;
  bool even = true;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    if ((mask >> i & 1U) != 0) continue;
    const Step& step = steps_[i];
    std::span<std::uint8_t> to = chunk;
    if (--left > 0) {
      OSTRACON_TRY_ASSIGN(to, (even ? room.even : room.odd).room_for(most));
    }
    OSTRACON_TRY_ASSIGN(const std::size_t written, step.codec.undo(step.filter, bytes, to));
    bytes = to.first(written);
    even = !even;
  }
  if (bytes.size() != chunk.size()) return wrong_size(bytes.size(), chunk.size());
  if (bytes.data() != chunk.data()) std::copy(bytes.begin(), bytes.end(), chunk.begin());
  return Ok{};
}

}  // namespace ostracon::io
