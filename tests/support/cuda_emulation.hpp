#pragma once
// CUDA's words for kernels compiled as plain C++, to test the kernels without a GPU: the threads of
// a block are fibers that take turns at barriers, blocks run one after the other. It shows what the
// code computes, not what races or how fast it is. See docs/decisions/0014-cuda-emulation.md.
//
// A barrier or warp operation that not all of its threads reach, or at different lines, ends the
// launch with an Error that says which; so does a kernel that waits for what cannot come.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numbers>
#include <type_traits>

#include "core/result.hpp"

#define __global__
#define __device__
#define __host__
#define __grid_constant__
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __shared__ static thread_local
#define __constant__ static

struct uint3 {
  unsigned x = 0, y = 0, z = 0;
};
struct dim3 {
  unsigned x, y, z;
  constexpr explicit dim3(unsigned columns = 1, unsigned rows = 1, unsigned layers = 1)
      : x(columns), y(rows), z(layers) {}
};

// Of the thread that runs, set before it goes on.
inline thread_local uint3 threadIdx, blockIdx;
inline thread_local dim3 blockDim, gridDim;

namespace ostracon::cuda {
class Device;
}

namespace ostracon::emulation {

inline constexpr unsigned kWarp = 32;

/// Runs `thread` for every thread of every block. kDevice: a sentence on what cannot be on a GPU.
Result<> run(dim3 grid, dim3 block, std::size_t shared_bytes, const std::function<void()>& thread);

/// Shared memory of the block that runs.
void* shared_memory();

enum class Vote : std::uint8_t { kNone, kOr, kAnd, kCount };
/// Waits for all threads of the block; answers the vote over their `own`.
int wait_for_block(Vote vote, int own, int line);
/// Waits for the threads of this warp in `mask`; hands out what each has brought, by lane.
const std::uint64_t* wait_for_warp(unsigned mask, std::uint64_t own, int line);
/// This thread's place in its warp.
unsigned lane();

/// Launches since the process began: so a test can tell that kernels have run.
std::int64_t launches();

template <class T>
std::uint64_t to_word(T value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  return word;
}
template <class T>
T from_word(std::uint64_t word) {
  T value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}
template <class T>
T shuffle(unsigned mask, T value, unsigned source, bool valid, int line) {
  const std::uint64_t* brought = wait_for_warp(mask, to_word(value), line);
  return valid ? from_word<T>(brought[source % kWarp]) : value;
}

}  // namespace ostracon::emulation

inline void __syncthreads(int line = __builtin_LINE()) {
  ostracon::emulation::wait_for_block(ostracon::emulation::Vote::kNone, 0, line);
}
inline int __syncthreads_or(int own, int line = __builtin_LINE()) {
  return ostracon::emulation::wait_for_block(ostracon::emulation::Vote::kOr, own, line);
}
inline int __syncthreads_and(int own, int line = __builtin_LINE()) {
  return ostracon::emulation::wait_for_block(ostracon::emulation::Vote::kAnd, own, line);
}
inline int __syncthreads_count(int own, int line = __builtin_LINE()) {
  return ostracon::emulation::wait_for_block(ostracon::emulation::Vote::kCount, own, line);
}
inline void __syncwarp(unsigned mask = ~0U, int line = __builtin_LINE()) {
  ostracon::emulation::wait_for_warp(mask, 0, line);
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int line = __builtin_LINE()) {
  return ostracon::emulation::shuffle(mask, value, static_cast<unsigned>(source), true, line);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int line = __builtin_LINE()) {
  const unsigned source = ostracon::emulation::lane() ^ static_cast<unsigned>(bits);
  return ostracon::emulation::shuffle(mask, value, source, source < 32, line);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int line = __builtin_LINE()) {
  const unsigned source = ostracon::emulation::lane() + by;
  return ostracon::emulation::shuffle(mask, value, source, source < 32, line);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int line = __builtin_LINE()) {
  const unsigned own = ostracon::emulation::lane();
  return ostracon::emulation::shuffle(mask, value, own - by, own >= by, line);
}
inline unsigned __ballot_sync(unsigned mask, int own, int line = __builtin_LINE()) {
  const std::uint64_t* brought = ostracon::emulation::wait_for_warp(mask, own != 0 ? 1 : 0, line);
  unsigned votes = 0;
  for (unsigned i = 0; i < ostracon::emulation::kWarp; ++i)
    if (((mask >> i) & 1U) != 0 && brought[i] != 0) votes |= 1U << i;
  return votes;
}
inline int __any_sync(unsigned mask, int own, int line = __builtin_LINE()) {
  return __ballot_sync(mask, own, line) != 0 ? 1 : 0;
}
inline int __all_sync(unsigned mask, int own, int line = __builtin_LINE()) {
  return __ballot_sync(mask, own, line) == mask ? 1 : 0;
}

template <class T>
T __ldg(const T* from) {
  return *from;
}
inline int __popc(unsigned word) { return __builtin_popcount(word); }
inline int __ffs(int word) { return __builtin_ffs(word); }
inline unsigned __float_as_uint(float value) {
  return static_cast<unsigned>(ostracon::emulation::to_word(value));
}
inline float __uint_as_float(unsigned word) { return ostracon::emulation::from_word<float>(word); }

// One fiber runs at a time, so that plain reads and writes are atomic.
template <class T>
T atomicAdd(T* to, std::type_identity_t<T> by) {
  const T before = *to;
  *to = static_cast<T>(before + by);
  return before;
}
template <class T>
T atomicMax(T* to, std::type_identity_t<T> with) {
  const T before = *to;
  *to = before < with ? with : before;
  return before;
}
template <class T>
T atomicXor(T* to, std::type_identity_t<T> by) {
  const T before = *to;
  *to = before ^ by;
  return before;
}

/// Sine and cosine of pi times x.
inline void sincospi(double x, double* sine, double* cosine) {
  const double angle = std::numbers::pi * std::remainder(x, 2.0);
  *sine = std::sin(angle);
  *cosine = std::cos(angle);
}
inline void sincospif(float x, float* sine, float* cosine) {
  double s, c;
  sincospi(static_cast<double>(x), &s, &c);
  *sine = static_cast<float>(s);
  *cosine = static_cast<float>(c);
}

namespace ostracon::cuda {

template <class T>
T* dynamic_shared() {
  return static_cast<T*>(emulation::shared_memory());
}

template <class... Parameters, class... Arguments>
Result<> launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes,
                Device&, const Arguments&... arguments) {
  return emulation::run(grid, block, shared_bytes, [&] { kernel(arguments...); });
}

struct Residency {
  int per_multiprocessor;
  int on_device;
};
/// A device of one multiprocessor with the shared memory of an H200's.
template <class... Parameters>
Result<Residency> residency(void (*)(Parameters...), int, std::size_t shared_bytes, Device&) {
  constexpr std::size_t kOfBlock = 227 * 1024, kOfMultiprocessor = 228 * 1024, kReserved = 1024;
  const auto blocks = static_cast<int>(kOfMultiprocessor / (shared_bytes + kReserved));
  return shared_bytes > kOfBlock ? Residency{0, 0} : Residency{blocks, blocks};
}

}  // namespace ostracon::cuda
