// A thread a cell: it adds its sixteen columns up, row after row and frame after frame, in the
// order of the CPU. A block is a strip of up to 256 cells; it adds the cells up to sums of rows.
// Floor of 8 x 4096^2 uint8 px: 134 MB read (and a sixteenth of it for the glance) / 4.3 TB/s =
// 33 us; 0.4 MB come back to the host.

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "host/steps/flat_field.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/flattener.hpp"
#include "kernels/flattener_sums.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kCell = steps::kCellPx;
static_assert(kCell == kCellCols);
constexpr std::int32_t kMostThreads = 256;
constexpr std::int32_t kMostGridRows = 65535;

struct FlattenerCall {
  const void* frames;
  FieldShape shape;
  float black;
  const std::uint8_t* is_picture;  ///< [frame]
  std::int32_t pictures;
  std::int32_t cell_cols;
  steps::GlanceSums* glance;  ///< [frame][glanced row]
  double* square;             ///< [strip][chunk]
  float* cells;               ///< [strip][cell]
  float* row_sums;            ///< [chunk][frame][row]
  bool whole;                 ///< cells begin at multiples of 16 bytes
};

template <class T>
__device__ const T* row_of(const FlattenerCall& call, std::int32_t frame, std::int32_t y) {
  const FieldShape& shape = call.shape;
  return static_cast<const T*>(call.frames) +
         (static_cast<std::ptrdiff_t>(frame) * shape.rows + y) * shape.cols;
}

/// A block a glanced row of a frame.
template <class T>
__global__ void __launch_bounds__(kMostThreads)
    glance_at_rows(const __grid_constant__ FlattenerCall call, const std::int32_t first) {
  __shared__ double scratch[2][kMostThreads / kWarpLanes];
  const auto index = static_cast<std::int32_t>(blockIdx.x);
  const auto frame = static_cast<std::int32_t>(blockIdx.y);
  const T* row = row_of<T>(call, frame, first + index * steps::kGlance);
  double sum = 0, square = 0;
  for (auto x = 2 * static_cast<std::int32_t>(threadIdx.x); x < call.shape.cols;
       x += 2 * static_cast<std::int32_t>(blockDim.x)) {
    const double value = static_cast<double>(row[x]) - static_cast<double>(call.black);
    sum += value;
    square += value * value;
  }
  sum = block_sum(sum, scratch[0]);
  square = block_sum(square, scratch[1]);
  if (threadIdx.x == 0)
    call.glance[frame * static_cast<std::int32_t>(gridDim.x) + index] = {sum, square};
}

/// Adds up the rows of a strip in one frame, a warp a row; `tile` is [row][thread].
__device__ void add_up_rows(const float* tile, std::int32_t rows, float* to) {
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto threads = static_cast<std::int32_t>(blockDim.x);
  for (std::int32_t y = thread / kWarpLanes; y < rows; y += threads / kWarpLanes) {
    float sum = 0;
    for (std::int32_t t = thread % kWarpLanes; t < threads; t += kWarpLanes)
      sum += tile[y * threads + t];
    sum = warp_sum(sum);
    if (thread % kWarpLanes == 0) to[y] = sum;
  }
}

