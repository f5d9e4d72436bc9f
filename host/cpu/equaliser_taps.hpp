#pragma once
// Training of the 5 x 5 taps on known modules.

#include <cstdint>
#include <optional>

#include "core/view.hpp"
#include "host/steps/equaliser_taps.hpp"

namespace ostracon::cpu {

/// Least squares towards +1 (land) and -1 (pit), scaled so that the two classes' means are 2 apart,
/// with the residual's variance of each class.
///
///   grid    (rows + 4) x (cols + 4), the page with its margin
///   known   rows x cols: 0, 1, or 2 = not known
///   usable  rows x cols: 0 = do not train here
///
/// nullopt with fewer than 200 modules, or a class with fewer than 50.
std::optional<steps::TrainedTaps> train_taps(ImageView<const float> grid,
                                             ImageView<const std::uint8_t> known,
                                             ImageView<const std::uint8_t> usable);

/// out(r, c) = bias + sum of taps over the neighbourhood of page module (r, c). out: rows x cols.
void apply_taps(const steps::TrainedTaps& trained, ImageView<const float> grid,
                ImageView<float> out);

}  // namespace ostracon::cpu
