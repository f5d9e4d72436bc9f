// A look at a code of version 3 is 841 modules of 36 pixels each (boxes of 3 px), some 500
// instructions, and its 308 known ones once more for their values: 1150 module looks, 18e3
// instructions of a warp. 961 codes are 17e6, 19 us of 132 multiprocessors a look, and four or five
// looks bring most to their places. 64 MB of pixels come from memory once, and from L1 otherwise;
// 84 B a code go up and 256 come down a look.

#include <algorithm>
#include <array>
#include <cmath>

#include "format/qr/symbol.hpp"
#include "host/steps/code_equalisation.hpp"
#include "kernels/code_fit.hpp"
#include "kernels/code_shift.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "pipeline/rules/box_spline.hpp"
#include "pipeline/rules/code_belief.hpp"

namespace ostracon::cuda {
namespace {

using Next = steps::CodeApproach::Next;

constexpr std::int32_t kThreads = 128;
constexpr std::int32_t kTerms = steps::kFitTerms;
using Totals = TotalMemory<kThreads, kFitSums>;

template <bool kAll>
__device__ rules::ModuleLook look_at(const ImageView<const float>& image, const DeviceFit& fit,
                                     std::int32_t row, std::int32_t col) {
  const rules::PixelPlace at =
      place_in_level(fit, static_cast<float>(row), static_cast<float>(col));
  return rules::look_at_module<kAll>(image, fit.top, fit.left, fit.box, at.y, at.x);
}

/// What known modules say of all; the same for every thread.
__device__ void measure_known(const ImageView<const float>& image, const DeviceFit& fit,
                              const DevicePattern& pattern, const steps::KnownModule* known,
                              Totals& memory, rules::CodeLevels& levels) {
  // Any value from about the code: sums of squares are of what differs from it.
  const float origin = look_at<false>(image, fit, pattern.side / 2, pattern.side / 2).here;
  float sums[4] = {0, 0, 0, 0};  // of values and their squares, dark and light
  OSTRACON_ROLLED
  for (auto k = static_cast<std::int32_t>(threadIdx.x); k < pattern.finders + pattern.others;
       k += kThreads) {
    const steps::KnownModule module = known[k];
    const float value = look_at<false>(image, fit, module.row, module.col).here - origin;
    const float dark = module.light < 0 ? value : 0.0F, light = value - dark;
    sums[0] += dark;
    sums[1] += dark * dark;
    sums[2] += light;
    sums[3] += light * light;
  }
  block_totals(sums, memory);
  const double* total = memory.total;
  if (threadIdx.x == 0)
    levels = rules::measure_levels({pattern.darks, total[0], total[1]},
                                   {pattern.lights, total[2], total[3]}, origin);
  __syncthreads();
}

/// A block a code.
__global__ void __launch_bounds__(kThreads)
    look_at_codes(const __grid_constant__ CodeLevelViews views, const PatternTables tables,
                  const DeviceFit* fits, DeviceFitSums* sums) {
  __shared__ Totals memory;
  __shared__ rules::CodeLevels levels;
  const DeviceFit& fit = fits[blockIdx.x];
  DeviceFitSums& out = sums[blockIdx.x];
  const ImageView<const float>& image = views.of[fit.code.level];
  const DevicePattern& pattern = tables.versions[fit.code.version];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t side = pattern.side;
  measure_known(image, fit, pattern, tables.known + pattern.first_known, memory, levels);

  const rules::Belief belief = rules::belief_of(levels);
  const std::int8_t* light = tables.light + pattern.first_light;
  const float mean = static_cast<float>(side * side - 1) / 12;
  float own[kFitSums] = {};
  OSTRACON_ROLLED
  for (std::int32_t k = thread; k < side * side; k += kThreads) {
    const std::int32_t row = k / side, col = k - row * side;
    const rules::ModuleLook look = look_at<true>(image, fit, row, col);
    const float bit = rules::believed_bit(belief, static_cast<float>(light[k]), look.here);
    const float v = static_cast<float>(row) - fit.code.map.middle;
    const float u = static_cast<float>(col) - fit.code.map.middle;
    const float terms[kTerms] = {1, v, u, v * v - mean, v * u, u * u - mean};
    const float down = bit * look.down, right = bit * look.right;
    OSTRACON_UNROLL
    for (std::int32_t t = 0; t < kTerms; ++t) {
      own[t] += down * terms[t];
      own[kTerms + t] += right * terms[t];
    }
    own[2 * kTerms] += bit * look.bend;
    own[2 * kTerms + 1] += down * down;
    own[2 * kTerms + 2] += right * right;
  }
  block_totals(own, memory);
  if (thread < kFitSums) out.of_terms[thread] = memory.total[thread];
  if (thread == 0) out.levels = levels;
  // Both ways to read every bit of the format.
  constexpr std::int32_t kBits = format::qr::kFormatBits;
  if (thread >= 2 * kBits) return;
  const std::int32_t way = thread / kBits, bit = thread - way * kBits;
  float seen = 0;
  OSTRACON_ROLLED
  for (std::int32_t copy = 0; copy < 2; ++copy) {
    const std::int32_t at = pattern.format[copy][bit], row = at / side, col = at - row * side;
    seen += look_at<false>(image, fit, way == 0 ? row : col, way == 0 ? col : row).here;
  }
  out.format[way][bit] = seen;
}

DeviceFit device_fit(const steps::CodeApproach& approach) {
  const steps::PatchScale& scale = approach.scale();
  const float pixel = approach.pixel();
  const CodeMap& map = approach.map();
  DeviceFit fit{};
  fit.code = {steps::terms_of(map), approach.version(), scale.level, approach.sign()};
  fit.pixel = pixel;
  fit.box = scale.box;
  fit.most = steps::most_shift(pixel * map.pitch_px());
  // Places count from near the code, so that they are exact far from the image's corner.
  const std::array<std::int32_t*, 2> first{&fit.top, &fit.left};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const float at = std::floor(pixel * map.terms[0][axis]);
    *first[axis] = static_cast<std::int32_t>(std::clamp(at, -1e6F, 1e6F));
    fit.code.map.terms[0][axis] -= static_cast<float>(*first[axis]) / pixel;
  }
  return fit;
}

steps::FitTotals totals_of(const DeviceFitSums& seen) {
  steps::FitTotals totals;
  std::copy_n(seen.of_terms, kTerms, totals.along_y.begin());
  std::copy_n(seen.of_terms + kTerms, kTerms, totals.along_x.begin());
  totals.bend = seen.of_terms[2 * kTerms];
  std::copy_n(seen.of_terms + 2 * kTerms + 1, 2, totals.squares.begin());
  return totals;
}

}  // namespace

