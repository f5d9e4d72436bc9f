// The rules of drift and lattice: arithmetic of one cell that every backend calls.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "pipeline/rules/finder_mark.hpp"
#include "pipeline/rules/line_evidence.hpp"
#include "pipeline/rules/local_quadratic.hpp"
#include "pipeline/rules/log_cosh.hpp"
#include "pipeline/rules/module_window.hpp"
#include "pipeline/rules/phase_field.hpp"
#include "pipeline/rules/shift_path.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::test {
namespace {

TEST(ModuleWindowRule, TapsLieAtTheirPhasesAboutTheCentre) {
  const rules::PulseTaps taps{8, 6, 1};
  for (float y = 20; y < 22; y += 0.037F)
    for (float x = 30; x < 32; x += 0.041F) {
      const rules::ModuleWindow window = rules::module_window(y, x, taps, 100, 100);
      ASSERT_TRUE(window.inside);
      const auto offset = [](std::int32_t phase) {
        return (static_cast<float>(phase) + 0.5F) / rules::kPulsePhases - 4.0F;
      };
      EXPECT_NEAR(static_cast<float>(window.y0 - taps.first) - y, offset(window.phase_y), 0.009F);
      EXPECT_NEAR(static_cast<float>(window.x0) - x, offset(window.phase_x), 0.009F);
      EXPECT_GE(std::min(window.phase_y, window.phase_x), 0);
      EXPECT_LT(std::max(window.phase_y, window.phase_x), rules::kPulsePhases);
    }
}

TEST(ModuleWindowRule, AWindowIsInsideIfAllItsPixelsAre) {
  const rules::PulseTaps taps{8, 6, 1};
  // Columns x - 4 .. x + 4 of 50, rows y - 3 .. y + 3 of 40.
  for (const auto& [y, x, inside] : {std::tuple{20.0F, 3.0F, true},
                                     {20.0F, 2.9F, false},
                                     {20.0F, 45.9F, true},
                                     {20.0F, 46.1F, false},
                                     {2.0F, 20.0F, true},
                                     {1.9F, 20.0F, false},
                                     {36.9F, 20.0F, true},
                                     {37.1F, 20.0F, false}})
    EXPECT_EQ(rules::module_window(y, x, taps, 40, 50).inside, inside) << y << ' ' << x;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::nanf(""), kInfinity, -kInfinity, 3e38F, -3e38F, 1e10F}) {
    EXPECT_FALSE(rules::module_window(bad, 20, taps, 40, 50).inside) << bad;
    EXPECT_FALSE(rules::module_window(20, bad, taps, 40, 50).inside) << bad;
  }
}

TEST(LineEvidenceRule, NatsAreTheBoundOnAMeanOfExponentials) {
  EXPECT_EQ(rules::line_nats(0.5F, 3), 0.0F);
  EXPECT_EQ(rules::line_nats(1.0F, 3), 0.0F);
  EXPECT_NEAR(rules::line_nats(5.0F, 1), 4 - std::log(5.0), 1e-6);
  EXPECT_FLOAT_EQ(rules::line_nats(5.0F, 3), 3 * rules::line_nats(5.0F, 1));
}

TEST(LineEvidenceRule, APeakLiesAtTheTopOfItsParabola) {
  const auto parabola = [](float x) { return 7 - 3 * (x - 0.2F) * (x - 0.2F); };
  EXPECT_NEAR(rules::peak_offset(parabola(-1), parabola(0), parabola(1)), 0.2, 1e-6);
  EXPECT_EQ(rules::peak_offset(1, 1, 1), 0.0F);
  EXPECT_EQ(rules::peak_offset(3, 1, 3), 0.0F);  // no top
  EXPECT_EQ(rules::peak_offset(0, 1, 1.5F), 0.5F);
  EXPECT_EQ(rules::peak_offset(1.5F, 1, 0), -0.5F);
}

TEST(LineEvidenceRule, LevelsFollowAnExponentialBetweenTheMiddlesOfRings) {
  constexpr float kLevels[] = {16, 4, 1};
  EXPECT_FLOAT_EQ(rules::ring_scale(0, kLevels, 3), 1 / 16.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(3.5F, kLevels, 3), 1 / 16.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(7.5F, kLevels, 3), 1 / 8.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(11.5F, kLevels, 3), 1 / 4.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(100, kLevels, 3), 1.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(100, kLevels, 1), 1 / 16.0F);
}

