#include "pipeline/raw_lattice/refine_grid.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ostracon::raw_lattice {
namespace {

constexpr double kSlack = 1.25;           // of the tolerance: the search must see past its maximum
constexpr double kMostMove = 0.5;         // pitches
constexpr double kCoarseStep = 1.0 / 16;  // pitches
constexpr double kFineStep = 1.0 / 32;
constexpr double kFineReach = 0.19;  // pitches around what is found already
constexpr int kFineRounds = 3;
constexpr double kLeastStep = 1.0 / 64;  // pitches, of the ascent
// Nats a cell that a term costs when it moves the edge by all that is allowed.
constexpr Terms kRidge{0, 0.01, 0.01, 0.05, 0.05, 0.05};
constexpr int kSearchSteps = 4;  // to each side, of a term in the search of all
constexpr int kGroupSteps = 8;

/// The gain of every block for offsets (i * step_y, j * step_x) px, |i|, |j| <= steps.
struct OffsetTable {
  std::array<double, 2> step{};
  std::array<std::int32_t, 2> steps{};
  std::vector<std::vector<double>> gain;  // [block][i][j]

  std::int32_t side(std::size_t axis) const { return 2 * steps[axis] + 1; }
  double reach(std::size_t axis) const { return step[axis] * steps[axis]; }
  double entry(std::size_t block, std::int32_t i, std::int32_t j) const {
    return gain[block][static_cast<std::size_t>(i) * static_cast<std::size_t>(side(1)) +
                       static_cast<std::size_t>(j)];
  }
  double at(std::size_t block, double dy, double dx) const {
    const double y = std::clamp(dy / step[0] + steps[0], 0.0, side(0) - 1.0);
    const double x = std::clamp(dx / step[1] + steps[1], 0.0, side(1) - 1.0);
    const auto i = std::min(static_cast<std::int32_t>(y), side(0) - 2);
    const auto j = std::min(static_cast<std::int32_t>(x), side(1) - 2);
    const double fy = y - i, fx = x - j;
    return (1 - fy) * ((1 - fx) * entry(block, i, j) + fx * entry(block, i, j + 1)) +
           fy * ((1 - fx) * entry(block, i + 1, j) + fx * entry(block, i + 1, j + 1));
  }
};

class Refinement {
 public:
  Refinement(const Image& image, double tolerance_px, Grid& grid)
      : grid_(grid),
        blocks_(choose_blocks(grid)),
        contrast_(image, plausible_range(image, grid, blocks_)),
        tolerance_(tolerance_px) {
    // Pitches along y and x: those of rows and columns, the other way round near 90 degrees.
    const bool upright = std::abs(grid.cosine) >= std::abs(grid.sine);
    pitch_ = {upright ? grid.rows.pitch : grid.cols.pitch,
              upright ? grid.cols.pitch : grid.rows.pitch};
    for (const Block& block : blocks_) cells_ += static_cast<double>(block.rows) * block.cols;
    determine();
  }

  void run() {
    for (std::size_t axis = 0; axis < 2; ++axis)
      reach_[axis] = std::min(kSlack * tolerance_, kMostMove * pitch_[axis]);
    if (!(tolerance_ > 0)) return;
    const OffsetTable coarse = measure(reach_, kCoarseStep);
    search(coarse);
    climb(coarse, 3);
    for (int round = 0; round < kFineRounds; ++round) {
      refine_groups();
      climb(measure({std::min(reach_[0], kFineReach * pitch_[0]),
                     std::min(reach_[1], kFineReach * pitch_[1])},
                    kFineStep),
            kTerms);
    }
  }

 private:
  OffsetTable measure(const std::array<double, 2>& reach, double step) {
    OffsetTable table;
    base_ = grid_.warp;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      table.steps[axis] =
          std::max(1, static_cast<std::int32_t>(std::ceil(reach[axis] / (step * pitch_[axis]))));
      table.step[axis] = reach[axis] / table.steps[axis];
    }
    for (const Block& block : blocks_) {
      table.gain.emplace_back();
      for (std::int32_t i = 0; i < table.side(0); ++i)
        for (std::int32_t j = 0; j < table.side(1); ++j)
          table.gain.back().push_back(contrast_.gain(grid_, block,
                                                     (i - table.steps[0]) * table.step[0],
                                                     (j - table.steps[1]) * table.step[1]));
    }
    return table;
  }

  static double offset(const Terms& factors, const Block& block) {
    const Terms terms = terms_at(block.v, block.u);
    double sum = 0;
    for (std::size_t k = 0; k < kTerms; ++k) sum += factors[k] * terms[k];
    return sum;
  }

