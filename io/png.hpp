#pragma once
// Pictures for a person. Every function returns the bytes of a PNG file; write_whole_file stores
// them. kInvalidArgument if a side is not 1..65536 or the sizes disagree; kOutOfMemory.

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// `pixels`: rows x cols grey values, row-major.
Result<std::vector<std::uint8_t>> encode_png_grey(std::span<const std::uint8_t> pixels,
                                                  std::int32_t rows, std::int32_t cols);
/// `pixels`: rows x cols x 3, row-major, red first.
Result<std::vector<std::uint8_t>> encode_png_rgb(std::span<const std::uint8_t> pixels,
                                                 std::int32_t rows, std::int32_t cols);
/// `modules`: rows x cols, one per byte: 1 (pit) is black, 0 (land) is white. One bit a pixel.
Result<std::vector<std::uint8_t>> encode_png_bits(std::span<const std::uint8_t> modules,
                                                  std::int32_t rows, std::int32_t cols);

}  // namespace ostracon::io
