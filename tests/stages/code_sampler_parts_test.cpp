// What the code sampler is made of, each against its plain definition.

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "datasets/random.hpp"
#include "host/cpu/code_sampler_kernel.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::test {
namespace {

using steps::cell;
using steps::kCodeMargin;
using steps::kCodeTapSide;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// Modules of `pitch` px, turned, about the middle of an image of that size.
rules::CodeTerms turned(double pitch, double angle, std::int32_t rows, std::int32_t cols) {
  rules::CodeTerms map{.middle = 10, .terms = {}};
  map.terms[0][0] = 0.5F * static_cast<float>(rows) - 0.3F;
  map.terms[0][1] = 0.5F * static_cast<float>(cols) + 0.2F;
  map.terms[1][0] = map.terms[2][1] = static_cast<float>(pitch * std::cos(angle));
  map.terms[2][0] = static_cast<float>(pitch * std::sin(angle));
  map.terms[1][1] = -map.terms[2][0];
  return map;
}

TEST(CodeWindow, AMeanCountsEachPixelByItsAreaInTheModule) {
  // Upright modules of 4 px: the shares of pixels are products of overlaps along y and x.
  sem::Random random(3);
  constexpr std::int32_t kSide = 32;
  std::vector<float> pixels(kSide * kSide);
  for (float& pixel : pixels) pixel = static_cast<float>(random.uniform(0, 1));
  const ImageView<const float> image{pixels.data(), kSide, kSide, kSide};
  const rules::ModuleInverse inverse = rules::inverse_at(turned(4, 0, kSide, kSide), 10, 10);
  const auto overlap = [](double pixel, double centre) {
    return std::max(0.0, std::min(pixel + 0.5, centre + 2) - std::max(pixel - 0.5, centre - 2));
  };
  for (int k = 0; k < 20; ++k) {
    const double y = random.uniform(4, 27), x = random.uniform(4, 27);
    double sum = 0;
    for (std::int32_t row = 0; row < kSide; ++row)
      for (std::int32_t col = 0; col < kSide; ++col)
        sum += overlap(row, y) * overlap(col, x) * static_cast<double>(image(row, col));
    EXPECT_NEAR(rules::module_mean(image, {static_cast<float>(y), static_cast<float>(x)}, inverse),
                sum / 16, 2e-6);
  }
}

TEST(CodeWindow, AModuleThatIsTakenForStraightSeesNextToNothingOfItsNeighbours) {
  // The share of every pixel that lies in one light module; its mean is that of the pixels in it.
  constexpr std::int32_t kSide = 40, kFine = 16;
  const auto own_mean = [&](double pitch, double off_px) {
    const double angle = std::asin(off_px / pitch);
    const rules::CodeTerms map = turned(pitch, angle, kSide, kSide);
    std::vector<float> pixels;
    for (std::int32_t k = 0; k < kSide * kSide; ++k) {
      int within = 0;
      for (int part = 0; part < kFine * kFine; ++part) {
        const double y =
            k / kSide + (part / kFine + 0.5) / kFine - 0.5 - static_cast<double>(map.terms[0][0]);
        const double x =
            k % kSide + (part % kFine + 0.5) / kFine - 0.5 - static_cast<double>(map.terms[0][1]);
        within += std::abs(y * std::cos(angle) - x * std::sin(angle)) < 0.5 * pitch &&
                  std::abs(x * std::cos(angle) + y * std::sin(angle)) < 0.5 * pitch;
      }
      pixels.push_back(static_cast<float>(within) / (kFine * kFine));
    }
    const rules::ModuleInverse inverse = rules::inverse_at(map, 10, 10);
    EXPECT_EQ(inverse.row_by_x == 0 && inverse.col_by_y == 0, off_px < 0.2);
    return rules::module_mean({pixels.data(), kSide, kSide, kSide},
                              {map.terms[0][0], map.terms[0][1]}, inverse);
  };
  for (const double pitch : {2.5, 4.0, 9.0, 25.0})
    EXPECT_NEAR(own_mean(pitch, 0.19), own_mean(pitch, 0.21), 0.006) << pitch;
}

/// By every instruction set that this machine and this build have.
class CodeSamplerKernel : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override { hwy::GetChosenTarget().Update(GetParam()); }
  void TearDown() override { hwy::GetChosenTarget().DeInit(); }
};
INSTANTIATE_TEST_SUITE_P(EveryInstructionSet, CodeSamplerKernel,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& set) { return hwy::TargetName(set.param); });

