// A thread a module, all frames: neighbours in a block read neighbouring pixels, so that the raw
// frames come through L1 and, but for the blocks' rims, once from HBM.
// Floor of 8 x 4096^2 uint8 px at 3 px a module: 134 MB / 4.3 TB/s = 31 us. A row of a window takes
// about 40 instructions (3 words of pixels, their alignment, 8 conversions, 9 multiply-adds):
// 1.9e6 modules x 8 frames x (7 rows x 40 + 60) / (132 x 128 lanes x 1.755 GHz) = 170 us.

#include <string>
#include <utility>

#include "host/steps/pulse_table.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/field_tables.hpp"
#include "kernels/module_sampler.hpp"
#include "kernels/pixel_runs.hpp"
#include "pipeline/rules/module_window.hpp"

namespace ostracon::cuda {
namespace {

using steps::PulseTable;
constexpr std::int32_t kTileCols = 32, kTileRows = 8;
constexpr std::int32_t kThreads = kTileCols * kTileRows;
constexpr std::int32_t kPhases = PulseTable::kPhases;
constexpr float kMostFinite = 3.4028235e38F;

struct SamplerCall {
  const void* frames;
  const std::byte* frames_end;  ///< null: frames do not begin at a whole word
  FieldTables field;
  rules::NodeGrid map;
  rules::PulseTaps taps;
  const float* pulse;    ///< [phase][tap], then sums and square sums [phase]
  rules::Point* shift;   ///< [frame][row]
  float* weighted_gain;  ///< [frame][row]
  ImageView<float> grid, weight;
  std::int32_t first_row, first_col;
  std::int32_t cols;  ///< of a frame
  std::int32_t tiles_across;
  float black;
};

__global__ void prepare_rows(const __grid_constant__ SamplerCall call) {
  const auto index = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  if (index >= call.field.frames * call.field.rows) return;
  const std::int32_t frame = index / call.field.rows;
  const auto y = static_cast<float>(index - frame * call.field.rows);
  call.shift[index] = rules::drift_at(call.field.track(frame), y);
  call.weighted_gain[index] = call.field.weight[frame] * call.field.row_gain[index];
}

/// The pulse table in shared memory, [tap][phase]: lanes of different phases hit different banks.
struct SharedPulse {
  const float* taps;
  const float* sum;
  const float* square_sum;
  __device__ float tap(std::int32_t k, std::int32_t phase) const {
    return taps[k * kPhases + phase];
  }
};

struct WindowSums {
  float product, gain;
};

/// Weighted sum of a window's pixels and the sum of its rows' weights.
template <bool kWhole, class T>
__device__ WindowSums sum_window(const T* first, std::int32_t cols, const float* gain,
                                 const rules::PulseTaps& taps, const SharedPulse& pulse,
                                 std::int32_t phase_y, std::int32_t phase_x) {
  WindowSums sums{0, 0};
  for (std::int32_t octet = 0; octet < taps.width; octet += 8) {
    float along_x[8];
    OSTRACON_UNROLL
    for (std::int32_t j = 0; j < 8; ++j) along_x[j] = pulse.tap(octet + j, phase_x);
    const T* row = first + octet;
    float gains = 0;
    for (std::int32_t k = 0; k < taps.used; ++k, row += cols) {
      const float weight = pulse.tap(taps.first + k, phase_y) * gain[k];
      float pixels[8];
      load_octet<kWhole>(row, pixels);
      float dot = along_x[0] * pixels[0];
      OSTRACON_UNROLL
      for (std::int32_t j = 1; j < 8; ++j) dot = fmaf(along_x[j], pixels[j], dot);
      sums.product = fmaf(weight, dot, sums.product);
      gains += weight;
    }
    sums.gain = gains;
  }
  return sums;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    sample_modules(const __grid_constant__ SamplerCall call) {
  auto* shared = dynamic_shared<float>();
  const rules::PulseTaps taps = call.taps;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  for (std::int32_t i = thread; i < taps.width * kPhases; i += kThreads)
    shared[i] = call.pulse[(i % kPhases) * taps.width + i / kPhases];
  float* sums = shared + taps.width * kPhases;
  for (std::int32_t i = thread; i < 2 * kPhases; i += kThreads)
    sums[i] = call.pulse[taps.width * kPhases + i];
  const SharedPulse pulse{shared, sums, sums + kPhases};
  __syncthreads();

  const auto tile = static_cast<std::int32_t>(blockIdx.x);
  const std::int32_t tile_row = tile / call.tiles_across;
  const std::int32_t i = tile_row * kTileRows + thread / kTileCols;
  const std::int32_t j = (tile - tile_row * call.tiles_across) * kTileCols + thread % kTileCols;
  if (i >= call.grid.rows || j >= call.grid.cols) return;
  const std::int32_t rows = call.field.rows;
  const rules::Point at = rules::node_map_at(call.map, static_cast<float>(call.first_row + i),
                                             static_cast<float>(call.first_col + j));
  // Written so that a place that is no number is taken for row 0; its window fails the test.
  const float below = at.y + 0.5F;
  const auto last = static_cast<float>(rows - 1);
  const auto nearest = static_cast<std::int32_t>(below > 0 ? (below < last ? below : last) : 0.0F);

  float product = 0, pulse_sum = 0, square_sum = 0, seen = 0;
  for (std::int32_t f = 0; f < call.field.frames; ++f) {
    const float weight = call.field.weight[f];
    if (!(weight > 0)) continue;
    const std::ptrdiff_t frame_row = static_cast<std::ptrdiff_t>(f) * rows;
    const rules::Point shift = call.shift[frame_row + nearest];
    const rules::ModuleWindow window =
        rules::module_window(at.y + shift.y, at.x + shift.x, taps, rows, call.cols);
    if (!window.inside) continue;
    const T* first = static_cast<const T*>(call.frames) +
                     (frame_row + window.y0) * static_cast<std::ptrdiff_t>(call.cols) + window.x0;
    const float* gain = call.weighted_gain + frame_row + window.y0;
    const T* behind = first + static_cast<std::ptrdiff_t>(taps.used - 1) * call.cols + taps.width;
    const bool whole =
        sizeof(T) < 4 && reinterpret_cast<const std::byte*>(behind) + kWordSlack <= call.frames_end;
    const WindowSums window_sums = whole ? sum_window<true>(first, call.cols, gain, taps, pulse,
                                                            window.phase_y, window.phase_x)
                                         : sum_window<false>(first, call.cols, gain, taps, pulse,
                                                             window.phase_y, window.phase_x);
    const float sum_x = pulse.sum[window.phase_x];
    product += window_sums.product - call.black * window_sums.gain * sum_x;
    pulse_sum += weight * pulse.sum[window.phase_y] * sum_x;
    square_sum += weight * pulse.square_sum[window.phase_y] * pulse.square_sum[window.phase_x];
    seen += weight;
  }
  float value = 0;
  if (seen > 0) {
    const float shade = rules::shading_at(call.field.shading, at.y, at.x);
    value = (product / shade - pulse_sum) / square_sum;
    // Pixels near the largest float.
    if (!(fabsf(value) <= kMostFinite)) value = seen = 0;
  }
  call.grid(i, j) = value;
  call.weight(i, j) = seen;
}

class CudaModuleSampler final : public ModuleSampler {
 public:
  CudaModuleSampler(const ModuleSamplerConfig& config, PackedFloats packed,
                    Buffer<rules::Point> shift, Buffer<float> gain, Device& device)
      : config_(config),
        packed_(std::move(packed)),
        shift_(std::move(shift)),
        gain_(std::move(gain)),
        device_(device) {}

  Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
               const LatticeMap& map, const Pulse& pulse, std::int32_t first_row,
               std::int32_t first_col, ImageView<float> grid, ImageView<float> weight) override {
    const FieldShape& shape = config_.shape;
    if (!(frames.shape == shape) || weight.rows != grid.rows || weight.cols != grid.cols ||
        static_cast<std::int64_t>(grid.rows) * grid.cols > config_.max_modules)
      return Error{ErrorCode::kInvalidArgument, "ModuleSampler: shapes differ from those planned"};
    if (grid.rows <= 0 || grid.cols <= 0) return Ok{};
    const PulseTable table = PulseTable::make(pulse.blur_modules, pulse.pitch_px);
    SamplerCall call{};
    packed_.clear();
    call.field = put_field(packed_, flat, drift);
    call.map = {packed_.put(flattened(map.nodes)),
                map.step,
                map.first_row,
                map.first_col,
                map.node_rows,
                map.node_cols};
    call.pulse = packed_.put(all_of(table));
    OSTRACON_TRY(packed_.send("ModuleSampler"));
    call.frames = frames.data;
    const bool at_word = reinterpret_cast<std::uintptr_t>(frames.data) % 4 == 0;
    call.frames_end =
        at_word ? static_cast<const std::byte*>(frames.data) + shape.bytes() : nullptr;
    call.taps = {table.width, table.used, table.first};
    call.shift = shift_.data();
    call.weighted_gain = gain_.data();
    call.grid = grid;
    call.weight = weight;
    call.first_row = first_row;
    call.first_col = first_col;
    call.cols = shape.cols;
    call.black = frames.black;
    return start(call);
  }

 private:
  static std::vector<float> all_of(const PulseTable& table) {
    std::vector<float> all = table.taps;
    all.insert(all.end(), table.sum.begin(), table.sum.end());
    all.insert(all.end(), table.square_sum.begin(), table.square_sum.end());
    return all;
  }

  Result<> start(SamplerCall& call) {
    const auto row_blocks = (shift_.size() + kThreads - 1) / kThreads;
    OSTRACON_TRY(launch(prepare_rows, dim3(static_cast<unsigned>(row_blocks)), dim3(kThreads), 0,
                        device_, call));
    call.tiles_across = (call.grid.cols + kTileCols - 1) / kTileCols;
    const std::int32_t tiles_down = (call.grid.rows + kTileRows - 1) / kTileRows;
    const auto tiles = static_cast<unsigned>(call.tiles_across) * static_cast<unsigned>(tiles_down);
    const std::size_t shared =
        sizeof(float) * static_cast<std::size_t>((call.taps.width + 2) * kPhases);
    const auto kernel = config_.shape.type == PixelType::kU8    ? sample_modules<std::uint8_t>
                        : config_.shape.type == PixelType::kU16 ? sample_modules<std::uint16_t>
                                                                : sample_modules<float>;
    return launch(kernel, dim3(tiles), dim3(kThreads), shared, device_, call);
  }

  ModuleSamplerConfig config_;
  PackedFloats packed_;
  Buffer<rules::Point> shift_;
  Buffer<float> gain_;
  Device& device_;
};

/// Nodes of a lattice that covers the field at any angle, a node at least every 8 px.
std::size_t most_node_floats(const FieldShape& shape) {
  const auto across = static_cast<std::size_t>(shape.rows) + static_cast<std::size_t>(shape.cols);
  const std::size_t side = across / 8 + 32;
  return 2 * side * side;
}

}  // namespace

Result<std::unique_ptr<ModuleSampler>> make_module_sampler(const ModuleSamplerConfig& config,
                                                           Device& device) {
  const FieldShape& shape = config.shape;
  if (shape.frames <= 0 || shape.rows <= 0 || shape.cols <= 0 || config.max_modules <= 0)
    return Error{ErrorCode::kInvalidArgument, "ModuleSamplerConfig: sizes must be positive"};
  const std::size_t rows =
      static_cast<std::size_t>(shape.frames) * static_cast<std::size_t>(shape.rows);
  constexpr std::size_t kTable = kPhases * (PulseTable::kWidest + 2) + 16;
  Memory& memory = device.memory();
  OSTRACON_TRY_ASSIGN(
      auto packed,
      PackedFloats::create(memory, most_field_floats(shape) + most_node_floats(shape) + kTable));
  OSTRACON_TRY_ASSIGN(auto shift, Buffer<rules::Point>::create(memory, rows));
  OSTRACON_TRY_ASSIGN(auto gain, Buffer<float>::create(memory, rows));
  return std::unique_ptr<ModuleSampler>(std::make_unique<CudaModuleSampler>(
      config, std::move(packed), std::move(shift), std::move(gain), device));
}

}  // namespace ostracon::cuda
