#include <algorithm>
#include <string>
#include <utility>

#include "host/steps/lattice_phase.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/lattice_filter.hpp"
#include "kernels/lattice_scale.hpp"
#include "kernels/lattice_survey.hpp"

// Floor: an equalisation reads 4 bytes a pixel and writes 4 and, for its survey, 0.8: 34 us for
// 4096 x 4096 px at 4.3 TB/s. At 3 px a module it multiplies and adds 36 times a pixel: 20 us.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kSide = 64;  // of the tile a block makes, px
constexpr std::int32_t kChunk = 8;  // taps, and pixels that a thread makes
constexpr std::int32_t kMostTaps = (2 * kMostReach + kChunk) / kChunk * kChunk;
constexpr std::int32_t kWarps = kThreads / kWarpLanes;
constexpr std::int32_t kWindowWarps = (kSide + kMostTaps - 1 + kWarpLanes - 1) / kWarpLanes;
constexpr std::int32_t kMiddlePitch = kSide + 1;  // odd, so that a column lies in all banks
constexpr std::int64_t kSamplesAPart = 8192;      // at least

static_assert(kSurveyRows == kChunk);

/// Both ways' taps, padded with zeros to a multiple of kChunk.
struct Taps {
  float along_y[kMostTaps], along_x[kMostTaps];
  std::int32_t count, reach;
};

/// Inputs that a tile needs each way, and the pitch of their rows in shared memory: odd.
__host__ __device__ inline std::int32_t window_of(const Taps& taps) {
  return kSide + taps.count - 1;
}
__host__ __device__ inline std::int32_t window_pitch(const Taps& taps) {
  return window_of(taps) | 1;
}
std::size_t shared_bytes(const Taps& taps) {
  return static_cast<std::size_t>(window_of(taps)) *
         static_cast<std::size_t>(window_pitch(taps) + kMiddlePitch) * sizeof(float);
}

/// Mirrored about the border pixel. What lies farther out meets taps of 0 alone.
__device__ std::int32_t mirrored(std::int32_t at, std::int32_t count) {
  if (at < 0) at = -at;
  if (at >= count) at = 2 * count - 2 - at;
  return at < 0 ? 0 : at;
}

/// Eight neighbours at once: out[k] is the sum over t of taps[t] * in[(k + t) * step].
__device__ void filter(const float* taps, std::int32_t count, const float* in, std::int32_t step,
                       float (&out)[kChunk]) {
  float window[2 * kChunk - 1];
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kChunk - 1; ++k) window[k] = in[k * step];
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kChunk; ++k) out[k] = 0;
  for (std::int32_t first = 0; first < count; first += kChunk) {
    in += kChunk * step;
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kChunk; ++k) window[kChunk - 1 + k] = in[(k - 1) * step];
    OSTRACON_UNROLL
    for (std::int32_t t = 0; t < kChunk; ++t) {
      const float tap = taps[first + t];
      OSTRACON_UNROLL
      for (std::int32_t k = 0; k < kChunk; ++k) out[k] = fmaf(tap, window[k + t], out[k]);
    }
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kChunk - 1; ++k) window[k] = window[kChunk + k];
  }
}