TEST(LatticeContrastRule, IsEvenConvexAndBounded) {
  EXPECT_EQ(rules::lattice_contrast(0), 0);
  EXPECT_NEAR(rules::lattice_contrast(0.05F), 0.5F * 0.05F * 0.05F, 1e-5F);
  for (float x = 0.1F; x < 7.9F; x += 0.1F) {
    EXPECT_FLOAT_EQ(rules::lattice_contrast(x), rules::lattice_contrast(-x));
    EXPECT_GT(rules::lattice_contrast(x), rules::lattice_contrast(x - 0.1F));
    EXPECT_LT(2 * rules::lattice_contrast(x),
              rules::lattice_contrast(x - 0.1F) + rules::lattice_contrast(x + 0.1F) + 1e-5F);
  }
  EXPECT_EQ(rules::lattice_contrast(8), rules::lattice_contrast(1e30F));
  EXPECT_EQ(rules::lattice_contrast(-8), rules::lattice_contrast(-1e30F));
}

TEST(DriftWeightRule, IsTheSignalOverNoiseOfACrossSpectrum) {
  // S / (N (N + 2 S)) against one other frame.
  EXPECT_FLOAT_EQ(rules::drift_weight(3, 2, 1), 3.0F / (2 * (2 + 2 * 3)));
  EXPECT_EQ(rules::drift_weight(0, 2, 1), 0);
  // Frequencies of noise alone count for nothing; those of a clean signal equally, 1 / (N (1 + n)).
  EXPECT_LT(rules::drift_weight(1e-6F, 1, 1), 1e-5F);
  EXPECT_NEAR(rules::drift_weight(1e6F, 1, 3), 0.25F, 1e-5F);
  EXPECT_TRUE(std::isfinite(rules::drift_weight(0, 0, 1)));
  float before = 0;
  for (const float signal : {0.01F, 0.1F, 1.0F, 10.0F}) {
    EXPECT_GT(rules::drift_weight(signal, 1, 2), before);
    before = rules::drift_weight(signal, 1, 2);
  }
}

TEST(NoisePowerRule, AveragesOverThirtyThreeColumnsButTheOutermost) {
  const auto inside = rules::noise_neighbours(100, 513);
  EXPECT_EQ(inside.begin, 84);
  EXPECT_EQ(inside.end, 117);
  EXPECT_EQ(rules::noise_neighbours(0, 513).begin, 1);
  EXPECT_EQ(rules::noise_neighbours(512, 513).end, 512);
  EXPECT_EQ(rules::noise_neighbours(8, 17).end, 16);
  EXPECT_FLOAT_EQ(rules::noise_power(12, 8), 1.5F);
  EXPECT_GT(rules::noise_power(0, 8), 0);
}

TEST(SignalPowerRule, IsNoneWhereItIsChance) {
  EXPECT_EQ(rules::signal_power(0.03, 1), 0.03F);
  EXPECT_EQ(rules::signal_power(0.01, 1), 0);
  EXPECT_EQ(rules::signal_power(-1, 1), 0);
  EXPECT_EQ(rules::signal_power(std::nan(""), 1), 0);
}

TEST(PeakStepRule, FindsTheTopOfAParabolaInOneStep) {
  // J = 5 - 2 (y - 0.3)^2 - (x + 0.2)^2 + (y - 0.3) (x + 0.2) at (0, 0).
  const double y = -0.3, x = 0.2;
  const rules::CorrelationSums at_zero{
      5 - 2 * y * y - x * x + y * x, -4 * y + x, -2 * x + y, -4, -2, 1};
  const float start[] = {0, 0};
  const auto step = rules::step_to_peak(at_zero, start, 0, 0);
  EXPECT_FLOAT_EQ(step.y, 0.3F);
  EXPECT_FLOAT_EQ(step.x, -0.2F);
  EXPECT_FALSE(step.last);
  EXPECT_TRUE(rules::step_to_peak({5, 1e-3, 0, -4, -2, 0}, start, 0, 0).last);
}

TEST(PeakStepRule, StaysNearAndStopsWhereThereIsNoTop) {
  const float start[] = {1, 1};
  const auto far = rules::step_to_peak({0, 100, -100, -1, -1, 0}, start, 2.25F, 1);
  EXPECT_EQ(far.y, 2.5F);
  EXPECT_EQ(far.x, 0.5F);
  EXPECT_FALSE(far.last);
  const auto valley = rules::step_to_peak({0, 1, 1, 1, -1, 0}, start, 1.25F, 0.75F);
  EXPECT_EQ(valley.y, 1.25F);
  EXPECT_EQ(valley.x, 0.75F);
  EXPECT_TRUE(valley.last);
}