Result<const DeviceFit*> CodeFits::put(std::span<Fit> fits, Next next) {
  waiting_.clear();
  told_.clear();
  for (std::size_t k = 0; k < fits.size(); ++k)
    if (fits[k].approach.next() == next) {
      waiting_.push_back(k);
      told_.push_back(device_fit(fits[k].approach));
    }
  if (told_.empty()) return static_cast<const DeviceFit*>(nullptr);
  OSTRACON_TRY_ASSIGN(const DeviceFit* of_device, fits_on_device_.put(device_->memory(), told_));
  return of_device;
}

Result<> CodeFits::shift(const CodeLevelViews& levels, const PatternTables& tables,
                         std::span<Fit> fits) {
  OSTRACON_TRY_ASSIGN(const DeviceFit* of_device, put(fits, Next::kShift));
  if (of_device == nullptr) return Ok{};
  const std::size_t count = waiting_.size();
  OSTRACON_TRY_ASSIGN(auto* to, shifts_on_device_.make(device_->memory(), count));
  OSTRACON_TRY(launch(shift_codes, dim3(static_cast<unsigned>(count)), dim3(kShiftThreads), 0,
                      *device_, levels, tables, of_device, to));
  shifts_.resize(count);
  OSTRACON_TRY(device_->memory().download(shifts_.data(), to, count * sizeof shifts_[0]));
  for (std::size_t k = 0; k < count; ++k) {
    steps::CodeApproach& approach = fits[waiting_[k]].approach;
    auto& middle = approach.map().terms[0];
    middle[0] += static_cast<float>(shifts_[k].down) / approach.pixel();
    middle[1] += static_cast<float>(shifts_[k].right) / approach.pixel();
    approach.shifted();
  }
  return Ok{};
}

Result<> CodeFits::look(const CodeLevelViews& levels, const PatternTables& tables,
                        std::span<Fit> fits) {
  OSTRACON_TRY_ASSIGN(const DeviceFit* of_device, put(fits, Next::kLook));
  if (of_device == nullptr) return Ok{};
  const std::size_t count = waiting_.size();
  OSTRACON_TRY_ASSIGN(auto* to, sums_on_device_.make(device_->memory(), count));
  OSTRACON_TRY(launch(look_at_codes, dim3(static_cast<unsigned>(count)), dim3(kThreads), 0,
                      *device_, levels, tables, of_device, to));
  sums_.resize(count);
  OSTRACON_TRY(device_->memory().download(sums_.data(), to, count * sizeof sums_[0]));
  for (std::size_t k = 0; k < count; ++k) {
    Fit& fit = fits[waiting_[k]];
    fit.seen = sums_[k];
    fit.approach.looked(fit.seen.levels);
    if (fit.approach.next() != Next::kStep) continue;
    steps::CodeFit step(format::qr::side_of(fit.approach.version()));
    step.add(totals_of(fit.seen));
    fit.approach.stepped(step.move(fit.approach.pixel(), fit.approach.map()));
  }
  return Ok{};
}

Result<> CodeFits::run(const CodeLevelViews& levels, const PatternTables& tables,
                       std::span<const steps::LevelSize> sizes, std::span<LocatedCode> codes,
                       steps::FitStart start) {
  std::vector<Fit> fits;
  fits.reserve(codes.size());
  for (std::size_t k = 0; k < codes.size(); ++k)
    fits.push_back({{codes[k], start, static_cast<std::int32_t>(sizes.size())}, k});
  while (!fits.empty()) {
    for (Fit& fit : fits) {
      steps::CodeApproach& approach = fit.approach;
      if (approach.next() != Next::kTake) continue;
      steps::PatchExtent extent;
      const std::int32_t side = format::qr::side_of(approach.version());
      const auto level = static_cast<std::size_t>(approach.scale().level);
      approach.taken(
          steps::extent_of(approach.map(), side, approach.scale(), sizes[level], extent));
    }
    OSTRACON_TRY(shift(levels, tables, fits));
    OSTRACON_TRY(look(levels, tables, fits));
    std::erase_if(fits, [&](const Fit& fit) {
      if (fit.approach.next() == Next::kNothing) {
        codes[fit.code].score = 0;
        return true;
      }
      if (fit.approach.next() != Next::kFitted) return false;
      const float both = 2 * fit.seen.levels.centre;  // of two copies
      steps::FormatSums format{};
      for (std::size_t way = 0; way < format.size(); ++way)
        for (std::size_t bit = 0; bit < format[way].size(); ++bit)
          format[way][bit] = fit.approach.sign() * (fit.seen.format[way][bit] - both);
      codes[fit.code] = fit.approach.fitted(steps::reads_mirrored(format));
      return true;
    });
  }
  return Ok{};
}

}  // namespace ostracon::cuda
