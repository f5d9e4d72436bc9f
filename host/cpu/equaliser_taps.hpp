#pragma once
// Training of the 5 x 5 taps on known modules.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/view.hpp"
#include "pipeline/rules/soft_bit.hpp"

namespace ostracon::cpu {

inline constexpr std::int32_t kTapSide = 5;
inline constexpr std::int32_t kTaps = kTapSide * kTapSide;

struct TrainedTaps {
  std::array<float, kTaps> taps{};  ///< row-major over the neighbourhood
  float bias = 0;
  rules::SoftClasses classes{};
  std::int32_t modules = 0;  ///< trained on
};

/// Least squares towards +1 (land) and -1 (pit), scaled so that the two classes' means are 2 apart,
/// with the residual's variance of each class.
///
///   grid    (rows + 4) x (cols + 4), the page with its margin
///   known   rows x cols: 0, 1, or 2 = not known
///   usable  rows x cols: 0 = do not train here
///
/// nullopt with fewer than 200 modules, or a class with fewer than 50.
std::optional<TrainedTaps> train_taps(ImageView<const float> grid,
                                      ImageView<const std::uint8_t> known,
                                      ImageView<const std::uint8_t> usable);

/// out(r, c) = bias + sum of taps over the neighbourhood of page module (r, c). out: rows x cols.
void apply_taps(const TrainedTaps& trained, ImageView<const float> grid, ImageView<float> out);

}  // namespace ostracon::cpu
