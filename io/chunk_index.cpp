#include "io/chunk_index.hpp"

#include <algorithm>
#include <string>

namespace ostracon::io::hdf5 {
namespace {

constexpr std::size_t kMostValues = 64;  // parameters of a filter

Error unavailable(const char* why) { return Error{ErrorCode::kUnavailable, why}; }

Error not_in_file(const StoredChunk& chunk, const char* why) {
  return Error{ErrorCode::kBadInput, "a chunk of " + std::to_string(chunk.bytes) +
                                         " bytes at byte " + std::to_string(chunk.offset) + " " +
                                         why};
}

}  // namespace

Result<> ChunkIndex::read_filters(const Handle& properties) {
  std::size_t chunk_bytes = sample_bytes_;
  for (const hsize_t side : chunk_) {
    if (side == 0 || side > kMaxChunkBytes / chunk_bytes)
      return unavailable("its chunks are larger than 1 GiB");
    chunk_bytes *= static_cast<std::size_t>(side);
  }
  std::vector<Filter> filters;
  const int count = contiguous_ ? 0 : H5Pget_nfilters(properties.get());
  for (int i = 0; i < count; ++i) {
    Filter filter;
    unsigned flags = 0, config = 0;
    std::size_t values = kMostValues;
    filter.values.resize(kMostValues);
    filter.id = H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags, &values,
                               filter.values.data(), 0, nullptr, &config);
    if (filter.id < 0 || values > kMostValues) return unavailable("its filters cannot be read");
    filter.values.resize(values);
    filters.push_back(std::move(filter));
  }
  OSTRACON_TRY_ASSIGN(filters_, FilterPipeline::create(std::move(filters), chunk_bytes));
  return Ok{};
}

Result<ChunkIndex> ChunkIndex::create(const Handle& file, const Dataset& dataset, hid_t type) {
  ChunkIndex index;
  const auto located = located_file(file.get());
  if (!located) return unavailable("its file was opened by another driver");
  index.file_ = *located;
  index.file_id_ = file.get();
  index.dataset_id_ = dataset.id.get();
  index.sides_ = dataset.sides;
  index.sample_bytes_ = H5Tget_size(type);
  const Handle stored(H5Dget_type(dataset.id.get()));
  const H5T_class_t kind = H5Tget_class(type);
  if (!stored || (kind != H5T_INTEGER && kind != H5T_FLOAT) || H5Tequal(stored.get(), type) <= 0)
    return unavailable("its samples are not stored as this machine has them");
  const std::size_t rank = index.sides_.size();
  if (rank < 2) return unavailable("it has fewer than two axes");

  const Handle properties(H5Dget_create_plist(dataset.id.get()));
  index.chunk_.resize(rank);
  switch (H5Pget_layout(properties.get())) {
    case H5D_CONTIGUOUS: {
      const haddr_t begin = H5Dget_offset(dataset.id.get());
      if (H5Pget_external_count(properties.get()) != 0 || begin == HADDR_UNDEF) {
        H5Eclear2(H5E_DEFAULT);
        return unavailable("its samples are not in its file");
      }
      index.contiguous_ = begin;
      for (std::size_t axis = 0; axis < rank; ++axis)
        index.chunk_[axis] = axis + 2 < rank ? 1 : index.sides_[axis];
      break;
    }
    case H5D_CHUNKED: {
      unsigned options = 0;
      if (H5Pget_chunk(properties.get(), static_cast<int>(rank), index.chunk_.data()) < 0 ||
          H5Pget_chunk_opts(properties.get(), &options) < 0 || options != 0)
        return unavailable("its chunks at the edge are stored differently");
      break;
    }
    default:
      return unavailable("its layout is neither chunked nor in one piece");
  }
  OSTRACON_TRY(index.read_filters(properties));
  index.fill_.resize(index.sample_bytes_);
  if (H5Pget_fill_value(properties.get(), type, index.fill_.data()) < 0) {
    H5Eclear2(H5E_DEFAULT);
    std::fill(index.fill_.begin(), index.fill_.end(), std::uint8_t{0});
  }
  return index;
}

Result<std::optional<StoredChunk>> ChunkIndex::locate(const std::vector<hsize_t>& begin) const {
  std::optional<StoredChunk> chunk;
  if (contiguous_) {
    std::uint64_t image = 0;
    for (std::size_t axis = 0; axis + 2 < sides_.size(); ++axis)
      image = image * sides_[axis] + begin[axis];
    const std::uint64_t bytes = filters_.chunk_bytes();
    if (image > (file_.bytes - std::min(file_.bytes, *contiguous_)) / bytes)
      return Error{ErrorCode::kBadInput, "image " + std::to_string(image) + " of " +
                                             std::to_string(bytes) +
                                             " bytes lies beyond the end of the file"};
    chunk = StoredChunk{.offset = *contiguous_ + image * bytes, .bytes = bytes};
  } else {
    OSTRACON_TRY_ASSIGN(chunk, locate_chunk(file_id_, dataset_id_, begin));
    if (!chunk) return chunk;
  }
  if (chunk->bytes > file_.bytes || chunk->offset > file_.bytes - chunk->bytes)
    return not_in_file(*chunk, "lies beyond the end of the file");
  if (filters_.stored_plainly(chunk->mask) ? chunk->bytes != filters_.chunk_bytes()
                                           : chunk->bytes > filters_.most_stored_bytes())
    return not_in_file(*chunk, "has not the size of a chunk");
  return chunk;
}

}  // namespace ostracon::io::hdf5
