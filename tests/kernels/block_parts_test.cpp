// Parts of kernels: sums of a block in a fixed order, selection, pixels out of whole words.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "datasets/random.hpp"
#include "kernels/core/block_select.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/pixel_runs.hpp"

namespace ostracon::cuda {
namespace {

__global__ void select_rank(const float* values, std::int32_t count, std::int32_t rank, float* to) {
  __shared__ SelectMemory memory;
  const float found = block_select([&](std::int32_t i) { return values[i]; }, count, rank, memory);
  to[threadIdx.x] = found;
}

__global__ void add_up(const double* values, double* to) {
  __shared__ double scratch[32];
  to[threadIdx.x] = block_sum(values[threadIdx.x], scratch);
}

class BlockPartsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto device = Device::create();
    ASSERT_TRUE(device.has_value());
    device_ = std::move(device).value();
  }

  /// What every thread of a block of `threads` gets.
  Result<std::vector<float>> select(const std::vector<float>& values, std::size_t rank,
                                    unsigned threads) {
    OSTRACON_TRY_ASSIGN(auto in, Buffer<float>::from(device_->memory(), values));
    OSTRACON_TRY_ASSIGN(auto out, Buffer<float>::create(device_->memory(), threads));
    OSTRACON_TRY(launch(select_rank, dim3(1), dim3(threads), 0, *device_, in.data(),
                        static_cast<std::int32_t>(values.size()), static_cast<std::int32_t>(rank),
                        out.data()));
    std::vector<float> found(threads);
    OSTRACON_TRY(out.download(found));
    return found;
  }

  std::unique_ptr<Device> device_;
};

TEST_F(BlockPartsTest, AnyRankIsWhatSortingGives) {
  sem::Random random(3);
  for (const std::size_t count : {1U, 2U, 31U, 257U, 1000U})
    for (const unsigned threads : {32U, 96U, 256U}) {
      std::vector<float> values(count);
      for (float& value : values)
        value = static_cast<float>(std::floor(random.uniform() * 200) * 1e-3 * random.uniform());
      values[count / 2] = std::numeric_limits<float>::infinity();
      std::vector<float> sorted = values;
      std::sort(sorted.begin(), sorted.end());
      for (const std::size_t rank : {std::size_t{0}, count / 3, count / 2, count - 1}) {
        const auto found = select(values, rank, threads);
        ASSERT_TRUE(found.has_value()) << found.error().message;
        EXPECT_EQ(found.value(), std::vector<float>(threads, sorted[rank])) << count << ' ' << rank;
      }
    }
}

TEST_F(BlockPartsTest, EveryThreadGetsTheSameSum) {
  sem::Random random(4);
  for (const unsigned threads : {32U, 64U, 256U, 1024U}) {
    std::vector<double> values(threads);
    double expected = 0;
    for (double& value : values) expected += value = random.normal();
    const auto in = Buffer<double>::from(device_->memory(), values);
    const auto out = Buffer<double>::create(device_->memory(), threads);
    ASSERT_TRUE(in.has_value() && out.has_value());
    const auto done =
        launch(add_up, dim3(1), dim3(threads), 0, *device_, in.value().data(), out.value().data());
    ASSERT_TRUE(done.has_value()) << done.error().message;
    std::vector<double> sums(threads);
    ASSERT_TRUE(out.value().download(sums).has_value());
    EXPECT_NEAR(sums[0], expected, 1e-12 * threads);
    EXPECT_EQ(sums, std::vector<double>(threads, sums[0]));
  }
}

template <class T>
void expect_runs_as_written() {
  T written[24];
  for (int i = 0; i < 24; ++i) written[i] = static_cast<T>(0xF3A5 - 2741 * i);
  std::vector<std::uint32_t> words(24);  // as raw frames are: bytes, read in more than one way
  std::memcpy(words.data(), written, sizeof written);
  const auto* pixels = reinterpret_cast<const T*>(words.data());
  for (int first = 0; first < 8; ++first) {
    float whole[8], single[8];
    load_octet<true>(pixels + first, whole);
    load_octet<false>(pixels + first, single);
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ(whole[i], static_cast<float>(written[first + i])) << first << ' ' << i;
      EXPECT_EQ(single[i], whole[i]) << first << ' ' << i;
    }
    load_five<true>(pixels + first, whole);
    load_five<false>(pixels + first, single);
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(whole[i], static_cast<float>(written[first + i])) << first << ' ' << i;
      EXPECT_EQ(single[i], whole[i]) << first << ' ' << i;
    }
  }
}

TEST(PixelRuns, AreThePixelsAtEveryAlignment) {
  expect_runs_as_written<std::uint8_t>();
  expect_runs_as_written<std::uint16_t>();
  expect_runs_as_written<float>();
}

TEST(PixelRuns, EveryByteAndHalfWordIsExactAsAFloat) {
  for (std::uint32_t value = 0; value < 65536; ++value) {
    const std::uint32_t word = value | (value * 40503U << 16);
    ASSERT_EQ(half_as_float(word, 0), static_cast<float>(word & 0xFFFFU));
    ASSERT_EQ(half_as_float(word, 1), static_cast<float>(word >> 16));
    for (unsigned i = 0; i < 4; ++i)
      ASSERT_EQ(byte_as_float(word, i), static_cast<float>((word >> (8 * i)) & 0xFFU));
  }
}

}  // namespace
}  // namespace ostracon::cuda
