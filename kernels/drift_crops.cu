// Frame by frame, so that what a frame's pixels become is still in L2 when they are transformed. A
// block takes four rows of a band: one shade a row and 16 px, as the CPU has it.

#include <string>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/drift_crops.hpp"
#include "pipeline/rules/field_maps.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 128;
constexpr std::int32_t kRows = 4;    // of a block
constexpr std::int32_t kPiece = 16;  // px of one shade

struct CropCall {
  const void* frame;  ///< pixels of it
  FieldShape shape;
  float black;
  rules::ShadingGrid shading;
  const float* row_gain;  ///< of the frame
  const float* window_y;
  const float* window_x;
  const DriftCrop* crops;  ///< [band]
  DriftBands bands;
  float* pixels;
};

template <class T>
__global__ void __launch_bounds__(kThreads) cut_out(const __grid_constant__ CropCall call) {
  auto* scale = dynamic_shared<float>();  // [row][piece]
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto first = static_cast<std::int32_t>(blockIdx.x) * kRows;
  const auto band = static_cast<std::int32_t>(blockIdx.y);
  const DriftBands& bands = call.bands;
  const DriftCrop crop = call.crops[band];
  const std::int32_t pieces = (bands.cols + kPiece - 1) / kPiece;
  const std::int32_t rows = first + kRows < bands.rows ? kRows : bands.rows - first;
  for (std::int32_t at = thread; at < rows * pieces; at += kThreads) {
    const std::int32_t i = at / pieces;
    const std::int32_t y = crop.top + first + i;
    const auto x = static_cast<float>(crop.left + at % pieces * kPiece) + 7.5F;
    scale[at] = call.window_y[first + i] * call.row_gain[y] /
                rules::shading_at(call.shading, static_cast<float>(y), x);
  }
  __syncthreads();
  const auto* frame = static_cast<const T*>(call.frame);
  for (std::int32_t i = 0; i < rows; ++i) {
    const T* from =
        frame + static_cast<std::ptrdiff_t>(crop.top + first + i) * call.shape.cols + crop.left;
    float* to =
        call.pixels + (static_cast<std::ptrdiff_t>(band) * bands.rows + first + i) * bands.cols;
    const float window = call.window_y[first + i];
    for (std::int32_t x = thread; x < bands.cols; x += kThreads) {
      const float of_piece = scale[i * pieces + x / kPiece];
      const float dark = call.black * of_piece + window;
      to[x] = (static_cast<float>(from[x]) * of_piece - dark) * call.window_x[x];
    }
  }
}

}  // namespace

Result<std::unique_ptr<DriftCrops>> DriftCrops::create(const steps::BandPlan& plan,
                                                       Device& device) {
  const auto rows = static_cast<std::size_t>(plan.shape.rows);
  const auto cols = static_cast<std::size_t>(plan.shape.cols);
  const auto frames = static_cast<std::size_t>(plan.field.frames);
  auto& memory = device.memory();
  // Cells of four pixels a side or more, and tables begin at whole words of 16 bytes.
  const std::size_t most_floats = (static_cast<std::size_t>(plan.field.rows) / 4 + 1) *
                                      (static_cast<std::size_t>(plan.field.cols) / 4 + 1) +
                                  frames * static_cast<std::size_t>(plan.field.rows) + 8;
  OSTRACON_TRY_ASSIGN(auto tables, PackedFloats::create(memory, most_floats));
  std::vector<float> window = plan.window_y.weight;
  window.insert(window.end(), plan.window_x.weight.begin(), plan.window_x.weight.end());
  OSTRACON_TRY_ASSIGN(auto windows, put_table(memory, window));
  OSTRACON_TRY_ASSIGN(auto crops, Buffer<DriftCrop>::create(memory, frames * plan.bands()));
  OSTRACON_TRY_ASSIGN(auto pixels, Buffer<float>::create(memory, plan.bands() * rows * cols));
  OSTRACON_TRY_ASSIGN(auto fft,
                      Fft::create(device, FftKind::kRealToComplex, plan.shape.rows, plan.shape.cols,
                                  static_cast<std::int32_t>(plan.bands())));
  return std::unique_ptr<DriftCrops>(new DriftCrops(plan, device, std::move(tables),
                                                    std::move(windows), std::move(crops),
                                                    std::move(pixels), std::move(fft)));
}

Result<> DriftCrops::load(const FrameStack& stack, const FlatField& flat,
                          std::span<const std::size_t> frames,
                          std::span<const steps::CropOffset> offsets, Complex* spectra) {
  const FieldShape& shape = plan_.field;
  const auto cells =
      static_cast<std::size_t>(flat.cell_rows) * static_cast<std::size_t>(flat.cell_cols);
  if (flat.frames != shape.frames || flat.rows != shape.rows || flat.cell_rows < 1 ||
      flat.cell_cols < 1 || flat.cell_px < 1 || flat.shading.size() != cells ||
      flat.row_gain.size() !=
          static_cast<std::size_t>(shape.frames) * static_cast<std::size_t>(shape.rows))
    return Error{ErrorCode::kInvalidArgument, "drift estimator: shading of another field"};
  tables_.clear();
  CropCall call{};
  call.shading = {tables_.put(flat.shading), flat.cell_px, flat.cell_rows, flat.cell_cols};
  const float* row_gain = tables_.put(flat.row_gain);
  OSTRACON_TRY(tables_.send("drift estimator"));

  std::vector<DriftCrop> crops;
  for (std::size_t i = 0; i < offsets.size(); ++i)
    crops.push_back(
        {plan_.first_row[i % plan_.bands()] + offsets[i].y, plan_.first_col + offsets[i].x});
  if (crops != sent_) {
    OSTRACON_TRY(
        device_.memory().upload(crops_.data(), crops.data(), crops.size() * sizeof(DriftCrop)));
    sent_ = std::move(crops);
  }

  call.shape = shape;
  call.black = stack.black;
  call.window_y = windows_.data();
  call.window_x = windows_.data() + plan_.shape.rows;
  call.bands = bands_of(plan_);
  call.pixels = pixels_.data();
  const dim3 grid(static_cast<unsigned>((plan_.shape.rows + kRows - 1) / kRows),
                  static_cast<unsigned>(plan_.bands()));
  const auto pieces = static_cast<std::size_t>((plan_.shape.cols + kPiece - 1) / kPiece);
  const auto kernel = shape.type == PixelType::kU8    ? cut_out<std::uint8_t>
                      : shape.type == PixelType::kU16 ? cut_out<std::uint16_t>
                                                      : cut_out<float>;
  for (const std::size_t f : frames) {
    call.frame = static_cast<const std::byte*>(stack.data) +
                 f * shape.pixels_per_frame() * bytes_of(shape.type);
    call.row_gain = row_gain + f * static_cast<std::size_t>(shape.rows);
    call.crops = crops_.data() + f * plan_.bands();
    OSTRACON_TRY(
        launch(kernel, grid, dim3(kThreads), kRows * pieces * sizeof(float), device_, call));
    OSTRACON_TRY(fft_->forward(pixels_.data(),
                               spectra + call.bands.spectrum(static_cast<std::int32_t>(f), 0)));
  }
  return Ok{};
}

}  // namespace ostracon::cuda
