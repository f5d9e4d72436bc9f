#pragma once
// Sums over neighbouring pixels. Included by kernels/flattener.cu only.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kCellCols = 16;

struct alignas(16) FourWords {
  std::uint32_t words[4];
};
struct alignas(16) FourFloats {
  float values[4];
};

/// The sum of sixteen pixels from a multiple of 16 bytes on; of integers it is exact.
OSTRACON_HD inline float sum_of_sixteen(const std::uint8_t* from) {
  const FourWords in = *reinterpret_cast<const FourWords*>(from);
  std::uint32_t pairs = 0;  // two sums of eight bytes, 16 bits each
  for (const std::uint32_t word : in.words)
    pairs += (word & 0x00FF00FFU) + ((word >> 8) & 0x00FF00FFU);
  return static_cast<float>((pairs & 0xFFFFU) + (pairs >> 16));
}
OSTRACON_HD inline float sum_of_sixteen(const std::uint16_t* from) {
  std::uint32_t sum = 0;
  for (std::int32_t half = 0; half < 2; ++half) {
    const FourWords in = *reinterpret_cast<const FourWords*>(from + 8 * half);
    for (const std::uint32_t word : in.words) sum += (word & 0xFFFFU) + (word >> 16);
  }
  return static_cast<float>(sum);
}
OSTRACON_HD inline float sum_of_sixteen(const float* from) {
  float sum = 0;
  for (std::int32_t quarter = 0; quarter < 4; ++quarter) {
    const FourFloats in = *reinterpret_cast<const FourFloats*>(from + 4 * quarter);
    for (const float value : in.values) sum += value;
  }
  return sum;
}

template <class T>
OSTRACON_HD inline float sum_of_pixels(const T* from, std::int32_t count) {
  float sum = 0;
  for (std::int32_t x = 0; x < count; ++x) sum += static_cast<float>(from[x]);
  return sum;
}

}  // namespace ostracon::cuda