  double objective(const OffsetTable& table, const std::array<Terms, 2>& warp) const {
    double sum = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b)
      sum += table.at(b, offset(warp[0], blocks_[b]), offset(warp[1], blocks_[b]));
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (std::size_t k = 1; k < kTerms; ++k) {
        const double move = (base_[axis][k] + warp[axis][k]) / reach_[axis];
        sum -= kRidge[k] * cells_ * move * move;
      }
    return sum;
  }

  /// All offsets and slopes of one axis whose corners lie within the reach, the best in turn; for
  /// the first, the other axis takes the best offset block by block.
  void search(const OffsetTable& table) {
    std::array<Terms, 2> best{};
    for (const auto& [axis, free_other] :
         {std::pair<std::size_t, bool>{0, true}, {1, false}, {0, false}, {1, false}}) {
      double most = -1e300;
      std::array<Terms, 2> trial = best;
      for (int a = -kSearchSteps; a <= kSearchSteps; ++a)
        for (int b = -kSearchSteps; b <= kSearchSteps; ++b)
          for (int c = -kSearchSteps; c <= kSearchSteps; ++c) {
            if (std::abs(a) + std::abs(b) + std::abs(c) > kSearchSteps) continue;
            const double step = table.reach(axis) / kSearchSteps;
            trial[axis] = {a * step, b * step, c * step, 0, 0, 0};
            const double sum =
                free_other ? best_of_other(table, trial[axis]) : objective(table, trial);
            if (sum <= most) continue;
            most = sum;
            best[axis] = trial[axis];
          }
    }
    add_to_base(best);
  }

  double best_of_other(const OffsetTable& table, const Terms& down) const {
    double sum = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      double most = -1e300;
      for (std::int32_t j = 0; j < table.side(1); ++j)
        most = std::max(
            most, table.at(b, offset(down, blocks_[b]), (j - table.steps[1]) * table.step[1]));
      sum += most;
    }
    return sum;
  }

  /// Coordinate ascent on the table, from what the grid is now.
  void climb(const OffsetTable& table, std::size_t terms) {
    std::array<Terms, 2> warp = grid_.warp;
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (std::size_t k = 0; k < kTerms; ++k) warp[axis][k] -= base_[axis][k];
    double best = objective(table, warp);
    for (double share = 0.25; share * table.reach(0) > kLeastStep * pitch_[0] / 2; share /= 2)
      for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t axis = 0; axis < 2; ++axis)
          for (std::size_t k = 0; k < terms; ++k) {
            if (!determined_[k]) continue;
            for (const double sign : {1.0, -1.0}) {
              std::array<Terms, 2> trial = warp;
              trial[axis][k] += sign * share * table.reach(axis);
              const double value = objective(table, trial);
              if (value <= best + 1e-9 * std::abs(best)) continue;
              best = value;
              warp = trial;
              moved = true;
            }
          }
      }
    add_to_base(warp);
  }

  /// Squares need three blocks along their axis, slopes two.
  void determine() {
    const auto runs = [&](auto place) {
      std::vector<double> places;
      for (const Block& block : blocks_) places.push_back(place(block));
      std::sort(places.begin(), places.end());
      return std::unique(places.begin(), places.end()) - places.begin();
    };
    const auto down = runs([](const Block& block) { return block.v; });
    const auto right = runs([](const Block& block) { return block.u; });
    determined_ = {true, down > 1, right > 1, down > 2, down > 1 && right > 1, right > 2};
  }

  void add_to_base(const std::array<Terms, 2>& warp) {
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (std::size_t k = 0; k < kTerms; ++k) grid_.warp[axis][k] = base_[axis][k] + warp[axis][k];
  }

  double total_gain() {
    double sum = 0;
    for (const Block& block : blocks_) sum += contrast_.gain(grid_, block, 0, 0);
    return sum;
  }

  /// The pitch within groups: what the first and last lines of a group are moved by.
  void refine_groups() {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const Lines& lines = axis == 0 ? grid_.rows : grid_.cols;
      if (lines.phases < 2) continue;
      double& move = grid_.in_group_px[axis];
      double reach = std::min(tolerance_, lines.pitch / 4);
      while (reach > kLeastStep * lines.pitch) {
        const double start = move;
        double most = -1e300, best = start;
        for (int i = -kGroupSteps; i <= kGroupSteps; ++i) {
          move = start + i * reach / kGroupSteps;
          const double value = total_gain();
          if (value <= most) continue;
          most = value;
          best = move;
        }
        move = best;
        reach /= kGroupSteps;
      }
    }
  }

  Grid& grid_;
  std::vector<Block> blocks_;
  BlockContrast contrast_;
  double tolerance_;
  std::array<double, 2> pitch_{};
  double cells_ = 0;
  std::array<bool, kTerms> determined_{};
  std::array<double, 2> reach_{};  // px that the search may move a cell
  std::array<Terms, 2> base_{};    // the grid's warp when the last table was measured
};

}  // namespace

void refine_grid(const Image& image, double tolerance_px, Grid& grid) {
  Refinement(image, tolerance_px, grid).run();
}

}  // namespace ostracon::raw_lattice
