#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ostracon::raw_lattice {

/// The lower triangle L of a symmetric positive definite matrix A = L L'.
class Cholesky {
 public:
  /// `matrix`: side x side, row-major; its lower triangle is read. A pivot that is not positive is
  /// taken as `least_pivot`, so that a singular matrix gives large but finite solutions.
  Cholesky(std::vector<double> matrix, std::size_t side, double least_pivot);

  /// x = A^-1 x.
  void solve(std::span<double> x) const;
  /// x = L^-1 x: what has covariance A comes out white.
  void whiten(std::span<double> x) const;

 private:
  std::vector<double> lower_;
  std::size_t side_;
};

}  // namespace ostracon::raw_lattice
