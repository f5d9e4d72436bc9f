#include "host/view/frame_pixels.hpp"

#include <cassert>
#include <cstring>

namespace ostracon::view {
namespace {

template <class T>
void copy_as_floats(const std::byte* from, std::vector<float>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, from + i * sizeof(T), sizeof(T));
    to[i] = static_cast<float>(value);
  }
}

}  // namespace

std::vector<float> frame_pixels(std::span<const std::byte> frames, const FieldShape& shape,
                                std::int32_t frame) {
  assert(frames.size() == shape.bytes() && frame >= 0 && frame < shape.frames);
  std::vector<float> pixels(shape.pixels_per_frame());
  const std::byte* first =
      frames.data() + static_cast<std::size_t>(frame) * pixels.size() * bytes_of(shape.type);
  switch (shape.type) {
    case PixelType::kU8:
      copy_as_floats<std::uint8_t>(first, pixels);
      break;
    case PixelType::kU16:
      copy_as_floats<std::uint16_t>(first, pixels);
      break;
    case PixelType::kF32:
      copy_as_floats<float>(first, pixels);
      break;
  }
  return pixels;
}

}  // namespace ostracon::view
