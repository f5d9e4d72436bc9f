#include "host/steps/lattice_map.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/parallel.hpp"

namespace ostracon::steps {
namespace {

constexpr std::int32_t kShortBlock = 4;  // tiles a side; larger ones where those are too faint
constexpr float kClear = 0.92F;          // of the short blocks: background and dirt hold the rest
constexpr std::int32_t kReachTiles = 7;  // of the local quadratics: 120 modules across,
constexpr std::int32_t kLongReachTiles = 10;  // or 168, sharpened, where not all is clear
constexpr std::int32_t kRegrowths = 2;        // of those
constexpr float kLeastPitch = 1.5F;           // px that memory is made for
constexpr float kMostModules = 1 << 26;

/// Row and column of the field lattice at any pixel, and the inverse.
class PhaseField {
 public:
  PhaseField(const LatticeSeed& seed, const SmoothPhase& phase, std::int32_t tile_px)
      : seed_(seed), carriers_(Carriers::of(seed)), phase_(phase), tile_px_(tile_px) {}

  std::array<float, 2> module_at(float y, float x) const {
    const float i = (y + 0.5F) / static_cast<float>(tile_px_) - 0.5F;
    const float j = (x + 0.5F) / static_cast<float>(tile_px_) - 0.5F;
    const auto cell = [](float v, std::int32_t n) {
      return std::clamp(static_cast<std::int32_t>(std::floor(v)), 0, n - 2);
    };
    const std::int32_t i0 = cell(i, phase_.rows);
    const std::int32_t j0 = cell(j, phase_.cols);
    // Half a tile of linear continuation, then constant: the carriers go on straight.
    const float fi = std::clamp(i - static_cast<float>(i0), -1.0F, 2.0F);
    const float fj = std::clamp(j - static_cast<float>(j0), -1.0F, 2.0F);
    const auto value = [&](const std::vector<float>& p) {
      const auto* top = p.data() +
                        static_cast<std::size_t>(i0) * static_cast<std::size_t>(phase_.cols) +
                        static_cast<std::size_t>(j0);
      const auto* bottom = top + phase_.cols;
      const float a = top[0] + fj * (top[1] - top[0]);
      const float b = bottom[0] + fj * (bottom[1] - bottom[0]);
      return (a + fi * (b - a)) / (2 * std::numbers::pi_v<float>);
    };
    return {carriers_.row_of[0] * y + carriers_.row_of[1] * x + value(phase_.row),
            carriers_.col_of[0] * y + carriers_.col_of[1] * x + value(phase_.col)};
  }

  /// Fixed point from `start`; the phase is smooth, so each step gains two digits.
  std::array<float, 2> pixel_of(float row, float col, std::array<float, 2> start) const {
    for (int step = 0; step < 6; ++step) {
      const auto [r, c] = module_at(start[0], start[1]);
      const float dr = row - r;
      const float dc = col - c;
      start[0] += seed_.down[0] * dr + seed_.right[0] * dc;
      start[1] += seed_.down[1] * dr + seed_.right[1] * dc;
      if (std::abs(dr) + std::abs(dc) < 1e-4F) break;
    }
    return start;
  }

 private:
  const LatticeSeed& seed_;
  Carriers carriers_;
  const SmoothPhase& phase_;
  std::int32_t tile_px_;
};

}  // namespace

std::size_t most_lattice_side(std::int32_t rows, std::int32_t cols) {
  return static_cast<std::size_t>(
      (static_cast<float>(rows) + static_cast<float>(cols)) / kLeastPitch + 2);
}

Result<> check(const LatticeTrackerConfig& config) {
  if (config.rows < 64 || config.cols < 64)
    return Error{ErrorCode::kInvalidArgument, "LatticeTrackerConfig: image smaller than 64 px"};
  return Ok{};
}

Result<std::optional<SmoothPhase>> follow(const PhaseTiles& tiles, PhaseFitter& fitter) {
  static constexpr std::array kOrdinary{FitPass{kReachTiles}, FitPass{kReachTiles}};
  static constexpr std::array kLong{FitPass{kLongReachTiles}, FitPass{kLongReachTiles, true}};
  auto phase = unwrap(tiles);
  if (!phase) return phase;
  if (phase->block_tiles <= kShortBlock && phase->settled_fraction >= kClear) {
    OSTRACON_TRY(fitter.fit(tiles, kOrdinary, *phase));
    return phase;
  }
  for (std::int32_t left = kRegrowths;; --left) {
    OSTRACON_TRY(fitter.fit(tiles, kLong, *phase));
    if (left == 0 || !regrow(tiles, *phase)) return phase;
  }
}

std::optional<FieldLattice> map_lattice(const LatticeSeed& seed, const SmoothPhase& phase,
                                        std::int32_t tile_px, std::int32_t image_rows,
                                        std::int32_t image_cols) {
  const PhaseField field(seed, phase, tile_px);
  FieldLattice lattice;
  lattice.residual_modules = phase.residual_modules;
  lattice.settled_fraction = phase.settled_fraction;
  std::array<float, 2> low{1e30F, 1e30F};
  std::array<float, 2> high{-1e30F, -1e30F};
  const auto bottom = static_cast<float>(image_rows - 1);
  const auto right = static_cast<float>(image_cols - 1);
  for (int k = 0; k <= 16; ++k) {
    const float t = static_cast<float>(k) / 16;
    for (const auto& [y, x] : {std::array{0.0F, t * right}, std::array{bottom, t * right},
                               std::array{t * bottom, 0.0F}, std::array{t * bottom, right}}) {
      const auto module = field.module_at(y, x);
      for (std::size_t a = 0; a < 2; ++a) {
        low[a] = std::min(low[a], module[a]);
        high[a] = std::max(high[a], module[a]);
      }
    }
  }
  const float row0 = std::floor(low[0]);
  const float col0 = std::floor(low[1]);
  const float rows = std::ceil(high[0]) - row0 + 1;
  const float cols = std::ceil(high[1]) - col0 + 1;
  // Compared as floats, so that what is no number or no integer fails as well.
  if (!(rows >= 2 && cols >= 2 && rows * cols <= kMostModules)) return std::nullopt;
  lattice.rows = static_cast<std::int32_t>(rows);
  lattice.cols = static_cast<std::int32_t>(cols);
  LatticeMap& map = lattice.map;
  map.step = kNodeStep;
  map.first_row = map.first_col = -kNodeStep;
  map.node_rows = (lattice.rows + 3 * kNodeStep) / kNodeStep;
  map.node_cols = (lattice.cols + 3 * kNodeStep) / kNodeStep;
  map.nodes.resize(static_cast<std::size_t>(map.node_rows) *
                   static_cast<std::size_t>(map.node_cols));
  parallel_for(map.node_rows, [&](std::int64_t i) {
    const float row = row0 + static_cast<float>(map.first_row + static_cast<int>(i) * map.step);
    std::array<float, 2> at{0.5F * bottom, 0.5F * right};
    std::array<float, 2> stride{};
    for (std::int32_t j = 0; j < map.node_cols; ++j) {
      const float col = col0 + static_cast<float>(map.first_col + j * map.step);
      const std::array<float, 2> before = at;
      at = field.pixel_of(row, col, {at[0] + stride[0], at[1] + stride[1]});
      if (j > 0) stride = {at[0] - before[0], at[1] - before[1]};
      map.nodes[static_cast<std::size_t>(i) * static_cast<std::size_t>(map.node_cols) +
                static_cast<std::size_t>(j)] = at;
    }
  });
  return lattice;
}

}  // namespace ostracon::steps
