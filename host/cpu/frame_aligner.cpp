#include "host/cpu/frame_aligner.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/cpu/typed_frames.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

constexpr float kMostMean = 1e6F;

class CpuFrameAligner final : public FrameAligner {
 public:
  explicit CpuFrameAligner(const FrameAlignerConfig& config) : shape_(config.shape) {}

  Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
               ImageView<float> mean) override {
    if (!(frames.shape == shape_) || mean.rows != shape_.rows || mean.cols != shape_.cols)
      return Error{ErrorCode::kInvalidArgument, "FrameAligner: shapes differ from those planned"};
    with_typed(frames, [&](auto stack) {
      parallel_for(shape_.rows, [&](std::int64_t y) {
        align_row(stack, frames.black, flat, drift, static_cast<std::int32_t>(y),
                  &mean(static_cast<int>(y), 0));
      });
    });
    return Ok{};
  }

 private:
  template <class T>
  void align_row(const StackView<const T>& stack, float black, const FlatField& flat,
                 const DriftField& drift, std::int32_t y, float* out) const {
    const std::int32_t cols = shape_.cols;
    std::fill(out, out + cols, 0.0F);
    struct Span {
      std::int32_t begin, end;
      float weight;
    };
    std::vector<Span> spans;
    for (std::int32_t frame = 0; frame < shape_.frames; ++frame) {
      const float weight = drift.weight_of(frame);
      if (!(weight > 0)) continue;
      const auto [dy, dx] = drift.at(frame, static_cast<float>(y));
      const float sy = static_cast<float>(y) + dy;
      const auto y0 = static_cast<std::int32_t>(std::floor(sy));
      if (y0 < 0 || y0 + 1 >= shape_.rows) continue;
      const auto shift = static_cast<std::int32_t>(std::floor(dx));
      const float fy = sy - static_cast<float>(y0);
      const float fx = dx - static_cast<float>(shift);
      const std::int32_t begin = std::max(0, -shift);
      const std::int32_t end = std::min(cols, cols - 1 - shift);
      if (begin >= end) continue;
      const float* gain = flat.row_gain.data() +
                          static_cast<std::size_t>(frame) * static_cast<std::size_t>(flat.rows) +
                          static_cast<std::size_t>(y0);
      const float w00 = weight * (1 - fy) * (1 - fx) * gain[0];
      const float w01 = weight * (1 - fy) * fx * gain[0];
      const float w10 = weight * fy * (1 - fx) * gain[1];
      const float w11 = weight * fy * fx * gain[1];
      const float dark = black * (w00 + w01 + w10 + w11);
      const T* a = &stack.frame(frame)(y0, 0) + shift;
      const T* b = &stack.frame(frame)(y0 + 1, 0) + shift;
      for (std::int32_t x = begin; x < end; ++x)
        out[x] += w00 * static_cast<float>(a[x]) + w01 * static_cast<float>(a[x + 1]) +
                  w10 * static_cast<float>(b[x]) + w11 * static_cast<float>(b[x + 1]) - dark;
      spans.push_back({begin, end, weight});
    }
    const auto seen = [&](std::int32_t begin, std::int32_t end) {  // weight of what holds both
      float sum = 0;
      for (const Span& s : spans)
        if (begin >= s.begin && end < s.end) sum += s.weight;
      return sum;
    };
    normalise(
        flat, y, seen(inner_begin(spans), inner_end(spans) - 1), out,
        [&](std::int32_t x) { return seen(x, x); }, inner_begin(spans), inner_end(spans));
  }

  template <class Spans>
  static std::int32_t inner_begin(const Spans& spans) {
    std::int32_t begin = 0;
    for (const auto& s : spans) begin = std::max(begin, s.begin);
    return begin;
  }
  template <class Spans>
  std::int32_t inner_end(const Spans& spans) const {
    std::int32_t end = shape_.cols;
    for (const auto& s : spans) end = std::min(end, s.end);
    return end;
  }

  /// Divides by the weight of the frames that gave a pixel (`all` within [begin, end)) and by the
  /// shading, interpolated between the centres of the cells it is given on.
  template <class Count>
  void normalise(const FlatField& flat, std::int32_t y, float all, float* out, const Count& count,
                 std::int32_t begin, std::int32_t end) const {
    const std::int32_t half = flat.cell_px / 2;
    for (std::int32_t cell = -half; cell < shape_.cols; cell += flat.cell_px) {
      const float left = flat.shading_at(static_cast<float>(y), static_cast<float>(cell) - 0.5F);
      const float right =
          flat.shading_at(static_cast<float>(y), static_cast<float>(cell + flat.cell_px) - 0.5F);
      const float slope = (right - left) / static_cast<float>(flat.cell_px);
      const std::int32_t last = std::min(cell + flat.cell_px, shape_.cols);
      for (std::int32_t x = std::max(0, cell); x < last; ++x) {
        const float shade = left + slope * (static_cast<float>(x - cell) + 0.5F);
        const float n = x >= begin && x < end ? all : count(x);
        const float value = out[x] / (n * shade) - 1.0F;
        // A pixel this far above its surroundings, or no number, would spoil what is filtered.
        out[x] = n > 0 && std::abs(value) < kMostMean ? value : 0.0F;
      }
    }
  }

  FieldShape shape_;
};

}  // namespace

Result<std::unique_ptr<FrameAligner>> make_frame_aligner(const FrameAlignerConfig& config) {
  if (config.shape.frames <= 0 || config.shape.rows <= 0 || config.shape.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "FrameAlignerConfig: sizes must be positive"};
  return std::unique_ptr<FrameAligner>(std::make_unique<CpuFrameAligner>(config));
}

}  // namespace ostracon::cpu