TEST_P(CodeSamplerKernel, MeansAreThoseOfTheRuleAtEveryPitchAndAngleAndBorder) {
  sem::Random random(8);
  int erased = 0, compared = 0;
  for (const auto& [rows, cols] : {std::array{90, 83}, std::array{40, 6}, std::array{3, 200}})
    for (const double pitch : {0.7, 2.5, 4.0, 9.3, 31.0})
      for (const double angle : {0.0, 0.02, 0.12, 0.8, 1.6, 4.0}) {
        std::vector<float> pixels(static_cast<std::size_t>(rows * cols));
        for (float& pixel : pixels) pixel = static_cast<float>(random.uniform(-1, 3));
        const ImageView<const float> image{pixels.data(), rows, cols, cols};
        const rules::CodeTerms map = turned(pitch, angle, rows, cols);
        const rules::ModuleInverse inverse = rules::inverse_at(map, 10, 10);
        for (int row = -1; row < 22; ++row)
          for (int left = -1; left < 22; left += 12) {
            cpu::ModuleRun run{.image = image, .inverse = inverse, .count = row % 2 == 0 ? 12 : 9};
            run.coming = image;
            for (int k = 0; k < run.count; ++k) {
              const auto at =
                  rules::place_of(map, static_cast<float>(row), static_cast<float>(left + k));
              run.y[k] = at.y;
              run.x[k] = at.x;
            }
            run.y[4] = row % 5 == 0 ? kNone : run.y[4];
            run.x[5] = row % 7 == 0 ? 1e30F : run.x[5];
            std::array<float, cpu::ModuleRun::kMost> means;
            cpu::module_means(run, means.data());
            for (std::int32_t k = 0; k < run.count; ++k) {
              const float mean = means[static_cast<std::size_t>(k)];
              const float expected = rules::module_mean(image, {run.y[k], run.x[k]}, inverse);
              ASSERT_EQ(std::isnan(mean), std::isnan(expected)) << pitch << " " << angle;
              if (std::isnan(expected)) {
                ++erased;
                continue;
              }
              // What weighs less than a thousandth of a pixel may be left out, and a module be one.
              ASSERT_NEAR(mean, expected, pitch < 1 ? 1e-3 : 2e-4) << pitch << " " << angle;
              ++compared;
            }
          }
      }
  EXPECT_GT(erased, 1000);
  EXPECT_GT(compared, 5000);
}

TEST_P(CodeSamplerKernel, CentresOfATileAreWhereTheMapHasThem) {
  rules::CodeTerms map = turned(4, 0.3, 200, 200);
  map.terms[3][0] = 0.01F;
  map.terms[4][1] = -0.02F;
  map.terms[5][0] = 0.015F;
  for (const rules::ModuleTile& tile :
       {rules::ModuleTile{0, 0, 12, 12}, {11, 22, 22, 33}, {5, 3, 6, 4}}) {
    cpu::ModuleRun run;
    cpu::lay_run(map, tile, run);
    const std::int32_t cols = tile.end - tile.left;
    ASSERT_EQ(run.count, cols * (tile.bottom - tile.top));
    for (std::int32_t k = 0; k < run.count; ++k) {
      const auto at = rules::place_of(map, static_cast<float>(tile.top + k / cols - kCodeMargin),
                                      static_cast<float>(tile.left + k % cols - kCodeMargin));
      ASSERT_NEAR(run.y[k], at.y, 1e-4) << k;
      ASSERT_NEAR(run.x[k], at.x, 1e-4) << k;
    }
  }
}

