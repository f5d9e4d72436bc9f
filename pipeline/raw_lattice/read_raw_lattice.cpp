#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/raw_lattice/block_contrast.hpp"
#include "pipeline/raw_lattice/damage.hpp"
#include "pipeline/raw_lattice/flat_image.hpp"
#include "pipeline/raw_lattice/grid.hpp"
#include "pipeline/raw_lattice/phase_sets.hpp"
#include "pipeline/raw_lattice/quantile.hpp"
#include "pipeline/raw_lattice/raw_lattice.hpp"
#include "pipeline/raw_lattice/refine_grid.hpp"
#include "pipeline/raw_lattice/soft_scores.hpp"
#include "pipeline/raw_lattice/templates.hpp"
#include "pipeline/raw_lattice/two_heaps.hpp"

namespace ostracon {
namespace raw_lattice {
namespace {

constexpr double kMarkBlur = 0.22;  // pitches: about the size of a value's mark
constexpr double kDamageBlur = 0.125;
constexpr double kPatchBlur = 0.0625;         // half the distance of a patch's points
constexpr std::int64_t kLeastSetCells = 256;  // that templates are learned from
constexpr double kUnlike = 7;        // standard deviations of the log distance from a template
constexpr double kDoubtfulNats = 1;  // at most, for a cell that is damaged or unlike
// Two values are evident if two distributions explain the scores better than one, by so much. Noise
// alone, in which the grid was moved to where values seem to be, reaches 0.007 nats a cell.
constexpr double kLeastEvidence = 0.015;    // nats a cell
constexpr double kLeastTotalEvidence = 15;  // nats, of all cells of a set
constexpr double kLeastContrast = 1e-5;     // of the largest pixel

Error no_two_values() {
  return Error{ErrorCode::kBadInput,
               "the cells of the lattice show no two values; is the grid where they are?"};
}

/// Whether anything but rounding can be seen at the cells.
bool has_contrast(const Image& marks, const Grid& grid, ImageView<const float> image) {
  float most = 0;
  for (std::int32_t y = 0; y < image.rows; ++y)
    for (std::int32_t x = 0; x < image.cols; ++x) most = std::max(most, std::abs(image(y, x)));
  const Range range = plausible_range(marks, grid, choose_blocks(grid));
  return static_cast<double>(range.high) - static_cast<double>(range.low) >
         kLeastContrast * static_cast<double>(most);
}

/// The first idea of the cells' values: is the middle brighter than the threshold between heaps?
std::vector<bool> first_values(const Image& marks, const Grid& grid,
                               const std::vector<std::int64_t>& set,
                               const std::vector<bool>& trusted) {
  std::vector<float> values, heap;
  for (const std::int64_t cell : set) {
    values.push_back(marks.at(grid.at(static_cast<std::int32_t>(cell / grid.cols.count()),
                                      static_cast<std::int32_t>(cell % grid.cols.count()))));
    if (trusted[static_cast<std::size_t>(cell)]) heap.push_back(values.back());
  }
  const double threshold = split_in_two(heap).threshold;
  std::vector<bool> high;
  for (const float value : values) high.push_back(static_cast<double>(value) > threshold);
  return high;
}

/// Far from both templates: beyond the distances that the trusted cells of the set have.
std::vector<bool> unlike_cells(const std::vector<std::int64_t>& set, const Scores& scores,
                               const std::vector<bool>& trusted) {
  std::vector<float> distances;
  for (std::size_t k = 0; k < set.size(); ++k)
    if (trusted[static_cast<std::size_t>(set[k])]) distances.push_back(scores.distance[k]);
  const float middle = quantile(distances, 0.5);
  for (float& distance : distances) distance = std::abs(distance - middle);
  const double sigma = 1.4826 * static_cast<double>(quantile(distances, 0.5));
  std::vector<bool> unlike;
  for (const float distance : scores.distance)
    unlike.push_back(static_cast<double>(distance - middle) > kUnlike * std::max(sigma, 0.02));
  return unlike;
}

void describe_grid(const Grid& grid, const Grid& first, RawLatticeReading& reading) {
  double square = 0;
  for (std::int32_t row = 0; row < grid.rows.count(); ++row)
    for (std::int32_t col = 0; col < grid.cols.count(); ++col) {
      const auto place = grid.at(row, col);
      const auto guessed = first.at(row, col);
      square += std::pow(place[0] - guessed[0], 2) + std::pow(place[1] - guessed[1], 2);
      reading.centre.push_back({static_cast<float>(place[0]), static_cast<float>(place[1])});
    }
  reading.shift_px = std::sqrt(square / static_cast<double>(grid.cells()));
  // A pitch about the middle cell; the lines of a group are moved apart by in_group_px besides.
  const std::int32_t row = grid.rows.count() / 2, col = grid.cols.count() / 2;
  for (const bool down : {true, false}) {
    const auto from = down ? grid.at(row, col, -0.5, 0) : grid.at(row, col, 0, -0.5);
    const auto to = down ? grid.at(row, col, 0.5, 0) : grid.at(row, col, 0, 0.5);
    const Lines& lines = down ? grid.rows : grid.cols;
    const double spread =
        lines.phases > 1 ? 2 * grid.in_group_px[down ? 0 : 1] / (lines.phases - 1) : 0;
    reading.pitch_px[down ? 0 : 1] = std::hypot(to[0] - from[0], to[1] - from[1]) + spread;
    if (!down) reading.angle = std::atan2(to[0] - from[0], to[1] - from[1]);
  }
}

Result<> weigh(const Image& patches, const Image& marks, const Grid& grid, const Damage& damage,
               const RawLatticeGuess& guess, RawLatticeReading& reading) {
  std::vector<bool> trusted(damage.near);
  trusted.flip();
  const double least_llr = std::log(guess.confidence / (1 - guess.confidence));
  double separation = std::numeric_limits<double>::infinity();
  for (const auto& set : phase_sets(grid, kLeastSetCells)) {
    const Scores scores =
        score_cells(patches, grid, set, trusted, first_values(marks, grid, set, trusted));
    std::vector<float> clean;
    for (std::size_t k = 0; k < set.size(); ++k)
      if (trusted[static_cast<std::size_t>(set[k])]) clean.push_back(scores.score[k]);
    const ScoreModel model = fit_scores(clean);
    const double needed = std::max(
        kLeastEvidence, kLeastTotalEvidence / std::max(1.0, static_cast<double>(clean.size())));
    if (!(model.evidence >= needed)) return no_two_values();
    separation = std::min(separation, model.separation());
    const auto unlike = unlike_cells(set, scores, trusted);
    for (std::size_t k = 0; k < set.size(); ++k) {
      const auto cell = static_cast<std::size_t>(set[k]);
      // ln(P(low) / P(high)) is ln(P(1) / P(0)) where a 1 is dark.
      double llr = model.llr(static_cast<double>(scores.score[k])) * (guess.one_is_dark ? -1 : 1);
      CellState state = std::abs(llr) < least_llr ? CellState::kUndecided : CellState::kClear;
      if (unlike[k]) state = CellState::kUnlike;
      if (damage.near[cell]) state = CellState::kDamaged;
      if (unlike[k] || damage.near[cell]) {
        const double most = kDoubtfulNats * (1 - static_cast<double>(damage.share[cell]));
        llr = std::clamp(llr, -most, most);
      }
      reading.llr[cell] = static_cast<float>(llr);
      reading.state[cell] = state;
    }
  }
  reading.separation = separation;
  return Ok{};
}

}  // namespace
}  // namespace raw_lattice

std::int64_t RawLatticeReading::count(CellState wanted) const {
  return std::count(state.begin(), state.end(), wanted);
}

Result<RawLatticeReading> read_raw_lattice(ImageView<const float> image,
                                           const RawLatticeGuess& guess) {
  using namespace raw_lattice;
  OSTRACON_TRY_ASSIGN(const Grid first, make_grid(guess));
  OSTRACON_TRY(check_inside(first, image.rows, image.cols));
  OSTRACON_TRY_ASSIGN(const Image flat, flatten(image, first));
  const Image marks = blur(flat, first, kMarkBlur);
  if (!has_contrast(marks, first, image)) return no_two_values();
  Grid grid = first;
  refine_grid(marks, guess.tolerance_px, grid);
  const Damage damage = find_damage(blur(flat, grid, kDamageBlur), grid);

  RawLatticeReading reading;
  reading.rows = grid.rows.count();
  reading.cols = grid.cols.count();
  reading.row_line = grid.rows.line;
  reading.col_line = grid.cols.line;
  reading.llr.resize(static_cast<std::size_t>(grid.cells()));
  reading.state.resize(static_cast<std::size_t>(grid.cells()));
  describe_grid(grid, first, reading);
  OSTRACON_TRY(weigh(blur(flat, grid, kPatchBlur), marks, grid, damage, guess, reading));
  return reading;
}

}  // namespace ostracon
