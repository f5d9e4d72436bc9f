#pragma once
// What can be read from that part of a page's matched filter outputs which no belief about its
// modules explains: uneven light, damage, and how noisy each part is.
//
//   rest    rows x cols float: outputs less all that is expected of them; 0 where not usable
//   usable  rows x cols uint8: 0 where `rest` says nothing

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "core/view.hpp"

namespace ostracon::cpu {

/// Light that varies slowly where nothing of it should: shading that dust, scratches and charging
/// have spoiled. Empty where it is no more than noise and data make: then nothing would be gained
/// by taking it off.
cv::Mat find_background(const cv::Mat& rest, const cv::Mat& usable);

/// uint8, not 0 where more is unexplained than data and noise can leave, and around such places.
/// Empty where there are none.
cv::Mat find_damage(const cv::Mat& rest, const cv::Mat& usable);

/// Mean square of `rest`, clipped at +-most, as steps::noise_levels.
///   known   rows x cols: 2 unknown
std::vector<float> noise_levels(const cv::Mat& rest, const cv::Mat& usable,
                                ImageView<const std::uint8_t> known, float most);

}  // namespace ostracon::cpu