TEST_P(CodeSamplerKernel, LlrsAreThoseOfTheTapsAndOfTheLaw) {
  sem::Random random(5);
  std::int64_t different = 0, all = 0;
  for (const int version : {1, 3, 10, 40}) {
    const std::int32_t side = format::qr::side_of(version), wide = side + 2 * kCodeMargin;
    steps::CodeEqualiser equaliser;
    equaliser.signal.level = 0.4F;
    equaliser.slope = {0.1F, -0.2F};
    equaliser.gain = 0.9F;
    for (float& tap : equaliser.taps) tap = static_cast<float>(random.uniform(-0.2, 0.4));
    equaliser.taps[12] = 2;
    std::vector<float> means(cell(wide, 0, wide));
    for (float& mean : means)
      mean = random.uniform(0, 1) < 0.05 ? kNone : static_cast<float>(random.uniform(-0.2, 1.2));
    std::vector<Llr> modules(cell(side, 0, side), Llr{99});
    cpu::equalise(equaliser, side, means.data(), modules.data());
    const auto centred = [&](std::int32_t row, std::int32_t col) -> double {
      const float mean = means[cell(row, col, wide)];
      if (std::isnan(mean)) return 0;
      const double middle = 0.5 * (wide - 1);
      return static_cast<double>(mean) - 0.4 - 0.1 * (col - middle) / side +
             0.2 * (row - middle) / side;
    };
    for (std::int32_t row = 0; row < side; ++row)
      for (std::int32_t col = 0; col < side; ++col, ++all) {
        const Llr llr = modules[cell(row, col, side)];
        if (std::isnan(means[cell(row + kCodeMargin, col + kCodeMargin, wide)])) {
          ASSERT_EQ(llr, 0);
          continue;
        }
        double output = 0;
        for (std::int32_t r = 0; r < kCodeTapSide; ++r)
          for (std::int32_t c = 0; c < kCodeTapSide; ++c)
            output += static_cast<double>(equaliser.taps[cell(r, c, kCodeTapSide)]) *
                      centred(row + r, col + c);
        const float nats = rules::nats_of(steps::output_law(equaliser), static_cast<float>(output));
        const auto expected =
            static_cast<int>(std::lrint(std::clamp(nats / kNatsPerLlrStep, -127.0F, 127.0F)));
        ASSERT_NEAR(llr, expected, 1) << row << " " << col;
        different += llr != expected;
      }
  }
  EXPECT_LT(different, all / 1000);
}

TEST(CodeResponse, TapsSolveTheEquationsOfLeastMeanSquareError) {
  const steps::CodeResponse response{.across = 0.2, .down = 0.11, .diagonal = 0.04};
  const double variance = 0.03;
  const auto share = [&](int row, int col) {
    if (std::abs(row) > 1 || std::abs(col) > 1) return 0.0;
    if (row != 0 && col != 0) return response.diagonal;
    return row != 0 ? response.down : col != 0 ? response.across : 1.0;
  };
  const auto taps = steps::TapDesign(response).taps(variance);
  // E[mean(tap) * (sum of taps * means - module)] = 0 for every tap.
  double gain = 0;
  for (int row = -2; row <= 2; ++row)
    for (int col = -2; col <= 2; ++col) {
      double correlation = 0;
      for (int r = -2; r <= 2; ++r)
        for (int c = -2; c <= 2; ++c) {
          double together = r == row && c == col ? variance : 0;
          for (int y = -3; y <= 3; ++y)
            for (int x = -3; x <= 3; ++x) together += share(y - row, x - col) * share(y - r, x - c);
          correlation += together * taps.weight[cell(r + 2, c + 2, kCodeTapSide)];
        }
      EXPECT_NEAR(correlation, share(row, col), 1e-12) << row << " " << col;
      gain += taps.weight[cell(row + 2, col + 2, kCodeTapSide)] * share(row, col);
    }
  EXPECT_NEAR(taps.gain, gain, 1e-12);
}

TEST(CodeResponse, SumsLeaveModulesOutThatHaveNoMean) {
  sem::Random random(6);
  const steps::KnownModules& known = steps::known_modules(7);
  const std::int32_t wide = format::qr::side_of(7) + 2 * kCodeMargin;
  std::vector<float> means(cell(wide, 0, wide));
  for (float& mean : means)
    mean = random.uniform(0, 1) < 0.2 ? kNone : static_cast<float>(random.uniform(0, 1));
  const steps::CodeSums sums = steps::sums_of(means, known);
  steps::CodeSums plain;
  for (const auto& module : known.modules) {
    const auto mean = static_cast<double>(means[module.at]);
    if (std::isnan(mean)) continue;
    for (std::size_t i = 0; i < steps::kRegressors; ++i) {
      for (std::size_t j = 0; j < steps::kRegressors; ++j)
        plain.normal[i][j] += module.values[i] * module.values[j];
      plain.right[i] += module.values[i] * mean;
    }
    for (std::size_t i = 0; i < 3; ++i) plain.unknown[i] += module.unknown[i];
    plain.square += mean * mean;
    plain.count += 1;
  }
  EXPECT_GT(plain.count, 200);
  EXPECT_LT(plain.count, static_cast<double>(known.modules.size()) - 40);
  EXPECT_EQ(sums.count, plain.count);
  EXPECT_EQ(sums.unknown, plain.unknown);
  EXPECT_NEAR(sums.square, plain.square, 1e-9);
  for (std::size_t i = 0; i < steps::kRegressors; ++i) {
    EXPECT_NEAR(sums.right[i], plain.right[i], 1e-9);
    for (std::size_t j = 0; j < steps::kRegressors; ++j)
      EXPECT_NEAR(sums.normal[i][j], plain.normal[i][j], 1e-9);
  }
}

}  // namespace
}  // namespace ostracon::test
