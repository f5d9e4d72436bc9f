#include "host/steps/lattice_block.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace ostracon::steps {
namespace {

/// Where a tile lies among the centres of blocks along one way.
struct Between {
  std::size_t low, high;  // blocks
  float share;            // of the way from low to high
};

std::vector<Between> between(std::int32_t tiles, std::int32_t side, std::int32_t stride) {
  const std::int32_t blocks = (tiles - side) / stride + 1;
  const float half = 0.5F * static_cast<float>(side - 1);
  std::vector<Between> places;
  for (std::int32_t k = 0; k < tiles; ++k) {
    const float at = (static_cast<float>(k) - half) / static_cast<float>(stride);
    const std::int32_t low =
        std::clamp(static_cast<std::int32_t>(std::floor(at)), 0, std::max(0, blocks - 2));
    places.push_back({static_cast<std::size_t>(low),
                      static_cast<std::size_t>(std::min(low + 1, blocks - 1)),
                      at - static_cast<float>(low)});
  }
  return places;
}

}  // namespace

PlaneScan::PlaneScan(std::int32_t side, const SlopeSearch& search)
    : side_(static_cast<std::size_t>(side)),
      steps_(static_cast<std::size_t>(search.steps)),
      search_(search) {
  assert(side % 2 == 0 && side <= kMostSide && search.steps <= kMostSteps);
  for (std::size_t s = 0; s <= steps_; ++s)
    for (std::size_t k = 0; k < side_ / 2; ++k) {
      const float angle = search.step * static_cast<float>(s) * (static_cast<float>(k) + 0.5F);
      cosine_[s][k] = std::cos(angle);
      sine_[s][k] = std::sin(angle);
    }
}

/// exp(-i slope u) of every tile, u its distance from the block's middle.
PlaneScan::Tiles PlaneScan::turns(float slope) const {
  const Value half{std::cos(0.5F * slope), -std::sin(0.5F * slope)};
  const Value whole = times(half, half);
  Tiles turns;
  Value at = half;
  for (std::size_t k = 0; k < side_ / 2; ++k) {
    turns[side_ / 2 + k] = at;
    turns[side_ / 2 - 1 - k] = {at.re, -at.im};
    at = times(at, whole);
  }
  return turns;
}

/// Sums of the tiles against every slope. Tiles as far before the middle as behind it meet the same
/// cosine and opposite sines, and so do opposite slopes.
void PlaneScan::against_slopes(const Tiles& tiles, Slopes& sums) const {
  const std::size_t half = side_ / 2;
  std::array<Value, kMostSide / 2> even, odd;
  Value flat;
  for (std::size_t k = 0; k < half; ++k) {
    const Value behind = tiles[half + k];
    const Value before = tiles[half - 1 - k];
    even[k] = {behind.re + before.re, behind.im + before.im};
    odd[k] = {behind.re - before.re, behind.im - before.im};
    flat = {flat.re + even[k].re, flat.im + even[k].im};
  }
  sums[steps_] = flat;
  for (std::size_t s = 1; s <= steps_; ++s) {
    Value c, d;
    for (std::size_t k = 0; k < half; ++k) {
      c = {c.re + cosine_[s][k] * even[k].re, c.im + cosine_[s][k] * even[k].im};
      d = {d.re + sine_[s][k] * odd[k].re, d.im + sine_[s][k] * odd[k].im};
    }
    sums[steps_ + s] = {c.re + d.im, c.im - d.re};
    sums[steps_ - s] = {c.re - d.im, c.im + d.re};
  }
}

std::complex<float> PlaneScan::run(const PhaseTiles& tiles,
                                   const std::vector<std::complex<float>>& line, std::int32_t i,
                                   std::int32_t j, const Plane& about, Plane& best) const {
  const Tiles turn_i = turns(about.slope_i);
  const Tiles turn_j = turns(about.slope_j);
  // Rows first: a plane is a product, so that all its slopes cost little more than one.
  std::array<Tiles, kMostSlopes> partial;  // [slope][row]
  Slopes of_row;
  for (std::size_t y = 0; y < side_; ++y) {
    const auto* tile = &line[tiles.index(i + static_cast<std::int32_t>(y), j)];
    Tiles row;
    for (std::size_t x = 0; x < side_; ++x)
      row[x] = times({tile[x].real(), tile[x].imag()}, turn_j[x]);
    against_slopes(row, of_row);
    for (std::size_t s = 0; s <= 2 * steps_; ++s) partial[s][y] = times(of_row[s], turn_i[y]);
  }
  Value strongest;
  float most = -1e30F;
  const float unit = 1.0F / static_cast<float>(side_ * side_);
  Slopes sums;
  for (std::size_t b = 0; b <= 2 * steps_; ++b) {
    against_slopes(partial[b], sums);
    const float across = search_.step * (static_cast<float>(b) - static_cast<float>(steps_));
    for (std::size_t a = 0; a <= 2 * steps_; ++a) {
      const float up = search_.step * (static_cast<float>(a) - static_cast<float>(steps_));
      const float score = (sums[a].re * sums[a].re + sums[a].im * sums[a].im) * unit -
                          search_.doubt * (up * up + across * across);
      if (!(score > most)) continue;  // NaN fits nothing
      most = score;
      strongest = sums[a];
      best = {0, about.slope_i + up, about.slope_j + across};
    }
  }
  const Value back = times(strongest, {std::cos(about.value), -std::sin(about.value)});
  best.value = about.value + std::atan2(back.im, back.re);
  return {strongest.re, strongest.im};
}

std::vector<float> spread(const PhaseTiles& tiles, std::int32_t side, std::int32_t stride,
                          const std::vector<float>& values) {
  const auto rows = between(tiles.rows, side, stride);
  const auto cols = between(tiles.cols, side, stride);
  const std::int32_t across = (tiles.cols - side) / stride + 1;
  std::vector<float> out;
  out.reserve(rows.size() * cols.size());
  for (const Between& r : rows) {
    const float* above = values.data() + r.low * static_cast<std::size_t>(across);
    const float* below = values.data() + r.high * static_cast<std::size_t>(across);
    for (const Between& c : cols) {
      const float top = above[c.low] + c.share * (above[c.high] - above[c.low]);
      const float bottom = below[c.low] + c.share * (below[c.high] - below[c.low]);
      out.push_back(top + r.share * (bottom - top));
    }
  }
  return out;
}

}  // namespace ostracon::steps
