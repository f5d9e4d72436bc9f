#include "host/cpu/code_finder_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/code_finder_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;

void HalveRowImpl(const float* above, const float* below, std::int32_t count, float* out) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto quarter = hn::Set(d, 0.25F);
  std::int32_t x = 0;
  for (; x + lanes <= count; x += lanes) {
    hn::Vec<Floats> even_above, odd_above, even_below, odd_below;
    hn::LoadInterleaved2(d, above + 2 * x, even_above, odd_above);
    hn::LoadInterleaved2(d, below + 2 * x, even_below, odd_below);
    const auto even = hn::Add(even_above, even_below);
    const auto odd = hn::Add(odd_above, odd_below);
    hn::StoreU(hn::Mul(hn::Add(even, odd), quarter), d, out + x);
  }
  for (; x < count; ++x)
    out[x] = 0.25F * ((above[2 * x] + below[2 * x]) + (above[2 * x + 1] + below[2 * x + 1]));
}

void SmoothRowImpl(const float* above, const float* below, std::int32_t count, float* out) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto quarter = hn::Set(d, 0.25F);
  std::int32_t x = 0;
  for (; x + lanes <= count; x += lanes) {
    const auto here = hn::Add(hn::LoadU(d, above + x), hn::LoadU(d, below + x));
    const auto next = hn::Add(hn::LoadU(d, above + x + 1), hn::LoadU(d, below + x + 1));
    hn::StoreU(hn::Mul(hn::Add(here, next), quarter), d, out + x);
  }
  for (; x < count; ++x) out[x] = 0.25F * ((above[x] + below[x]) + (above[x + 1] + below[x + 1]));
}

/// Sums over places, four vectors of pixels at a time: each is loaded once, none stored between.
template <class D>
HWY_INLINE void sum_places(D d, const float* from, const std::ptrdiff_t* places, std::size_t count,
                           hn::Vec<D>* sums) {
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t v = 0; v < 4; ++v) sums[v] = hn::Zero(d);
  for (std::size_t k = 0; k < count; ++k) {
    const float* at = from + places[k];
    sums[0] = hn::Add(sums[0], hn::LoadU(d, at));
    sums[1] = hn::Add(sums[1], hn::LoadU(d, at + lanes));
    sums[2] = hn::Add(sums[2], hn::LoadU(d, at + 2 * lanes));
    sums[3] = hn::Add(sums[3], hn::LoadU(d, at + 3 * lanes));
  }
}

void ContrastRowImpl(const float* from, const std::ptrdiff_t* light, std::size_t lights,
                     const std::ptrdiff_t* dark, std::size_t darks, std::int32_t count,
                     float* out) {
  using Eight = hn::CappedTag<float, 8>;
  const Eight d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const float of_light = 1.0F / static_cast<float>(lights);
  const float of_dark = 1.0F / static_cast<float>(darks);
  std::int32_t x = 0;
  for (; x + 4 * lanes <= count; x += 4 * lanes) {
    hn::Vec<Eight> bright[4], dim[4];
    sum_places(d, from + x, light, lights, bright);
    sum_places(d, from + x, dark, darks, dim);
    for (std::size_t v = 0; v < 4; ++v)
      hn::StoreU(
          hn::Sub(hn::Mul(bright[v], hn::Set(d, of_light)), hn::Mul(dim[v], hn::Set(d, of_dark))),
          d, out + x + static_cast<std::ptrdiff_t>(v) * lanes);
  }
  for (; x < count; ++x) {
    float bright = 0, dim = 0;
    for (std::size_t k = 0; k < lights; ++k) bright += from[x + light[k]];
    for (std::size_t k = 0; k < darks; ++k) dim += from[x + dark[k]];
    out[x] = bright * of_light - dim * of_dark;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(HalveRowImpl);
HWY_EXPORT(SmoothRowImpl);
HWY_EXPORT(ContrastRowImpl);

void halve_row(const float* above, const float* below, std::int32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(HalveRowImpl)(above, below, count, out);
}

void smooth_row(const float* above, const float* below, std::int32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(SmoothRowImpl)(above, below, count, out);
}

void contrast_row(const float* from, const std::ptrdiff_t* light, std::size_t lights,
                  const std::ptrdiff_t* dark, std::size_t darks, std::int32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(ContrastRowImpl)(from, light, lights, dark, darks, count, out);
}

}  // namespace ostracon::cpu
#endif
