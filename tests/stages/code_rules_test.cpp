// Rules of the code finder that both backends call, and the order of one code's fit.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "datasets/random.hpp"
#include "host/steps/code_approach.hpp"
#include "host/steps/code_marks.hpp"
#include "host/steps/code_proposals.hpp"
#include "pipeline/rules/box_spline.hpp"
#include "pipeline/rules/code_belief.hpp"
#include "pipeline/rules/code_evidence.hpp"
#include "pipeline/rules/finder_look.hpp"
#include "pipeline/rules/finder_peak.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kRows = 23, kCols = 31;

std::vector<float> random_pixels() {
  sem::Random random(5);
  std::vector<float> pixels;
  for (std::int32_t k = 0; k < kRows * kCols; ++k)
    pixels.push_back(static_cast<float>(random.uniform(-1, 1)));
  return pixels;
}

/// The cubic B-spline, from its definition as (2 - |x|)^3 / 6 less what is nearer.
double spline(double x) {
  const double away = std::abs(x), outer = std::max(2 - away, 0.0), inner = std::max(1 - away, 0.0);
  return outer * outer * outer / 6 - 4 * inner * inner * inner / 6;
}

/// Sum over means of box x box pixels, each at its middle; the border's pixels beyond the border.
double spline_of_boxes(const std::vector<float>& pixels, int box, double y, double x) {
  const auto pixel = [&](int row, int col) {
    return static_cast<double>(pixels[static_cast<std::size_t>(
        std::clamp(row, 0, kRows - 1) * kCols + std::clamp(col, 0, kCols - 1))]);
  };
  double sum = 0;
  for (int row = -20; row < kRows + 20; ++row)
    for (int col = -20; col < kCols + 20; ++col) {
      const double weight =
          spline(y - (row + 0.5 * (box - 1))) * spline(x - (col + 0.5 * (box - 1)));
      if (weight == 0) continue;
      double mean = 0;
      for (int r = 0; r < box; ++r)
        for (int c = 0; c < box; ++c) mean += pixel(row + r, col + c) / (box * box);
      sum += weight * mean;
    }
  return sum;
}

TEST(BoxSpline, IsTheSplineThroughMeansOfBoxesAndItsDerivatives) {
  const std::vector<float> pixels = random_pixels();
  const ImageView<const float> image{pixels.data(), kRows, kCols, kCols};
  for (const int box : {1, 2, 3, 5, 16})
    for (const auto& place : {std::array{11.3, 14.8}, std::array{-0.7, 30.9}, std::array{7.0, 2.5},
                              std::array{22.4, -3.2}}) {
      const double y = place[0], x = place[1];
      const auto look = rules::look_at_module<true>(image, 4, -3, box, static_cast<float>(y - 4),
                                                    static_cast<float>(x + 3));
      const auto at = [&](double dy, double dx) {
        return spline_of_boxes(pixels, box, y + dy, x + dx);
      };
      constexpr double kStep = 1e-3;
      EXPECT_NEAR(look.here, at(0, 0), 2e-6) << box;
      EXPECT_NEAR(look.down, (at(kStep, 0) - at(-kStep, 0)) / (2 * kStep), 1e-5) << box;
      EXPECT_NEAR(look.right, (at(0, kStep) - at(0, -kStep)) / (2 * kStep), 1e-5) << box;
      const double around = at(kStep, 0) + at(-kStep, 0) + at(0, kStep) + at(0, -kStep);
      EXPECT_NEAR(look.bend, (4 * at(0, 0) - around) / (kStep * kStep), 2e-3) << box;
      const auto value = rules::look_at_module<false>(image, 4, -3, box, static_cast<float>(y - 4),
                                                      static_cast<float>(x + 3));
      EXPECT_EQ(value.here, look.here);
    }
}

