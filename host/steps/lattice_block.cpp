#include "host/steps/lattice_block.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <complex>

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

constexpr std::size_t kLines = 2;
constexpr std::size_t kLanes = PlaneScan::kBlocks * kLines;

/// A number in every lane, and a complex one. Lanes of a vector type are computed side by side.
using Lanes [[gnu::vector_size(kLanes * sizeof(float))]] = float;
using Indices [[gnu::vector_size(kLanes * sizeof(std::int32_t))]] = std::int32_t;
struct Values {
  Lanes re, im;
};

Values operator+(const Values& a, const Values& b) { return {a.re + b.re, a.im + b.im}; }
Values operator-(const Values& a, const Values& b) { return {a.re - b.re, a.im - b.im}; }
Values operator*(float a, const Values& b) { return {a * b.re, a * b.im}; }
Values operator*(const Values& a, const Values& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// exp(-i slope u) of every tile, u its distance from the block's middle.
template <std::size_t kSide>
std::array<Values, kSide> turns(const Lanes& slope) {
  Values at;
  for (std::size_t l = 0; l < kLanes; ++l) {
    at.re[l] = std::cos(0.5F * slope[l]);
    at.im[l] = -std::sin(0.5F * slope[l]);
  }
  const Values whole = at * at;
  std::array<Values, kSide> turns;
  for (std::size_t k = 0; k < kSide / 2; ++k) {
    turns[kSide / 2 + k] = at;
    turns[kSide / 2 - 1 - k] = {at.re, -at.im};
    at = at * whole;
  }
  return turns;
}

/// The best of the planes tried so far, in every lane.
struct Best {
  Lanes score = Lanes{} - 1e30F;
  Values sum{};
  Indices which = Indices{} - 1;  // plane; -1: none

  void offer(const Values& offered, float unit, float less, std::int32_t plane) {
    const Lanes scored = (offered.re * offered.re + offered.im * offered.im) * unit - less;
    const Indices better = scored > score;  // NaN fits nothing
    score = better ? scored : score;
    sum.re = better ? offered.re : sum.re;
    sum.im = better ? offered.im : sum.im;
    which = better ? Indices{} + plane : which;
  }
};

}  // namespace

PlaneScan::PlaneScan(std::int32_t side, const SlopeSearch& search) : side_(side), search_(search) {
  for (std::size_t s = 0; s <= static_cast<std::size_t>(search.steps); ++s)
    for (std::size_t k = 0; k < static_cast<std::size_t>(side) / 2; ++k) {
      const float angle = search.step * static_cast<float>(s) * (static_cast<float>(k) + 0.5F);
      cosine_[s][k] = std::cos(angle);
      sine_[s][k] = std::sin(angle);
    }
}

/// Sums of the tiles against every slope. Tiles as far before the middle as behind it meet the same
/// cosine and opposite sines, and so do opposite slopes.
template <std::size_t kSide, std::size_t kSteps, class Tiles, class Slopes>
void PlaneScan::against_slopes(const Tiles& tiles, Slopes& sums) const {
  constexpr std::size_t kHalf = kSide / 2;
  std::array<Values, kHalf> even, odd;
  Values flat{};
  for (std::size_t k = 0; k < kHalf; ++k) {
    even[k] = tiles[kHalf + k] + tiles[kHalf - 1 - k];
    odd[k] = tiles[kHalf + k] - tiles[kHalf - 1 - k];
    flat = flat + even[k];
  }
  sums[kSteps] = flat;
  for (std::size_t s = 1; s <= kSteps; ++s) {
    Values c{}, d{};
    for (std::size_t k = 0; k < kHalf; ++k) {
      c = c + cosine_[s][k] * even[k];
      d = d + sine_[s][k] * odd[k];
    }
    sums[kSteps + s] = {c.re + d.im, c.im - d.re};
    sums[kSteps - s] = {c.re - d.im, c.im + d.re};
  }
}