template <class T, bool kWhole>
__global__ void __launch_bounds__(kMostThreads)
    add_up_cells(const __grid_constant__ FlattenerCall call) {
  __shared__ double scratch[kMostThreads / kWarpLanes];
  const FieldShape& shape = call.shape;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto threads = static_cast<std::int32_t>(blockDim.x);
  const auto chunk = static_cast<std::int32_t>(blockIdx.x);
  const auto strip = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t cell = chunk * threads + thread;
  const std::int32_t left = shape.cols - cell * kCell;
  const std::int32_t width = left < 0 ? 0 : left < kCell ? left : kCell;
  const std::int32_t below = shape.rows - strip * kCell;
  const std::int32_t rows = below < kCell ? below : kCell;
  const auto black = static_cast<double>(call.black);

  float total = 0;
  double square = 0;
  for (std::int32_t frame = 0; frame < shape.frames; ++frame) {
    // Two tiles take turns, so that one barrier a frame is enough.
    float* tile = dynamic_shared<float>() + (frame % 2) * kCell * threads;
    const bool picture = call.is_picture[frame] != 0;
    const T* first = row_of<T>(call, frame, strip * kCell) + (width > 0 ? cell * kCell : 0);
    float sums[kCell];
    if (kWhole && width == kCell && rows == kCell) {  // one test, so that all loads are in flight
      OSTRACON_UNROLL
      for (std::int32_t y = 0; y < kCell; ++y)
        sums[y] = sum_of_sixteen(first + static_cast<std::ptrdiff_t>(y) * shape.cols);
    } else {
      OSTRACON_UNROLL
      for (std::int32_t y = 0; y < kCell; ++y)
        sums[y] = y < rows
                      ? sum_of_pixels(first + static_cast<std::ptrdiff_t>(y) * shape.cols, width)
                      : 0.0F;
    }
    OSTRACON_UNROLL
    for (std::int32_t y = 0; y < kCell; ++y) {
      tile[y * threads + thread] = sums[y];
      total += picture ? sums[y] : 0.0F;
    }
    for (std::int32_t y = 0; picture && y < rows; y += steps::kSquareRows)
      for (std::int32_t x = 0; x < width; ++x) {
        const double value =
            static_cast<double>(first[static_cast<std::ptrdiff_t>(y) * shape.cols + x]) - black;
        square += steps::kSquareRows * (value * value);
      }
    __syncthreads();
    add_up_rows(tile, rows,
                call.row_sums +
                    (static_cast<std::ptrdiff_t>(chunk) * shape.frames + frame) * shape.rows +
                    strip * kCell);
  }
  if (width > 0)
    call.cells[static_cast<std::ptrdiff_t>(strip) * call.cell_cols + cell] =
        total / static_cast<float>(rows * width * call.pictures) - call.black;
  square = block_sum(square, scratch);
  if (thread == 0) call.square[strip * static_cast<std::int32_t>(gridDim.x) + chunk] = square;
}

/// Sizes of the launches and of what they write.
struct Plan {
  explicit Plan(const FieldShape& shape)
      : cell_rows((shape.rows + kCell - 1) / kCell),
        cell_cols((shape.cols + kCell - 1) / kCell),
        threads(std::min(kMostThreads, (cell_cols + kWarpLanes - 1) / kWarpLanes * kWarpLanes)),
        chunks((cell_cols + threads - 1) / threads),
        glanced_rows((shape.rows - steps::first_glance(shape) + steps::kGlance - 1) /
                     steps::kGlance),
        frames(shape.frames),
        rows(shape.rows) {}

  std::size_t squares() const { return of(cell_rows) * of(chunks); }
  std::size_t cells() const { return of(cell_rows) * of(cell_cols); }
  std::size_t frame_rows() const { return of(frames) * of(rows); }
  std::size_t row_sums() const { return frame_rows() * of(chunks); }
  std::size_t glances() const { return of(frames) * of(glanced_rows); }
  /// Squares, then cells, then row sums.
  std::size_t result_bytes() const {
    return squares() * sizeof(double) + (cells() + row_sums()) * sizeof(float);
  }
  static std::size_t of(std::int32_t count) { return static_cast<std::size_t>(count); }

  std::int32_t cell_rows, cell_cols, threads, chunks, glanced_rows, frames, rows;
};

class CudaFlattener final : public Flattener {
 public:
  CudaFlattener(const FieldShape& shape, Buffer<std::byte> result, Buffer<steps::GlanceSums> glance,
                Buffer<std::uint8_t> mask, Device& device)
      : shape_(shape),
        plan_(shape),
        result_(std::move(result)),
        glance_(std::move(glance)),
        mask_(std::move(mask)),
        result_bytes_(result_.size()),
        glance_sums_(glance_.size()),
        device_(device) {}

  Result<FlatField> run(const FrameStack& frames) override {
    if (!(frames.shape == shape_))
      return Error{ErrorCode::kInvalidArgument, "Flattener: field has another shape than planned"};
    FlattenerCall call{};
    call.frames = frames.data;
    call.shape = shape_;
    call.black = frames.black;
    call.cell_cols = plan_.cell_cols;
    call.glance = glance_.data();
    call.is_picture = mask_.data();
    call.square = reinterpret_cast<double*>(result_.data());
    call.cells = reinterpret_cast<float*>(call.square + plan_.squares());
    call.row_sums = call.cells + plan_.cells();
    const std::size_t row_bytes = Plan::of(shape_.cols) * bytes_of(shape_.type);
    call.whole = reinterpret_cast<std::uintptr_t>(frames.data) % 16 == 0 && row_bytes % 16 == 0;
    if (shape_.type == PixelType::kU8) return flatten<std::uint8_t>(call);
    if (shape_.type == PixelType::kU16) return flatten<std::uint16_t>(call);
    return flatten<float>(call);
  }

