#pragma once
// What a run found out, for people and for programs.

#include <string>
#include <vector>

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

/// One line a point.
std::string table_head();
std::string table_line(const PointResult& result, const Figure& figure);

/// One JSON object, indented: the points with all doses tried.
std::string summary_json(const std::vector<PointResult>& results,
                         const std::vector<Figure>& figures, double wall_seconds);

}  // namespace ostracon::bench
