#pragma once
// What every kind of scan is to those who use it: groups of fields of one shape, and what is known
// of them. Files of our own and of others, and folders of pictures (io/formats/).

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

/// Fields of one shape, taken in one manner. What is not known is absent.
struct ScanInfo {
  FieldShape shape;
  std::string detector;
  std::optional<double> pixel_size_m;
  std::optional<double> dwell_time_s;
  std::optional<double> beam_energy_v;
  std::optional<double> adc_offset;  ///< DN at no electron
  std::optional<double> dn_per_electron;
  std::optional<double> beam_current_a = {};
  std::array<std::optional<double>, 3> stage_m = {};  ///< x, y, z of the stage
};

/// What fields are, in a file that stands.
struct ScanGroup {
  std::string path;  ///< "/entry/scan0"; of pictures the file or the folder
  ScanInfo info;
  std::int64_t fields = 0;
  std::int64_t first_field = 0;                    ///< of this group in the source's count
  std::vector<std::array<double, 2>> positions_m;  ///< per field (row, col); empty: not known
  std::string axes = {};         ///< as they are stored, slowest first: "y, x, frame"
  std::string stored_type = {};  ///< "int16"; shape.type says as what it is read
};

/// Largest scan that is read: fields a group, pixels a side, frames a field, bytes a field.
inline constexpr std::int64_t kMaxFields = std::int64_t{1} << 24;  // as many as a plate has pages
inline constexpr std::int64_t kMaxSide = 65536;
inline constexpr std::int64_t kMaxFrames = 4096;
inline constexpr std::int64_t kMaxFieldBytes = std::int64_t{64} << 30;

class MetadataWriter;

/// One thread at a time, as every FieldSource.
class ScanSource : public FieldSource {
 public:
  const std::vector<ScanGroup>& groups() const { return groups_; }
  /// Whose layout it is: "Ostracon", "Velox EMD", "TIFF (Zeiss)", ...
  const std::string& layout() const { return layout_; }
  /// What was odd but no reason to stop: metadata that are no numbers, parts that were passed over.
  const std::vector<std::string>& warnings() const { return warnings_; }

  std::int64_t fields() const override;
  FieldShape shape(std::int64_t field) const override;
  /// "/entry/scan0 field 3"
  std::string describe(std::int64_t field) const override;
  /// `adc_offset` of the field's group where it is stated and finite, else 0.
  float black_level(std::int64_t field) const override;

  /// Samples of other types than uint8, uint16 and float32 are read as float32, rounded where they
  /// must be. This reads them all once, and has each group read as uint16 from now on if that holds
  /// all of its samples exactly, else as float32. kBadInput names a group whose samples neither
  /// holds; errors of read().
  virtual Result<> read_exactly() { return Ok{}; }
  /// Writes down all that the source says beside its samples. kIo; errors of reading.
  virtual Result<> keep_metadata(MetadataWriter& to) const = 0;

 protected:
  ScanSource() = default;
  ScanSource(const ScanSource&) = default;
  ScanSource(ScanSource&&) = default;
  ScanSource& operator=(const ScanSource&) = default;
  ScanSource& operator=(ScanSource&&) = default;

  /// Appends a group and sets its first_field.
  void add_group(ScanGroup group);
  std::size_t group_of(std::int64_t field) const;
  /// kInvalidArgument unless `field` is one and `frames` as large as its frames.
  Result<> check_room(std::int64_t field, std::size_t bytes) const;

  std::vector<ScanGroup> groups_;
  std::string layout_;
  std::vector<std::string> warnings_;
};

/// kBadInput, beginning with `what`, unless the float32 samples of a field are all finite.
Result<> check_finite(const FieldShape& shape, std::span<const std::byte> frames,
                      const std::string& what);

/// kBadInput, beginning with `what`, if a side is zero or beyond the limits above.
Result<> check_limits(std::uint64_t fields, std::uint64_t frames, std::uint64_t rows,
                      std::uint64_t cols, PixelType type, const std::string& what);

}  // namespace ostracon::io