/// One tile: its window into shared memory, filtered along the rows, then along the columns.
__global__ void __launch_bounds__(kThreads, 4)
    equalise_tiles(const __grid_constant__ Taps taps, const ImageView<const float> mean,
                   const ImageView<float> out, const ImageSurvey survey_to) {
  const std::int32_t window = window_of(taps);
  const std::int32_t pitch = window_pitch(taps);
  auto* in = dynamic_shared<float>();
  float* middle = in + window * pitch;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t lane = thread % kWarpLanes;
  const auto top = static_cast<std::int32_t>(blockIdx.y) * kSide;
  const auto left = static_cast<std::int32_t>(blockIdx.x) * kSide;
  for (std::int32_t i = thread / kWarpLanes; i < window; i += 2 * kWarps) {
    // Two rows at a time, so that their reads are under way together.
    float got[2][kWindowWarps];
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < 2 * kWindowWarps; ++k) {
      const std::int32_t row = i + k / kWindowWarps * kWarps;
      const std::int32_t col = lane + k % kWindowWarps * kWarpLanes;
      if (row < window && col < window)
        got[k / kWindowWarps][k % kWindowWarps] =
            mean(mirrored(top - taps.reach + row, mean.rows),
                 mirrored(left - taps.reach + col, mean.cols));
    }
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < 2 * kWindowWarps; ++k) {
      const std::int32_t row = i + k / kWindowWarps * kWarps;
      const std::int32_t col = lane + k % kWindowWarps * kWarpLanes;
      if (row < window && col < window)
        in[row * pitch + col] = got[k / kWindowWarps][k % kWindowWarps];
    }
  }
  __syncthreads();
  float made[kChunk];
  for (std::int32_t task = thread; task < window * (kSide / kChunk); task += kThreads) {
    const std::int32_t row = task % window;  // neighbours: in different banks
    const std::int32_t first = task / window * kChunk;
    filter(taps.along_x, taps.count, in + row * pitch + first, 1, made);
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kChunk; ++k) middle[row * kMiddlePitch + first + k] = made[k];
  }
  __syncthreads();
  for (std::int32_t task = thread; task < kSide * (kSide / kChunk); task += kThreads) {
    const std::int32_t x = left + task % kSide;
    const std::int32_t y = top + task / kSide * kChunk;
    filter(taps.along_y, taps.count, middle + (y - top) * kMiddlePitch + x - left, kMiddlePitch,
           made);
    for (std::int32_t k = 0; k < kChunk; ++k)
      if (x < out.cols && y + k < out.rows) out(y + k, x) = made[k];
    survey(survey_to, made, y, x, out.rows, out.cols);
  }
}

/// The survey of an image as it is.
__global__ void __launch_bounds__(kThreads)
    survey_tiles(const ImageView<const float> image, const ImageSurvey to) {
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto top = static_cast<std::int32_t>(blockIdx.y) * kSide;
  const auto left = static_cast<std::int32_t>(blockIdx.x) * kSide;
  for (std::int32_t task = thread; task < kSide * (kSide / kChunk); task += kThreads) {
    const std::int32_t x = left + task % kSide;
    const std::int32_t y = top + task / kSide * kChunk;
    float column[kChunk];
    for (std::int32_t k = 0; k < kChunk; ++k)
      column[k] = x < image.cols && y + k < image.rows ? image(y + k, x) : 0.0F;
    survey(to, column, y, x, image.rows, image.cols);
  }
}

__global__ void __launch_bounds__(kScaleThreads)
    sum_samples(const ImageSurvey survey, const std::int32_t rows, const std::int32_t cols,
                const LatticeAspect aspect, const std::int32_t pass, const Sums sums) {
  sum_part(survey, rows, cols, aspect, pass, sums);
}

__global__ void __launch_bounds__(kScaleThreads)
    settle_scale(const Sums sums, const LatticeAspect aspect, ImageScale* to) {
  const ImageScale scale = settled_scale(sums, aspect);
  if (threadIdx.x == 0) *to = scale;
}

dim3 tiles_of(std::int32_t rows, std::int32_t cols) {
  return dim3(static_cast<unsigned>((cols + kSide - 1) / kSide),
              static_cast<unsigned>((rows + kSide - 1) / kSide));
}

}  // namespace

LatticeFilter::LatticeFilter(std::int32_t rows, std::int32_t cols, Device& device,
                             Buffer<float> image, Buffer<float> samples, Buffer<float> peaks,
                             Buffer<double> sums, Buffer<std::int32_t> counts,
                             Buffer<ImageScale> scale)
    : rows_(rows),
      cols_(cols),
      device_(&device),
      image_(std::move(image)),
      samples_(std::move(samples)),
      peaks_(std::move(peaks)),
      sums_(std::move(sums)),
      counts_(std::move(counts)),
      scale_(std::move(scale)) {}

