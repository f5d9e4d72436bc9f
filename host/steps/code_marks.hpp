#pragma once
// Places that look like finder patterns, and which of them are worth a closer look.

#include <cstdint>
#include <vector>

#include "pipeline/rules/finder_look.hpp"

namespace ostracon::steps {

/// A local extremum of the contrast of a template. Pixels are those of the image, not of a level.
struct FinderPeak {
  float y, x;      ///< px
  float contrast;  ///< light less dark, as in the image; negative where the pattern is inverted
  float pitch;     ///< px a module, of the template
  float strength;  ///< size of the contrast in rms of the pixels about
};

/// A finder pattern after a closer look.
struct CodeMark {
  float y, x;         ///< px of its middle
  float pitch;        ///< px a module
  float angle;        ///< of its rows against the image's, radians, modulo a right angle
  float contrast;     ///< light less dark
  float correlation;  ///< of its 9 x 9 modules with what they must be, 0 to 1
  bool inverted;
};

/// Where a closer look at a peak begins, in pixels of a level.
struct PeakLook {
  rules::Look start;       ///< y counted from `top`
  float sign;              ///< -1 where the pattern is inverted
  std::int32_t top, rows;  ///< of the level, more than is looked at
  std::int32_t level;
};
/// In a level of so many rows.
PeakLook look_at(const FinderPeak& peak, std::int32_t level, std::int32_t rows);
CodeMark mark_of(const rules::Looked& looked, const PeakLook& look);

/// Takes out peaks whose numbers are none: sums of huge pixels are infinite.
void drop_unsound(std::vector<FinderPeak>& peaks);

/// Strongest first, at most `most`; of several of about the same pitch within a module of each
/// other the strongest.
std::vector<FinderPeak> strongest_peaks(std::vector<FinderPeak> peaks, std::size_t most);

/// By correlation; of several within 2.5 modules of each other, whatever their pitch, the best.
std::vector<CodeMark> strongest_marks(std::vector<CodeMark> marks, std::size_t most);

}  // namespace ostracon::steps
