#pragma once
// Small symmetric systems of a size that is known, on the stack.

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

namespace ostracon::steps {

template <std::size_t kSize>
using SmallMatrix = std::array<std::array<double, kSize>, kSize>;

/// x with left x = right, by Cholesky's factors of the lower half of `left`; nothing where `left`
/// is not positive definite.
template <std::size_t kSize>
std::optional<std::array<double, kSize>> solve_symmetric(SmallMatrix<kSize> left,
                                                         std::array<double, kSize> right) {
  for (std::size_t i = 0; i < kSize; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = left[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= left[i][k] * left[j][k];
      if (j < i)
        left[i][j] = rest / left[j][j];
      else if (!(rest > std::numeric_limits<double>::epsilon()))
        return std::nullopt;
      else
        left[i][i] = std::sqrt(rest);
    }
    for (std::size_t k = 0; k < i; ++k) right[i] -= left[i][k] * right[k];
    right[i] /= left[i][i];
  }
  for (std::size_t i = kSize; i-- > 0;) {
    for (std::size_t k = i + 1; k < kSize; ++k) right[i] -= left[k][i] * right[k];
    right[i] /= left[i][i];
  }
  return right;
}

}  // namespace ostracon::steps
