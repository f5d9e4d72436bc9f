#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// One grey picture, row-major.
struct GreyImage {
  std::int32_t rows = 0, cols = 0;
  std::vector<float> pixels;  ///< 0..255 of 8-bit samples, 0..65535 of 16-bit ones, floats as is
};

enum class ImageFormat { kPng, kJpeg, kTiff, kOther };

/// By the file's first bytes; kNotFound, kIo.
Result<ImageFormat> image_format(const std::filesystem::path& path);

/// A PNG of any kind, a JPEG of grey, YCbCr or RGB, or the first picture of a TIFF (8 or 16 bits or
/// 32-bit floats; grey, RGB or a palette; strips or tiles; not BigTIFF's other sample types).
/// Colour becomes luminance (0.299 R + 0.587 G + 0.114 B of the samples as they are), transparency
/// is left out of account, and where 0 means white the greys are turned round. kNotFound; kIo;
/// kBadInput if the file is of another format or broken, or larger than 512 MB, 2^27 pixels or
/// 65,535 a side.
Result<GreyImage> read_image(const std::filesystem::path& path);

}  // namespace ostracon::io
