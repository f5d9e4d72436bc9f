#include "host/view/non_local_means.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "host/parallel.hpp"

namespace ostracon::view {
namespace {

constexpr std::int32_t kPatch = 2;   // px from the middle of a patch to its side
constexpr std::int32_t kSearch = 5;  // px
constexpr std::int32_t kMargin = kPatch + kSearch;
constexpr std::int32_t kTileRows = 32, kTileCols = 256;
constexpr std::int32_t kWide = kTileCols + 2 * kPatch;
constexpr std::int32_t kTall = kTileRows + 2 * kPatch;

/// Index of a mirrored row or column: -1 is 1, count is count - 2.
std::int32_t mirrored(std::int32_t at, std::int32_t count) {
  if (count == 1) return 0;
  const std::int32_t period = 2 * (count - 1);
  const std::int32_t within = ((at % period) + period) % period;
  return within < count ? within : period - within;
}

struct Padded {
  std::int32_t cols;
  std::vector<float> pixels;
  /// (y, x) of the image; from -kMargin on.
  const float* at(std::int32_t y, std::int32_t x) const {
    return pixels.data() + static_cast<std::ptrdiff_t>(y + kMargin) * cols + x + kMargin;
  }
};

Padded pad(ImageView<const float> image) {
  Padded padded{image.cols + 2 * kMargin, {}};
  padded.pixels.reserve(static_cast<std::size_t>(image.rows + 2 * kMargin) *
                        static_cast<std::size_t>(padded.cols));
  for (std::int32_t y = -kMargin; y < image.rows + kMargin; ++y)
    for (std::int32_t x = -kMargin; x < image.cols + kMargin; ++x)
      padded.pixels.push_back(image(mirrored(y, image.rows), mirrored(x, image.cols)));
  return padded;
}

/// A rectangle of the result and the sums over its neighbours so far.
struct Tile {
  std::int32_t top, left, rows, cols;
  std::vector<float> squares = std::vector<float>(std::size_t{kTall} * kWide);
  std::vector<float> weights = std::vector<float>(std::size_t{kTileRows} * kTileCols);
  std::vector<float> sums = weights;
  std::vector<float> largest = weights;  ///< weight
};

/// Squared differences between the tile with its margin and what lies (dy, dx) from it.
void compare(const Padded& image, std::int32_t dy, std::int32_t dx, Tile& tile) {
  for (std::int32_t y = 0; y < tile.rows + 2 * kPatch; ++y) {
    const float* here = image.at(tile.top + y - kPatch, tile.left - kPatch);
    const float* there = image.at(tile.top + y - kPatch + dy, tile.left - kPatch + dx);
    float* out = tile.squares.data() + static_cast<std::ptrdiff_t>(y) * kWide;
    for (std::int32_t x = 0; x < tile.cols + 2 * kPatch; ++x)
      out[x] = (here[x] - there[x]) * (here[x] - there[x]);
  }
}

/// Takes in the pixels (dy, dx) away, weighed by the sum of 5 x 5 squares.
void gather(const Padded& image, std::int32_t dy, std::int32_t dx, float strength, Tile& tile) {
  constexpr float kPatchPixels = (2 * kPatch + 1) * (2 * kPatch + 1);
  const float slope = 1 / (8 * strength * strength);
  float column[kWide];
  for (std::int32_t y = 0; y < tile.rows; ++y) {
    const float* s = tile.squares.data() + static_cast<std::ptrdiff_t>(y) * kWide;
    for (std::int32_t x = 0; x < tile.cols + 2 * kPatch; ++x)
      column[x] = s[x] + s[x + kWide] + s[x + 2 * kWide] + s[x + 3 * kWide] + s[x + 4 * kWide];
    const float* there = image.at(tile.top + y + dy, tile.left + dx);
    const auto row = static_cast<std::ptrdiff_t>(y) * kTileCols;
    float* weights = tile.weights.data() + row;
    float* sums = tile.sums.data() + row;
    float* largest = tile.largest.data() + row;
    for (std::int32_t x = 0; x < tile.cols; ++x) {
      const float sum = column[x] + column[x + 1] + column[x + 2] + column[x + 3] + column[x + 4];
      const float beyond_noise = std::max(0.0F, sum * (1 / kPatchPixels) - 2);
      const float u = std::max(0.0F, 1 - beyond_noise * slope);
      const float weight = ((u * u) * (u * u)) * ((u * u) * (u * u));  // about exp(-8 (1 - u))
      weights[x] += weight;
      sums[x] += weight * there[x];
      largest[x] = std::max(largest[x], weight);
    }
  }
}

void filter_tile(const Padded& image, float strength, Tile& tile, std::int32_t cols, float* out) {
  for (std::int32_t dy = -kSearch; dy <= kSearch; ++dy)
    for (std::int32_t dx = -kSearch; dx <= kSearch; ++dx) {
      if (dy == 0 && dx == 0) continue;
      compare(image, dy, dx, tile);
      gather(image, dy, dx, strength, tile);
    }
  for (std::int32_t y = 0; y < tile.rows; ++y)
    for (std::int32_t x = 0; x < tile.cols; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * kTileCols + static_cast<std::size_t>(x);
      // The pixel itself always looks like itself: it counts as much as the best of the others.
      const float own = tile.largest[i] > 0 ? tile.largest[i] : 1.0F;
      const float pixel = *image.at(tile.top + y, tile.left + x);
      out[static_cast<std::ptrdiff_t>(tile.top + y) * cols + tile.left + x] =
          (tile.sums[i] + own * pixel) / (tile.weights[i] + own);
    }
}

}  // namespace

std::vector<float> non_local_means(ImageView<const float> image, float strength) {
  const Padded padded = pad(image);
  std::vector<float> out(static_cast<std::size_t>(image.rows) *
                         static_cast<std::size_t>(image.cols));
  const std::int32_t across = (image.cols + kTileCols - 1) / kTileCols;
  const std::int32_t down = (image.rows + kTileRows - 1) / kTileRows;
  parallel_for(std::int64_t{down} * across, [&](std::int64_t index) {
    const auto top = static_cast<std::int32_t>(index / across) * kTileRows;
    const auto left = static_cast<std::int32_t>(index % across) * kTileCols;
    Tile tile{top, left, std::min(kTileRows, image.rows - top),
              std::min(kTileCols, image.cols - left)};
    filter_tile(padded, strength, tile, image.cols, out.data());
  });
  return out;
}

}  // namespace ostracon::view
