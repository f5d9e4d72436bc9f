#include "host/steps/lattice_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

rules::PhaseField phase_field(const LatticeSeed& seed, const SmoothPhase& phase,
                              std::int32_t tile_px, const float* row, const float* col) {
  const auto carriers = Carriers::of(seed);
  return {row,
          col,
          phase.rows,
          phase.cols,
          tile_px,
          {carriers.row_of[0], carriers.row_of[1]},
          {carriers.col_of[0], carriers.col_of[1]},
          {seed.down[0], seed.down[1]},
          {seed.right[0], seed.right[1]}};
}

std::optional<PlannedLattice> plan_lattice(const LatticeSeed& seed, const SmoothPhase& phase,
                                           std::int32_t tile_px, std::int32_t image_rows,
                                           std::int32_t image_cols) {
  const auto field = phase_field(seed, phase, tile_px, phase.row.data(), phase.col.data());
  std::array<float, 2> low{1e30F, 1e30F};
  std::array<float, 2> high{-1e30F, -1e30F};
  const auto bottom = static_cast<float>(image_rows - 1);
  const auto right = static_cast<float>(image_cols - 1);
  for (int k = 0; k <= 16; ++k) {
    const float t = static_cast<float>(k) / 16;
    for (const rules::Point at :
         {rules::Point{0.0F, t * right}, rules::Point{bottom, t * right},
          rules::Point{t * bottom, 0.0F}, rules::Point{t * bottom, right}}) {
      const auto [row, col] = rules::module_at(field, at);
      low = {std::min(low[0], row), std::min(low[1], col)};
      high = {std::max(high[0], row), std::max(high[1], col)};
    }
  }
  PlannedLattice plan;
  plan.row0 = std::floor(low[0]);
  plan.col0 = std::floor(low[1]);
  plan.middle = {0.5F * bottom, 0.5F * right};
  const float rows = std::ceil(high[0]) - plan.row0 + 1;
  const float cols = std::ceil(high[1]) - plan.col0 + 1;
  // Compared as floats, so that what is no number or no integer fails as well.
  if (!(rows >= 2 && cols >= 2 && rows * cols <= kMostModules)) return std::nullopt;
  FieldLattice& lattice = plan.lattice;
  lattice.residual_modules = phase.residual_modules;
  lattice.settled_fraction = phase.settled_fraction;
  lattice.rows = static_cast<std::int32_t>(rows);
  lattice.cols = static_cast<std::int32_t>(cols);
  LatticeMap& map = lattice.map;
  map.step = kNodeStep;
  map.first_row = map.first_col = -kNodeStep;
  map.node_rows = (lattice.rows + 3 * kNodeStep) / kNodeStep;
  map.node_cols = (lattice.cols + 3 * kNodeStep) / kNodeStep;
  map.nodes.resize(static_cast<std::size_t>(map.node_rows) *
                   static_cast<std::size_t>(map.node_cols));
  return plan;
}

void fill_nodes(const rules::PhaseField& field, PlannedLattice& plan) {
  LatticeMap& map = plan.lattice.map;
  parallel_for(map.node_rows, [&](std::int64_t i) {
    const float row =
        plan.row0 + static_cast<float>(map.first_row + static_cast<int>(i) * map.step);
    rules::Point at = plan.middle;
    rules::Point stride{};
    for (std::int32_t j = 0; j < map.node_cols; ++j) {
      const float col = plan.col0 + static_cast<float>(map.first_col + j * map.step);
      const rules::Point before = at;
      at = rules::pixel_under(field, {row, col}, {at.y + stride.y, at.x + stride.x});
      if (j > 0) stride = {at.y - before.y, at.x - before.x};
      map.nodes[static_cast<std::size_t>(i) * static_cast<std::size_t>(map.node_cols) +
                static_cast<std::size_t>(j)] = {at.y, at.x};
    }
  });
}

}  // namespace ostracon::steps
