#include "format/outer_erasures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "format/gf256.hpp"

namespace ostracon::format {
namespace {

TEST(OuterErasures, TheClosedFormIsTheInverseOfTheCauchyMatrix) {
  std::mt19937 random(1);
  Points points(255);
  std::iota(points.begin(), points.end(), std::uint8_t{0});
  for (const std::size_t e : {1U, 2U, 3U, 8U, 40U, 127U}) {
    std::shuffle(points.begin(), points.end(), random);
    const auto middle = points.begin() + static_cast<std::ptrdiff_t>(e);
    const Points x(points.begin(), middle), y(middle, middle + static_cast<std::ptrdiff_t>(e));
    Points v, u;
    find_inverse_scales(x, y, v, u);
    const auto cauchy = [&](std::size_t i, std::size_t j) {
      return gf256::inverse(static_cast<std::uint8_t>(x[i] ^ y[j]));
    };
    for (std::size_t i = 0; i < e; ++i)
      for (std::size_t l = 0; l < e; ++l) {
        unsigned sum = 0;  // of the matrix times its inverse
        for (std::size_t j = 0; j < e; ++j)
          sum ^= gf256::multiply(cauchy(i, j),
                                 gf256::multiply(cauchy(l, j), gf256::multiply(u[j], v[l])));
        ASSERT_EQ(sum, i == l ? 1U : 0U) << e << " points, entry " << i << ", " << l;
      }
  }
}

TEST(OuterErasures, EveryMemberIsTakenOnceAndTheOneComparedIsWhole) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 500; ++trial) {
    const std::uint32_t k = std::uniform_int_distribution<std::uint32_t>(1, 200)(random);
    const std::uint32_t m = std::uniform_int_distribution<std::uint32_t>(1, 255 - k)(random);
    std::vector<std::uint32_t> all(k + m);
    std::iota(all.begin(), all.end(), 0U);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(std::uniform_int_distribution<std::size_t>(0, m)(random));
    std::sort(all.begin(), all.end());
    const Erasures erasures = sort_members(k, k + m, all);
    const auto lost = [&](std::uint8_t i) { return std::binary_search(all.begin(), all.end(), i); };
    EXPECT_EQ(erasures.whole_data.size() + erasures.lost_data.size(), k);
    EXPECT_TRUE(std::all_of(erasures.lost_data.begin(), erasures.lost_data.end(), lost));
    ASSERT_EQ(erasures.used.size(), erasures.lost_data.size());
    EXPECT_TRUE(std::none_of(erasures.used.begin(), erasures.used.end(), lost));
    EXPECT_EQ(erasures.compares, all.size() < m);
    Points made = erasures.remade;
    if (erasures.compares) {
      EXPECT_FALSE(lost(made.back()));
      EXPECT_EQ(std::count(erasures.used.begin(), erasures.used.end(), made.back()), 0);
      made.pop_back();
    }
    EXPECT_EQ(made.size() + erasures.lost_data.size(), all.size());
    EXPECT_TRUE(std::all_of(made.begin(), made.end(), lost));
  }
}

}  // namespace
}  // namespace ostracon::format
