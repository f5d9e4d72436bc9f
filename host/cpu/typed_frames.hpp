#pragma once
// The one place that turns the pixel type of a field into a C++ type.

#include <cstdint>
#include <utility>

#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon::cpu {

template <class T>
StackView<const T> view_as(const FrameStack& frames) {
  const FieldShape& shape = frames.shape;
  return {static_cast<const T*>(frames.data),
          shape.frames,
          shape.rows,
          shape.cols,
          shape.cols,
          static_cast<std::ptrdiff_t>(shape.pixels_per_frame())};
}

/// Calls body(StackView<const T>) with T the pixel type of `frames`.
template <class Body>
decltype(auto) with_typed(const FrameStack& frames, const Body& body) {
  switch (frames.shape.type) {
    case PixelType::kU8:
      return body(view_as<std::uint8_t>(frames));
    case PixelType::kU16:
      return body(view_as<std::uint16_t>(frames));
    case PixelType::kF32:
      break;
  }
  return body(view_as<float>(frames));
}

}  // namespace ostracon::cpu
