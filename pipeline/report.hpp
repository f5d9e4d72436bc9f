#pragma once
// What a recovery found out: per field, per page, per group. Plain values; io/ writes them as JSON.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/uuid.hpp"
#include "format/page_header.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

/// The steps of the way of the data, in order (docs/architecture.md).
enum class Stage : std::uint8_t {
  kIngest,
  kUpload,  ///< to a backend that does not read the host's memory
  kFlatten,
  kDrift,
  kLocate,
  kTrack,
  kSample,
  kEqualise,
  kCancel,
  kInnerDecode,
  kOuterDecode,
  kEmit
};
inline constexpr std::size_t kStages = 12;
std::string_view to_string(Stage stage);

/// Seconds spent in every stage, summed over fields (and over the lanes that ran side by side).
struct StageTimes {
  std::array<double, kStages> seconds{};
  double& operator[](Stage stage) { return seconds[static_cast<std::size_t>(stage)]; }
  double operator[](Stage stage) const { return seconds[static_cast<std::size_t>(stage)]; }
  void add(const StageTimes& other);
  double sum() const;
};

/// What became of one codeword.
enum class CodewordOutcome : std::uint8_t {
  kClean,      ///< parity checks held before the first iteration, CRC right
  kCorrected,  ///< decoded by the inner code, CRC right
  kErased,     ///< the inner code failed
  kRestored,   ///< erased, then rebuilt by the outer code
  kLost,       ///< erased, and beyond the outer code or contradicted by it
};

/// A frame whose samples could not be read from the file.
struct LostFrame {
  std::int32_t frame = 0;
  std::string reason;
};

/// Evidence about one field of view, whether or not a page was found on it.
struct FieldReport {
  std::int64_t field = 0;  ///< index in the scan
  std::string source;      ///< where in the file, for a person
  bool page_found = false;
  std::string reason;  ///< why nothing was taken from it: "no lattice line in the spectrum", ...
  std::vector<std::array<float, 2>> drift_px;  ///< per frame (y, x), mean over the row bands
  std::vector<FrameFault> frame_faults;        ///< per frame; empty: none
  std::vector<LostFrame> lost_frames;          ///< damaged in the file, hence blank
  float pitch_px = 0;                          ///< pixels a module
  float rotation_deg = 0;  ///< of the page's columns axis from +x towards +y, in [0, 360)
  bool mirrored = false;
  bool inverted = false;           ///< pits brighter than land
  float fit_residual_modules = 0;  ///< rms of block measurements about the smooth map
  float blur_modules = 0;          ///< estimated sigma of the pulse
  float contrast = 0;              ///< estimated (land - pit) / land
  float dose = 0;                  ///< estimated noise-equivalent electrons per module, all frames
  float snr_db = 0;                ///< after the equaliser: signal power over error power
  float mutual_information = 0;  ///< bits per module, from the last LLRs of a few decoded codewords
  std::int32_t turns = 0;        ///< of soft cancellation and decoding that were needed
  std::int32_t linear_lost = 0;  ///< codewords that could not be decoded before the first turn
  std::int32_t others = 0;       ///< earlier readings of the page that were added; 0: not needed
  float erased_fraction = 0;     ///< modules given LLR 0
  std::int32_t page = -1;        ///< page index of the header
  Uuid plate;
};

/// One page of the plate, best of all its fields.
struct PageReport {
  std::uint32_t page = 0;
  std::vector<std::int64_t> fields;       ///< fields that showed it
  std::vector<CodewordOutcome> outcomes;  ///< one per codeword
  std::vector<std::uint16_t> iterations;  ///< of the inner decoder, one per codeword
  std::int32_t readings = 0;  ///< most whose soft bits were added up to decode it; 0: none were
  std::int32_t combined = 0;  ///< codewords that were decoded from readings added up in the end
};

/// One group of the outer code.
struct GroupReport {
  std::uint32_t group = 0;
  std::uint32_t k = 0, m = 0;
  std::vector<std::uint32_t> erasures;  ///< per stripe, before restoring
  /// Stripes in which a codeword that was taken for decoded is wrong (nobody knows which): their
  /// erased codewords are lost.
  std::vector<std::uint32_t> contradictions{};
};

/// A plate whose headers were met in the scan.
struct PlateSeen {
  format::PageHeader header;  ///< of the first page met; page_index is of no meaning
  std::uint32_t pages = 0;    ///< distinct pages met
};

struct RecoveryReport {
  PlateSeen plate;
  std::vector<PlateSeen> other_plates;
  std::vector<FieldReport> fields;
  std::vector<PageReport> pages;  ///< every page of the plate, in order; missing ones all kErased
  std::vector<GroupReport> groups;
  StageTimes times;
  double wall_seconds = 0;                ///< 0: not known, as the fields were read by several runs
  double start_seconds = 0;               ///< of these, until backends and their memory were made
  std::uint64_t pixels = 0;               ///< of all raw frames read
  std::uint64_t codewords_lost = 0;       ///< of data pages, after the outer code
  std::vector<std::string> soft_remarks;  ///< soft pages that were passed over, and why
};

}  // namespace ostracon
