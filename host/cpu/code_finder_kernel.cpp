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

/// Sums over places, some vectors of pixels at a time: each is loaded once, none stored between.
template <std::size_t kVectors, class D>
HWY_INLINE void sum_places(D d, const float* from, const std::ptrdiff_t* places, std::size_t count,
                           hn::Vec<D>* sums) {
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = hn::Zero(d);
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t v = 0; v < kVectors; ++v)
      sums[v] = hn::Add(sums[v], hn::LoadU(d, from + places[k] + v * hn::Lanes(d)));
}

void ContrastRowImpl(const float* from, const std::ptrdiff_t* light, std::size_t lights,
                     const std::ptrdiff_t* dark, std::size_t darks, std::int32_t count,
                     float* out) {
  using Eight = hn::CappedTag<float, 8>;
  const Eight d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const float of_light = 1.0F / static_cast<float>(lights);
  const float of_dark = 1.0F / static_cast<float>(darks);
  const auto several = [&]<std::size_t kVectors>(std::int32_t x) {
    hn::Vec<Eight> bright[kVectors], dim[kVectors];
    sum_places<kVectors>(d, from + x, light, lights, bright);
    sum_places<kVectors>(d, from + x, dark, darks, dim);
    for (std::size_t v = 0; v < kVectors; ++v)
      hn::StoreU(
          hn::Sub(hn::Mul(bright[v], hn::Set(d, of_light)), hn::Mul(dim[v], hn::Set(d, of_dark))),
          d, out + x + static_cast<std::ptrdiff_t>(v) * lanes);
  };
  std::int32_t x = 0;
  for (; x + 4 * lanes <= count; x += 4 * lanes) several.template operator()<4>(x);
  for (; x + lanes <= count; x += lanes) several.template operator()<1>(x);
  for (; x < count; ++x) {
    float bright = 0, dim = 0;
    for (std::size_t k = 0; k < lights; ++k) bright += from[x + light[k]];
    for (std::size_t k = 0; k < darks; ++k) dim += from[x + dark[k]];
    out[x] = bright * of_light - dim * of_dark;
  }
}

std::int32_t NextAboveImpl(const float* from, std::int32_t first, std::int32_t count, float least) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  std::int32_t x = first;
  for (; x + lanes <= count; x += lanes) {
    const auto above = hn::Ge(hn::Abs(hn::LoadU(d, from + x)), hn::Set(d, least));
    const std::intptr_t lane = hn::FindFirstTrue(d, above);
    if (lane >= 0) return x + static_cast<std::int32_t>(lane);
  }
  for (; x < count; ++x)
    if (from[x] >= least || -from[x] >= least) return x;
  return count;
}

void AddMomentsImpl(const float* from, std::int32_t count, float origin, float* sum,
                    float* squares) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  auto one = hn::Zero(d), two = one;
  std::int32_t x = 0;
  for (; x + lanes <= count; x += lanes) {
    const auto value = hn::Sub(hn::LoadU(d, from + x), hn::Set(d, origin));
    one = hn::Add(one, value);
    two = hn::MulAdd(value, value, two);
  }
  *sum += hn::GetLane(hn::SumOfLanes(d, one));
  *squares += hn::GetLane(hn::SumOfLanes(d, two));
  for (; x < count; ++x) {
    const float value = from[x] - origin;
    *sum += value;
    *squares += value * value;
  }
}

PatternSums SumPatternImpl(const ImageView<const float>& image, float y, float x, float down,
                           float across, float origin, const PatternModules& modules) {
  using Eight = hn::CappedTag<float, 8>;
  const Eight d;
  const hn::RebindToSigned<Eight> di;
  const auto split = [&](hn::Vec<Eight> at, std::int32_t count, hn::Vec<Eight>& fraction) {
    const auto most = hn::Set(d, static_cast<float>(count) - 1.001F);
    const auto kept = hn::Min(hn::Max(at, hn::Zero(d)), most);
    // Of a large image that limit is rounded to the last pixel, which has none behind it.
    const auto whole = hn::Min(hn::ConvertTo(di, kept), hn::Set(di, count - 2));
    fraction = hn::Sub(kept, hn::ConvertTo(d, whole));
    return whole;
  };
  const auto stride = hn::Set(di, static_cast<std::int32_t>(image.row_stride));
  auto value = hn::Zero(d), signed_value = value, square = value;
  for (std::size_t k = 0; k < modules.count; k += hn::Lanes(d)) {
    const auto row = hn::LoadU(d, modules.row + k), col = hn::LoadU(d, modules.col + k);
    hn::Vec<Eight> fy, fx;
    const auto at_y = hn::Add(hn::Mul(row, hn::Set(d, down)), hn::Mul(col, hn::Set(d, across)));
    const auto at_x = hn::Sub(hn::Mul(col, hn::Set(d, down)), hn::Mul(row, hn::Set(d, across)));
    const auto y0 = split(hn::Add(hn::Set(d, y), at_y), image.rows, fy);
    const auto x0 = split(hn::Add(hn::Set(d, x), at_x), image.cols, fx);
    const auto index = hn::Add(hn::Mul(y0, stride), x0);
    const auto mixed = [&](const float* from) {
      const auto left = hn::GatherIndex(d, from, index);
      return hn::Add(left, hn::Mul(fx, hn::Sub(hn::GatherIndex(d, from + 1, index), left)));
    };
    const auto above = mixed(image.data), below = mixed(image.data + image.row_stride);
    const auto here =
        hn::Sub(hn::Add(above, hn::Mul(fy, hn::Sub(below, above))), hn::Set(d, origin));
    const auto counted = hn::Mul(here, hn::LoadU(d, modules.one + k));
    value = hn::Add(value, counted);
    signed_value = hn::MulAdd(here, hn::LoadU(d, modules.sign + k), signed_value);
    square = hn::MulAdd(counted, counted, square);
  }
  const auto total = [&](hn::Vec<Eight> of) { return hn::GetLane(hn::SumOfLanes(d, of)); };
  return {total(value), total(signed_value), total(square)};
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(HalveRowImpl);
HWY_EXPORT(SmoothRowImpl);
HWY_EXPORT(ContrastRowImpl);
HWY_EXPORT(NextAboveImpl);
HWY_EXPORT(AddMomentsImpl);
HWY_EXPORT(SumPatternImpl);

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

std::int32_t next_above(const float* from, std::int32_t first, std::int32_t count, float least) {
  return HWY_DYNAMIC_DISPATCH(NextAboveImpl)(from, first, count, least);
}

void add_moments(const float* from, std::int32_t count, float origin, float* sum, float* squares) {
  HWY_DYNAMIC_DISPATCH(AddMomentsImpl)(from, count, origin, sum, squares);
}

PatternSums sum_pattern(const ImageView<const float>& image, float y, float x, float down,
                        float across, float origin, const PatternModules& modules) {
  return HWY_DYNAMIC_DISPATCH(SumPatternImpl)(image, y, x, down, across, origin, modules);
}

}  // namespace ostracon::cpu
#endif
