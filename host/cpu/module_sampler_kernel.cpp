#include "host/cpu/module_sampler_kernel.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/module_sampler_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 8>;

template <class T>
HWY_INLINE hn::Vec<Floats> load_pixels(const T* from) {
  const Floats d;
  if constexpr (sizeof(T) == 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Rebind<std::int32_t, Floats> di;
    const hn::Rebind<T, Floats> dt;
    return hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(dt, from)));
  }
}

/// weights[k] = pulse[k] * gain[k] for k < width, a multiple of 8; returns their sum.
HWY_INLINE float combine_weights(const float* pulse, const float* gain, std::int32_t width,
                                 float* weights) {
  const Floats d;
  auto total = hn::Zero(d);
  for (std::int32_t k = 0; k < width; k += static_cast<std::int32_t>(hn::MaxLanes(d))) {
    const auto weight = hn::Mul(hn::LoadU(d, pulse + k), hn::LoadU(d, gain + k));
    hn::StoreU(weight, d, weights + k);
    total = hn::Add(total, weight);
  }
  return hn::GetLane(hn::SumOfLanes(d, total));
}

/// Weighted sum over a window of `used` rows by 8 * kOctets columns, weights separable.
template <class T, int kOctets>
HWY_INLINE float window_sum(const T* first, std::ptrdiff_t stride, const float* along_y,
                            std::int32_t used, const float* along_x) {
  const Floats d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  constexpr std::size_t kVectors = 8 * kOctets / kLanes;
  hn::Vec<Floats> total[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) total[v] = hn::Zero(d);
  for (std::int32_t k = 0; k < used; ++k, first += stride) {
    const auto weight = hn::Set(d, along_y[k]);
    for (std::size_t v = 0; v < kVectors; ++v)
      total[v] = hn::MulAdd(weight, load_pixels(first + v * kLanes), total[v]);
  }
  auto dot = hn::Mul(total[0], hn::LoadU(d, along_x));
  for (std::size_t v = 1; v < kVectors; ++v)
    dot = hn::MulAdd(total[v], hn::LoadU(d, along_x + v * kLanes), dot);
  return hn::GetLane(hn::SumOfLanes(d, dot));
}

template <class T, int kOctets>
void sample_octets(const SampleRow& row) {
  const PulseTable& pulse = *row.pulse;
  const auto* frame = static_cast<const T*>(row.frame);
  const float half = 0.5F * static_cast<float>(pulse.width);
  const auto phases = static_cast<float>(PulseTable::kPhases);
  float weights[PulseTable::kWidest];
  for (std::int32_t m = 0; m < row.modules; ++m) {
    const float left = row.x[m] - half;
    const float top = row.y[m] - half;
    // Written so that a NaN or a far value fails the test before it is turned into an integer.
    if (!(left >= -1.0F) || !(top >= -1.0F - static_cast<float>(pulse.first)) ||
        !(left < static_cast<float>(row.cols)) || !(top < static_cast<float>(row.rows)))
      continue;
    const auto x0 = static_cast<std::int32_t>(std::floor(left)) + 1;
    const auto y0 = static_cast<std::int32_t>(std::floor(top)) + 1 + pulse.first;
    if (x0 < 0 || y0 < 0 || x0 + pulse.width > row.cols || y0 + pulse.used > row.rows) continue;
    const auto px = static_cast<std::size_t>((static_cast<float>(x0) - left) * phases * 0.99999F);
    const auto py =
        static_cast<std::size_t>((static_cast<float>(y0 - pulse.first) - top) * phases * 0.99999F);
    const auto width = static_cast<std::size_t>(pulse.width);
    const T* first = frame + static_cast<std::ptrdiff_t>(y0) * row.cols + x0;
    // The table's rows end in zeros up to a multiple of 8, and `row_gain` is padded as far.
    const float gain_sum = combine_weights(pulse.taps.data() + py * width,
                                           row.row_gain + y0 - pulse.first, pulse.width, weights);
    const float* along_x = pulse.taps.data() + px * width;
    row.product[m] +=
        window_sum<T, kOctets>(first, row.cols, weights + pulse.first, pulse.used, along_x) -
        row.black * gain_sum * pulse.sum[px];
    row.sum[m] += row.weight * pulse.sum[py] * pulse.sum[px];
    row.square_sum[m] += row.weight * pulse.square_sum[py] * pulse.square_sum[px];
    row.frames_seen[m] += row.weight;
  }
}

template <class T>
void sample_typed(const SampleRow& row) {
  switch (row.pulse->width / 8) {
    case 1:
      return sample_octets<T, 1>(row);
    case 2:
      return sample_octets<T, 2>(row);
    case 3:
      return sample_octets<T, 3>(row);
    case 4:
      return sample_octets<T, 4>(row);
    default:
      return sample_octets<T, 6>(row);
  }
}

void SampleRowImpl(const SampleRow& row) {
  if (row.type == PixelType::kU8) return sample_typed<std::uint8_t>(row);
  if (row.type == PixelType::kU16) return sample_typed<std::uint16_t>(row);
  sample_typed<float>(row);
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

#include "pipeline/rules/pulse.hpp"

namespace ostracon::cpu {

HWY_EXPORT(SampleRowImpl);

void sample_row(const SampleRow& row) { HWY_DYNAMIC_DISPATCH(SampleRowImpl)(row); }

PulseTable PulseTable::make(float blur_modules, float pitch_px) {
  // Half a module and 2.2 sigma: what lies beyond holds less than 0.2 % of the pulse's energy.
  const float reach = (0.5F + 2.2F * blur_modules) * pitch_px;
  PulseTable table;
  const auto needed = static_cast<std::int32_t>(std::ceil(2 * reach));
  table.width = std::min((needed + 7) / 8 * 8, 32);
  if (needed > 32) table.width = kWidest;
  table.used = std::min(needed, table.width);
  table.first = (table.width - table.used) / 2;
  const auto width = static_cast<std::size_t>(table.width);
  table.taps.assign(kPhases * width, 0.0F);
  table.sum.assign(kPhases, 0.0F);
  table.square_sum.assign(kPhases, 0.0F);
  for (std::size_t phase = 0; phase < kPhases; ++phase)
    for (std::size_t k = 0; k < width; ++k) {
      const auto tap = static_cast<std::int32_t>(k);
      if (tap < table.first || tap >= table.first + table.used) continue;
      const float distance = static_cast<float>(tap) +
                             (static_cast<float>(phase) + 0.5F) / static_cast<float>(kPhases) -
                             0.5F * static_cast<float>(table.width);
      const float value = rules::pulse(distance / pitch_px, blur_modules);
      table.taps[phase * width + k] = value;
      table.sum[phase] += value;
      table.square_sum[phase] += value * value;
    }
  return table;
}

}  // namespace ostracon::cpu
#endif
