// A thread four pixels of the mean, all frames, in the CPU's order of sums. What a row has in
// common, where each frame lies and the shading at the borders of cells, is prepared by kernels of
// their own, so that no block waits at a barrier.
// Floor of 8 x 4096^2 uint8 px: 134 MB read and 67 MB written / 4.3 TB/s = 47 us; about 18
// instructions a pixel and frame (9 sums and products, 2.5 conversions of two each) / (132 x 128
// lanes x 1.755 GHz) = 81 us.

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/field_tables.hpp"
#include "kernels/frame_aligner.hpp"
#include "kernels/pixel_runs.hpp"

namespace ostracon::cuda {
namespace {

constexpr float kMostMean = 1e6F;
constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kRun = 4;  // pixels of a thread
constexpr std::int32_t kMostRows = 65535;
constexpr std::int32_t kLeastCell = 4;  // px

/// What a frame gives to a row of the mean: pixels [begin, end), none if begin >= end.
struct alignas(16) RowSpan {
  float w00, w01, w10, w11;
  float dark, weight;
  std::int32_t begin, end;
  std::int32_t y0, shift;  ///< pixel x comes from (y0, x + shift) and its neighbours
};

struct AlignerCall {
  const void* frames;
  const std::byte* frames_end;  ///< null: frames do not begin at a whole word
  FieldTables field;
  RowSpan* spans;  ///< [row][frame]
  float* shade;    ///< [row][border of a cell]
  std::int32_t borders;
  ImageView<float> mean;
  bool wide;  ///< runs of the mean begin at multiples of 16 bytes
  float black;
};

__global__ void place_frames(const __grid_constant__ AlignerCall call) {
  const auto index = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  const FieldTables& field = call.field;
  if (index >= call.mean.rows * field.frames) return;
  const std::int32_t y = index / field.frames;
  const std::int32_t frame = index - y * field.frames;
  const std::int32_t cols = call.mean.cols;
  RowSpan span{};
  const float weight = field.weight[frame];
  const rules::Point moved = rules::drift_at(field.track(frame), static_cast<float>(y));
  const float sy = static_cast<float>(y) + moved.y;
  // Written so that what is no number, or too far away, is no span.
  const auto most = static_cast<float>(cols);
  if (weight > 0 && sy >= 0 && sy < static_cast<float>(field.rows) && moved.x > -most &&
      moved.x < most) {
    span.y0 = static_cast<std::int32_t>(floorf(sy));
    span.shift = static_cast<std::int32_t>(floorf(moved.x));
    span.begin = span.shift < 0 ? -span.shift : 0;
    span.end = span.shift < -1 ? cols : cols - 1 - span.shift;
    if (span.y0 + 1 >= field.rows) span.end = span.begin;
  }
  if (span.begin < span.end) {
    const float fy = sy - static_cast<float>(span.y0);
    const float fx = moved.x - static_cast<float>(span.shift);
    const float* gain = field.row_gain + static_cast<std::ptrdiff_t>(frame) * field.rows + span.y0;
    span.w00 = weight * (1 - fy) * (1 - fx) * gain[0];
    span.w01 = weight * (1 - fy) * fx * gain[0];
    span.w10 = weight * fy * (1 - fx) * gain[1];
    span.w11 = weight * fy * fx * gain[1];
    span.dark = call.black * (span.w00 + span.w01 + span.w10 + span.w11);
    span.weight = weight;
  }
  call.spans[index] = span;
}

/// The shading between cells: border k lies left of pixel k * cell_px - cell_px / 2.
__global__ void shade_borders(const __grid_constant__ AlignerCall call) {
  const auto border = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  const auto y = static_cast<std::int32_t>(blockIdx.y);
  if (border >= call.borders) return;
  const rules::ShadingGrid& grid = call.field.shading;
  const std::int32_t x = border * grid.cell_px - grid.cell_px / 2;
  call.shade[static_cast<std::ptrdiff_t>(y) * call.borders + border] =
      rules::shading_at(grid, static_cast<float>(y), static_cast<float>(x) - 0.5F);
}

/// Adds what a frame shows of the run from `x` on. `a`, `b`: kRun + 1 pixels of two rows.
__device__ void add_run(const RowSpan& span, const float* a, const float* b, float* sum) {
  OSTRACON_UNROLL
  for (std::int32_t i = 0; i < kRun; ++i)
    sum[i] +=
        span.w00 * a[i] + span.w01 * a[i + 1] + span.w10 * b[i] + span.w11 * b[i + 1] - span.dark;
}

/// The mean's value of a pixel from its sum and the weight of the frames that gave it.
__device__ float normalised(const AlignerCall& call, std::int32_t y, std::int32_t x, float sum,
                            float weight) {
  const std::int32_t cell_px = call.field.shading.cell_px;
  const std::int32_t half = cell_px / 2;
  const std::int32_t cell = (x + half) / cell_px;
  const float* shade = call.shade + static_cast<std::ptrdiff_t>(y) * call.borders + cell;
  const float slope = (shade[1] - shade[0]) / static_cast<float>(cell_px);
  const float here = shade[0] + slope * (static_cast<float>(x - (cell * cell_px - half)) + 0.5F);
  const float value = sum / (weight * here) - 1.0F;
  // A pixel this far above its surroundings, or no number, would spoil what is filtered.
  return weight > 0 && fabsf(value) < kMostMean ? value : 0.0F;
}

template <class T>
__global__ void __launch_bounds__(kThreads) align_frames(const __grid_constant__ AlignerCall call) {
  const auto x = kRun * static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  const auto y = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t cols = call.mean.cols;
  if (x >= cols) return;
  const std::int32_t count = cols - x < kRun ? cols - x : kRun;
  float sum[kRun] = {}, weight[kRun] = {};
  for (std::int32_t f = 0; f < call.field.frames; ++f) {
    const RowSpan span = call.spans[static_cast<std::ptrdiff_t>(y) * call.field.frames + f];
    if (x + count <= span.begin || x >= span.end) continue;
    const T* a = static_cast<const T*>(call.frames) +
                 (static_cast<std::ptrdiff_t>(f) * call.field.rows + span.y0) * cols + x +
                 span.shift;
    const T* b = a + cols;
    if (x >= span.begin && x + kRun <= span.end) {
      float above[kRun + 1], below[kRun + 1];
      if (reinterpret_cast<const std::byte*>(b + kRun + 1) + kWordSlack <= call.frames_end) {
        load_five<true>(a, above);
        load_five<true>(b, below);
      } else {
        load_five<false>(a, above);
        load_five<false>(b, below);
      }
      add_run(span, above, below, sum);
      OSTRACON_UNROLL
      for (float& own : weight) own += span.weight;
      continue;
    }
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kRun; ++i) {
      if (x + i < span.begin || x + i >= span.end) continue;
      sum[i] += span.w00 * static_cast<float>(a[i]) + span.w01 * static_cast<float>(a[i + 1]) +
                span.w10 * static_cast<float>(b[i]) + span.w11 * static_cast<float>(b[i + 1]) -
                span.dark;
      weight[i] += span.weight;
    }
  }
  float* out = &call.mean(y, x);
  if (call.wide && count == kRun) {
    struct alignas(16) Run {
      float values[kRun];
    } run;
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kRun; ++i)
      run.values[i] = normalised(call, y, x + i, sum[i], weight[i]);
    *reinterpret_cast<Run*>(out) = run;
  } else {
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kRun; ++i)
      if (i < count) out[i] = normalised(call, y, x + i, sum[i], weight[i]);
  }
}

