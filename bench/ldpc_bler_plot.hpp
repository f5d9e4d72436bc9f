#pragma once

#include <string>
#include <vector>

#include "bench/ldpc_bler_summary.hpp"

namespace ostracon::bench {

/// SVG text: the share of codewords lost, on a logarithmic axis, against Es/N0. A curve a series
/// with the 95 % interval of every point (where nothing was lost a hollow dot at its upper end),
/// and a dashed upright in its colour where the channel's capacity is the code's rate.
std::string bler_plot(const std::vector<BlerSeries>& all);

}  // namespace ostracon::bench
