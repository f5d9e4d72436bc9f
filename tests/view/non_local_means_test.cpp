#include "host/view/non_local_means.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ostracon::view {
namespace {

struct Image {
  std::int32_t rows, cols;
  std::vector<float> pixels;
  ImageView<const float> view() const { return {pixels.data(), rows, cols, cols}; }
  /// Mirrored beyond the border.
  float at(std::int32_t y, std::int32_t x) const {
    const auto fold = [](std::int32_t i, std::int32_t n) {
      while (n > 1 && (i < 0 || i >= n)) i = i < 0 ? -i : 2 * (n - 1) - i;
      return n > 1 ? i : 0;
    };
    return view()(fold(y, rows), fold(x, cols));
  }
};

/// Bars of two brightnesses under noise of variance 1.
Image bars(std::int32_t rows, std::int32_t cols, double step, double noise = 1) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  Image image{rows, cols, {}};
  for (std::int32_t y = 0; y < rows; ++y)
    for (std::int32_t x = 0; x < cols; ++x)
      image.pixels.push_back(
          static_cast<float>((x / 8 % 2 == 0 ? 0 : step) + noise * normal(random)));
  return image;
}

/// The definition, pixel by pixel.
double slow(const Image& image, std::int32_t y, std::int32_t x, double strength) {
  double sum = 0, weights = 0, largest = 0;
  for (std::int32_t dy = -5; dy <= 5; ++dy)
    for (std::int32_t dx = -5; dx <= 5; ++dx) {
      if (dy == 0 && dx == 0) continue;
      double squares = 0;
      for (std::int32_t v = -2; v <= 2; ++v)
        for (std::int32_t u = -2; u <= 2; ++u)
          squares += std::pow(static_cast<double>(image.at(y + v, x + u)) -
                                  static_cast<double>(image.at(y + dy + v, x + dx + u)),
                              2);
      const double beyond = std::max(0.0, squares / 25 - 2) / (8 * strength * strength);
      const double weight = std::pow(std::max(0.0, 1 - beyond), 8);
      weights += weight;
      sum += weight * static_cast<double>(image.at(y + dy, x + dx));
      largest = std::max(largest, weight);
    }
  if (largest == 0) largest = 1;
  return (sum + largest * static_cast<double>(image.at(y, x))) / (weights + largest);
}

TEST(NonLocalMeans, DoesWhatItsDefinitionSays) {
  for (const auto& [rows, cols] : {std::pair{37, 261}, {70, 19}, {33, 3}, {2, 300}, {1, 1}}) {
    const Image image = bars(rows, cols, 4);
    const auto out = non_local_means(image.view(), 0.8F);
    ASSERT_EQ(out.size(), image.pixels.size());
    for (std::int32_t y = 0; y < rows; y += 3)
      for (std::int32_t x = 0; x < cols; ++x)
        ASSERT_NEAR(out[static_cast<std::size_t>(y * cols + x)], slow(image, y, x, 0.8), 2e-4)
            << rows << " x " << cols << " at " << y << ", " << x;
  }
}

TEST(NonLocalMeans, LessensNoiseAndKeepsEdges) {
  const Image image = bars(96, 160, 4);
  const Image clean = bars(96, 160, 4, 0);
  const auto out = non_local_means(image.view(), 1);
  double squares = 0, bright = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    squares += std::pow(static_cast<double>(out[i] - clean.pixels[i]), 2);
    if (clean.pixels[i] > 0) bright += static_cast<double>(out[i]), ++count;
  }
  EXPECT_LT(std::sqrt(squares / static_cast<double>(out.size())), 0.3);
  EXPECT_NEAR(bright / static_cast<double>(count), 4, 0.1);
}

TEST(NonLocalMeans, TheNumberOfThreadsChangesNothing) {
  const Image image = bars(100, 600, 2);
  const auto many = non_local_means(image.view(), 1);
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  EXPECT_EQ(non_local_means(image.view(), 1), many);
}

}  // namespace
}  // namespace ostracon::view
