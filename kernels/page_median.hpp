#pragma once
// The median of a sample of magnitudes, exact and without a way through the host.

#include <cstdint>

#include "core/buffer.hpp"
#include "kernels/core/device.hpp"

namespace ostracon::cuda {

class PageMedian {
 public:
  /// For samples of `count` keys. kOutOfMemory.
  static Result<PageMedian> create(std::size_t count, Device& device);

  /// Stands for a place without a sample.
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  /// [count], to be filled with the bits of floats >= 0, or kNone.
  std::uint32_t* keys() { return keys_.data(); }
  /// Finds the median, the greater of the two in the middle of an even number; infinity if there
  /// is no sample. In order with the device's kernels.
  Result<> find(Device& device);
  /// In the device's memory.
  const float* median() const { return median_.data(); }

 private:
  PageMedian(Buffer<std::uint32_t> keys, Buffer<std::uint32_t> counts, Buffer<std::uint32_t> found,
             Buffer<float> median);

  Buffer<std::uint32_t> keys_;
  Buffer<std::uint32_t> counts_;  // [pass][digit]
  Buffer<std::uint32_t> found_;   // [pass]: the digits before, and the rank among their keys
  Buffer<float> median_;
};

}  // namespace ostracon::cuda
