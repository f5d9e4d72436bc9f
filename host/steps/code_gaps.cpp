#include <algorithm>
#include <cmath>

#include "format/qr/symbol.hpp"
#include "host/steps/code_growth.hpp"
#include "host/steps/code_proposals.hpp"

namespace ostracon::steps {
namespace {

constexpr float kCellsOfSide = 4;   // cells along the side of the smallest code
constexpr float kTolerance = 0.6F;  // cells, of what a code leaves free

/// Flags of cells of an image.
class CellGrid {
 public:
  CellGrid(std::int32_t rows, std::int32_t cols) : rows_(rows), cols_(cols) {
    flags_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
  }

  std::int32_t rows() const { return rows_; }
  std::int32_t cols() const { return cols_; }
  std::uint8_t& at(std::int32_t row, std::int32_t col) {
    return flags_[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols_) +
                  static_cast<std::size_t>(col)];
  }

  /// Every cell becomes the most (or least) of those from `before` before it to `behind` behind,
  /// along both axes; those beyond the grid are 0.
  void spread(std::int32_t before, std::int32_t behind, bool most) {
    for (const bool down : {false, true}) {
      CellGrid result(rows_, cols_);
      for (std::int32_t row = 0; row < rows_; ++row)
        for (std::int32_t col = 0; col < cols_; ++col) {
          std::uint8_t value = at(row, col);
          const std::int32_t here = down ? row : col, end = down ? rows_ : cols_;
          if (!most && (here < before || here + behind >= end)) value = 0;
          for (std::int32_t k = std::max(here - before, 0); k <= std::min(here + behind, end - 1);
               ++k) {
            const std::uint8_t other = down ? at(k, col) : at(row, k);
            value = most ? std::max(value, other) : std::min(value, other);
          }
          result.at(row, col) = value;
        }
      *this = std::move(result);
    }
  }

 private:
  std::int32_t rows_, cols_;
  std::vector<std::uint8_t> flags_;
};

/// Clears the cells whose middles lie within a code.
void cover(const LocatedCode& code, float cell, CellGrid& free) {
  const auto& t = code.map.terms;
  const float half = code.map.middle + 0.5F;
  const auto range = [&](std::size_t axis, std::int32_t count) {
    const float reach = half * (std::abs(t[1][axis]) + std::abs(t[2][axis]));
    const auto at = [&](float px) {
      return static_cast<std::int32_t>(std::clamp(px / cell, -1.0F, static_cast<float>(count)));
    };
    return std::array<std::int32_t, 2>{std::max(at(t[0][axis] - reach), 0),
                                       std::min(at(t[0][axis] + reach), count - 1)};
  };
  const auto rows = range(0, free.rows()), cols = range(1, free.cols());
  for (std::int32_t row = rows[0]; row <= rows[1]; ++row)
    for (std::int32_t col = cols[0]; col <= cols[1]; ++col)
      if (holds(code,
                {(static_cast<float>(row) + 0.5F) * cell, (static_cast<float>(col) + 0.5F) * cell}))
        free.at(row, col) = 0;
}

}  // namespace

std::vector<ImagePart> gaps_between(const std::vector<LocatedCode>& codes,
                                    const CodeLattice& lattice, std::int32_t rows,
                                    std::int32_t cols) {
  const std::int32_t smallest = *std::min_element(lattice.versions.begin(), lattice.versions.end());
  const float pitch = std::min(std::hypot(lattice.right[0], lattice.right[1]),
                               std::hypot(lattice.down[0], lattice.down[1]));
  const float side = static_cast<float>(format::qr::side_of(smallest)) * pitch;
  const float cell = side / kCellsOfSide;
  const auto cells = [&](std::int32_t px) {
    return static_cast<std::int32_t>(std::ceil(static_cast<float>(px) / cell));
  };
  CellGrid grid(cells(rows), cells(cols));
  for (std::int32_t row = 0; row < grid.rows(); ++row)
    for (std::int32_t col = 0; col < grid.cols(); ++col) grid.at(row, col) = 1;
  for (const LocatedCode& code : codes) cover(code, cell, grid);
  // A code holds a block of cells along the image's axes, and reaches beyond it at its corners.
  const float turn = (std::abs(lattice.right[0]) + std::abs(lattice.right[1])) /
                     std::hypot(lattice.right[0], lattice.right[1]);
  const auto block = std::max(static_cast<std::int32_t>(kCellsOfSide / turn - kTolerance), 1) - 1;
  const auto beyond = static_cast<std::int32_t>(
      std::ceil(0.5F * kCellsOfSide * (turn - 1 / turn) + 0.5F * kTolerance));
  grid.spread(0, block, false);
  grid.spread(block + beyond, beyond, true);
  std::vector<ImagePart> parts;
  const auto edge = [&](std::int32_t at, std::int32_t most) {
    return std::min(static_cast<std::int32_t>(static_cast<float>(at) * cell), most);
  };
  for (std::int32_t row = 0; row < grid.rows(); ++row)
    for (std::int32_t col = 0; col < grid.cols(); ++col) {
      if (grid.at(row, col) == 0) continue;
      // As wide as it goes, then as high as all of it goes.
      std::int32_t right = col, down = row;
      while (right < grid.cols() && grid.at(row, right) != 0) ++right;
      const auto whole = [&](std::int32_t below) {
        for (std::int32_t k = col; k < right; ++k)
          if (grid.at(below, k) == 0) return false;
        return true;
      };
      while (down < grid.rows() && whole(down)) {
        for (std::int32_t k = col; k < right; ++k) grid.at(down, k) = 0;
        ++down;
      }
      const std::int32_t top = edge(row, rows), left = edge(col, cols);
      if (edge(down, rows) > top && edge(right, cols) > left)
        parts.push_back({top, left, edge(down, rows) - top, edge(right, cols) - left});
    }
  return parts;
}

}  // namespace ostracon::steps
