#pragma once
// The frames of a field flattened, aligned and averaged by the stages that pages are read with: the
// picture in which lattices and codes are looked for.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/backend.hpp"

namespace ostracon {

/// Makes such means of fields of one shape.
class FieldMean {
 public:
  /// kInvalidArgument if a side is below 64 px; errors of the stages.
  static Result<FieldMean> create(Backend& backend, const FieldShape& shape);

  /// `frames` (shape.bytes() bytes) are in host memory, `black` is as in FrameStack. Returns
  /// rows x cols values about 0 in the backend's memory, good until the next call.
  /// kInvalidArgument if the sizes disagree; kBadInput if the field is blank; errors of the stages.
  Result<ImageView<const float>> run(std::span<const std::byte> frames, float black);

 private:
  FieldMean(Backend& backend, const FieldShape& shape, Buffer<float> mean)
      : backend_(&backend), shape_(shape), mean_(std::move(mean)) {}

  Backend* backend_;
  FieldShape shape_;
  std::unique_ptr<Flattener> flattener_;
  std::unique_ptr<DriftEstimator> drift_;
  std::unique_ptr<FrameAligner> aligner_;
  Buffer<float> mean_;
  std::optional<Buffer<std::byte>> frames_;  // where the backend cannot read those of the host
};

/// The mean of one field in host memory: errors as both of the above.
Result<std::vector<float>> field_mean(Backend& backend, std::span<const std::byte> frames,
                                      const FieldShape& shape, float black);

}  // namespace ostracon
