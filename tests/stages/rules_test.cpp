// The rules: arithmetic of one cell that every backend calls.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "pipeline/rules/background.hpp"
#include "pipeline/rules/box_plus.hpp"
#include "pipeline/rules/damage.hpp"
#include "pipeline/rules/line_evidence.hpp"
#include "pipeline/rules/local_quadratic.hpp"
#include "pipeline/rules/log_cosh.hpp"
#include "pipeline/rules/min_sum.hpp"
#include "pipeline/rules/module_window.hpp"
#include "pipeline/rules/pulse.hpp"
#include "pipeline/rules/shift_path.hpp"
#include "pipeline/rules/soft_bit.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::test {
namespace {

constexpr rules::SoftClasses kEven{1.0F, 0.25F, -1.0F, 0.25F};

TEST(PulseRule, IntegratesToOneAndSumsToOneOverModules) {
  for (const float blur : {0.0F, 0.1F, 0.3F, 0.5F, 0.9F}) {
    double integral = 0;
    for (int k = -8000; k <= 8000; ++k)
      integral += 1e-3 * static_cast<double>(rules::pulse(static_cast<float>(k) * 1e-3F, blur));
    EXPECT_NEAR(integral, 1, 1e-3) << blur;
    for (const float phase : {0.0F, 0.2F, 0.4F}) {
      double sum = 0;
      for (int k = -6; k <= 6; ++k)
        sum += static_cast<double>(rules::pulse(static_cast<float>(k) + phase, blur));
      EXPECT_NEAR(sum, 1, 1e-5) << blur << ' ' << phase;
    }
  }
}

TEST(PulseRule, IsEvenAndFallsFromItsCentre) {
  for (const float blur : {0.1F, 0.3F, 0.5F})
    for (float x = 0; x < 2.5F; x += 0.05F) {
      EXPECT_FLOAT_EQ(rules::pulse(x, blur), rules::pulse(-x, blur));
      EXPECT_GE(rules::pulse(x, blur) + 1e-7F, rules::pulse(x + 0.05F, blur));
    }
}

TEST(PulseRule, WithoutBlurIsTheSquareOfAModule) {
  EXPECT_NEAR(rules::pulse(0.0F, 0.0F), 1, 1e-6F);
  EXPECT_NEAR(rules::pulse(0.4F, 0.0F), 1, 1e-4F);
  EXPECT_NEAR(rules::pulse(0.5F, 0.0F), 0.5F, 1e-4F);
  EXPECT_NEAR(rules::pulse(0.6F, 0.0F), 0, 1e-4F);
}

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