TEST(PathStepRule, WeighsLikelihoodAgainstDistance) {
  // A step of a cell, 2 px, costs 2; of two cells 8.
  const float near[] = {0, 0, 1, 2.5F, 0};
  EXPECT_EQ(rules::best_step(near, 1, 2, 5).value, 1);  // 2.5 - 2 is less
  const float far[] = {9.5F, 0, 1, 3, 0};
  const auto best = rules::best_step(far, 1, 2, 5);
  EXPECT_EQ(best.value, 1.5F);
  EXPECT_EQ(best.step, -2);
  EXPECT_EQ(rules::best_step(far, 1, 3, 5).step, 0);  // the first is three cells away
  const float equal[] = {3, 1, 3};
  EXPECT_EQ(rules::best_step(equal, 1, 1, 3).step, 0);
  const float column[] = {0, 7, 0, 7, 9, 7};
  EXPECT_EQ(rules::best_step(column, 2, 0, 3).value, 1);  // 9 - 8 in the third row
}

TEST(ShiftRule, IsTheTopOfTheParabolaThroughACell) {
  EXPECT_FLOAT_EQ(rules::parabola_top(-1, 0, -1), 0);
  EXPECT_FLOAT_EQ(rules::parabola_top(-2.25F, -0.25F, -0.25F), 0.5F);
  EXPECT_EQ(rules::parabola_top(1, 0, 1), 0);  // no top
  const rules::ShiftGrid grid{1, 2};
  EXPECT_EQ(grid.cells(), 15);
  std::vector<float> map(15);
  map[7] = 1;
  EXPECT_EQ(rules::shift_of(map.data(), grid, 7).y, 0);
  EXPECT_EQ(rules::shift_of(map.data(), grid, 7).x, 0);
  map[8] = 1;
  EXPECT_EQ(rules::shift_of(map.data(), grid, 7).x, 1);  // px, half a cell
  const auto corner = rules::shift_of(map.data(), grid, 14);
  EXPECT_EQ(corner.y, 2);
  EXPECT_EQ(corner.x, 4);
}

TEST(CarrierRule, TurnsOnceInAPeriod) {
  for (const double at : {0.0, 4.0, 4096.0}) {
    const rules::Turn turn = rules::carrier(0.25F, at);
    EXPECT_NEAR(turn.re, 1, 1e-6F) << at;
    EXPECT_NEAR(turn.im, 0, 1e-6F) << at;
  }
  const rules::Turn quarter = rules::carrier(0.25F, 1001);
  EXPECT_NEAR(quarter.re, 0, 1e-6F);
  EXPECT_NEAR(quarter.im, -1, 1e-6F);
}

TEST(SoftModuleRule, IsTheParabolaThroughItsPixelsAndNothingAtTheBorder) {
  constexpr std::int32_t kSide = 12;
  std::array<float, kSide * kSide> pixels{};
  for (std::int32_t y = 0; y < kSide; ++y)
    for (std::int32_t x = 0; x < kSide; ++x)
      pixels[static_cast<std::size_t>(y * kSide + x)] =
          static_cast<float>((y - 5) * (y - 5) - 2 * x + x * y);
  const ImageView<const float> image{pixels.data(), kSide, kSide, kSide};
  for (const float y : {3.0F, 4.25F, 6.5F, 7.75F})
    for (const float x : {2.0F, 3.5F, 8.875F}) {
      const float value = (y - 5) * (y - 5) - 2 * x + x * y;
      EXPECT_EQ(rules::soft_module(image, y, x, 1), std::lround(value)) << y << ' ' << x;
      EXPECT_EQ(rules::soft_module(image, y, x, -1), std::lround(-value)) << y << ' ' << x;
    }
  EXPECT_EQ(rules::soft_module(image, 8, 8, 100), 127);
  EXPECT_EQ(rules::soft_module(image, 8, 8, -100), -127);
  for (const float outside : {-1.0F, 1.9F, 9.0F, 1e9F, std::nanf("")}) {
    EXPECT_EQ(rules::soft_module(image, outside, 5, 100), 0) << outside;
    EXPECT_EQ(rules::soft_module(image, 5, outside, 100), 0) << outside;
  }
}

