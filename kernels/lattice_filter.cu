#include <algorithm>
#include <string>
#include <utility>

#include "host/steps/lattice_phase.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/lattice_filter.hpp"
#include "kernels/lattice_survey.hpp"

// Floor: an equalisation reads 4 bytes a pixel and writes 4 and, for its survey, 0.8: 34 us for
// 4096 x 4096 px at 4.3 TB/s. At 3 px a module it multiplies and adds 36 times a pixel: 20 us.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kSide = 64;  // of the tile a block makes, px
constexpr std::int32_t kChunk = 8;  // taps, and pixels that a thread makes
constexpr std::int32_t kMostTaps = (2 * kMostReach + kChunk) / kChunk * kChunk;
constexpr std::int32_t kMiddlePitch = kSide + 1;  // odd, so that a column lies in all banks
constexpr std::int32_t kMostParts = 264;
constexpr std::int64_t kSamplesAPart = 8192;  // at least
constexpr std::int32_t kPasses = 4;  // three for the rms, each within the last's limit; the mean

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
  for (std::int32_t i = thread / kWarpLanes; i < window; i += kThreads / kWarpLanes) {
    const float* row = &mean(mirrored(top - taps.reach + i, mean.rows), 0);
    for (std::int32_t j = lane; j < window; j += kWarpLanes)
      in[i * pitch + j] = row[mirrored(left - taps.reach + j, mean.cols)];
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

/// Sums over the samples, [pass][part], so that they do not depend on who is first.
struct Sums {
  double* sums;
  std::int32_t* counts;
  std::int32_t parts;
};

struct Total {
  double sum;
  std::int32_t count;
};

/// All parts of a pass; every thread of the block gets it.
__device__ Total total_of(const Sums& sums, std::int32_t pass) {
  __shared__ double sum_scratch[kThreads / kWarpLanes];
  __shared__ std::int32_t count_scratch[kThreads / kWarpLanes];
  Total own{0, 0};
  for (auto part = static_cast<std::int32_t>(threadIdx.x); part < sums.parts; part += kThreads) {
    own.sum += sums.sums[pass * kMostParts + part];
    own.count += sums.counts[pass * kMostParts + part];
  }
  return {block_sum(own.sum, sum_scratch), block_sum(own.count, count_scratch)};
}

/// Three times the rms of what a pass has summed.
__device__ float limit_of(const Total& total) {
  const double square = total.sum / static_cast<double>(total.count + 1);
  return 3 * static_cast<float>(sqrt(square < 1e-12 ? 1e-12 : square));
}

__device__ ImageScale scale_of(float limit, LatticeAspect aspect) {
  const float rms = limit / 3;
  const bool contrast = aspect == LatticeAspect::kContrast;
  const float scale = (contrast ? 3.0F : 1.0F) / rms;
  return {rms, scale, 0, (contrast ? rules::kMostContrast : rules::kMostDetail) / scale};
}

/// Pass 0 to 2: squares of the samples within the limit. Pass 3: the aspect of every third row.
__global__ void __launch_bounds__(kThreads)
    sum_samples(const ImageSurvey survey, const std::int32_t rows, const std::int32_t cols,
                const LatticeAspect aspect, const std::int32_t pass, const Sums sums) {
  __shared__ double sum_scratch[kThreads / kWarpLanes];
  __shared__ std::int32_t count_scratch[kThreads / kWarpLanes];
  const float limit = pass == 0 ? 1.0F : limit_of(total_of(sums, pass - 1));
  const ImageScale scale = scale_of(limit, aspect);
  const bool contrast = aspect == LatticeAspect::kContrast;
  const float most = contrast ? rules::kMostContrast : rules::kMostDetail;
  const bool mean = pass == kPasses - 1;
  const std::int32_t row_step = mean ? 3 : 1;
  Total own{0, 0};
  const auto part = static_cast<std::int32_t>(blockIdx.x);
  for (std::int32_t y = part * row_step; y < rows; y += sums.parts * row_step) {
    const float* row = survey.samples + static_cast<std::ptrdiff_t>(y) * survey.sample_cols;
    const std::int32_t count = samples_in_row(y, cols);
    for (auto k = static_cast<std::int32_t>(threadIdx.x); k < count; k += kThreads) {
      const float value = mean ? scale.scale * row[k] : row[k];
      if (!(fabsf(value) < (mean ? most : limit))) continue;
      const float seen = !mean      ? value * value
                         : contrast ? rules::lattice_contrast(value)
                                    : rules::bounded_detail(value);
      own.sum += static_cast<double>(seen);
      ++own.count;
    }
  }
  const Total all{block_sum(own.sum, sum_scratch), block_sum(own.count, count_scratch)};
  if (threadIdx.x != 0) return;
  sums.sums[pass * kMostParts + part] = all.sum;
  sums.counts[pass * kMostParts + part] = all.count;
}

__global__ void __launch_bounds__(kThreads)
    settle_scale(const Sums sums, const LatticeAspect aspect, ImageScale* to) {
  ImageScale scale = scale_of(limit_of(total_of(sums, kPasses - 2)), aspect);
  __syncthreads();  // total_of() has its shared memory for itself
  const Total mean = total_of(sums, kPasses - 1);
  if (mean.count > 0) scale.level = static_cast<float>(mean.sum / static_cast<double>(mean.count));
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
    OSTRACON_TRY(launch(sum_samples, dim3(static_cast<unsigned>(sums.parts)), dim3(kThreads), 0,
                        *device_, survey(), rows_, cols_, aspect, pass, sums));
  return launch(settle_scale, dim3(1), dim3(kThreads), 0, *device_, sums, aspect, scale_.data());
}

}  // namespace ostracon::cuda
