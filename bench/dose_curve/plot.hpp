#pragma once

#include <string>
#include <vector>

#include "bench/dose_curve/summary.hpp"

namespace ostracon::bench {

/// SVG text of two panels: the share of codewords lost against the dose in dB above the limit (for
/// points of sigmas that the table lacks: above the guess that the search began with), a curve a
/// point; and under it a bar a point of what the operating dose above the limit is made of.
std::string dose_plot(const std::vector<Outcome>& outcomes);

}  // namespace ostracon::bench
