#pragma once

#include <span>
#include <vector>

namespace ostracon::raw_lattice {

/// Two normal distributions of one variance, and a floor of cells that are neither.
struct ScoreModel {
  double low = 0, high = 0;  ///< means
  double sigma = 1;
  double floor = 0;     ///< density of a score that is neither
  double evidence = 0;  ///< log likelihood that two distributions gain over one, nats a score

  double separation() const { return (high - low) / sigma; }
  /// ln(P(low) / P(high)); 0 far outside both and far between.
  double llr(double score) const;
};

/// Fits by expectation-maximisation, started from the scores' signs. `scores` in any order; at
/// least two of either sign, or the means come out equal and every LLR 0.
ScoreModel fit_scores(std::span<const float> scores);

}  // namespace ostracon::raw_lattice
