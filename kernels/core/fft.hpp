#pragma once
// Two-dimensional Fourier transforms on the device: cuFFT, or a plain stand-in where kernels are
// emulated. Unscaled both ways; forward has exp(-i ...). Index order is (image, row, column).

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "kernels/core/device.hpp"

namespace ostracon::cuda {

/// Two floats in memory, real part first.
struct Complex {
  float re, im;
};

enum class FftKind : std::uint8_t {
  kRealToComplex,     ///< rows x cols floats -> rows x (cols / 2 + 1) complex numbers
  kComplexToComplex,  ///< rows x cols complex numbers, either way
};

/// A batch of transforms of one size, contiguous images one after the other. The plan and its work
/// memory are made once. Must not outlive its device.
class Fft {
 public:
  virtual ~Fft() = default;

  /// Sizes from 1, `rows` x `cols` below 2^31. Errors: kInvalidArgument; kUnavailable if the
  /// library cannot be loaded, and where it was looked for; kOutOfMemory; kDevice.
  static Result<std::unique_ptr<Fft>> create(Device& device, FftKind kind, std::int32_t rows,
                                             std::int32_t cols, std::int32_t images);

  /// kRealToComplex only. `in` and `out` are device memory and do not overlap. In order with the
  /// device's kernels, like all below.
  virtual Result<> forward(const float* in, Complex* out) = 0;
  /// kComplexToComplex only; `out` may be `in`.
  virtual Result<> forward(const Complex* in, Complex* out) = 0;
  virtual Result<> inverse(const Complex* in, Complex* out) = 0;
};

/// The sizes of Fft::create.
inline Result<> check_fft(std::int32_t rows, std::int32_t cols, std::int32_t images) {
  if (rows >= 1 && cols >= 1 && images >= 1 &&
      std::int64_t{rows} * cols <= std::numeric_limits<std::int32_t>::max())
    return Ok{};
  return Error{ErrorCode::kInvalidArgument, "there are no " + std::to_string(images) +
                                                " transforms of " + std::to_string(rows) + " x " +
                                                std::to_string(cols)};
}

}  // namespace ostracon::cuda
