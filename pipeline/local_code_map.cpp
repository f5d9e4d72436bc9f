#include "pipeline/local_code_map.hpp"

#include "pipeline/raw_lattice/cholesky.hpp"

namespace ostracon {
namespace {

// Weights beside that of a middle: of an axis, from one code to the next, and of the belief that
// the quadratic is straight.
constexpr double kAxisWeight = 0.1, kStraightWeight = 0.05;
constexpr double kLeastPivot = 1e-9;

}  // namespace

std::array<float, 2> step_px(const CodeMap& map, const std::array<float, 2>& modules) {
  const auto &down = map.terms[1], &right = map.terms[2];
  return {modules[0] * down[0] + modules[1] * right[0],
          modules[0] * down[1] + modules[1] * right[1]};
}

void LocalCodeMap::add(const std::array<double, kTerms>& terms, const std::array<float, 2>& value,
                       double weight) {
  for (std::size_t a = 0; a < kTerms; ++a) {
    for (std::size_t b = 0; b < kTerms; ++b)
      normal_[kTerms * a + b] += weight * terms[a] * terms[b];
    for (std::size_t axis = 0; axis < 2; ++axis)
      right_[axis][a] += weight * terms[a] * static_cast<double>(value[axis]);
  }
}

void LocalCodeMap::add(const CodeMap& map, std::int32_t rows, std::int32_t cols) {
  middle_ = map.middle;
  const double i = rows, j = cols;
  add({1, i, j, i * i, i * j, j * j}, map.terms[0], 1);
  add({0, 1, 0, 2 * i, j, 0}, step_px(map, steps_[0]), kAxisWeight);
  add({0, 0, 1, 0, i, 2 * j}, step_px(map, steps_[1]), kAxisWeight);
}

std::optional<CodeMap> LocalCodeMap::map() const {
  const auto &down = steps_[0], &right = steps_[1];
  const float area = down[0] * right[1] - down[1] * right[0];
  const float row = down[0], col = right[1];  // for squares the slant is nothing
  if (!middle_ || !(area > 0) || !(row > 0) || !(col > 0)) return std::nullopt;
  std::array<double, kTerms* kTerms> normal = normal_;
  for (std::size_t a = 3; a < kTerms; ++a) normal[kTerms * a + a] += kStraightWeight;
  const raw_lattice::Cholesky cholesky({normal.begin(), normal.end()}, kTerms, kLeastPivot);
  CodeMap map;
  map.middle = *middle_;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::array<double, kTerms> solution = right_[axis];
    cholesky.solve(solution);
    std::array<float, kTerms> terms{};
    for (std::size_t a = 0; a < kTerms; ++a) terms[a] = static_cast<float>(solution[a]);
    map.terms[0][axis] = terms[0];
    map.terms[1][axis] = (terms[1] * right[1] - terms[2] * down[1]) / area;
    map.terms[2][axis] = (terms[2] * down[0] - terms[1] * right[0]) / area;
    map.terms[3][axis] = terms[3] / (row * row);
    map.terms[4][axis] = terms[4] / (row * col);
    map.terms[5][axis] = terms[5] / (col * col);
  }
  return map;
}

}  // namespace ostracon
