// What blocks do together: sums in a fixed order, and selection.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "datasets/random.hpp"
#include "kernels/core/block_select.hpp"
#include "kernels/core/block_sum.hpp"

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

}  // namespace
}  // namespace ostracon::cuda
