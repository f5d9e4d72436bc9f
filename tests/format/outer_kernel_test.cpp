// Every kernel that this machine has, against ISA-L: the same bytes for every size of a group.

#include "format/outer_kernel.hpp"

#include <gtest/gtest.h>
#include <isa-l/erasure_code.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "format/gf256.hpp"
#include "format/outer_plain_vector.hpp"
#include "format/outer_stripe.hpp"
#include "tests/format/affine_emulation.hpp"
#include "tests/support/outer_shards.hpp"

#define OSTRACON_INLINE inline

namespace ostracon::format {
namespace {

#include "format/outer_kernel-inl.hpp"

/// The loops and tables of the GFNI kernel with the instruction emulated: what of that kernel can
/// be tested on any machine.
struct EmulatedAffine : PlainVector<64> {
  static constexpr std::size_t kTableBytes = 8, kRows = 8;

  static Vector multiply(Split v, const std::uint8_t* table) {
    std::uint64_t matrix = 0;
    std::memcpy(&matrix, table, sizeof matrix);
    for (std::uint8_t& byte : v) byte = emulated_affine(byte, matrix);
    return v;
  }
  static void prepare(std::uint8_t coefficient, std::uint8_t* table) {
    const std::uint64_t matrix = gf256::bit_matrix(coefficient);
    std::memcpy(table, &matrix, sizeof matrix);
  }
};

constexpr OuterKernel kEmulated{"AVX-512 + GFNI, emulated", 8, OuterLoops<EmulatedAffine>::prepare,
                                OuterLoops<EmulatedAffine>::run};

using test::pointers, test::random_members, test::Shards;

Shards encoded_by_isal(std::uint32_t k, std::uint32_t m, std::size_t bytes, std::mt19937& random) {
  Shards shards = test::random_data(k, m, bytes, random);
  std::vector<std::uint8_t> generator(std::size_t{k + m} * k);
  gf_gen_cauchy1_matrix(generator.data(), static_cast<int>(k + m), static_cast<int>(k));
  std::vector<std::uint8_t> tables(std::size_t{32} * k * m);
  ec_init_tables(static_cast<int>(k), static_cast<int>(m), generator.data() + std::size_t{k} * k,
                 tables.data());
  auto all = pointers(shards);
  ec_encode_data(static_cast<int>(bytes), static_cast<int>(k), static_cast<int>(m), tables.data(),
                 all.data(), all.data() + k);
  return shards;
}

std::uint32_t draw(std::uint32_t least, std::uint32_t most, std::mt19937& random) {
  return std::uniform_int_distribution<std::uint32_t>(least, most)(random);
}

void spoil(Shards& shards, const std::vector<std::uint32_t>& members, std::mt19937& random) {
  for (const std::uint32_t member : members)
    for (auto& byte : shards[member]) byte = static_cast<std::uint8_t>(random());
}

/// Parameter: a kernel's name. Those that the machine lacks are skipped by name.
class OuterKernelTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    for (const OuterKernel& kernel : outer_kernels())
      if (kernel.name == GetParam()) kernel_ = kernel;
    if (GetParam() == kEmulated.name) kernel_ = kEmulated;
    if (kernel_.run == nullptr) GTEST_SKIP() << "this machine has no " << GetParam();
  }

  Shards encoded(const Shards& like, std::uint32_t k, std::size_t bytes) const {
    Shards shards = like;
    for (std::size_t j = k; j < shards.size(); ++j) shards[j].assign(bytes, 0xEE);
    auto all = pointers(shards);
    const std::vector<const std::uint8_t*> data(all.begin(), all.begin() + k);
    encode_parity(kernel_, data, std::span(all).subspan(k), bytes);
    return shards;
  }

  OuterKernel kernel_{};
  bool slow() const { return GetParam() == kEmulated.name || GetParam() == "plain"; }
};

TEST_P(OuterKernelTest, EncodesAsIsalDoesWhateverTheSizeOfTheGroup) {
  std::mt19937 random(1);
  std::set<std::pair<std::uint32_t, std::uint32_t>> sizes{{1, 2},    {1, 1},    {1, 254},  {254, 1},
                                                          {200, 40}, {205, 50}, {128, 127}};
  // Both ends in every place of an octet, and in the same one.
  for (std::uint32_t k = 1; k <= 40; ++k)
    for (std::uint32_t m = 1; m <= 20; m += 3) sizes.insert({k, m});
  for (std::uint32_t k = 150; k <= 230; k += 7) sizes.insert({k, draw(1, 255 - k, random)});
  if (!slow())
    for (std::uint32_t k = 1; k <= 254; ++k) sizes.insert({k, draw(1, 255 - k, random)});
  for (const auto& [k, m] : sizes) {
    const Shards expected = encoded_by_isal(k, m, 70, random);
    ASSERT_EQ(encoded(expected, k, 70), expected) << k << " + " << m;
  }
}

