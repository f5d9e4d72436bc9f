#pragma once
// Scans: stacks of frames in a NeXus file (HDF5), written by the simulator, read by the recovery.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "io/scan_source.hpp"

namespace ostracon::sem {
struct FieldTruth;
}
namespace ostracon::io::hdf5 {
class Handle;
struct FoundLayout;
}  // namespace ostracon::io::hdf5

namespace ostracon::io {

/// How the frames of a scan file are stored.
enum class ScanCompression {
  kNone,
  kGzip,           ///< shuffle (of samples of several bytes) and deflate: read everywhere
  kBitshuffleLz4,  ///< filter 32008: fast; other programs need its plug-in
};

/// Writes a NeXus file field by field: `/entry` NXentry, `/entry/scanN` NXdata with `frames`
/// [field, frame, y, x], unlimited fields, one chunk a frame, compressed if wanted; the truth of
/// simulated fields under `/truth/scanN`. The file appears under its name only with close().
class ScanWriter {
 public:
  /// kExists if `path` stands and `force` is not set; kNotFound if its folder is absent; kIo.
  static Result<ScanWriter> create(const std::filesystem::path& path, bool force,
                                   ScanCompression compression = ScanCompression::kNone);
  ScanWriter(ScanWriter&&) noexcept;
  ScanWriter& operator=(ScanWriter&&) noexcept;
  ~ScanWriter();

  /// Begins `/entry/scanN`, N = the value returned; kInvalidArgument if a side is zero or beyond
  /// the limits of ScanReader.
  Result<std::int32_t> add_scan(const ScanInfo& info);
  /// Appends a field to scan `scan`.
  ///   frames      shape.bytes() bytes, native-endian
  ///   position_m  (row, col) of the field's centre on the plate; NaN: not known
  ///   truth       null if not simulated; given for every field of a scan or for none
  Result<> append(std::int32_t scan, std::span<const std::byte> frames,
                  std::array<double, 2> position_m, const sem::FieldTruth* truth);
  /// What is kept of foreign scans, at /entry/original_metadata, which is made only if it is asked
  /// for.
  MetadataWriter& metadata();
  Result<> close();

 private:
  struct State;
  explicit ScanWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// All fields of all NXdata groups right under every NXentry of a file, groups in order of their
/// names (numbers by value). A signal of rank 4 is [field, frame, y, x], of rank 3 one field
/// [frame, y, x], of rank 2 one frame. uint8, uint16 and float32 of any byte order. `/truth` is
/// never opened. One thread at a time.
class ScanReader : public ScanSource {
 public:
  /// kNotFound; kBadInput says what is wrong: not HDF5, truncated, no NXentry or NXdata, signal
  /// missing, wrong type or rank, no fields, a side of zero or beyond the limits of
  /// scan_source.hpp.
  static Result<ScanReader> open(const std::filesystem::path& path);
  /// The stacks that were found in `file`, of a layout of any kind (io/formats/).
  static ScanReader of(std::string name, hdf5::Handle file, hdf5::FoundLayout found);
  ScanReader(ScanReader&&) noexcept;
  ScanReader& operator=(ScanReader&&) noexcept;
  ~ScanReader() override;

  /// Chunks are read and unpacked on all threads of the calling arena where the layout allows it,
  /// else by HDF5. A frame of a damaged chunk is lost; kBadInput or kIo, if that is why, where
  /// none is left. kBadInput names field and frame if a sample is not finite.
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;
  const std::vector<LostFrame>& lost_frames() const override;
  Result<> read_exactly() override;
  Result<> keep_metadata(MetadataWriter& to) const override;

 private:
  struct State;
  explicit ScanReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ostracon::io
