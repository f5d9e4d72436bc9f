#pragma once
// What a run found out, for people and for programs.

#include <string>
#include <vector>

#include "bench/dose_curve/genie_split.hpp"
#include "bench/dose_curve/operating_dose.hpp"

namespace ostracon::bench {

/// A result against its limit.
struct Figure {
  std::optional<double> dose;         ///< operating dose, electrons a module
  std::optional<double> limit;        ///< SIR of the table, scaled to the contrast
  std::optional<double> noisy_limit;  ///< the same with this detector's noise
  std::optional<double> raw_db;       ///< operating dose over limit
  std::optional<double> net_db;       ///< operating dose over noisy_limit
  double overhead = 0;                ///< share of the modules that carries no code bit
  double electrons_per_bit = 0;  ///< of payload, overhead included; 0 without an operating dose
  double weakest_zone_db = 0;    ///< dose of the least lit zone over the dose asked for, < 0
};

/// `layout` is that of the point.
Figure figure_of(const PointResult& result, const format::PageLayout& layout);

/// Everything found out about one point.
struct Outcome {
  PointResult result;
  Figure figure;
  std::array<SplitSum, 2> sums;    ///< at 1 dB below the operating dose and at it; may be empty
  std::optional<LossSplit> split;  ///< where a table tells the limit and readers were compared
};

/// One line a point.
std::string table_head();
std::string table_line(const Outcome& outcome);

/// The parts of every point's loss; empty if none was split.
std::string split_table(const std::vector<Outcome>& outcomes);

/// One JSON object, indented: the points with all doses tried.
std::string summary_json(const std::vector<Outcome>& outcomes, double wall_seconds);

}  // namespace ostracon::bench
