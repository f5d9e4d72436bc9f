#include "host/steps/correlation_map.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kMostReach = 32;  // cells

void spread(const float* from, std::ptrdiff_t stride, std::int32_t count, float* best,
            std::int8_t* step) {
  for (std::int32_t i = 0; i < count; ++i) {
    const rules::PathStep found = rules::best_step(from, stride, i, count);
    best[i * stride] = found.value;
    step[i * stride] = static_cast<std::int8_t>(found.step);
  }
}

}  // namespace

CorrelationMap::CorrelationMap(const BandShape& shape)
    : grid{std::min(shape.rows * 7 / 32, kMostReach), std::min(shape.cols * 7 / 32, kMostReach)},
      value(static_cast<std::size_t>(grid.cells())) {}

Shift CorrelationMap::shift_of(std::size_t cell) const {
  const auto [y, x] = rules::shift_of(value.data(), grid, static_cast<std::int32_t>(cell));
  return {y, x};
}

ShiftPath most_likely_path(std::span<const CorrelationMap> maps) {
  const std::size_t cells = maps[0].value.size();
  const std::int32_t rows = maps[0].grid.rows();
  const std::int32_t cols = maps[0].grid.cols();
  // total: likelihood of the best path that ends in a cell; steps: how it came from the band before
  std::vector<float> total = maps[0].value;
  std::vector<float> by_column(cells), by_both(cells);
  std::vector<std::int8_t> step_y(cells * maps.size()), step_x(cells * maps.size());
  for (std::size_t b = 1; b < maps.size(); ++b) {
    for (std::int32_t j = 0; j < cols; ++j)
      spread(total.data() + j, cols, rows, by_column.data() + j, step_y.data() + b * cells + j);
    for (std::int32_t i = 0; i < rows; ++i)
      spread(by_column.data() + i * cols, 1, cols, by_both.data() + i * cols,
             step_x.data() + b * cells + static_cast<std::size_t>(i * cols));
    for (std::size_t cell = 0; cell < cells; ++cell)
      total[cell] = by_both[cell] + maps[b].value[cell];
  }
  ShiftPath path;
  path.shift.resize(maps.size());
  auto cell =
      static_cast<std::size_t>(std::max_element(total.begin(), total.end()) - total.begin());
  double value = 0, variance = 0;
  for (std::size_t b = maps.size(); b-- > 0;) {
    path.shift[b] = maps[b].shift_of(cell);
    value += static_cast<double>(maps[b].value[cell]);
    variance += maps[b].variance;
    const auto x = std::ptrdiff_t{int{step_x[b * cells + cell]}};
    cell = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + x);
    const auto y = std::ptrdiff_t{int{step_y[b * cells + cell]}};
    cell = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + y * cols);
  }
  path.significance = variance > 0 ? value / std::sqrt(variance) : 0;
  return path;
}

}  // namespace ostracon::steps
