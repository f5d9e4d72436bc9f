#include "pipeline/raw_lattice/cholesky.hpp"

#include <cmath>
#include <utility>

namespace ostracon::raw_lattice {

Cholesky::Cholesky(std::vector<double> matrix, std::size_t side, double least_pivot)
    : lower_(std::move(matrix)), side_(side) {
  for (std::size_t i = 0; i < side; ++i) {
    double* row = &lower_[i * side];
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = &lower_[j * side];
      double sum = row[j];
      for (std::size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
      row[j] = i == j ? std::sqrt(sum > least_pivot ? sum : least_pivot) : sum / other[j];
    }
  }
}

void Cholesky::whiten(std::span<double> x) const {
  for (std::size_t i = 0; i < side_; ++i) {
    const double* row = &lower_[i * side_];
    double sum = x[i];
    for (std::size_t k = 0; k < i; ++k) sum -= row[k] * x[k];
    x[i] = sum / row[i];
  }
}

void Cholesky::solve(std::span<double> x) const {
  whiten(x);
  for (std::size_t i = side_; i-- > 0;) {
    double sum = x[i];
    for (std::size_t k = i + 1; k < side_; ++k) sum -= lower_[k * side_ + i] * x[k];
    x[i] = sum / lower_[i * side_ + i];
  }
}

}  // namespace ostracon::raw_lattice
