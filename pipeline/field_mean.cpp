#include "pipeline/field_mean.hpp"

#include <string>

namespace ostracon {
namespace {

constexpr std::int32_t kLeastSide = 64;  // px

}  // namespace

Result<FieldMean> FieldMean::create(Backend& backend, const FieldShape& shape) {
  if (shape.frames < 1 || shape.rows < kLeastSide || shape.cols < kLeastSide)
    return Error{ErrorCode::kInvalidArgument,
                 "a field of " + std::to_string(shape.frames) + " frames of " +
                     std::to_string(shape.rows) + " x " + std::to_string(shape.cols) +
                     " px cannot be averaged: its sides must be at least " +
                     std::to_string(kLeastSide) + " px"};
  OSTRACON_TRY_ASSIGN(auto mean, Buffer<float>::create(backend.memory(), shape.pixels_per_frame()));
  FieldMean made(backend, shape, std::move(mean));
  OSTRACON_TRY_ASSIGN(made.flattener_, backend.make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(made.drift_, backend.make_drift_estimator({.shape = shape}));
  OSTRACON_TRY_ASSIGN(made.aligner_, backend.make_frame_aligner({shape}));
  if (!backend.memory().on_host()) {
    OSTRACON_TRY_ASSIGN(made.frames_, Buffer<std::byte>::create(backend.memory(), shape.bytes()));
  }
  return made;
}

Result<ImageView<const float>> FieldMean::run(std::span<const std::byte> frames, float black) {
  if (frames.size() != shape_.bytes())
    return Error{ErrorCode::kInvalidArgument, "a field of " + std::to_string(frames.size()) +
                                                  " bytes instead of " +
                                                  std::to_string(shape_.bytes())};
  FrameStack stack{frames.data(), shape_, black};
  if (frames_) {
    OSTRACON_TRY(backend_->memory().upload(frames_->data(), frames.data(), frames.size()));
    stack.data = frames_->data();
  }
  OSTRACON_TRY_ASSIGN(const FlatField flat, flattener_->run(stack));
  OSTRACON_TRY_ASSIGN(const DriftField drift, drift_->run(stack, flat));
  const ImageView<float> mean{mean_.data(), shape_.rows, shape_.cols, shape_.cols};
  OSTRACON_TRY(aligner_->run(stack, flat, drift, mean));
  return ImageView<const float>(mean);
}

Result<std::vector<float>> field_mean(Backend& backend, std::span<const std::byte> frames,
                                      const FieldShape& shape, float black) {
  OSTRACON_TRY_ASSIGN(auto mean, FieldMean::create(backend, shape));
  OSTRACON_TRY_ASSIGN(const auto image, mean.run(frames, black));
  std::vector<float> values(shape.pixels_per_frame());
  OSTRACON_TRY(backend.memory().download(values.data(), image.data, values.size() * sizeof(float)));
  return values;
}

}  // namespace ostracon
