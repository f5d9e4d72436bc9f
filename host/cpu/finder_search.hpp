#pragma once
// Correlation of images with finder patterns: everywhere, and closely at one place.

#include <vector>

#include "core/view.hpp"
#include "host/steps/code_marks.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::cpu {

/// Extrema of the template's contrast over a level of the pyramid, at most one in 3 x 3 pixels,
/// whose size is at least `least_contrast` and at least `least_rms` times the rms of the smoothed
/// pixels about. In order of rows. `pitch` is that of the template in pixels of the level; those of
/// the peaks found are of the image.
std::vector<steps::FinderPeak> find_peaks(ImageView<const float> image, std::int32_t level,
                                          const steps::FinderTemplate& finder, float pitch,
                                          float least_contrast, float least_rms);

/// The pattern near a peak: angle from nothing, the rest from the peak.
steps::CodeMark look_closely(ImageView<const float> image, std::int32_t level,
                             const steps::FinderPeak& peak);

}  // namespace ostracon::cpu
