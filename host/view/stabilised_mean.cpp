#include "host/view/stabilised_mean.hpp"

#include <cmath>
#include <cstdint>
#include <string>

#include "host/parallel.hpp"
#include "host/view/frame_pixels.hpp"

namespace ostracon::view {
namespace {

constexpr std::int32_t kLeastSide = 64;  // px

/// Nothing to divide by: the picture keeps its shading. Stabilised counts go with the root of the
/// signal, and so does the gain of a row.
FlatField stabilised(FlatField flat) {
  for (float& cell : flat.shading) cell = 1;
  for (float& gain : flat.row_gain) gain = std::sqrt(gain);
  return flat;
}

/// All frames on the scale of `stabiliser`, in the backend's memory.
Result<Buffer<float>> upload_stabilised(Backend& backend, std::span<const std::byte> frames,
                                        const FieldShape& shape, const Stabiliser& stabiliser) {
  const std::size_t pixels = shape.pixels_per_frame();
  std::vector<float> all(pixels * static_cast<std::size_t>(shape.frames));
  parallel_for(shape.frames, [&](std::int64_t frame) {
    const auto counts = frame_pixels(frames, shape, static_cast<std::int32_t>(frame));
    float* out = all.data() + static_cast<std::size_t>(frame) * pixels;
    for (std::size_t i = 0; i < pixels; ++i) out[i] = stabiliser.forward(counts[i]);
  });
  return Buffer<float>::from(backend.memory(), all);
}

}  // namespace

Result<std::vector<float>> stabilised_mean(Backend& backend, std::span<const std::byte> frames,
                                           const FieldShape& shape, float black,
                                           const NoiseModel& noise) {
  if (shape.frames < 1 || shape.rows < kLeastSide || shape.cols < kLeastSide ||
      frames.size() != shape.bytes())
    return Error{ErrorCode::kInvalidArgument,
                 "a field of " + std::to_string(shape.frames) + " frames of " +
                     std::to_string(shape.rows) + " x " + std::to_string(shape.cols) +
                     " px cannot be averaged: its sides must be at least " +
                     std::to_string(kLeastSide) + " px"};
  OSTRACON_TRY_ASSIGN(const auto flattener, backend.make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(const auto drift_estimator, backend.make_drift_estimator({.shape = shape}));
  OSTRACON_TRY_ASSIGN(const auto bytes, Buffer<std::byte>::from(backend.memory(), frames));
  const FrameStack raw{bytes.data(), shape, black};
  OSTRACON_TRY_ASSIGN(const FlatField flat, flattener->run(raw));
  OSTRACON_TRY_ASSIGN(const DriftField drift, drift_estimator->run(raw, flat));

  const FieldShape floats{shape.frames, shape.rows, shape.cols, PixelType::kF32};
  const Stabiliser stabiliser(noise);
  OSTRACON_TRY_ASSIGN(const auto aligner, backend.make_frame_aligner({floats}));
  OSTRACON_TRY_ASSIGN(const auto levels, upload_stabilised(backend, frames, shape, stabiliser));
  OSTRACON_TRY_ASSIGN(const auto mean,
                      Buffer<float>::create(backend.memory(), shape.pixels_per_frame()));
  OSTRACON_TRY(aligner->run({levels.data(), floats, 0}, stabilised(flat), drift,
                            {mean.data(), shape.rows, shape.cols, shape.cols}));
  std::vector<float> values(shape.pixels_per_frame());
  OSTRACON_TRY(mean.download(values));
  for (float& value : values) value = stabiliser.inverse(value + 1);
  return values;
}

}  // namespace ostracon::view
