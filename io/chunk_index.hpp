#pragma once
// How the chunks of a data set lie in its file and what was done to them. Private to io/.

#include <optional>
#include <vector>

#include "core/result.hpp"
#include "io/chunk_driver.hpp"
#include "io/chunk_filters.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {

/// Of a data set whose samples are stored as the machine has them (after its filters). One that is
/// stored in one piece is taken as plain chunks of one image, its last two axes, each.
class ChunkIndex {
 public:
  /// The largest chunk, as samples, that is read otherwise than by the library.
  static constexpr std::size_t kMaxChunkBytes = std::size_t{1} << 30;

  /// `file` (of open_located_file()) and `dataset` must outlive the index.
  ///   type   of the samples in memory: a number
  /// kUnavailable says why the data set must be left to the library: another driver, byte order or
  /// type, a compact, virtual or external layout, filters that are not known, larger chunks, never
  /// written.
  static Result<ChunkIndex> create(const Handle& file, const Dataset& dataset, hid_t type);

  const std::vector<hsize_t>& sides() const { return sides_; }  ///< samples along every axis
  const std::vector<hsize_t>& chunk() const { return chunk_; }  ///< the same, of one chunk
  std::size_t sample_bytes() const { return sample_bytes_; }
  const FilterPipeline& filters() const { return filters_; }
  const LocatedFile& file() const { return file_; }
  /// One sample of a chunk that was never written.
  const std::vector<std::uint8_t>& fill() const { return fill_; }

  /// Where the chunk that begins at `begin` is stored; nothing if it was never written. kBadInput
  /// if it cannot be: it does not lie in the file, or has not the size that it must have.
  /// One thread at a time, as the library.
  Result<std::optional<StoredChunk>> locate(const std::vector<hsize_t>& begin) const;

 private:
  ChunkIndex() = default;
  Result<> read_filters(const Handle& properties);

  hid_t file_id_ = H5I_INVALID_HID, dataset_id_ = H5I_INVALID_HID;
  LocatedFile file_;
  std::vector<hsize_t> sides_, chunk_;
  std::size_t sample_bytes_ = 0;
  std::vector<std::uint8_t> fill_;
  FilterPipeline filters_;
  std::optional<std::uint64_t> contiguous_;  // where it begins, of one in one piece
};

}  // namespace ostracon::io::hdf5
