#include "host/cpu/channel_response.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "host/cpu/parallel.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kSide = ChannelResponse::kSide;
constexpr std::int32_t kReach = kSide / 2;
constexpr std::size_t kTaps = static_cast<std::size_t>(kSide) * kSide;
constexpr std::int32_t kFewest = 500;
constexpr std::int32_t kRowsAPart = 64;

/// Normal equations of `kUnknowns` unknowns.
template <std::size_t kUnknowns>
struct Normal {
  std::array<std::array<double, kUnknowns>, kUnknowns> a{};
  std::array<double, kUnknowns> b{};
  std::int32_t count = 0;

  void add(const std::array<double, kUnknowns>& x, double y) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += x[i] * x[j];
      b[i] += x[i] * y;
    }
    ++count;
  }
  void add(const Normal& other) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += other.a[i][j];
      b[i] += other.b[i];
    }
    count += other.count;
  }
  bool solve(std::array<double, kUnknowns>& x) const {
    constexpr int n = static_cast<int>(kUnknowns);
    cv::Mat left(n, n, CV_64F), right(n, 1, CV_64F), solution;
    for (int i = 0; i < n; ++i) {
      right.at<double>(i) = b[static_cast<std::size_t>(i)];
      for (int j = 0; j <= i; ++j)
        left.at<double>(i, j) = left.at<double>(j, i) =
            a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      left.at<double>(i, i) += 1e-9 * count + 1e-12;
    }
    if (!cv::solve(left, right, solution, cv::DECOMP_CHOLESKY)) return false;
    for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = solution.at<double>(i);
    return true;
  }
};

/// A page's known modules; the border of two modules is left out, since its surroundings are not
/// known.
struct Training {
  ImageView<const float> grid;
  ImageView<const std::uint8_t> usable, known;

  bool whole(std::int32_t row, std::int32_t col) const {
    for (std::int32_t i = -kReach; i <= kReach; ++i)
      for (std::int32_t j = -kReach; j <= kReach; ++j)
        if (known(row + i, col + j) >= 2 || usable(row + i, col + j) == 0) return false;
    return true;
  }
  std::array<double, kTaps + 1> bits(std::int32_t row, std::int32_t col) const {
    std::array<double, kTaps + 1> x;
    std::size_t k = 0;
    for (std::int32_t i = -kReach; i <= kReach; ++i)
      for (std::int32_t j = -kReach; j <= kReach; ++j)
        x[k++] = known(row + i, col + j) == 0 ? 1.0 : -1.0;
    x[kTaps] = 1.0;
    return x;
  }
  double value(std::int32_t row, std::int32_t col) const {
    return static_cast<double>(grid(row + kEqualiserMargin, col + kEqualiserMargin));
  }

  /// Sums over fixed groups of rows, so that the result does not depend on the threads.
  template <std::size_t kUnknowns, class Body>
  Normal<kUnknowns> accumulate(const Body& body) const {
    std::vector<Normal<kUnknowns>> parts(
        static_cast<std::size_t>((known.rows + kRowsAPart - 1) / kRowsAPart));
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
      const auto first = std::max(static_cast<std::int32_t>(p) * kRowsAPart, kReach);
      const auto end =
          std::min((static_cast<std::int32_t>(p) + 1) * kRowsAPart, known.rows - kReach);
      for (std::int32_t r = first; r < end; ++r)
        for (std::int32_t c = kReach; c < known.cols - kReach; ++c)
          if (known(r, c) < 2 && whole(r, c)) body(parts[static_cast<std::size_t>(p)], r, c);
    });
    Normal<kUnknowns> total;
    for (const auto& part : parts) total.add(part);
    return total;
  }
};

}  // namespace

ChannelResponse learn_response(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                               ImageView<const std::uint8_t> known) {
  const Training training{grid, usable, known};
  ChannelResponse learned;
  const auto forward =
      training.accumulate<kTaps + 1>([&](Normal<kTaps + 1>& part, std::int32_t r, std::int32_t c) {
        part.add(training.bits(r, c), training.value(r, c));
      });
  std::array<double, kTaps + 1> h{};
  if (forward.count < kFewest || !forward.solve(h)) return learned;
  for (std::size_t k = 0; k < kTaps; ++k) learned.response[k] = static_cast<float>(h[k]);
  learned.bias = static_cast<float>(h[kTaps]);
  const auto centre = static_cast<std::size_t>(ChannelResponse::kCentre);
  for (std::size_t k = 0; k < kTaps; ++k)
    if (k != centre && !(h[centre] > std::abs(h[k]))) return learned;

  // Squared residuals against the bit itself and the light around it.
  const auto spread = training.accumulate<3>([&](Normal<3>& part, std::int32_t r, std::int32_t c) {
    const auto x = training.bits(r, c);
    double expected = 0;
    for (std::size_t k = 0; k <= kTaps; ++k) expected += h[k] * x[k];
    const double own = h[centre] * x[centre];
    const double residual = training.value(r, c) - expected;
    part.add({1.0, x[centre], expected - own - h[kTaps]}, residual * residual);
  });
  std::array<double, 3> v{};
  if (!spread.solve(v) || !(v[0] > 0)) return learned;
  // The least squares fit the noise a little too.
  const double freedom = 1.0 - static_cast<double>(kTaps + 1) / forward.count;
  learned.noise = static_cast<float>(v[0] / freedom);
  learned.noise_own = static_cast<float>(v[1] / freedom);
  learned.noise_around = static_cast<float>(v[2] / freedom);
  learned.trained_on = forward.count;
  return learned;
}

}  // namespace ostracon::cpu
