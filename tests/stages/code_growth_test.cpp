#include "host/steps/code_growth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "format/qr/symbol.hpp"
#include "host/steps/code_proposals.hpp"

namespace ostracon::steps {
namespace {

constexpr std::int32_t kVersion = 3;
constexpr float kPitch = 4, kStep = 33;  // px, modules

struct Array {
  std::int32_t rows = 0, cols = 0;  // of the image
  std::vector<LocatedCode> codes;
  CodeLattice lattice;
};

/// side x side codes about the middle of an image, turned; each moved by `drift` times where it is
/// off the middle, in codes, squared, modules.
Array array_of(std::int32_t side, float degrees, float drift = 0) {
  Array array;
  const float angle = degrees * std::numbers::pi_v<float> / 180;
  const std::array<float, 2> right{kPitch * std::sin(angle), kPitch * std::cos(angle)};
  const std::array<float, 2> down{right[1], -right[0]};
  array.lattice = {down, right, false, {kVersion}};
  const float wide = kPitch * (kStep * static_cast<float>(side) - 3) *
                     (std::abs(std::sin(angle)) + std::abs(std::cos(angle)));
  array.rows = array.cols = static_cast<std::int32_t>(wide) + 8;
  for (std::int32_t i = 0; i < side; ++i)
    for (std::int32_t j = 0; j < side; ++j) {
      LocatedCode code;
      code.version = kVersion;
      code.score = 0.9F;
      code.map.middle = 0.5F * static_cast<float>(format::qr::side_of(kVersion) - 1);
      code.map.terms[1] = down;
      code.map.terms[2] = right;
      const float v = static_cast<float>(i) - 0.5F * static_cast<float>(side - 1);
      const float u = static_cast<float>(j) - 0.5F * static_cast<float>(side - 1);
      for (std::size_t k = 0; k < 2; ++k)
        code.map.terms[0][k] = 0.5F * static_cast<float>(array.rows - 1) +
                               (kStep * v + drift * v * v) * down[k] +
                               (kStep * u - drift * u * u) * right[k];
      array.codes.push_back(code);
    }
  return array;
}

float away(const LocatedCode& a, const LocatedCode& b) {
  return std::hypot(a.map.terms[0][0] - b.map.terms[0][0], a.map.terms[0][1] - b.map.terms[0][1]) /
         kPitch;
}

/// Grown from seeds, where those expected that one of `codes` is near are found as it is; the
/// farthest that one was expected from where it is, modules.
float grow(CodeGrowth& growth, const std::vector<LocatedCode>& codes) {
  float farthest = 0;
  for (auto next = growth.expected(); !next.empty(); next = growth.expected()) {
    for (LocatedCode& one : next) {
      const auto nearest = std::min_element(
          codes.begin(), codes.end(),
          [&](const auto& a, const auto& b) { return away(a, one) < away(b, one); });
      const float off = away(*nearest, one);
      one.score = 0;
      if (off > 1.5F) continue;
      farthest = std::max(farthest, off);
      one = *nearest;
    }
    growth.take(next);
  }
  return farthest;
}

std::vector<LocatedCode> middle_of(const std::vector<LocatedCode>& codes, std::size_t side) {
  std::vector<LocatedCode> seeds;
  const std::size_t first = side / 2 - 1;
  for (std::size_t row = first; row < first + 2; ++row)
    for (std::size_t col = first; col < first + 2; ++col) seeds.push_back(codes[row * side + col]);
  return seeds;
}

TEST(CodeLattice, CodesThatAreSeenBetweenOthersDoNotAgreeWithWhatMostHave) {
  // Four codes with quiet zones have finder patterns for one of version 1 between them: 15 modules
  // apart, where it has 14.
  Array array = array_of(3, 2);
  LocatedCode between = array.codes[4];
  between.version = 1;
  between.map.middle = 10;
  for (std::size_t term : {1U, 2U})
    for (float& px : between.map.terms[term]) px *= 15.0F / 14;
  array.codes[3].mirrored = true;
  array.codes[3].map.transpose();
  array.codes.insert(array.codes.begin(), between);
  const auto lattice = common_lattice(array.codes);
  ASSERT_TRUE(lattice);
  EXPECT_EQ(lattice->versions, std::vector{kVersion});
  for (std::size_t k = 0; k < array.codes.size(); ++k)
    EXPECT_EQ(agrees(array.codes[k], *lattice), k > 0) << k;
}

TEST(CodeGrowth, FourCodesGrowToTheWholeArray) {
  for (const float degrees : {0.0F, 3.0F, 45.0F, 190.0F}) {
    const Array array = array_of(9, degrees);
    CodeGrowth growth(middle_of(array.codes, 9), array.rows, array.cols);
    EXPECT_LT(grow(growth, array.codes), 0.01F);
    EXPECT_EQ(growth.codes().size(), 81U) << degrees;
  }
}

TEST(CodeGrowth, AnArrayThatDriftsByModulesIsFollowed) {
  // 4 codes off the middle, 1.6 modules; from one code to the next, 0.7 more than the middle says.
  const Array array = array_of(9, 2, 0.1F);
  CodeGrowth growth(middle_of(array.codes, 9), array.rows, array.cols);
  EXPECT_LT(grow(growth, array.codes), 1.2F);
  EXPECT_GE(growth.codes().size(), 77U);  // but for corners that drift out of the image
}

TEST(CodeGrowth, CodesThatAreMissingAreGrownAround) {
  Array array = array_of(9, 0);
  const std::vector<LocatedCode> seeds = middle_of(array.codes, 9);
  std::vector<LocatedCode> codes;
  for (std::size_t k = 0; k < array.codes.size(); ++k)
    if (k / 9 != 2 || k % 9 == 8) codes.push_back(array.codes[k]);  // a row but for its last
  CodeGrowth growth(seeds, array.rows, array.cols);
  grow(growth, codes);
  EXPECT_EQ(growth.codes().size(), codes.size());
}

TEST(CodeGrowth, OneCodeAloneHasNoNeighbours) {
  const Array array = array_of(3, 0);
  CodeGrowth growth({array.codes[4]}, array.rows, array.cols);
  EXPECT_TRUE(growth.expected().empty());
  EXPECT_EQ(growth.codes().size(), 1U);
  CodeGrowth none({}, array.rows, array.cols);
  EXPECT_TRUE(none.expected().empty());
}

TEST(CodeGrowth, AFullArrayHasNoGaps) {
  const Array array = array_of(9, 0);
  EXPECT_TRUE(gaps_between(array.codes, array.lattice, array.rows, array.cols).empty());
}

TEST(CodeGrowth, GapsHoldTheFinderPatternsOfAnyCodeThatIsMissing) {
  for (const float degrees : {0.0F, 3.0F, 20.0F, 45.0F, 80.0F}) {
    const Array array = array_of(7, degrees);
    for (std::size_t missing = 0; missing < array.codes.size(); ++missing) {
      std::vector<LocatedCode> codes = array.codes;
      const LocatedCode lost = codes[missing];
      codes.erase(codes.begin() + static_cast<std::ptrdiff_t>(missing));
      const auto parts = gaps_between(codes, array.lattice, array.rows, array.cols);
      const float last = 2 * lost.map.middle - 3;
      for (const auto& [row, col] : {std::pair{3.0F, 3.0F}, {3.0F, last}, {last, 3.0F}}) {
        const auto place = lost.map.at(row, col);
        EXPECT_TRUE(std::any_of(parts.begin(), parts.end(),
                                [&](const ImagePart& part) {
                                  const float y = place[0] - static_cast<float>(part.top);
                                  const float x = place[1] - static_cast<float>(part.left);
                                  return y >= 0 && x >= 0 && y < static_cast<float>(part.rows) &&
                                         x < static_cast<float>(part.cols);
                                }))
            << degrees << " degrees, code " << missing << ", module " << row << ", " << col;
      }
    }
  }
}

TEST(CodeGrowth, GapsOfAnImageWithoutCodesAreTheImage) {
  const Array array = array_of(4, 10);
  std::int64_t area = 0;
  for (const ImagePart& part : gaps_between({}, array.lattice, array.rows, array.cols))
    area += std::int64_t{part.rows} * part.cols;
  EXPECT_EQ(area, std::int64_t{array.rows} * array.cols);
}

}  // namespace
}  // namespace ostracon::steps
