#pragma once
// What a microscope delivers: the frames of one field, as raw bytes of one of three sample types.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ostracon {

/// How one pixel is stored. Floats must be finite; the reader refuses frames that are not.
enum class PixelType : std::uint8_t { kU8, kU16, kF32 };

constexpr std::size_t bytes_of(PixelType type) {
  return type == PixelType::kU8 ? 1 : type == PixelType::kU16 ? 2 : 4;
}
constexpr std::string_view to_string(PixelType type) {
  return type == PixelType::kU8 ? "uint8" : type == PixelType::kU16 ? "uint16" : "float32";
}

/// The shape of one field: `frames` images of `rows` x `cols` pixels, [frame][y][x], contiguous.
struct FieldShape {
  std::int32_t frames = 0;
  std::int32_t rows = 0;
  std::int32_t cols = 0;
  PixelType type = PixelType::kU8;

  std::size_t pixels_per_frame() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  }
  std::size_t bytes() const {
    return static_cast<std::size_t>(frames) * pixels_per_frame() * bytes_of(type);
  }
  bool operator==(const FieldShape&) const = default;
};

}  // namespace ostracon