TEST(LocalQuadraticRule, FindsTheMiddleOfTheQuadraticThatItsSumsAreOf) {
  const auto value = [](double y, double x) { return 2 + 3 * y - x + y * y - 2 * y * x + x * x; };
  double m[6][7] = {};
  for (double y = -1; y <= 1; y += 0.25)
    for (double x = -1; x <= 0.5; x += 0.25) {
      const double basis[6] = {1, y, x, y * y, y * x, x * x};
      for (int r = 0; r < 6; ++r) {
        for (int c = 0; c < 6; ++c) m[r][c] += basis[r] * basis[c];
        m[r][6] += basis[r] * value(y, x);
      }
    }
  EXPECT_NEAR(rules::centre_of_quadratic(m), 2, 1e-3);
  double nothing[6][7] = {};
  EXPECT_EQ(rules::centre_of_quadratic(nothing), 0);
}

TEST(LocalQuadraticRule, AFaintTileSaysLittleAndNoTileSaysMoreThanOneAndAHalfRadians) {
  const auto clear = rules::tile_evidence(5, 0.5F, 2);
  EXPECT_FLOAT_EQ(clear.phase, 5.25F);
  EXPECT_FLOAT_EQ(clear.weight, 1.7F);
  const auto faint = rules::tile_evidence(5, 0.03F, 0.1F);
  EXPECT_FLOAT_EQ(faint.phase, 5.1F);
  EXPECT_FLOAT_EQ(faint.weight, 0.006F);
  EXPECT_FLOAT_EQ(rules::tile_evidence(5, -9, 1).phase, 3.5F);
  EXPECT_FLOAT_EQ(rules::tile_evidence(5, 9, 1).phase, 6.5F);
}

TEST(FinderMarkRule, FewerErrorsMakeALargerKeyWhateverElseItHolds) {
  EXPECT_EQ(rules::mark_key(371, 31, 31, 31), 0U);
  EXPECT_EQ(rules::mark_key(1024 - 371, 0, 0, 0), 0U);
  EXPECT_EQ(rules::mark_key(512, 0, 0, 0), 0U);
  EXPECT_EQ(rules::mark_key(370, 5, 32 + 3, 64 + 7), 1U << 16 | 3U << 11 | 7U << 6 | 5U << 1);
  EXPECT_EQ(rules::mark_key(1024, 31, 31, 0), 371U << 16 | 31U << 11 | 31U << 1 | 1U);
  EXPECT_GT(rules::mark_key(99, 0, 0, 0), rules::mark_key(100, 31, 31, 31));
  EXPECT_GT(rules::mark_key(1024 - 99, 0, 0, 0), rules::mark_key(100, 31, 31, 31));
  EXPECT_TRUE(rules::may_be_mark(96) && rules::may_be_mark(160) && rules::may_be_mark(256));
  EXPECT_FALSE(rules::may_be_mark(97) || rules::may_be_mark(159));
}

TEST(PhaseFieldRule, ThePixelUnderAModuleShowsThatModuleFromWhereverTheSearchBegins) {
  constexpr std::int32_t kTiles = 20, kTilePx = 24;
  std::vector<float> row, col;
  for (std::int32_t i = 0; i < kTiles; ++i)
    for (std::int32_t j = 0; j < kTiles; ++j) {
      row.push_back(0.05F * static_cast<float>(i * j) + 2);  // up to 3 modules
      col.push_back(-0.04F * static_cast<float>(i * i));
    }
  // A pitch of 3 px, turned by atan(3/4).
  const rules::PhaseField field{
      row.data(),           col.data(),    kTiles,      kTiles, kTilePx, {0.8F / 3, -0.6F / 3},
      {0.6F / 3, 0.8F / 3}, {2.4F, -1.8F}, {1.8F, 2.4F}};
  for (const rules::Point at : {rules::Point{0, 0}, rules::Point{479, 0}, rules::Point{200, 333},
                                rules::Point{479, 479}, rules::Point{-30, 500}}) {
    const rules::Module module = rules::module_at(field, at);
    for (const rules::Point start : {rules::Point{240, 240}, rules::Point{0, 479}, at}) {
      const rules::Point found = rules::pixel_under(field, module, start);
      EXPECT_NEAR(found.y, at.y, 1e-3F);
      EXPECT_NEAR(found.x, at.x, 1e-3F);
    }
  }
  // Half a tile from the middles of four: the mean of their phases.
  const rules::Module seen = rules::module_at(field, {47.5F, 71.5F});
  const float phase = (row[22] + row[23] + row[42] + row[43]) / 4;
  EXPECT_NEAR(seen.row, 0.8F / 3 * 47.5F - 0.6F / 3 * 71.5F + phase / 6.2831853F, 1e-5F);
}

}  // namespace
}  // namespace ostracon::test
