#pragma once
// What a run found out, for people and for programs.

#include <optional>
#include <string>
#include <vector>

#include "bench/ldpc_bler_point.hpp"

namespace ostracon::bench {

/// The points of one rate with one share of erasures.
struct BlerSeries {
  struct Entry {
    double es_n0_db;
    BlerCounts counts;
  };
  BlerTrial trial;
  double erased = 0;
  std::vector<Entry> entries;

  double limit_db() const;  ///< capacity, erasures included
  /// "rate 0.8", "rate 0.8, 2 % erased".
  std::string title() const;
  /// Es/N0 in dB at which a share `error_rate` fails: log error rate linear in dB between the two
  /// measured points on either side, of which both must have failures.
  std::optional<double> es_n0_at(double error_rate) const;
};

/// Wrong codewords to be expected among `counts`: see there.
double expected_wrong(const BlerCounts& counts);

/// One line of JSON each, without the end of the line.
std::string entry_json(const BlerSeries& series, const BlerSeries::Entry& entry);
std::string series_json(const BlerSeries& series);

/// One JSON object, indented: all series with their points.
std::string bler_summary_json(const std::vector<BlerSeries>& all);

}  // namespace ostracon::bench