TEST(BoxSpline, PlacesFarAwayOrNowhereReadTheBorder) {
  const std::vector<float> pixels(kRows * kCols, 2.0F);
  const ImageView<const float> image{pixels.data(), kRows, kCols, kCols};
  const float nowhere = std::numeric_limits<float>::quiet_NaN();
  const float far = std::numeric_limits<float>::infinity();
  for (const float place : {nowhere, far, -far, 3e9F, -3e9F}) {
    const auto look = rules::look_at_module<true>(image, 100, -100, 3, place, place);
    EXPECT_TRUE(std::isnan(look.here) || std::abs(look.here - 2) < 1e-5F) << look.here;
  }
}

TEST(CodeBelief, BitsAreTanhToThreeHundredthsAndKnownOnesAreCertain) {
  const rules::Belief belief{5, 2, -1};
  for (float value = 3; value < 7; value += 0.05F)
    EXPECT_NEAR(rules::believed_bit(belief, 0, value), std::tanh(2 * (value - 5)), 0.03F);
  EXPECT_EQ(rules::believed_bit(belief, 1, 100), -1);
  EXPECT_EQ(rules::believed_bit(belief, -1, 100), 1);
}

TEST(CodeEvidence, IsTheCorrelationOfPixelsWithSigns) {
  // Three light modules of 7, 9, 8 and two dark ones of 1, 3: by hand.
  const rules::EvidenceSums sums{5, 1, 28, 204, 20};
  const auto seen = rules::correlation_of(sums);
  EXPECT_NEAR(seen.contrast, 6, 1e-6);
  EXPECT_NEAR(seen.value, 6 * 0.5 * std::sqrt(0.96) / std::sqrt(204.0 / 5 - 5.6 * 5.6), 1e-6);
  EXPECT_EQ(rules::correlation_of({5, 1, 20, 80, 4}).value, 0);  // all alike
  EXPECT_EQ(rules::glance_step(49) % 2, 1);
  EXPECT_EQ(rules::glance_step(400), 9);
}

TEST(FinderPeak, OfEqualsTheFirstIsThePeakAndItsTopLiesBetweenPixels) {
  const auto plateau = [](std::int32_t, std::int32_t) { return -3.0F; };
  EXPECT_FALSE(rules::is_extremum(plateau));
  const auto first = [](std::int32_t row, std::int32_t col) {
    return row < 0 || (row == 0 && col < 0) ? 2.0F : 3.0F;
  };
  EXPECT_TRUE(rules::is_extremum(first));
  const auto dark = [](std::int32_t row, std::int32_t col) {
    return row == 0 && col == 0 ? -3.0F : 2.5F;
  };
  EXPECT_TRUE(rules::is_extremum(dark));  // of its own sign
  // 4 - (x - 0.2)^2 at -1, 0, 1.
  EXPECT_NEAR(rules::peak_offset(4 - 1.44F, 4 - 0.04F, 4 - 0.64F), 0.2F, 1e-5F);
  EXPECT_EQ(rules::peak_offset(1, 1, 1), 0);
}

TEST(FinderLook, ClimbsToTheMaximumFromWhereItIsPut) {
  const rules::Look top{20.4F, 31.1F, 3.9F, 0.7F};
  const auto see = [&](const rules::Look& look) {
    const float y = look.y - top.y, x = look.x - top.x;
    const float pitch = (look.pitch - top.pitch) / top.pitch, angle = look.angle - top.angle;
    const float value = std::exp(-0.05F * (y * y + x * x) - 9 * pitch * pitch - 3 * angle * angle);
    return rules::Seen{-80 * value, -0.9F * value};
  };
  const auto looked = rules::look_about(see, {21, 30.5F, 3.6F, 0}, -1);
  EXPECT_NEAR(looked.look.y, top.y, 0.05F);
  EXPECT_NEAR(looked.look.x, top.x, 0.05F);
  EXPECT_NEAR(looked.look.pitch, top.pitch, 0.05F);
  EXPECT_NEAR(looked.look.angle, top.angle, 0.02F);
  EXPECT_LT(looked.seen.correlation, -0.89F);
}

using Next = steps::CodeApproach::Next;

