#pragma once
// The libraries behind read_image, one source file each.

#include <string_view>

#include "core/result.hpp"
#include "io/image_file.hpp"

namespace ostracon::io {

/// kBadInput says what is wrong with `bytes`, kOutOfMemory.
Result<GreyImage> decode_png(std::string_view bytes);
Result<GreyImage> decode_jpeg(std::string_view bytes);
Result<GreyImage> decode_tiff(std::string_view bytes);

/// kBadInput if a picture has no pixels, or more than read_image takes.
Result<> check_image_size(std::uint64_t rows, std::uint64_t cols);

/// Luminance of one pixel.
inline float luminance(float red, float green, float blue) {
  return 0.299F * red + 0.587F * green + 0.114F * blue;
}

}  // namespace ostracon::io
