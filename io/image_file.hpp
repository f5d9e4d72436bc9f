#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// One grey picture, row-major.
struct GreyImage {
  std::int32_t rows = 0, cols = 0;
  std::vector<float> pixels;  ///< 0..255 of 8-bit samples, 0..65535 of 16-bit ones
};

enum class ImageFormat { kPng, kJpeg, kOther };

/// By the file's first bytes; kNotFound, kIo.
Result<ImageFormat> image_format(const std::filesystem::path& path);

/// A PNG of any kind, or a JPEG of grey, YCbCr or RGB. Colour becomes luminance (0.299 R + 0.587 G
/// + 0.114 B of the samples as they are), transparency is left out of account. kNotFound; kIo;
/// kBadInput if the file is of another format or broken, or larger than 512 MB, 2^27 pixels or
/// 65,535 a side.
Result<GreyImage> read_image(const std::filesystem::path& path);

}  // namespace ostracon::io