TEST_P(OuterKernelTest, EncodesAsIsalDoesWhateverTheLengthOfTheShards) {
  std::mt19937 random(2);
  std::vector<std::size_t> lengths{1, 2, 31, 63, 64, 65, 127, 1023, 1024, 1053, 1087, 1088, 4096};
  for (int i = 0; i < 20; ++i) lengths.push_back(1 + random() % 5000);
  for (const std::size_t bytes : lengths) {
    const Shards expected = encoded_by_isal(21, 13, bytes, random);
    ASSERT_EQ(encoded(expected, 21, bytes), expected) << bytes << " bytes";
  }
}

TEST_P(OuterKernelTest, RestoresAnyErasuresUpToTheParity) {
  std::mt19937 random(3);
  const std::pair<std::uint32_t, std::uint32_t> sizes[] = {
      {1, 2}, {2, 2}, {5, 3}, {13, 11}, {16, 4}, {100, 20}, {200, 40}, {127, 128}};
  for (const auto& [k, m] : sizes)
    for (int trial = 0; trial < (slow() ? 3 : 40); ++trial) {
      const std::size_t bytes = trial % 2 == 0 ? 1053 : 1 + random() % 2500;
      const Shards whole = encoded_by_isal(k, m, bytes, random);
      const std::size_t count = trial < 2 ? m : random() % (m + 1);
      // Data alone, parity alone, or either.
      auto erased = random_members(trial % 3 == 0 ? std::max(k, m) : k + m,
                                   std::min<std::size_t>(count, std::max(k, m)), random);
      if (trial % 6 == 3)
        for (auto& member : erased) member = k + m - 1 - member;
      std::sort(erased.begin(), erased.end());
      Shards broken = whole;
      spoil(broken, erased, random);
      ASSERT_EQ(restore_stripe(kernel_, pointers(broken), k, bytes, erased),
                StripeOutcome::kRestored);
      ASSERT_EQ(broken, whole) << k << " + " << m << ", " << erased.size() << " erased of " << bytes
                               << " bytes";
    }
}

TEST_P(OuterKernelTest, NeverTouchesAStripeWithOneErasureMoreThanParity) {
  std::mt19937 random(4);
  for (int trial = 0; trial < 20; ++trial) {
    const std::uint32_t k = draw(1, 100, random), m = draw(1, 30, random);
    Shards shards = encoded_by_isal(k, m, 100, random);
    const auto erased = random_members(k + m, m + 1, random);
    spoil(shards, erased, random);
    const Shards before = shards;
    ASSERT_EQ(restore_stripe(kernel_, pointers(shards), k, 100, erased),
              StripeOutcome::kBeyondParity);
    ASSERT_EQ(shards, before);
  }
}

TEST_P(OuterKernelTest, NoticesOneWrongShardAsLongAsAParityShardIsToSpare) {
  std::mt19937 random(5);
  for (int trial = 0; trial < (slow() ? 20 : 200); ++trial) {
    const std::uint32_t k = draw(1, 100, random), m = draw(2, 30, random);
    const std::size_t bytes = 1 + random() % 1500;
    Shards shards = encoded_by_isal(k, m, bytes, random);
    auto erased = random_members(k + m, 1 + random() % (m - 1), random);
    spoil(shards, erased, random);
    // The wrong one is a data shard, used for all; one bit is enough.
    const auto is_erased = [&](std::uint32_t member) {
      return std::binary_search(erased.begin(), erased.end(), member);
    };
    std::uint32_t wrong = 0;
    while (wrong < k && is_erased(wrong)) ++wrong;
    if (wrong == k) continue;
    shards[wrong][random() % bytes] ^= 0x10;
    ASSERT_EQ(restore_stripe(kernel_, pointers(shards), k, bytes, erased),
              StripeOutcome::kContradiction)
        << k << " + " << m << ", " << erased.size() << " erased of " << bytes << " bytes";
    for (const std::uint32_t member : erased)
      ASSERT_EQ(shards[member], std::vector<std::uint8_t>(bytes, 0));
  }
}

TEST_P(OuterKernelTest, NoticesAWrongParityShardOrGivesTheRightDataAllTheSame) {
  std::mt19937 random(6);
  int noticed = 0;
  for (std::uint32_t wrong = 20; wrong < 28; ++wrong) {
    const Shards whole = encoded_by_isal(20, 8, 200, random);
    Shards broken = whole;
    const std::vector<std::uint32_t> erased{2, 3, 19};
    spoil(broken, erased, random);
    broken[wrong][77] ^= 1;
    if (restore_stripe(kernel_, pointers(broken), 20, 200, erased) ==
        StripeOutcome::kContradiction) {
      ++noticed;
    } else {
      for (const std::uint32_t member : erased) ASSERT_EQ(broken[member], whole[member]);
    }
  }
  EXPECT_EQ(noticed, 4);  // the three that are used, and the one that is compared
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, OuterKernelTest,
                         testing::Values("AVX-512 + GFNI", "AVX-512 + GFNI, emulated", "AVX-512",
                                         "AVX2", "SSE4", "plain"),
                         test_name);

}  // namespace
}  // namespace ostracon::format