 private:
  template <class T>
  Result<FlatField> flatten(FlattenerCall& call) {
    OSTRACON_TRY(launch(
        glance_at_rows<T>,
        dim3(static_cast<unsigned>(plan_.glanced_rows), static_cast<unsigned>(shape_.frames)),
        dim3(static_cast<unsigned>(plan_.threads)), 0, device_, call, steps::first_glance(shape_)));
    OSTRACON_TRY(glance_.download(glance_sums_));
    const std::vector<bool> is_picture = find_pictures();
    const std::vector<std::uint8_t> mask(is_picture.begin(), is_picture.end());
    OSTRACON_TRY(device_.memory().upload(mask_.data(), mask.data(), mask.size()));
    call.pictures =
        static_cast<std::int32_t>(std::count(is_picture.begin(), is_picture.end(), true));
    const std::size_t tiles = sizeof(float) * 2 * kCell * Plan::of(plan_.threads);
    OSTRACON_TRY(
        launch(call.whole ? add_up_cells<T, true> : add_up_cells<T, false>,
               dim3(static_cast<unsigned>(plan_.chunks), static_cast<unsigned>(plan_.cell_rows)),
               dim3(static_cast<unsigned>(plan_.threads)), tiles, device_, call));
    OSTRACON_TRY(result_.download(result_bytes_));
    return steps::make_flat_field(shape_, sums(call));
  }

  std::vector<bool> find_pictures() const {
    std::vector<steps::GlanceSums> frames(Plan::of(shape_.frames));
    for (std::size_t i = 0; i < glance_sums_.size(); ++i) {
      steps::GlanceSums& frame = frames[i / Plan::of(plan_.glanced_rows)];
      frame.sum += glance_sums_[i].sum;
      frame.square += glance_sums_[i].square;
    }
    return steps::find_pictures(frames, steps::glanced_pixels(shape_));
  }

  steps::FlatSums sums(const FlattenerCall& call) const {
    steps::FlatSums sums;
    sums.cell_rows = plan_.cell_rows;
    sums.cell_cols = plan_.cell_cols;
    sums.pictures = call.pictures;
    sums.cells.resize(plan_.cells());
    const auto* squares = reinterpret_cast<const double*>(result_bytes_.data());
    for (std::size_t i = 0; i < plan_.squares(); ++i) sums.square += squares[i];
    const auto* cells = reinterpret_cast<const float*>(squares + plan_.squares());
    std::copy_n(cells, plan_.cells(), sums.cells.begin());
    const float* row_sums = cells + plan_.cells();
    sums.row_mean.assign(row_sums, row_sums + plan_.frame_rows());
    for (std::size_t i = 0; i < plan_.frame_rows(); ++i) {
      float& mean = sums.row_mean[i];
      for (std::size_t chunk = 1; chunk < Plan::of(plan_.chunks); ++chunk)
        mean += row_sums[chunk * plan_.frame_rows() + i];
      mean = mean / static_cast<float>(shape_.cols) - call.black;
    }
    return sums;
  }

  FieldShape shape_;
  Plan plan_;
  Buffer<std::byte> result_;
  Buffer<steps::GlanceSums> glance_;
  Buffer<std::uint8_t> mask_;
  std::vector<std::byte> result_bytes_;
  std::vector<steps::GlanceSums> glance_sums_;
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config, Device& device) {
  const FieldShape& shape = config.shape;
  if (shape.frames <= 0 || shape.rows <= 0 || shape.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "FlattenerConfig: sizes must be positive"};
  if (shape.rows > kMostGridRows * kCell || shape.frames > kMostGridRows)
    return Error{ErrorCode::kInvalidArgument,
                 "FlattenerConfig: " + std::to_string(shape.frames) + " frames of " +
                     std::to_string(shape.rows) + " rows, at most " +
                     std::to_string(kMostGridRows) + " of " +
                     std::to_string(kMostGridRows * kCell) + " can be flattened on a GPU"};
  const Plan plan(shape);
  Memory& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto result, Buffer<std::byte>::create(memory, plan.result_bytes()));
  OSTRACON_TRY_ASSIGN(auto glance, Buffer<steps::GlanceSums>::create(memory, plan.glances()));
  OSTRACON_TRY_ASSIGN(auto mask, Buffer<std::uint8_t>::create(memory, Plan::of(shape.frames)));
  return std::unique_ptr<Flattener>(std::make_unique<CudaFlattener>(
      shape, std::move(result), std::move(glance), std::move(mask), device));
}

}  // namespace ostracon::cuda
