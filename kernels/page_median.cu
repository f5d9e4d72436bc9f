#include <algorithm>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/page_median.hpp"

// Radix selection: magnitudes are ordered as their bits are. Four passes, each over all keys, count
// the next eight bits of those keys that begin as the median does.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kDigits = 256, kPasses = 4;
constexpr std::int32_t kThreads = kDigits;
constexpr std::int64_t kKeysAThread = 8;

/// The keys that begin as the median does.
struct Begin {
  std::uint32_t digits;  ///< of the passes so far
  std::uint32_t rank;    ///< the median's among them, from 0
  std::uint32_t any;     ///< 0: there are no keys
};

/// `before`, one digit longer, from that digit's counts among its keys. Called by all threads.
__device__ Begin next_digit(Begin before, const std::uint32_t* counts, bool first) {
  __shared__ std::uint32_t up_to[kDigits];
  __shared__ Begin found;
  const auto digit = static_cast<std::int32_t>(threadIdx.x);
  const std::uint32_t own = counts[digit];
  up_to[digit] = own;
  if (digit == 0) found = {0, 0, 0};
  __syncthreads();
  for (std::int32_t distance = 1; distance < kDigits; distance *= 2) {
    const std::uint32_t below = digit >= distance ? up_to[digit - distance] : 0;
    __syncthreads();
    up_to[digit] += below;
    __syncthreads();
  }
  const std::uint32_t rank = first ? up_to[kDigits - 1] / 2 : before.rank;
  const std::uint32_t end = up_to[digit], begin = end - own;
  if (rank >= begin && rank < end)
    found = {before.digits << 8 | static_cast<std::uint32_t>(digit), rank - begin, 1};
  __syncthreads();
  return found;
}

__device__ Begin of_pass(std::int32_t pass, const std::uint32_t* counts, std::uint32_t* found) {
  if (pass == 0) return {0, 0, 1};
  Begin before{0, 0, 1};
  if (pass > 1) before = {found[2 * (pass - 1)], found[2 * (pass - 1) + 1], 1};
  const Begin begin = next_digit(before, counts + (pass - 1) * kDigits, pass == 1);
  if (blockIdx.x == 0 && threadIdx.x == 0)
    found[2 * pass] = begin.digits, found[2 * pass + 1] = begin.rank;
  return begin;
}

__global__ void __launch_bounds__(kThreads)
    count_digits(const std::uint32_t* keys, std::int64_t count, std::int32_t pass,
                 std::uint32_t* counts, std::uint32_t* found) {
  __shared__ std::uint32_t own[kDigits];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  own[thread] = 0;
  const Begin begin = of_pass(pass, counts, found);
  __syncthreads();
  const std::int32_t shift = 32 - 8 * (pass + 1);
  const std::int64_t step = std::int64_t{gridDim.x} * kThreads;
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + thread; i < count; i += step) {
    const std::uint32_t key = keys[i];
    const bool among = pass == 0 || key >> (shift + 8) == begin.digits;
    if (key != PageMedian::kNone && among) atomicAdd(&own[key >> shift & 0xFFU], 1U);
  }
  __syncthreads();
  if (own[thread] != 0) atomicAdd(&counts[pass * kDigits + thread], own[thread]);
}

__global__ void __launch_bounds__(kThreads)
    take_median(const std::uint32_t* counts, std::uint32_t* found, float* median) {
  const Begin whole = of_pass(kPasses, counts, found);
  constexpr std::uint32_t kInfinity = 0x7F800000U;
  if (threadIdx.x == 0) *median = __uint_as_float(whole.any != 0 ? whole.digits : kInfinity);
}

}  // namespace

PageMedian::PageMedian(Buffer<std::uint32_t> keys, Buffer<std::uint32_t> counts,
                       Buffer<std::uint32_t> found, Buffer<float> median)
    : keys_(std::move(keys)),
      counts_(std::move(counts)),
      found_(std::move(found)),
      median_(std::move(median)) {}

Result<PageMedian> PageMedian::create(std::size_t count, Device& device) {
  auto& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto keys, Buffer<std::uint32_t>::create(memory, count));
  OSTRACON_TRY_ASSIGN(auto counts, Buffer<std::uint32_t>::create(memory, kPasses * kDigits));
  OSTRACON_TRY_ASSIGN(auto found, Buffer<std::uint32_t>::create(memory, 2 * (kPasses + 1)));
  OSTRACON_TRY_ASSIGN(auto median, Buffer<float>::create(memory, 1));
  return PageMedian(std::move(keys), std::move(counts), std::move(found), std::move(median));
}

Result<> PageMedian::find(Device& device) {
  constexpr std::int64_t kKeysABlock = kThreads * kKeysAThread;
  const auto count = static_cast<std::int64_t>(keys_.size());
  const auto blocks = static_cast<unsigned>(std::clamp<std::int64_t>(count / kKeysABlock, 1, 1024));
  OSTRACON_TRY(device.clear(counts_.data(), counts_.size() * sizeof(std::uint32_t)));
  for (std::int32_t pass = 0; pass < kPasses; ++pass)
    OSTRACON_TRY(launch(count_digits, dim3(blocks), dim3(kThreads), 0, device, keys_.data(), count,
                        pass, counts_.data(), found_.data()));
  return launch(take_median, dim3(1), dim3(kThreads), 0, device, counts_.data(), found_.data(),
                median_.data());
}

}  // namespace ostracon::cuda
