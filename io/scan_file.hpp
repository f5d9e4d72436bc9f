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
#include "pipeline/recover.hpp"

namespace ostracon::sem {
struct FieldTruth;
}

namespace ostracon::io {

/// One `/entry/scanN`: fields of one shape, taken in one manner. What is not known is absent.
struct ScanInfo {
  FieldShape shape;
  std::string detector;
  std::optional<double> pixel_size_m;
  std::optional<double> dwell_time_s;
  std::optional<double> beam_energy_v;
  std::optional<double> adc_offset;  ///< DN at no electron
  std::optional<double> dn_per_electron;
};

/// What a field is, in a file that stands.
struct ScanGroup {
  std::string path;  ///< "/entry/scan0"
  ScanInfo info;
  std::int64_t fields = 0;
  std::int64_t first_field = 0;                    ///< of this group in the ScanReader's count
  std::vector<std::array<double, 2>> positions_m;  ///< per field (row, col); empty: not known
};

/// Writes a NeXus file field by field: `/entry` NXentry, `/entry/scanN` NXdata with `frames`
/// [field, frame, y, x], unlimited fields, one chunk a frame, no filter; the truth of simulated
/// fields under `/truth/scanN`. The file appears under its name only with close().
class ScanWriter {
 public:
  /// kExists if `path` stands and `force` is not set; kNotFound if its folder is absent; kIo.
  static Result<ScanWriter> create(const std::filesystem::path& path, bool force);
  ScanWriter(ScanWriter&&) noexcept;
  ScanWriter& operator=(ScanWriter&&) noexcept;
  ~ScanWriter();

  /// Begins `/entry/scanN`, N = the value returned; kInvalidArgument if a side is zero or beyond
  /// the limits of ScanReader.
  Result<std::int32_t> add_scan(const ScanInfo& info);
  /// Appends a field to scan `scan`.
  ///   frames      shape.bytes() bytes, native-endian
  ///   position_m  (row, col) of the field's centre on the plate
  ///   truth       null if not simulated; given for every field of a scan or for none
  Result<> append(std::int32_t scan, std::span<const std::byte> frames,
                  std::array<double, 2> position_m, const sem::FieldTruth* truth);
  Result<> close();

 private:
  struct State;
  explicit ScanWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Largest scan that is read: fields a group, pixels a side, frames a field, bytes a field.
inline constexpr std::int64_t kMaxFields = std::int64_t{1} << 24;  // as many as a plate has pages
inline constexpr std::int64_t kMaxSide = 65536;
inline constexpr std::int64_t kMaxFrames = 4096;
inline constexpr std::int64_t kMaxFieldBytes = std::int64_t{64} << 30;

/// All fields of all NXdata groups right under every NXentry of a file, groups in order of their
/// names (numbers by value). A signal of rank 4 is [field, frame, y, x], of rank 3 one field
/// [frame, y, x], of rank 2 one frame. uint8, uint16 and float32 of any byte order. `/truth` is
/// never opened. One thread at a time.
class ScanReader : public FieldSource {
 public:
  /// kNotFound; kBadInput says what is wrong: not HDF5, truncated, no NXentry or NXdata, signal
  /// missing, wrong type or rank, no fields, a side of zero or beyond the limits above.
  static Result<ScanReader> open(const std::filesystem::path& path);
  ScanReader(ScanReader&&) noexcept;
  ScanReader& operator=(ScanReader&&) noexcept;
  ~ScanReader() override;

  const std::vector<ScanGroup>& groups() const;

  std::int64_t fields() const override;
  FieldShape shape(std::int64_t field) const override;
  std::string describe(std::int64_t field) const override;
  /// `adc_offset` of the field's group where it is stated and finite, else 0.
  float black_level(std::int64_t field) const override;
  /// Chunks are read and unpacked on all threads of the calling arena where the layout allows it,
  /// else by HDF5. A frame of a damaged chunk is lost; kBadInput or kIo, if that is why, where
  /// none is left. kBadInput names field and frame if a sample is not finite.
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;
  const std::vector<LostFrame>& lost_frames() const override;

 private:
  struct State;
  explicit ScanReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ostracon::io
