#include "pipeline/raw_lattice/block_contrast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/raw_lattice/quantile.hpp"
#include "pipeline/raw_lattice/two_heaps.hpp"

namespace ostracon::raw_lattice {
namespace {

constexpr std::int32_t kMostBlocks = 8;  // along an axis
constexpr std::int32_t kLeastLines = 6;  // of a block, where the lattice has so many
constexpr std::int32_t kMostLines = 16;
constexpr double kLeastSpread = 0.05;  // of the plausible range: the floor of a heap's spread
constexpr double kCellsPerPhase = 8;   // fewer do not tell their mean

struct Run {
  std::int32_t first, count;
};

std::vector<Run> choose_runs(std::int32_t lines) {
  const std::int32_t runs = std::clamp(lines / kLeastLines, 1, kMostBlocks);
  std::vector<Run> chosen;
  for (std::int32_t i = 0; i < runs; ++i) {
    const auto begin = static_cast<std::int32_t>(std::int64_t{lines} * i / runs);
    const auto end = static_cast<std::int32_t>(std::int64_t{lines} * (i + 1) / runs);
    const std::int32_t count = std::min(end - begin, kMostLines);
    chosen.push_back({begin + (end - begin - count) / 2, count});
  }
  return chosen;
}

double middle_of(const Lines& lines, const Run& run) {
  const double first = lines.offset[static_cast<std::size_t>(run.first)];
  const double last = lines.offset[static_cast<std::size_t>(run.first + run.count - 1)];
  return (0.5 * (first + last) - lines.middle) / lines.half;
}

}  // namespace

std::vector<Block> choose_blocks(const Grid& grid) {
  std::vector<Block> blocks;
  for (const Run& down : choose_runs(grid.rows.count()))
    for (const Run& right : choose_runs(grid.cols.count()))
      blocks.push_back({down.first, right.first, down.count, right.count,
                        middle_of(grid.rows, down), middle_of(grid.cols, right)});
  return blocks;
}

Range plausible_range(const Image& image, const Grid& grid, const std::vector<Block>& blocks) {
  std::vector<float> lows, highs, values;
  for (const Block& block : blocks) {
    values.clear();
    for (std::int32_t row = block.row; row < block.row + block.rows; ++row)
      for (std::int32_t col = block.col; col < block.col + block.cols; ++col)
        for (const double down : {-0.25, 0.0, 0.25})
          for (const double right : {-0.25, 0.0, 0.25})
            values.push_back(image.at(grid.at(row, col, down, right)));
    lows.push_back(quantile(values, 0.02));
    highs.push_back(quantile(values, 0.98));
  }
  const float low = quantile(lows, 0.5), high = quantile(highs, 0.5);
  return {2 * low - high, 2 * high - low};
}

void BlockContrast::remove_phase_means(const Grid& grid, const Block& block) {
  for (const bool of_rows : {true, false}) {
    const Lines& lines = of_rows ? grid.rows : grid.cols;
    const double cells = static_cast<double>(block.rows) * block.cols;
    if (lines.phases < 2 || cells / lines.phases < kCellsPerPhase) continue;
    const auto phase_of = [&](std::size_t i) {
      const auto width = static_cast<std::size_t>(block.cols);
      const auto line = of_rows ? static_cast<std::size_t>(block.row) + i / width
                                : static_cast<std::size_t>(block.col) + i % width;
      return static_cast<std::size_t>(lines.phase[line]);
    };
    sum_.assign(static_cast<std::size_t>(lines.phases), 0);
    count_.assign(static_cast<std::size_t>(lines.phases), 0);
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (!std::isnan(values_[i])) {
        sum_[phase_of(i)] += static_cast<double>(values_[i]);
        count_[phase_of(i)] += 1;
      }
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (!std::isnan(values_[i]))
        values_[i] -= static_cast<float>(sum_[phase_of(i)] / count_[phase_of(i)]);
  }
}

double BlockContrast::gain(const Grid& grid, const Block& block, double dy, double dx) {
  values_.clear();
  for (std::int32_t row = block.row; row < block.row + block.rows; ++row)
    for (std::int32_t col = block.col; col < block.col + block.cols; ++col) {
      const auto place = grid.at(row, col);
      const float value = image_.at(place[0] + dy, place[1] + dx);
      const bool plausible = value >= range_.low && value <= range_.high;
      values_.push_back(plausible ? value : std::numeric_limits<float>::quiet_NaN());
    }
  remove_phase_means(grid, block);
  plausible_.clear();
  for (const float value : values_)
    if (!std::isnan(value)) plausible_.push_back(value);
  const TwoHeaps heaps = split_in_two(plausible_);
  const double width = static_cast<double>(range_.high) - static_cast<double>(range_.low);
  const double floor = std::max(kLeastSpread * kLeastSpread / 9 * width * width, 1e-300);
  return 0.5 * static_cast<double>(plausible_.size()) *
         std::log((heaps.total + floor) / (heaps.within + floor));
}

}  // namespace ostracon::raw_lattice
