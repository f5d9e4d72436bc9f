#include "bench/dose_curve/genie_detector.hpp"

#include <array>
#include <cmath>

namespace ostracon::bench {
namespace {

constexpr std::int32_t kSide = 5;
constexpr std::size_t kCentre = 12;
constexpr std::size_t kUnknowns = kSide * kSide + 1;
constexpr std::int32_t kEdge = 3;  // modules: the neighbours of those nearer are not all known

using Row = std::array<double, kUnknowns>;

/// Least squares by the normal equations.
class LeastSquares {
 public:
  void add(const Row& x, double target) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) matrix_[i][j] += x[i] * x[j];
      right_[i] += x[i] * target;
    }
  }

  /// Cholesky; nullopt if the matrix is not positive definite.
  std::optional<Row> solve() const {
    std::array<Row, kUnknowns> lower{};
    for (std::size_t i = 0; i < kUnknowns; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double rest = matrix_[i][j];
        for (std::size_t k = 0; k < j; ++k) rest -= lower[i][k] * lower[j][k];
        if (i == j && !(rest > 1e-12 * matrix_[i][i])) return std::nullopt;
        lower[i][j] = i == j ? std::sqrt(rest) : rest / lower[j][j];
      }
    Row solution = right_;
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t k = 0; k < i; ++k) solution[i] -= lower[i][k] * solution[k];
      solution[i] /= lower[i][i];
    }
    for (std::size_t i = kUnknowns; i-- > 0;) {
      for (std::size_t k = i + 1; k < kUnknowns; ++k) solution[i] -= lower[k][i] * solution[k];
      solution[i] /= lower[i][i];
    }
    return solution;
  }

 private:
  std::array<Row, kUnknowns> matrix_{};
  Row right_{};
};

double sign_of(std::uint8_t bit) { return bit == 0 ? 1.0 : -1.0; }

template <class Body>
void for_each_inner(ImageView<const std::uint8_t> bits, const Body& body) {
  for (std::int32_t r = kEdge; r < bits.rows - kEdge; ++r)
    for (std::int32_t c = kEdge; c < bits.cols - kEdge; ++c) body(r, c);
}

Row grid_around(const TrueBits& told, std::int32_t r, std::int32_t c) {
  Row x;
  for (std::int32_t i = 0; i < kSide; ++i)
    for (std::int32_t j = 0; j < kSide; ++j)
      x[static_cast<std::size_t>(i * kSide + j)] = static_cast<double>(told.grid(r + i, c + j));
  x[kUnknowns - 1] = 1;
  return x;
}

Row bits_around(const TrueBits& told, std::int32_t r, std::int32_t c) {
  Row x;
  for (std::int32_t i = 0; i < kSide; ++i)
    for (std::int32_t j = 0; j < kSide; ++j)
      x[static_cast<std::size_t>(i * kSide + j)] = sign_of(told.bits(r + i - 2, c + j - 2));
  x[kUnknowns - 1] = 1;
  return x;
}

double product(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kUnknowns; ++i) sum += a[i] * b[i];
  return sum;
}

/// LLRs of values whose classes' means and variances are measured with the true bits.
std::vector<Llr> soft_bits(const TrueBits& told, std::span<const double> values) {
  const auto cols = static_cast<std::size_t>(told.bits.cols);
  double weight[2] = {}, mean[2] = {}, variance[2] = {};
  const auto at = [&](std::int32_t r, std::int32_t c) {
    return values[static_cast<std::size_t>(r) * cols + static_cast<std::size_t>(c)];
  };
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    weight[told.bits(r, c)] += 1;
    mean[told.bits(r, c)] += at(r, c);
  });
  for (std::size_t k = 0; k < 2; ++k) mean[k] /= weight[k];
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    const std::size_t k = told.bits(r, c);
    variance[k] +=
        std::pow(at(r, c) - mean[k], 2) / (weight[k] * static_cast<double>(told.level(r, c)));
  });
  // As in the reader, the classes are brought to +1 and -1.
  const double gain = 2 / (mean[0] - mean[1]), middle = (mean[0] + mean[1]) / 2;
  const rules::SoftClasses classes{1.0F, static_cast<float>(variance[0] * gain * gain), -1.0F,
                                   static_cast<float>(variance[1] * gain * gain)};
  std::vector<Llr> llrs(values.size(), Llr{0});
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    llrs[static_cast<std::size_t>(r) * cols + static_cast<std::size_t>(c)] =
        rules::soft_bit(static_cast<float>((at(r, c) - middle) * gain), told.level(r, c), classes);
  });
  return llrs;
}

std::vector<double> page_of(const TrueBits& told) {
  return std::vector<double>(static_cast<std::size_t>(told.bits.rows) *
                             static_cast<std::size_t>(told.bits.cols));
}

}  // namespace

std::optional<std::vector<Llr>> detect_with_true_taps(const TrueBits& told) {
  LeastSquares squares;
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    squares.add(grid_around(told, r, c), sign_of(told.bits(r, c)));
  });
  const auto taps = squares.solve();
  if (!taps) return std::nullopt;
  std::vector<double> values = page_of(told);
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    values[static_cast<std::size_t>(r * told.bits.cols + c)] =
        product(*taps, grid_around(told, r, c));
  });
  return soft_bits(told, values);
}

std::optional<std::vector<Llr>> detect_with_true_neighbours(const TrueBits& told) {
  LeastSquares squares;
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    squares.add(bits_around(told, r, c), static_cast<double>(told.grid(r + 2, c + 2)));
  });
  auto response = squares.solve();
  if (!response) return std::nullopt;
  (*response)[kCentre] = 0;
  std::vector<double> values = page_of(told);
  for_each_inner(told.bits, [&](std::int32_t r, std::int32_t c) {
    values[static_cast<std::size_t>(r * told.bits.cols + c)] =
        static_cast<double>(told.grid(r + 2, c + 2)) - product(*response, bits_around(told, r, c));
  });
  return soft_bits(told, values);
}

double mutual_information_of(std::span<const Llr> llrs, std::span<const std::uint8_t> bits,
                             std::span<const std::uint8_t> counted) {
  std::array<std::array<double, 256>, 2> count{};
  std::array<double, 2> of_bit{};
  for (std::size_t i = 0; i < llrs.size(); ++i) {
    if (counted[i] == 0) continue;
    count[bits[i]][static_cast<std::size_t>(llrs[i] + 128)] += 1;
    of_bit[bits[i]] += 1;
  }
  const double all = of_bit[0] + of_bit[1];
  double information = 0;
  for (std::size_t v = 0; v < 256; ++v)
    for (std::size_t b = 0; b < 2; ++b)
      if (count[b][v] > 0)
        information += count[b][v] / all *
                       std::log2(count[b][v] * all / (of_bit[b] * (count[0][v] + count[1][v])));
  return information;
}

double mutual_information_as_scaled(std::span<const Llr> llrs, std::span<const std::uint8_t> bits,
                                    std::span<const std::uint8_t> counted) {
  double loss = 0, all = 0;
  for (std::size_t i = 0; i < llrs.size(); ++i) {
    if (counted[i] == 0) continue;
    const double nats =
        static_cast<double>(llrs[i]) * static_cast<double>(kNatsPerLlrStep) * sign_of(bits[i]);
    loss += std::log2(1 + std::exp(-nats));
    all += 1;
  }
  return all > 0 ? 1 - loss / all : 0;
}

}  // namespace ostracon::bench