          static_cast<float>((y - 5) * (y - 5) - 2 * x + x * y);
      EXPECT_EQ(rules::soft_module(image, y, x, -1), std::lround(-value)) << y << ' ' << x;
      EXPECT_EQ(rules::soft_module(image, y, x, 1), std::lround(value)) << y << ' ' << x;
      const float value = (y - 5) * (y - 5) - 2 * x + x * y;
      pixels[static_cast<std::size_t>(y * kSide + x)] =
    EXPECT_EQ(rules::soft_module(image, 5, outside, 100), 0) << outside;
    EXPECT_EQ(rules::soft_module(image, outside, 5, 100), 0) << outside;
    EXPECT_NEAR(turn.im, 0, 1e-6F) << at;
    EXPECT_NEAR(turn.re, 1, 1e-6F) << at;
    const rules::Turn turn = rules::carrier(0.25F, at);
    for (const float x : {2.0F, 3.5F, 8.875F}) {
    for (std::int32_t x = 0; x < kSide; ++x)
    }
  EXPECT_EQ(rules::line_nats(0.5F, 3), 0.0F);
  EXPECT_EQ(rules::line_nats(1.0F, 3), 0.0F);
  EXPECT_EQ(rules::peak_offset(0, 1, 1.5F), 0.5F);
  EXPECT_EQ(rules::peak_offset(1, 1, 1), 0.0F);
  EXPECT_EQ(rules::peak_offset(1.5F, 1, 0), -0.5F);
  EXPECT_EQ(rules::peak_offset(3, 1, 3), 0.0F);  // no top
  EXPECT_EQ(rules::soft_module(image, 8, 8, -100), -127);
  EXPECT_EQ(rules::soft_module(image, 8, 8, 100), 127);
  EXPECT_FLOAT_EQ(rules::line_nats(5.0F, 3), 3 * rules::line_nats(5.0F, 1));
  EXPECT_FLOAT_EQ(rules::ring_scale(0, kLevels, 3), 1 / 16.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(100, kLevels, 1), 1 / 16.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(100, kLevels, 3), 1.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(11.5F, kLevels, 3), 1 / 4.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(3.5F, kLevels, 3), 1 / 16.0F);
  EXPECT_FLOAT_EQ(rules::ring_scale(7.5F, kLevels, 3), 1 / 8.0F);
  EXPECT_NEAR(quarter.im, -1, 1e-6F);
  EXPECT_NEAR(quarter.re, 0, 1e-6F);
  EXPECT_NEAR(rules::line_nats(5.0F, 1), 4 - std::log(5.0), 1e-6);
  EXPECT_NEAR(rules::peak_offset(parabola(-1), parabola(0), parabola(1)), 0.2, 1e-6);
  const ImageView<const float> image{pixels.data(), kSide, kSide, kSide};
  const auto parabola = [](float x) { return 7 - 3 * (x - 0.2F) * (x - 0.2F); };
  const rules::Turn quarter = rules::carrier(0.25F, 1001);
  constexpr float kLevels[] = {16, 4, 1};
  constexpr std::int32_t kSide = 12;
  for (const double at : {0.0, 4.0, 4096.0}) {
  for (const float outside : {-1.0F, 1.9F, 9.0F, 1e9F, std::nanf("")}) {
  for (const float y : {3.0F, 4.25F, 6.5F, 7.75F})
  for (std::int32_t y = 0; y < kSide; ++y)
  std::array<float, kSide * kSide> pixels{};
  }
TEST(CarrierRule, TurnsOnceInAPeriod) {
TEST(LineEvidenceRule, APeakLiesAtTheTopOfItsParabola) {
TEST(LineEvidenceRule, LevelsFollowAnExponentialBetweenTheMiddlesOfRings) {
TEST(LineEvidenceRule, NatsAreTheBoundOnAMeanOfExponentials) {
TEST(SoftModuleRule, IsTheParabolaThroughItsPixelsAndNothingAtTheBorder) {
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

TEST(SoftBitRule, RisesWithTheValueAndIsClipped) {
  for (const rules::SoftClasses& classes :
       {kEven, rules::SoftClasses{1, 0.3F, -1, 0.15F}, rules::SoftClasses{1, 1.2F, -1, 0.9F}}) {
    int before = -128;
    for (float value = -6; value <= 6; value += 0.02F) {
      const int llr = rules::soft_bit(value, 1, classes);
      EXPECT_GE(llr, before) << value;
      EXPECT_LE(std::abs(llr), rules::kMostLlrSteps);
      before = llr;
    }
    EXPECT_LT(rules::soft_bit(-1, 1, classes), 0);
    EXPECT_GT(rules::soft_bit(1, 1, classes), 0);
  }
  EXPECT_EQ(rules::soft_bit(100, 0.01F, kEven), rules::kMostLlrSteps);
  EXPECT_EQ(rules::soft_bit(-100, 0.01F, kEven), -rules::kMostLlrSteps);
}

TEST(SoftBitRule, IsTheLogLikelihoodRatioOfTwoGaussians) {
  // Equal variances v: L = 2 x / v nats.
  for (const float x : {-1.1F, -0.4F, 0.0F, 0.3F, 0.9F})
    EXPECT_NEAR(rules::soft_bit(x, 1, kEven), 2 * x / 0.25F / kNatsPerLlrStep, 0.5F + 1e-4F);
  // Unequal ones, half way: 1/2 (1/v_pit - 1/v_land) + 1/2 ln(v_pit / v_land).
  const rules::SoftClasses uneven{1, 0.5F, -1, 0.25F};
  const float nats = 0.5F * (1 / 0.25F - 1 / 0.5F) + 0.5F * std::log(0.25F / 0.5F);
  EXPECT_NEAR(rules::soft_bit(0, 1, uneven), nats / kNatsPerLlrStep, 0.5F + 1e-4F);
}

TEST(SoftBitRule, MoreErrorMakesLessOfIt) {
  EXPECT_EQ(rules::soft_bit(0.5F, 2, kEven), std::lround(4 / 2 / kNatsPerLlrStep));
  int before = rules::kMostLlrSteps + 1;
  for (const float level : {0.4F, 1.0F, 2.0F, 4.0F}) {
    const int llr = rules::soft_bit(0.8F, level, kEven);
    EXPECT_LT(llr, before);
    before = llr;
  }
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

TEST(MinSumRule, SumsSaturate) {
  EXPECT_EQ(rules::add(100, 50), 127);
  EXPECT_EQ(rules::add(-100, -50), -128);
  EXPECT_EQ(rules::subtract(-100, 50), -128);
  EXPECT_EQ(rules::subtract(100, -50), 127);
  EXPECT_EQ(rules::subtract(20, 50), -30);
}

TEST(MinSumRule, ACheckRepliesWithTheSmallestOfTheOtherEdges) {
  rules::CheckState check;
  for (const int message : {-20, 8, -12, 40})
    rules::absorb(check, static_cast<std::int8_t>(message));
  EXPECT_EQ(check.smallest, 8);
  EXPECT_EQ(check.second_smallest, 12);
  EXPECT_EQ(rules::reply(check, -20), -6);  // the others' product is negative
  EXPECT_EQ(rules::reply(check, 8), 10);
  EXPECT_EQ(rules::reply(check, 40), 6);
}

TEST(MinSumRule, AMagnitudeLosesAQuarterButAtMostTwoStepsAndHasABound) {
  for (int m = 0; m <= 128; ++m)
    EXPECT_EQ(rules::lessened(static_cast<std::uint8_t>(m)),
              std::min(std::max(3 * m / 4, m - 2), rules::kMostReply))
        << m;
  // What a bit of full belief brings back to the check it heard most from.
  EXPECT_GT(127 - rules::kMostReply, rules::kMostReply);
}

TEST(BoxPlusRule, IsTheParityOfTwoSoftBitsToHalfAStep) {
  constexpr double kQuarter = double{kNatsPerLlrStep} / 4;
  for (int a = 0; a <= 252; a += 3)
    for (int b = 0; b <= 252; b += 4) {
      const double product = std::tanh(kQuarter * a / 2) * std::tanh(kQuarter * b / 2);
      const double exact = 2 * std::atanh(std::min(product, 1 - 1e-12)) / kQuarter;
      const int rule = rules::box_plus(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
      EXPECT_NEAR(rule, std::min(exact, 252.0), 2) << a << ' ' << b;
      EXPECT_EQ(rule, rules::box_plus(static_cast<std::uint8_t>(b), static_cast<std::uint8_t>(a)));
    }
}

TEST(BoxPlusRule, ACheckRepliesWithTheParityOfTheOtherEdges) {
  rules::BoxPlusState check;
  for (const int message : {-20, 8, -9, 40})
    rules::absorb(check, static_cast<std::int8_t>(message));
  EXPECT_EQ(check.smallest, 8);
  EXPECT_EQ(rules::reply(check, 8), 9);     // of 9, 20 and 40
  EXPECT_EQ(rules::reply(check, -20), -7);  // 8 less ln(1 + e^-3/8) nat, 1.4 steps
  EXPECT_EQ(rules::reply(check, 40), 7);
  for (int i = 0; i < 200; ++i) rules::absorb(check, 127);
  EXPECT_GT(rules::reply(check, 127), 0);  // sure edges do not wear the sum down to nothing
}

// The median of |x| is 0.6745 of a Gaussian's standard deviation.
TEST(DamageRule, LimitsAreStandardDeviationsOfTheSample) {
  EXPECT_FLOAT_EQ(rules::damage_limit(rules::kDamageSigmas, 0.6745F * 2), 7.8F);
  EXPECT_FLOAT_EQ(rules::damage_limit(rules::kResidualDamageSigmas, 0.6745F), 5.0F);
  EXPECT_TRUE(std::isinf(rules::damage_limit(1, INFINITY)));
}

// Of independent outputs of variance 1, means over windows of 201 modules have variance 1 / 201; of
// correlated ones four times that, and twice as much is beyond chance.
TEST(BackgroundRule, LightIsUnevenWhenWindowsDifferMoreThanNoiseDoes) {
  EXPECT_FALSE(rules::light_is_uneven(1e4 * 7.9 / 201, 1e4, 1e4));
  EXPECT_TRUE(rules::light_is_uneven(1e4 * 8.1 / 201, 1e4, 1e4));
  EXPECT_FALSE(rules::light_is_uneven(1e4 * 8.1 / 201, 2e4, 1e4));  // noisier
  EXPECT_FALSE(rules::light_is_uneven(0, 0, 1));
}

}  // namespace
}  // namespace ostracon::test
