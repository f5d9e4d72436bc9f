#include "datasets/damage_mask.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/random.hpp"

namespace ostracon::sem {
namespace {

struct Shape {
  double y, x;          // centre, modules
  double reach;         // no point of it is farther from the centre
  double half_length;   // of a scratch; 0: a disc
  double half_width;    // of a scratch, or radius
  double cosine, sine;  // of the scratch's direction
  bool contains(double dy, double dx) const {
    if (half_length == 0) return dy * dy + dx * dx < half_width * half_width;
    return std::abs(dy * cosine + dx * sine) < half_width &&
           std::abs(dx * cosine - dy * sine) < half_length;
  }
};

Shape draw_shape(Random& random, std::int32_t rows, std::int32_t cols) {
  const bool scratch = random.uniform() < 0.3;
  Shape shape{random.uniform(0, rows), random.uniform(0, cols), 0, 0, 0, 1, 0};
  if (scratch) {
    const double angle = random.uniform(0, std::numbers::pi);
    shape.cosine = std::cos(angle);
    shape.sine = std::sin(angle);
    shape.half_width = random.uniform(0.7, 2);
    shape.half_length = random.uniform(20, 90);
  } else {
    shape.half_width = random.uniform(1, 7);
  }
  shape.reach = std::hypot(shape.half_width, shape.half_length) + 1;
  return shape;
}

/// Paints `shape`, returns how many cells were clean before.
std::size_t paint(DamageMask& mask, const Shape& shape, Dirt dirt) {
  const auto clip = [](double cell, std::int32_t end) {
    return static_cast<std::int32_t>(std::clamp(cell, 0.0, static_cast<double>(end)));
  };
  const std::int32_t last_row = clip(2 * (shape.y + shape.reach), mask.rows);
  const std::int32_t last_col = clip(2 * (shape.x + shape.reach), mask.cols);
  std::size_t fresh = 0;
  for (std::int32_t row = clip(2 * (shape.y - shape.reach), mask.rows); row < last_row; ++row) {
    for (std::int32_t col = clip(2 * (shape.x - shape.reach), mask.cols); col < last_col; ++col) {
      if (!shape.contains(row / 2.0 - shape.y, col / 2.0 - shape.x)) continue;
      Dirt& at = mask.cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.cols) +
                            static_cast<std::size_t>(col)];
      fresh += at == Dirt::kNone ? 1U : 0U;
      at = dirt;
    }
  }
  return fresh;
}

}  // namespace

bool DamageMask::hits_module(std::int32_t row, std::int32_t col) const {
  if (cells.empty()) return false;
  const auto width = static_cast<std::size_t>(cols);
  const std::size_t at =
      2 * static_cast<std::size_t>(row) * width + 2 * static_cast<std::size_t>(col);
  return cells[at] != Dirt::kNone || cells[at + 1] != Dirt::kNone ||
         cells[at + width] != Dirt::kNone || cells[at + width + 1] != Dirt::kNone;
}

DamageMask make_damage(double area, std::int32_t rows, std::int32_t cols, std::uint64_t seed,
                       std::uint64_t field) {
  DamageMask mask;
  if (area <= 0) return mask;
  mask.rows = 2 * rows;
  mask.cols = 2 * cols;
  mask.cells.assign(static_cast<std::size_t>(mask.rows) * static_cast<std::size_t>(mask.cols),
                    Dirt::kNone);
  Random random(stream_seed(seed, field, Purpose::kDamage));
  const double wanted = area * static_cast<double>(mask.cells.size());
  for (std::size_t covered = 0; static_cast<double>(covered) < wanted;) {
    const Dirt dirt = random.uniform() < 0.5 ? Dirt::kDark : Dirt::kBright;
    covered += paint(mask, draw_shape(random, rows, cols), dirt);
  }
  return mask;
}

}  // namespace ostracon::sem