unsigned blocks_of(std::size_t threads) {
  return static_cast<unsigned>((threads + kThreads - 1) / kThreads);
}

class CudaFrameAligner final : public FrameAligner {
 public:
  CudaFrameAligner(const FieldShape& shape, PackedFloats packed, Buffer<RowSpan> spans,
                   Buffer<float> shade, Device& device)
      : shape_(shape),
        packed_(std::move(packed)),
        spans_(std::move(spans)),
        shade_(std::move(shade)),
        device_(device) {}

  Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
               ImageView<float> mean) override {
    if (!(frames.shape == shape_) || mean.rows != shape_.rows || mean.cols != shape_.cols)
      return Error{ErrorCode::kInvalidArgument, "FrameAligner: shapes differ from those planned"};
    if (flat.cell_px < kLeastCell)
      return Error{ErrorCode::kInvalidArgument,
                   "FrameAligner: shading in cells of " + std::to_string(flat.cell_px) +
                       " px; at least " + std::to_string(kLeastCell) + " are planned for"};
    AlignerCall call{};
    packed_.clear();
    call.field = put_field(packed_, flat, drift);
    OSTRACON_TRY(packed_.send("FrameAligner"));
    call.frames = frames.data;
    const bool at_word = reinterpret_cast<std::uintptr_t>(frames.data) % 4 == 0;
    call.frames_end =
        at_word ? static_cast<const std::byte*>(frames.data) + shape_.bytes() : nullptr;
    call.spans = spans_.data();
    call.shade = shade_.data();
    call.borders = (shape_.cols + flat.cell_px / 2 - 1) / flat.cell_px + 2;
    call.mean = mean;
    call.wide =
        reinterpret_cast<std::uintptr_t>(mean.data) % 16 == 0 && mean.row_stride % kRun == 0;
    call.black = frames.black;
    return start(call);
  }

 private:
  Result<> start(const AlignerCall& call) {
    const auto rows = static_cast<unsigned>(shape_.rows);
    OSTRACON_TRY(
        launch(place_frames, dim3(blocks_of(spans_.size())), dim3(kThreads), 0, device_, call));
    OSTRACON_TRY(launch(shade_borders,
                        dim3(blocks_of(static_cast<std::size_t>(call.borders)), rows),
                        dim3(kThreads), 0, device_, call));
    const auto kernel = shape_.type == PixelType::kU8    ? align_frames<std::uint8_t>
                        : shape_.type == PixelType::kU16 ? align_frames<std::uint16_t>
                                                         : align_frames<float>;
    const auto runs = static_cast<std::size_t>((shape_.cols + kRun - 1) / kRun);
    return launch(kernel, dim3(blocks_of(runs), rows), dim3(kThreads), 0, device_, call);
  }

  FieldShape shape_;
  PackedFloats packed_;
  Buffer<RowSpan> spans_;
  Buffer<float> shade_;
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<FrameAligner>> make_frame_aligner(const FrameAlignerConfig& config,
                                                         Device& device) {
  const FieldShape& shape = config.shape;
  if (shape.frames <= 0 || shape.rows <= 0 || shape.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "FrameAlignerConfig: sizes must be positive"};
  if (shape.rows > kMostRows)
    return Error{ErrorCode::kInvalidArgument, "FrameAlignerConfig: " + std::to_string(shape.rows) +
                                                  " rows, at most " + std::to_string(kMostRows) +
                                                  " can be aligned on a GPU"};
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto most_borders = static_cast<std::size_t>(shape.cols / kLeastCell + 3);
  Memory& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto packed, PackedFloats::create(memory, most_field_floats(shape)));
  OSTRACON_TRY_ASSIGN(
      auto spans, Buffer<RowSpan>::create(memory, rows * static_cast<std::size_t>(shape.frames)));
  OSTRACON_TRY_ASSIGN(auto shade, Buffer<float>::create(memory, rows * most_borders));
  return std::unique_ptr<FrameAligner>(std::make_unique<CudaFrameAligner>(
      shape, std::move(packed), std::move(spans), std::move(shade), device));
}

}  // namespace ostracon::cuda
