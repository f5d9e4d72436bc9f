// The emulation itself: small kernels whose answers are known, and kernels that are wrong.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/core/device.hpp"
#include "kernels/core/launch.hpp"

namespace ostracon::cuda {
namespace {

class CudaEmulationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Device::create();
    ASSERT_TRUE(made.has_value()) << made.error().message;
    device_ = std::move(made).value();
  }
  Device& device() { return *device_; }

 private:
  std::unique_ptr<Device> device_;
};

__global__ void reverse(const int* from, int* to) {
  int* shared = dynamic_shared<int>();
  shared[threadIdx.x] = from[blockIdx.x * blockDim.x + threadIdx.x];
  __syncthreads();
  to[blockIdx.x * blockDim.x + threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

TEST_F(CudaEmulationTest, ThreadsSeeWhatOthersWroteBeforeTheBarrier) {
  std::vector<int> from(300), to(300), expected(300);
  for (int i = 0; i < 300; ++i) from[static_cast<std::size_t>(i)] = i;
  for (int i = 0; i < 300; ++i)
    expected[static_cast<std::size_t>(i)] = i / 100 * 100 + 99 - i % 100;
  const auto done =
      launch(reverse, dim3(3), dim3(100), 100 * sizeof(int), device(), from.data(), to.data());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(to, expected);
}

__global__ void vote(int* to) {
  __shared__ int total;
  if (threadIdx.x == 0) total = 0;
  const int mine = threadIdx.x % 3 == 0 ? 5 : 0;
  const int any = __syncthreads_or(mine), all = __syncthreads_and(mine);
  const int count = __syncthreads_count(mine);
  atomicAdd(&total, mine);
  __syncthreads();
  if (threadIdx.x == 17) to[0] = any, to[1] = all, to[2] = count, to[3] = total;
}

TEST_F(CudaEmulationTest, BlocksVoteAndCount) {
  std::vector<int> to(4);
  const auto done = launch(vote, dim3(1), dim3(48), 0, device(), to.data());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(to, (std::vector<int>{1, 0, 16, 80}));
}

__global__ void add_up_warps(const int* from, int* sums, unsigned* votes, int* firsts) {
  int sum = from[threadIdx.x];
  for (int bits = 16; bits > 0; bits /= 2) sum += __shfl_xor_sync(~0U, sum, bits);
  int running = from[threadIdx.x];
  for (unsigned by = 1; by < 32; by *= 2) {
    const int before = __shfl_up_sync(~0U, running, by);
    if (threadIdx.x % 32 >= by) running += before;
  }
  const unsigned odd = __ballot_sync(~0U, from[threadIdx.x] % 2);
  firsts[threadIdx.x] = __shfl_sync(~0U, from[threadIdx.x], 0);
  if (threadIdx.x % 32 == 31) {
    sums[threadIdx.x / 32] = running == sum ? sum : -1;
    votes[threadIdx.x / 32] = odd;
  }
}

TEST_F(CudaEmulationTest, WarpsShuffleAndVote) {
  std::vector<int> from(96), sums(3), firsts(96);
  std::vector<unsigned> votes(3);
  for (std::size_t i = 0; i < 96; ++i) from[i] = static_cast<int>(i + (i / 32));
  const auto done = launch(add_up_warps, dim3(1), dim3(96), 0, device(), from.data(), sums.data(),
                           votes.data(), firsts.data());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(sums, (std::vector<int>{496, 1552, 2608}));
  EXPECT_EQ(votes, (std::vector<unsigned>{0xAAAAAAAA, 0x55555555, 0xAAAAAAAA}));
  EXPECT_EQ(firsts[31], 0);
  EXPECT_EQ(firsts[95], 66);
}

__global__ void half_at_the_barrier() {
  if (threadIdx.x < 32) __syncthreads();
}

TEST_F(CudaEmulationTest, ABarrierThatSomeThreadsNeverReachIsAnError) {
  const auto done = launch(half_at_the_barrier, dim3(1), dim3(64), 0, device());
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::kDevice);
  EXPECT_NE(done.error().message.find("waits at the barrier of line"), std::string::npos)
      << done.error().message;
  EXPECT_NE(done.error().message.find("has ended"), std::string::npos) << done.error().message;
}

__global__ void two_barriers() {
  if (threadIdx.x < 32)
    __syncthreads();
  else
    __syncthreads();
}

TEST_F(CudaEmulationTest, BarriersOfDifferentLinesDoNotMeet) {
  EXPECT_FALSE(launch(two_barriers, dim3(1), dim3(64), 0, device()).has_value());
}

__global__ void greatest(const float* from, unsigned* to) {
  atomicMax(to, __float_as_uint(from[threadIdx.x]));
}

TEST_F(CudaEmulationTest, BitsOfPositiveFloatsAreInTheirOrder) {
  const std::vector<float> from{0.5F, 3.25F, 1e-20F, 3.0F};
  unsigned most = 0;
  ASSERT_TRUE(launch(greatest, dim3(1), dim3(4), 0, device(), from.data(), &most).has_value());
  EXPECT_EQ(__uint_as_float(most), 3.25F);
  EXPECT_EQ(__ffs(0b1100), 3);
}

__global__ void a_lane_too_few(int* to) {
  if (threadIdx.x != 3) to[threadIdx.x] = __shfl_sync(~0U, 1, 3);
}

TEST_F(CudaEmulationTest, AShuffleThatALaneMissesIsAnError) {
  std::vector<int> to(32);
  const auto done = launch(a_lane_too_few, dim3(1), dim3(32), 0, device(), to.data());
  ASSERT_FALSE(done.has_value());
  EXPECT_NE(done.error().message.find("waits at the warp operation"), std::string::npos)
      << done.error().message;
}

TEST_F(CudaEmulationTest, ALaunchThatNoGpuTakesIsRefused) {
  EXPECT_FALSE(launch(two_barriers, dim3(1), dim3(1025), 0, device()).has_value());
  EXPECT_FALSE(launch(two_barriers, dim3(0), dim3(32), 0, device()).has_value());
  EXPECT_FALSE(launch(two_barriers, dim3(1, 65536), dim3(32), 0, device()).has_value());
}

TEST(CudaWords, SinesOfHalfTurnsAreThoseOfTheirAngles) {
  for (const double turns : {0.0, 0.25, 0.5, -1.0, 1.75, 1e6 + 0.125}) {
    double sine = 0, cosine = 0;
    sincospi(turns, &sine, &cosine);
    EXPECT_NEAR(sine, std::sin(std::numbers::pi * std::fmod(turns, 2.0)), 1e-12) << turns;
    EXPECT_NEAR(cosine, std::cos(std::numbers::pi * std::fmod(turns, 2.0)), 1e-12) << turns;
  }
  float sine = 0, cosine = 0;
  sincospif(0.5F, &sine, &cosine);
  EXPECT_EQ(sine, 1);
  EXPECT_NEAR(cosine, 0, 1e-7);
}

__global__ void write_at(char* to, int index) { to[index] = 1; }

__global__ void write_shared_at(int index) { dynamic_shared<char>()[index] = 1; }

// Before a buffer the canaries show what was written; behind it they do, or the address sanitizer
// ends the program at once.
TEST_F(CudaEmulationTest, AWriteBesideSharedMemoryIsAnError) {
  EXPECT_TRUE(launch(write_shared_at, dim3(1), dim3(1), 40, device(), 39).has_value());
  EXPECT_FALSE(launch(write_shared_at, dim3(1), dim3(1), 40, device(), -1).has_value());
}

TEST_F(CudaEmulationTest, CopiesBeyondABufferAreRefused) {
  const auto buffer = Buffer<char>::create(device().memory(), 10);
  ASSERT_TRUE(buffer.has_value());
  std::vector<char> host(20);
  char* bytes = buffer.value().data();
  EXPECT_TRUE(launch(write_at, dim3(1), dim3(1), 0, device(), bytes, 9).has_value());
  EXPECT_TRUE(device().memory().download(host.data(), bytes, 10).has_value());
  EXPECT_EQ(host[9], 1);
  EXPECT_FALSE(device().memory().download(host.data(), bytes, 11).has_value());
  EXPECT_FALSE(device().memory().upload(bytes + 5, host.data(), 6).has_value());
}

}  // namespace
}  // namespace ostracon::cuda
