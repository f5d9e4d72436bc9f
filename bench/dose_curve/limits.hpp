#pragma once
// What no reader can go below: the dose at which the information rate of uniformly random bits
// through the blurred, counted image equals the code's rate, and what detector noise adds to it.

#include <optional>

#include "datasets/profile.hpp"
#include "format/inner_code.hpp"

namespace ostracon::bench {

/// 10 log10 of a ratio of doses.
double decibels(double ratio);
double ratio_of_decibels(double decibels);

/// Information bits a code bit: 0.8 for "0.8".
double value_of(format::Rate rate);

/// Electrons a module at contrast 0.5 and no detector noise (the design's channel model, section 1;
/// 0.1 dB uncertain, 0.2 at sigma 0.5 and rate 8/9). None but sigma 0.3, 0.4, 0.5 with rates 1/2,
/// 2/3, 0.8, 8/9 was ever computed.
std::optional<double> tabled_limit(double sigma, format::Rate rate);

/// The table where it has the entry, else between and beyond its entries (log dose linear in sigma
/// and rate): where to begin a search, never a limit to report against.
double guessed_limit(double sigma, format::Rate rate);

/// What a limit at contrast 0.5 is multiplied by: ((1 - c/2) / c^2) / 3, 1 at c = 0.5.
double contrast_factor(double contrast);

/// Dose at which a channel with this profile's detector and excess noise has the signal-to-noise
/// ratio that a pure counting channel has at `limit` (already scaled to the contrast): solves
/// N^2 = limit * (excess * N + k), k = frames * p^2 * sigma_d^2 / (1 - c/2).
double limit_with_noise(double limit, const sem::Profile& profile);

/// Mean gain of the simulator's shading over zone (row, col) on a field that the
/// page fills: 1 at the dose asked for.
double zone_gain(double shading, int zone_rows, int zone_cols, int row, int col);

}  // namespace ostracon::bench
