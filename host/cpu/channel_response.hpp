#pragma once
// The forward response of a page, by least squares on modules whose neighbourhood is known.

#include <cstdint>

#include "core/view.hpp"
#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::cpu {

///   grid    (rows + 4) x (cols + 4), the page with its margin
///   usable, known   rows x cols, as SoftCanceller::begin takes them
///
/// trained_on = 0 with fewer than 500 modules, or if the response is not that of a pulse (its
/// centre is not the largest).
ChannelResponse learn_response(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                               ImageView<const std::uint8_t> known);

}  // namespace ostracon::cpu