template <std::size_t kSide, std::size_t kSteps>
std::array<PlaneScan::Fit, PlaneScan::kBlocks> PlaneScan::run_sized(
    const PhaseTiles& tiles, const std::array<Block, kBlocks>& blocks) const {
  constexpr std::size_t kSlopes = 2 * kSteps + 1;
  std::array<const std::complex<float>*, kLanes> first;
  Lanes slope_i, slope_j;
  for (std::size_t l = 0; l < kLanes; ++l) {
    const Block& block = blocks[l / kLines];
    first[l] =
        (l % kLines == 0 ? tiles.row_line : tiles.col_line).data() + tiles.index(block.i, block.j);
    slope_i[l] = block.about[l % kLines].slope_i;
    slope_j[l] = block.about[l % kLines].slope_j;
  }
  const auto turn_i = turns<kSide>(slope_i);
  const auto turn_j = turns<kSide>(slope_j);
  // Rows first: a plane is a product, so that all its slopes cost little more than one.
  std::array<std::array<Values, kSide>, kSlopes> partial;  // [slope][row]
  std::array<Values, kSlopes> sums;
  for (std::size_t y = 0; y < kSide; ++y) {
    std::array<Values, kSide> row;
    for (std::size_t x = 0; x < kSide; ++x) {
      const std::size_t at = y * static_cast<std::size_t>(tiles.cols) + x;
      const auto a = first[0][at], b = first[1][at], c = first[2][at], d = first[3][at];
      const Values seen{{a.real(), b.real(), c.real(), d.real()},
                        {a.imag(), b.imag(), c.imag(), d.imag()}};
      row[x] = seen * turn_j[x];
    }
    against_slopes<kSide, kSteps>(row, sums);
    for (std::size_t s = 0; s < kSlopes; ++s) partial[s][y] = sums[s] * turn_i[y];
  }
  Best best;
  constexpr float kUnit = 1.0F / static_cast<float>(kSide * kSide);
  const auto departure = [&](std::size_t s) {
    return search_.step * (static_cast<float>(s) - static_cast<float>(kSteps));
  };
  for (std::size_t b = 0; b < kSlopes; ++b) {
    against_slopes<kSide, kSteps>(partial[b], sums);
    const float across = departure(b);
    for (std::size_t a = 0; a < kSlopes; ++a) {
      const float up = departure(a);
      best.offer(sums[a], kUnit, search_.doubt * (up * up + across * across),
                 static_cast<std::int32_t>(b * kSlopes + a));
    }
  }
  std::array<Fit, kBlocks> fits;
  for (std::size_t l = 0; l < kLanes; ++l) {
    const Plane& about = blocks[l / kLines].about[l % kLines];
    Fit& fit = fits[l / kLines];
    Plane& plane = fit.planes[l % kLines];
    if (best.which[l] >= 0) {
      const auto which = static_cast<std::size_t>(best.which[l]);
      plane.slope_i = about.slope_i + departure(which % kSlopes);
      plane.slope_j = about.slope_j + departure(which / kSlopes);
    }
    const float re = best.sum.re[l], im = best.sum.im[l];
    const float cosine = std::cos(about.value), sine = -std::sin(about.value);
    plane.value = about.value + std::atan2(re * sine + im * cosine, re * cosine - im * sine);
    const float power = (re * re + im * im) / static_cast<float>(kSide * kSide);
    fit.power = l % kLines == 0 ? power : std::min(fit.power, power);
  }
  return fits;
}

std::array<PlaneScan::Fit, PlaneScan::kBlocks> PlaneScan::run(
    const PhaseTiles& tiles, const std::array<Block, kBlocks>& blocks) const {
  switch (100 * side_ + search_.steps) {
    case 402:
      return run_sized<4, 2>(tiles, blocks);
    case 405:
      return run_sized<4, 5>(tiles, blocks);
    case 603:
      return run_sized<6, 3>(tiles, blocks);
    case 610:
      return run_sized<6, 10>(tiles, blocks);
    case 804:
      return run_sized<8, 4>(tiles, blocks);
    default:
      assert(side_ == 8 && search_.steps == 10);
      return run_sized<8, 10>(tiles, blocks);
  }
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