Result<LatticeFilter> LatticeFilter::create(std::int32_t rows, std::int32_t cols, Device& device) {
  if (tiles_of(rows, cols).y > 65535)
    return Error{ErrorCode::kInvalidArgument, "lattice tracker: an image of " +
                                                  std::to_string(rows) +
                                                  " rows; kernels take 4194240 at most"};
  Taps widest{};
  widest.count = kMostTaps;
  OSTRACON_TRY_ASSIGN(const Residency resident,
                      residency(equalise_tiles, kThreads, shared_bytes(widest), device));
  if (resident.on_device == 0)
    return Error{ErrorCode::kDevice,
                 "lattice tracker: a block with " + std::to_string(shared_bytes(widest)) +
                     " bytes of shared memory does not fit on " + device.name()};
  auto& memory = device.memory();
  const auto height = static_cast<std::size_t>(rows);
  const auto width = static_cast<std::size_t>(cols);
  OSTRACON_TRY_ASSIGN(auto image, Buffer<float>::create(memory, height * width));
  OSTRACON_TRY_ASSIGN(auto samples,
                      Buffer<float>::create(memory, height * (width / kSampleStep + 1)));
  OSTRACON_TRY_ASSIGN(auto peaks,
                      Buffer<float>::create(memory, static_cast<std::size_t>(cells(rows)) *
                                                        static_cast<std::size_t>(cells(cols))));
  constexpr std::size_t kSums = std::size_t{kPasses} * kMostParts;
  OSTRACON_TRY_ASSIGN(auto sums, Buffer<double>::create(memory, kSums));
  OSTRACON_TRY_ASSIGN(auto counts, Buffer<std::int32_t>::create(memory, kSums));
  OSTRACON_TRY_ASSIGN(auto scale, Buffer<ImageScale>::create(memory, 1));
  return LatticeFilter(rows, cols, device, std::move(image), std::move(samples), std::move(peaks),
                       std::move(sums), std::move(counts), std::move(scale));
}

ImageSurvey LatticeFilter::survey() const {
  return {samples_.data(), peaks_.data(), cols_ / kSampleStep + 1, cells(cols_)};
}

Result<> LatticeFilter::equalise(ImageView<const float> mean, float pitch_px, float blur_modules,
                                 float oy, float ox) {
  const auto along_y = steps::equalising_taps(pitch_px, blur_modules, oy);
  const auto along_x = steps::equalising_taps(pitch_px, blur_modules, ox);
  if (along_y.size() > std::size_t{2 * kMostReach + 1})
    return Error{ErrorCode::kInvalidArgument, "lattice tracker: a pitch of " +
                                                  std::to_string(pitch_px) +
                                                  " px; kernels follow 16 px at most"};
  Taps taps{};
  std::copy(along_y.begin(), along_y.end(), taps.along_y);
  std::copy(along_x.begin(), along_x.end(), taps.along_x);
  taps.reach = static_cast<std::int32_t>(along_y.size() / 2);
  taps.count = (2 * taps.reach + kChunk) / kChunk * kChunk;
  const ImageView<float> out{image_.data(), rows_, cols_, cols_};
  OSTRACON_TRY(launch(equalise_tiles, tiles_of(rows_, cols_), dim3(kThreads), shared_bytes(taps),
                      *device_, taps, mean, out, survey()));
  return measure_scale(LatticeAspect::kContrast);
}

Result<> LatticeFilter::look_at(ImageView<const float> mean) {
  OSTRACON_TRY(
      launch(survey_tiles, tiles_of(rows_, cols_), dim3(kThreads), 0, *device_, mean, survey()));
  return measure_scale(LatticeAspect::kPlain);
}

Result<> LatticeFilter::measure_scale(LatticeAspect aspect) {
  // How many parts there are must not depend on the device.
  const std::int64_t samples = std::int64_t{rows_} * cols_ / kSampleStep;
  const auto parts = std::clamp<std::int64_t>(samples / kSamplesAPart, 1, kMostParts);
  const Sums sums{sums_.data(), counts_.data(), static_cast<std::int32_t>(parts)};
  for (std::int32_t pass = 0; pass < kPasses; ++pass)
    OSTRACON_TRY(launch(sum_samples, dim3(static_cast<unsigned>(sums.parts)), dim3(kScaleThreads),
                        0, *device_, survey(), rows_, cols_, aspect, pass, sums));
  return launch(settle_scale, dim3(1), dim3(kScaleThreads), 0, *device_, sums, aspect,
                scale_.data());
}

}  // namespace ostracon::cuda
