#pragma once
// The passes over pixels that a search for codes takes: the part of a code finder that every
// backend has its own of. What is searched for where, and what is made of it, is code_search.hpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "host/steps/code_growth.hpp"
#include "host/steps/code_marks.hpp"
#include "host/steps/finder_template.hpp"
#include "pipeline/located_code.hpp"
#include "pipeline/stages/code_finder.hpp"

namespace ostracon::steps {

/// Level l has pixels that are means of 2^l x 2^l pixels of the image; odd last rows and columns
/// are left out.
struct LevelSize {
  std::int32_t rows, cols;
};
/// For the pitches of `config`, the image first; the last has 16 px a side at least.
std::vector<LevelSize> level_sizes(const CodeFinderConfig& config);

/// Where extrema of a template's contrast are looked for.
struct PeakSearch {
  std::int32_t level;
  ImagePart part;                ///< px of the level, within it
  const FinderTemplate* finder;  ///< lives as long as the search
  float pitch;                   ///< of the template, px of the level
  /// Of a peak: its size, and that in rms of the smoothed pixels about.
  float least_contrast, least_rms;
};

/// Correlations of pixels at the centres of known modules with what they must be.
struct CodeEvidence {
  float finders = 0;   ///< of finder patterns and separators
  float others = 0;    ///< of timing and alignment patterns and version information
  float contrast = 0;  ///< light less dark, of the former
  /// What proposals are ranked by.
  float rank() const { return finders + others; }
};

/// How well a code is known before it is fitted.
enum class FitStart : std::uint8_t {
  kRough,  ///< to some tenths of a module, from finder patterns alone
  /// Pitch and angle from other codes, its place to three modules; its score is what they
  /// have, 0 if it is not known.
  kKnown,
};

/// Of one image, which its maker has told. Errors are those of the device.
class CodePasses {
 public:
  virtual ~CodePasses() = default;

  /// All that there can be.
  const std::vector<LevelSize>& levels() const { return levels_; }
  std::int32_t most_levels() const { return static_cast<std::int32_t>(levels_.size()); }
  /// Those that are formed: passes look at these alone. Of a new image the first, itself.
  std::int32_t level_count() const { return formed_; }
  /// Forms the first `count` levels, as far as there are so many.
  Result<> form(std::int32_t count) {
    for (; formed_ < std::min(count, most_levels()); ++formed_) OSTRACON_TRY(form_level(formed_));
    return Ok{};
  }

  /// At most one peak in 3 x 3 pixels; search after search, in order of rows of 48 pixels, of 64
  /// columns in these, of rows, of columns.
  virtual Result<std::vector<FinderPeak>> find_peaks(std::span<const PeakSearch> searches) = 0;

  /// The pattern near every peak: its angle from nothing, the rest from the peak.
  virtual Result<std::vector<CodeMark>> look_closely(std::span<const FinderPeak> peaks) = 0;

  /// Whether proposed codes are any.
  virtual Result<std::vector<CodeEvidence>> weigh(std::span<const LocatedCode> codes) = 0;

  /// The maps, whether codes are mirrored, and their scores, from all their modules. A score of 0:
  /// there is no such code.
  virtual Result<> fit(std::span<LocatedCode> codes, FitStart start) = 0;

  /// How many codes are worth fitting together where the first may make the others needless.
  virtual std::size_t fits_ahead() const = 0;

 protected:
  explicit CodePasses(const CodeFinderConfig& config) : levels_(level_sizes(config)) {}

  /// A new image is looked at.
  void start_levels() { formed_ = 1; }

 private:
  /// Level `level` from the one before it.
  virtual Result<> form_level(std::int32_t level) = 0;

  std::vector<LevelSize> levels_;
  std::int32_t formed_ = 1;
};

}  // namespace ostracon::steps
