// The lattice's local quadratics on the device against those on the host.

#include <cmath>

#include "datasets/random.hpp"
#include "kernels/lattice_refinement.hpp"
#include "tests/support/both_backends.hpp"

namespace ostracon::test {
namespace {

struct Field {
  steps::PhaseTiles tiles;
  steps::SmoothPhase phase;
};

/// A bent phase that the lines show in noise, with a hole that shows none, and the phase as growth
/// leaves it: nearly right.
Field bent_field(std::int32_t rows, std::int32_t cols) {
  sem::Random random(static_cast<std::uint64_t>(rows * 1000 + cols));
  Field field;
  field.tiles.rows = field.phase.rows = rows;
  field.tiles.cols = field.phase.cols = cols;
  for (std::int32_t i = 0; i < rows; ++i)
    for (std::int32_t j = 0; j < cols; ++j) {
      const float y = static_cast<float>(i) / 20, x = static_cast<float>(j) / 20;
      const float bend = 3 * std::sin(y) + 20 * x;
      const float amplitude = i > 5 && i < 12 && j > 3 && j < 14 ? 0.0F : 2.5F;
      for (auto* line : {&field.tiles.row_line, &field.tiles.col_line})
        line->push_back(std::polar(amplitude, bend) +
                        std::complex<float>(static_cast<float>(0.7 * random.normal()),
                                            static_cast<float>(0.7 * random.normal())));
      field.phase.row.push_back(bend + 0.2F * static_cast<float>(random.normal()));
      field.phase.col.push_back(bend + 0.3F);
    }
  return field;
}

class LatticeRefinementEqualTest : public BothBackendsTest,
                                   public ::testing::WithParamInterface<std::array<int, 2>> {};

TEST_P(LatticeRefinementEqualTest, PhasesAndResidualAreTheSame) {
  const auto [rows, cols] = GetParam();
  const auto device = cuda::Device::create();
  ASSERT_TRUE(device.has_value());
  const Field field = bent_field(rows, cols);
  auto on_device = cuda::DevicePhaseFitter::create(field.phase.row.size(), *device.value());
  ASSERT_TRUE(on_device.has_value());
  steps::PhaseFitter on_host;
  const std::array<steps::FitPass, 2> ordinary{{{7, false}, {7, false}}};
  const std::array<steps::FitPass, 2> sharpened{{{10, false}, {10, true}}};
  for (const auto& passes : {ordinary, sharpened}) {
    steps::SmoothPhase expected = field.phase, found = field.phase;
    ASSERT_OK(on_host.fit(field.tiles, passes, expected));
    ASSERT_OK(on_device.value().fit(field.tiles, passes, found));
    float worst = 0, moved = 0;
    for (std::size_t k = 0; k < expected.row.size(); ++k) {
      worst = std::max(worst, std::abs(expected.row[k] - found.row[k]));
      worst = std::max(worst, std::abs(expected.col[k] - found.col[k]));
      moved = std::max(moved, std::abs(expected.row[k] - field.phase.row[k]));
    }
    // Radians: rounding of moments of phases up to 60, grown by the quadratics at the corners. It
    // is less than 5e-4 px at 3 px a module.
    EXPECT_LT(worst, 1e-3F);
    EXPECT_GT(moved, 0.1F);
    EXPECT_GT(expected.residual_modules, 0);
    EXPECT_NEAR(expected.residual_modules, found.residual_modules, 1e-5F);
    RecordProperty("worst_radians", std::to_string(worst));
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, LatticeRefinementEqualTest,
                         ::testing::Values(std::array{4, 4}, std::array{31, 17},
                                           std::array{40, 57}));

}  // namespace
}  // namespace ostracon::test
