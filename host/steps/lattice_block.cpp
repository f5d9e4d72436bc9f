#include "host/steps/lattice_block.hpp"

#include <array>
#include <cmath>

namespace ostracon::steps {
namespace {

constexpr std::size_t kEntries =
    static_cast<std::size_t>(2 * kMostSlopeSteps + 1) * static_cast<std::size_t>(kMostBlock);
using Table = std::array<std::complex<float>, kEntries>;  // [slope][tile]

std::size_t entry(std::int32_t slope, std::int32_t tile) {
  return static_cast<std::size_t>(slope * kMostBlock + tile);
}

/// Without the library's care for infinities, which costs a branch and a call.
std::complex<float> times(std::complex<float> a, std::complex<float> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

void fill_turns(float slope, std::int32_t side, const SlopeSearch& search, Table& turns) {
  const float centre = 0.5F * static_cast<float>(side - 1);
  for (std::int32_t s = 0; s <= 2 * search.steps; ++s)
    for (std::int32_t k = 0; k < side; ++k)
      turns[entry(s, k)] =
          std::polar(1.0F, -(slope + search.step * static_cast<float>(s - search.steps)) *
                               (static_cast<float>(k) - centre));
}

}  // namespace

std::complex<float> scan_planes(const PhaseTiles& tiles,
                                const std::vector<std::complex<float>>& line, std::int32_t i,
                                std::int32_t j, std::int32_t side, const Plane& about,
                                const SlopeSearch& search, Plane& best) {
  // Rows first: a plane is a product, so that all its slopes cost little more than one.
  Table turn_i, turn_j, partial;
  fill_turns(about.slope_i, side, search, turn_i);
  fill_turns(about.slope_j, side, search, turn_j);
  const std::int32_t slopes = 2 * search.steps + 1;
  for (std::int32_t y = 0; y < side; ++y) {
    const auto* tile = &line[tiles.index(i + y, j)];
    for (std::int32_t s = 0; s < slopes; ++s) {
      std::complex<float> sum = 0;
      for (std::int32_t x = 0; x < side; ++x) sum += times(tile[x], turn_j[entry(s, x)]);
      partial[entry(s, y)] = sum;
    }
  }
  std::complex<float> strongest = 0;
  float most = -1e30F;
  for (std::int32_t a = 0; a < slopes; ++a)
    for (std::int32_t b = 0; b < slopes; ++b) {
      std::complex<float> sum = 0;
      for (std::int32_t y = 0; y < side; ++y)
        sum += times(partial[entry(b, y)], turn_i[entry(a, y)]);
      const float up = search.step * static_cast<float>(a - search.steps);
      const float across = search.step * static_cast<float>(b - search.steps);
      const float score = std::norm(sum) / static_cast<float>(side * side) -
                          search.doubt * (up * up + across * across);
      if (!(score > most)) continue;  // NaN fits nothing
      most = score;
      strongest = sum;
      best = {0, about.slope_i + up, about.slope_j + across};
    }
  best.value = about.value + std::arg(times(strongest, std::polar(1.0F, -about.value)));
  return strongest;
}

}  // namespace ostracon::steps
