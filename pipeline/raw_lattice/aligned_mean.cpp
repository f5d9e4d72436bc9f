#include "pipeline/raw_lattice/aligned_mean.hpp"

#include <string>

namespace ostracon {
namespace {

constexpr std::int32_t kLeastSide = 64;  // px

}  // namespace

Result<std::vector<float>> aligned_mean(Backend& backend, std::span<const std::byte> frames,
                                        const FieldShape& shape, float black) {
  if (shape.frames < 1 || shape.rows < kLeastSide || shape.cols < kLeastSide ||
      frames.size() != shape.bytes())
    return Error{ErrorCode::kInvalidArgument,
                 "a field of " + std::to_string(shape.frames) + " frames of " +
                     std::to_string(shape.rows) + " x " + std::to_string(shape.cols) +
                     " px cannot be averaged: its sides must be at least " +
                     std::to_string(kLeastSide) + " px"};
  OSTRACON_TRY_ASSIGN(const auto flattener, backend.make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(const auto drift_estimator, backend.make_drift_estimator({.shape = shape}));
  OSTRACON_TRY_ASSIGN(const auto aligner, backend.make_frame_aligner({shape}));
  OSTRACON_TRY_ASSIGN(const auto bytes, Buffer<std::byte>::from(backend.memory(), frames));
  OSTRACON_TRY_ASSIGN(const auto mean,
                      Buffer<float>::create(backend.memory(), shape.pixels_per_frame()));
  const FrameStack stack{bytes.data(), shape, black};
  OSTRACON_TRY_ASSIGN(const FlatField flat, flattener->run(stack));
  OSTRACON_TRY_ASSIGN(const DriftField drift, drift_estimator->run(stack, flat));
  OSTRACON_TRY(aligner->run(stack, flat, drift, {mean.data(), shape.rows, shape.cols, shape.cols}));
  std::vector<float> values(shape.pixels_per_frame());
  OSTRACON_TRY(mean.download(values));
  return values;
}

}  // namespace ostracon
