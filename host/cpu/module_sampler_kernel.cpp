#include "host/cpu/module_sampler_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/module_sampler_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "pipeline/rules/module_window.hpp"

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
  const rules::PulseTaps taps{pulse.width, pulse.used, pulse.first};
  float weights[PulseTable::kWidest];
  for (std::int32_t m = 0; m < row.modules; ++m) {
    const auto window = rules::module_window(row.y[m], row.x[m], taps, row.rows, row.cols);
    if (!window.inside) continue;
    const std::int32_t y0 = window.y0;
    const auto px = static_cast<std::size_t>(window.phase_x);
    const auto py = static_cast<std::size_t>(window.phase_y);
    const auto width = static_cast<std::size_t>(pulse.width);
    const T* first = frame + static_cast<std::ptrdiff_t>(y0) * row.cols + window.x0;
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
namespace ostracon::cpu {

HWY_EXPORT(SampleRowImpl);

void sample_row(const SampleRow& row) { HWY_DYNAMIC_DISPATCH(SampleRowImpl)(row); }

}  // namespace ostracon::cpu
#endif
