#pragma once
// The pitch finder's kernels from spectra to lines: powers over the level of their surroundings,
// and the local maxima of what they say. Included by kernels/pitch_finder.cu only.

#include "kernels/core/block_select.hpp"
#include "kernels/pitch_fields.hpp"
#include "kernels/pitch_tables.hpp"
#include "pipeline/rules/line_evidence.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kRingThreads = 128;
inline constexpr float kLn2 = 0.693147182F;

__device__ inline float norm_of(const Complex& value) {
  return value.re * value.re + value.im * value.im;
}

/// Of a real image's half spectrum of `side` rows, at whole frequencies `seen` at most.
__global__ void __launch_bounds__(kPitchThreads)
    power_of_image(const __grid_constant__ PitchTables tables, const Complex* half,
                   std::int32_t side, std::int32_t seen, float* power) {
  const std::int32_t width = side / 2 + 1, across = tables.highest + 1;
  for (std::int32_t bin = first_item(); bin < tables.bins(); bin += item_step()) {
    const std::int32_t ky = bin / across - tables.highest, kx = bin % across;
    const bool inside = ky >= -seen && ky <= seen && kx <= seen;
    power[bin] = inside ? norm_of(half[(ky + side) % side * width + kx]) : 0.0F;
  }
}

/// Of the real and the imaginary part of what was transformed into `field`.
__global__ void __launch_bounds__(kPitchThreads)
    powers_of_parts(const __grid_constant__ PitchTables tables, const Complex* field,
                    float* real_power, float* imaginary_power) {
  const std::int32_t side = tables.fine_side(), across = tables.highest + 1;
  for (std::int32_t bin = first_item(); bin < tables.bins(); bin += item_step()) {
    const std::int32_t ky = bin / across - tables.highest, kx = bin % across;
    const Complex a = field[(ky + side) % side * side + kx];
    const Complex b = field[(side - ky) % side * side + (side - kx) % side];
    real_power[bin] = norm_of({a.re + b.re, a.im - b.im});
    imaginary_power[bin] = norm_of({a.re - b.re, a.im + b.im});
  }
}

/// A block a ring (x) and a source (y, `bins` powers apart): the mean of noise whose median is the
/// ring's. Rings end at radius `largest`, one behind it included.
__global__ void __launch_bounds__(kRingThreads)
    level_rings(const __grid_constant__ PitchTables tables, std::int32_t largest,
                const float* power, float* levels) {
  __shared__ SelectMemory memory;
  const auto ring = static_cast<std::int32_t>(blockIdx.x);
  const float* of_source = power + static_cast<std::ptrdiff_t>(blockIdx.y) * tables.bins();
  const std::int32_t inner = ring * rules::kRing;
  const std::int32_t outer = inner + rules::kRing < largest ? inner + rules::kRing : largest;
  const std::int32_t first = tables.radius_start[inner];
  const std::int32_t count = tables.radius_start[outer] - first;
  float median = 1;
  if (count > 0)
    median = block_select([&](std::int32_t k) { return of_source[tables.order[first + k]]; }, count,
                          count / 2, memory);
  const float level = median / kLn2;
  if (threadIdx.x == 0)
    levels[blockIdx.y * gridDim.x + blockIdx.x] = level < 1e-30F ? 1e-30F : level;
}

/// Divides the powers of source (y) by the level of `rings` rings; 0 from radius `largest` on.
__global__ void __launch_bounds__(kPitchThreads)
    normalise_powers(const __grid_constant__ PitchTables tables, std::int32_t largest,
                     std::int32_t rings, const float* levels, float* power) {
  float* of_source = power + static_cast<std::ptrdiff_t>(blockIdx.y) * tables.bins();
  const float* level = levels + static_cast<std::ptrdiff_t>(blockIdx.y) * rings;
  for (std::int32_t bin = first_item(); bin < tables.bins(); bin += item_step()) {
    const float radius = tables.radius[bin];
    of_source[bin] = radius < static_cast<float>(largest)
                         ? of_source[bin] * rules::ring_scale(floorf(radius), level, rings)
                         : 0.0F;
  }
}

__global__ void __launch_bounds__(kPitchThreads)
    add_powers(std::int32_t count, const float* power, float* kept, bool first) {
  for (std::int32_t k = first_item(); k < count; k += item_step())
    kept[k] = first ? power[k] : kept[k] + power[k];
}

/// What is looked at for lines.
struct LineCall {
  const float* power;  ///< [source][bin], a sum over `crops`
  std::int32_t sources;
  float crops;
  std::uint32_t* count;  ///< of lines
  FoundLine* found;      ///< [bin], in any order
};

/// The bin of (ky, kx), mirrored in the origin where kx is negative; -1 beyond the highest.
__device__ inline std::int32_t bin_at(const PitchTables& tables, std::int32_t ky, std::int32_t kx) {
  const std::int32_t y = (kx < 0 ? -ky : ky) + tables.highest, x = kx < 0 ? -kx : kx;
  return y < 0 || y > 2 * tables.highest || x > tables.highest ? -1 : y * (tables.highest + 1) + x;
}

/// Nats of the strongest source at a bin.
__device__ inline float evidence_at(const PitchTables& tables, const LineCall& call,
                                    std::int32_t bin) {
  float nats = 0;
  if (bin < 0) return nats;
  for (std::int32_t s = 0; s < call.sources; ++s) {
    const float a = call.power[static_cast<std::ptrdiff_t>(s) * tables.bins() + bin] / call.crops;
    if (!(a > 2)) continue;  // NaN is no line
    const float own = rules::line_nats(a, call.crops);
    nats = nats < own ? own : nats;
  }
  return nats;
}

__global__ void __launch_bounds__(kPitchThreads)
    find_lines(const __grid_constant__ PitchTables tables, const __grid_constant__ LineCall call) {
  const std::int32_t across = tables.highest + 1;
  const float* image =
      call.power + static_cast<std::ptrdiff_t>(steps::LineSource::kImage) * tables.bins();
  for (std::int32_t bin = first_item(); bin < tables.bins(); bin += item_step()) {
    const float here = evidence_at(tables, call, bin);
    if (!(here >= steps::kLeastLine) || tables.radius[bin] < tables.lowest) continue;
    const std::int32_t ky = bin / across - tables.highest, kx = bin % across;
    float around[3][3], in_image = 0;
    bool is_peak = true;
    for (std::int32_t i = 0; i < 3; ++i)
      for (std::int32_t j = 0; j < 3; ++j) {
        const std::int32_t at = bin_at(tables, ky + i - 1, kx + j - 1);
        around[i][j] = evidence_at(tables, call, at);
        is_peak = is_peak && !(around[i][j] > here);
        const float power = at < 0 ? 0.0F : image[at] / call.crops;
        in_image = in_image < power ? power : in_image;
      }
    if (!is_peak) continue;
    const auto level = [](float nats) { return logf(nats + 1.0F); };
    const float y = rules::peak_offset(level(around[0][1]), level(here), level(around[2][1]));
    const float x = rules::peak_offset(level(around[1][0]), level(here), level(around[1][2]));
    const auto n = static_cast<float>(tables.crop);
    const steps::Line line{(static_cast<float>(ky) + y) / n, (static_cast<float>(kx) + x) / n, here,
                           rules::line_nats(in_image, call.crops)};
    call.found[atomicAdd(call.count, 1U)] = {line, bin};
  }
}

}  // namespace ostracon::cuda