LocatedCode some_code(float score) {
  LocatedCode code;
  code.version = 3;
  code.map.middle = 14;
  code.map.terms[1] = {8, 0};
  code.map.terms[2] = {0, 8};
  code.score = score;
  return code;
}

TEST(CodeProposals, OfPatternsThatStandEverywhereAreBounded) {
  std::vector<steps::CodeMark> marks;
  for (int k = 0; k < 60 * 60; ++k)
    marks.push_back({30.0F * static_cast<float>(k / 60), 30.0F * static_cast<float>(k % 60), 2, 0,
                     1, 0.9F, false});
  const auto proposals = steps::propose_codes(marks);
  EXPECT_GT(proposals.size(), marks.size());
  EXPECT_LE(proposals.size(), std::size_t{1} << 18);
}

TEST(CodeMarks, PeaksWithoutNumbersAreTakenOut) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  constexpr float kHuge = std::numeric_limits<float>::infinity();
  std::vector<steps::FinderPeak> peaks{{1, 2, 3, 4, 5},     {kNone, 2, 3, 4, 5},
                                       {1, kNone, 3, 4, 5}, {1, 2, kHuge, 4, 5},
                                       {1, 2, 3, 4, kNone}, {6, 7, -8, 9, 10}};
  steps::drop_unsound(peaks);
  ASSERT_EQ(peaks.size(), 2U);
  EXPECT_EQ(peaks[1].contrast, -8);
}

TEST(CodeApproach, ACodeKnownRoughlySettlesInCoarsePixelsAndIsLookedAtOnceInFineOnes) {
  steps::CodeApproach approach(some_code(0), steps::FitStart::kRough, 4);
  EXPECT_EQ(approach.next(), Next::kTake);
  EXPECT_EQ(approach.scale().level, 2);
  approach.taken(true);
  for (const float moved : {0.3F, 0.1F}) {
    EXPECT_EQ(approach.next(), Next::kLook);
    approach.looked({0, 1, 1, 0.2F});  // poor, but nobody expects more yet
    EXPECT_EQ(approach.next(), Next::kStep);
    approach.stepped(moved);
  }
  EXPECT_EQ(approach.next(), Next::kTake);
  EXPECT_EQ(approach.scale().level, 1);
  approach.taken(true);
  approach.looked({0, 1, 1, 0.8F});
  approach.stepped(1);
  EXPECT_EQ(approach.next(), Next::kFitted);
  EXPECT_EQ(approach.fitted(false).score, 0.8F);
  EXPECT_EQ(approach.fitted(true).map.terms[1], some_code(0).map.terms[2]);
}

TEST(CodeApproach, AKnownCodeThatIsNotWhereItWasExpectedIsSearchedForOnce) {
  steps::CodeApproach approach(some_code(0.8F), steps::FitStart::kKnown, 4);
  approach.taken(true);
  approach.looked({0, 1, 1, 0.7F});
  EXPECT_EQ(approach.next(), Next::kShift);
  approach.shifted();
  EXPECT_EQ(approach.next(), Next::kLook);
  approach.looked({0, 1, 1, 0.6F});
  EXPECT_EQ(approach.next(), Next::kStep);
  for (int step = 0; step < 5; ++step) {
    EXPECT_EQ(approach.next(), step == 0 ? Next::kStep : Next::kLook);
    if (step > 0) approach.looked({0, 1, 1, 0.45F});
    approach.stepped(0.5F);  // never settles
  }
  EXPECT_EQ(approach.next(), Next::kNothing);  // too poor a match

  steps::CodeApproach lost(some_code(0.8F), steps::FitStart::kKnown, 4);
  lost.taken(true);
  lost.looked({0, 1, 1, 0.1F});
  lost.shifted();
  lost.looked({0, 1, 1, 0.2F});
  EXPECT_EQ(lost.next(), Next::kNothing);
  steps::CodeApproach away(some_code(0.8F), steps::FitStart::kKnown, 4);
  away.taken(false);
  EXPECT_EQ(away.next(), Next::kNothing);
}

}  // namespace
}  // namespace ostracon::test
