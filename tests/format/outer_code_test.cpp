#include "format/outer_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "tests/support/outer_shards.hpp"

namespace ostracon::format {
namespace {

using test::encoded, test::pointers, test::random_members, test::Shards;

std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if (((b >> bit) & 1U) != 0) product ^= unsigned{a} << bit;
  }
  for (unsigned bit = 15; bit >= 8; --bit) {
    if (((product >> bit) & 1U) != 0) product ^= 0x11DU << (bit - 8);
  }
  return static_cast<std::uint8_t>(product);
}

std::uint8_t inverse(std::uint8_t a) {
  for (unsigned b = 1; b < 256; ++b) {
    if (multiply(a, static_cast<std::uint8_t>(b)) == 1) return static_cast<std::uint8_t>(b);
  }
  return 0;
}

TEST(OuterCode, HasTheDocumentedCauchyParity) {
  std::mt19937 random(1);
  const std::uint32_t k = 7, m = 3;
  const Shards shards = encoded(k, m, 100, random);
  for (std::uint32_t r = 0; r < m; ++r) {
    for (std::size_t byte = 0; byte < 100; ++byte) {
      std::uint8_t sum = 0;
      for (std::uint32_t c = 0; c < k; ++c) {
        const auto coefficient = inverse(static_cast<std::uint8_t>((k + r) ^ c));
        sum = static_cast<std::uint8_t>(sum ^ multiply(coefficient, shards[c][byte]));
      }
      ASSERT_EQ(shards[k + r][byte], sum);
    }
  }
}

TEST(OuterCode, RestoresAnyErasuresUpToTheParity) {
  std::mt19937 random(2);
  const std::pair<std::uint32_t, std::uint32_t> sizes[] = {{1, 2},  {2, 2},    {5, 3},
                                                           {16, 4}, {200, 40}, {205, 50}};
  for (const auto& [k, m] : sizes) {
    for (int trial = 0; trial < 12; ++trial) {
      const std::size_t bytes = trial % 2 == 0 ? 1053 : 1 + random() % 5000;
      const Shards whole = encoded(k, m, bytes, random);
      const std::size_t count = trial < 2 ? m : random() % (m + 1);
      const auto erased = random_members(k + m, count, random);
      Shards broken = whole;
      for (const auto member : erased) {
        for (auto& byte : broken[member]) byte = static_cast<std::uint8_t>(random());
      }
      ASSERT_EQ(restore_stripe(pointers(broken), k, bytes, erased), StripeOutcome::kRestored);
      ASSERT_EQ(broken, whole) << k << " + " << m << ", " << count << " erased";
    }
  }
}

TEST(OuterCode, RestoresOneStripeAfterAnotherOfTheSamePattern) {
  std::mt19937 random(3);
  const std::vector<std::uint32_t> erased{0, 3, 9, 11};
  for (int stripe = 0; stripe < 4; ++stripe) {
    const Shards whole = encoded(10, 4, 1053, random);
    Shards broken = whole;
    for (const auto member : erased) std::fill(broken[member].begin(), broken[member].end(), 0);
    ASSERT_EQ(restore_stripe(pointers(broken), 10, 1053, erased), StripeOutcome::kRestored);
    EXPECT_EQ(broken, whole);
  }
}

TEST(OuterCode, LeavesAStripeAloneWithMoreErasuresThanParity) {
  std::mt19937 random(4);
  Shards shards = encoded(10, 2, 64, random);
  shards[1].assign(64, 0xAA);
  const Shards before = shards;
  EXPECT_EQ(restore_stripe(pointers(shards), 10, 64, std::vector<std::uint32_t>{1, 4, 10}),
            StripeOutcome::kBeyondParity);
  EXPECT_EQ(shards, before);
  EXPECT_EQ(restore_stripe(pointers(shards), 10, 64, {}), StripeOutcome::kRestored);
  EXPECT_EQ(shards, before);
}

TEST(GroupPlan, HasTheDocumentedGroupsAndParity) {
  struct Case {
    std::uint32_t data, groups, m;
  };
  for (const Case& c : {Case{1, 1, 2}, Case{5, 1, 2}, Case{10, 1, 2}, Case{11, 1, 3},
                        Case{200, 1, 40}, Case{201, 2, 21}, Case{401, 3, 27}}) {
    const auto plan = plan_groups(c.data, 0.20);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan.value().groups, c.groups) << c.data;
    EXPECT_EQ(plan.value().parity_per_group, c.m) << c.data;
  }
}

TEST(GroupPlan, GivesEveryPageOneMemberOfOneGroup) {
  for (const double parity : {0.01, 0.2, 0.5, 1.0}) {
    for (const std::uint32_t data : {1U, 2U, 3U, 199U, 200U, 201U, 400U, 401U, 1000U, 1001U}) {
      const auto made = plan_groups(data, parity);
      ASSERT_TRUE(made);
      const GroupPlan& plan = made.value();
      std::set<std::uint32_t> pages;
      for (std::uint32_t group = 0; group < plan.groups; ++group) {
        const std::uint32_t members = plan.data_in_group(group) + plan.parity_per_group;
        EXPECT_LE(members, 255U);
        EXPECT_LE(plan.data_in_group(0) - plan.data_in_group(group), 1U);
        for (std::uint32_t member = 0; member < members; ++member) {
          const std::uint32_t page = plan.page_of(group, member);
          EXPECT_LT(page, plan.page_count());
          EXPECT_EQ(page < data, member < plan.data_in_group(group));
          EXPECT_EQ(plan.group_of(page), group);
          EXPECT_EQ(plan.member_of(page), member);
          pages.insert(page);
        }
      }
      EXPECT_EQ(pages.size(), plan.page_count());
    }
  }
}

TEST(GroupPlan, RefusesWhatAHeaderCannotSay) {
  EXPECT_FALSE(plan_groups(0, 0.2));
  EXPECT_FALSE(plan_groups(10, 0.0));
  EXPECT_FALSE(plan_groups(10, -1.0));
  EXPECT_FALSE(plan_groups(10, 1.01));
  EXPECT_FALSE(plan_groups(10, std::nan("")));
  EXPECT_FALSE(plan_groups(1U << 24, 0.2));
  EXPECT_FALSE(plan_groups(13200000, 0.2));  // 66000 groups
  EXPECT_TRUE(plan_groups(13000000, 0.2));
  EXPECT_EQ(plan_groups(10, 0.0).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace ostracon::format
