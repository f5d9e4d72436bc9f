#pragma once
// Frames and images in a backend's memory, and fields without anything to correct.

#include <cstring>
#include <span>
#include <vector>

#include "pipeline/backend.hpp"

namespace ostracon::test {

/// The frames of one field in the memory of a backend.
struct FieldOnBackend {
  Buffer<std::byte> bytes;
  FieldShape shape;
  float black = 0;
  FrameStack stack() const { return {bytes.data(), shape, black}; }
};

inline Result<FieldOnBackend> upload_field(Backend& backend, const FieldShape& shape,
                                           std::span<const std::byte> frames, float black = 0) {
  OSTRACON_TRY_ASSIGN(auto bytes, Buffer<std::byte>::from(backend.memory(), frames));
  return FieldOnBackend{std::move(bytes), shape, black};
}

/// Pixels of any type, [frame][y][x], written as `shape.type` and sent to the backend.
inline Result<FieldOnBackend> upload_pixels(Backend& backend, const FieldShape& shape,
                                            std::span<const float> pixels, float black = 0) {
  std::vector<std::byte> bytes(shape.bytes());
  const auto write = [&](auto sample) {
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      sample = static_cast<decltype(sample)>(pixels[i]);
      std::memcpy(bytes.data() + i * sizeof sample, &sample, sizeof sample);
    }
  };
  if (shape.type == PixelType::kU8) write(std::uint8_t{});
  if (shape.type == PixelType::kU16) write(std::uint16_t{});
  if (shape.type == PixelType::kF32) write(float{});
  return upload_field(backend, shape, bytes, black);
}

/// One image in the memory of a backend.
template <class T>
struct ImageOnBackend {
  Buffer<T> buffer;
  std::int32_t rows = 0, cols = 0;
  ImageView<T> view() const { return {buffer.data(), rows, cols, cols}; }
  Result<std::vector<T>> download() const {
    std::vector<T> values(buffer.size());
    OSTRACON_TRY(buffer.download(values));
    return values;
  }
};

template <class T>
Result<ImageOnBackend<T>> upload_image(Backend& backend, std::int32_t rows, std::int32_t cols,
                                       const std::vector<T>& values) {
  OSTRACON_TRY_ASSIGN(auto buffer, Buffer<T>::from(backend.memory(), values));
  return ImageOnBackend<T>{std::move(buffer), rows, cols};
}

template <class T>
Result<ImageOnBackend<T>> filled_image(Backend& backend, std::int32_t rows, std::int32_t cols,
                                       T value) {
  return upload_image(
      backend, rows, cols,
      std::vector<T>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols), value));
}

/// Constant shading, no flicker.
inline FlatField even_field(const FieldShape& shape, float level) {
  FlatField flat;
  flat.cell_rows = (shape.rows + flat.cell_px - 1) / flat.cell_px;
  flat.cell_cols = (shape.cols + flat.cell_px - 1) / flat.cell_px;
  flat.shading.assign(
      static_cast<std::size_t>(flat.cell_rows) * static_cast<std::size_t>(flat.cell_cols), level);
  flat.frames = shape.frames;
  flat.rows = shape.rows;
  flat.row_gain.assign(
      static_cast<std::size_t>(shape.frames) * static_cast<std::size_t>(shape.rows), 1.0F);
  return flat;
}

/// One band whose frames lie at `shifts`.
inline DriftField rigid_drift(const FieldShape& shape, std::vector<std::array<float, 2>> shifts) {
  DriftField drift;
  drift.frames = shape.frames;
  drift.band_centre_y = {0.5F * static_cast<float>(shape.rows - 1)};
  drift.shift = std::move(shifts);
  return drift;
}
inline DriftField no_drift(const FieldShape& shape) {
  return rigid_drift(shape, std::vector<std::array<float, 2>>(
                                static_cast<std::size_t>(shape.frames), {0.0F, 0.0F}));
}

/// Nodes at origin + row * down + col * right for modules -8 .. rows + 8, -8 .. cols + 8.
inline LatticeMap straight_map(std::int32_t rows, std::int32_t cols, std::array<float, 2> origin,
                               std::array<float, 2> down, std::array<float, 2> right) {
  LatticeMap map;
  map.first_row = map.first_col = -map.step;
  map.node_rows = (rows + 3 * map.step) / map.step;
  map.node_cols = (cols + 3 * map.step) / map.step;
  for (std::int32_t i = 0; i < map.node_rows; ++i)
    for (std::int32_t j = 0; j < map.node_cols; ++j) {
      const auto r = static_cast<float>(map.first_row + i * map.step);
      const auto c = static_cast<float>(map.first_col + j * map.step);
      map.nodes.push_back(
          {origin[0] + r * down[0] + c * right[0], origin[1] + r * down[1] + c * right[1]});
    }
  return map;
}

}  // namespace ostracon::test
