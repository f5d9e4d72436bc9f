#include "host/cpu/code_patch_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/code_patch_kernel.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, kModuleGroup>;
using Ints = hn::RebindToSigned<Floats>;
using Four = hn::CappedTag<float, 4>;
constexpr std::size_t kGroup = kModuleGroup;

void AddLinesImpl(const float* const* lines, std::int32_t lines_count, std::int32_t count,
                  float* out) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  std::int32_t j = 0;
  for (; j + lanes <= count; j += lanes) {
    auto sum = hn::LoadU(d, lines[0] + j);
    for (std::int32_t k = 1; k < lines_count; ++k) sum = hn::Add(sum, hn::LoadU(d, lines[k] + j));
    hn::StoreU(sum, d, out + j);
  }
  for (; j < count; ++j) {
    float sum = lines[0][j];
    for (std::int32_t k = 1; k < lines_count; ++k) sum += lines[k][j];
    out[j] = sum;
  }
}

void SumRunImpl(const float* from, std::int32_t terms, float scale, std::int32_t count,
                float* out) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  for (std::int32_t j = 0; j < count; j += lanes) {
    auto sum = hn::LoadU(d, from + j);
    for (std::int32_t k = 1; k < terms; ++k) sum = hn::Add(sum, hn::LoadU(d, from + j + k));
    hn::StoreU(hn::Mul(sum, hn::Set(d, scale)), d, out + j);
  }
}

/// Weights of four pixels in a row: of the cubic B-spline, of its slope and of its bend downwards.
struct Weights {
  HWY_ALIGN float value[4][kGroup];
  HWY_ALIGN float slope[4][kGroup];
  HWY_ALIGN float bend[4][kGroup];

  /// Of the modules from k on, f beyond the second pixel.
  HWY_INLINE void set(std::size_t k, hn::Vec<Floats> f) {
    const Floats d;
    const auto one = hn::Set(d, 1.0F), half = hn::Set(d, 0.5F), sixth = hn::Set(d, 1.0F / 6);
    const auto g = hn::Sub(one, f), ff = hn::Mul(f, f), gg = hn::Mul(g, g);
    const auto outer = hn::Mul(sixth, hn::Mul(gg, g)), far = hn::Mul(sixth, hn::Mul(ff, f));
    // 2/3 - f^2 + f^3 / 2, and the same seen from the other side.
    const auto middle = [&](hn::Vec<Floats> at, hn::Vec<Floats> square) {
      return hn::MulAdd(square, hn::Sub(hn::Mul(half, at), one), hn::Set(d, 2.0F / 3));
    };
    const auto middle_slope = [&](hn::Vec<Floats> at, hn::Vec<Floats> square) {
      return hn::Sub(hn::Mul(hn::Set(d, 1.5F), square), hn::Add(at, at));
    };
    const auto middle_bend = [&](hn::Vec<Floats> at) {
      return hn::Sub(hn::Set(d, 2.0F), hn::Mul(hn::Set(d, 3.0F), at));
    };
    const hn::Vec<Floats> values[] = {outer, middle(f, ff), middle(g, gg), far};
    const hn::Vec<Floats> slopes[] = {hn::Neg(hn::Mul(half, gg)), middle_slope(f, ff),
                                      hn::Neg(middle_slope(g, gg)), hn::Mul(half, ff)};
    const hn::Vec<Floats> bends[] = {hn::Neg(g), middle_bend(f), middle_bend(g), hn::Neg(f)};
    for (std::size_t i = 0; i < 4; ++i) {
      hn::Store(values[i], d, value[i] + k);
      hn::Store(slopes[i], d, slope[i] + k);
      hn::Store(bends[i], d, bend[i] + k);
    }
  }
};

template <class D>
HWY_INLINE hn::Vec<D> weighed(D d, const float (&weights)[4][kGroup], std::size_t k,
                              const hn::Vec<D>* columns) {
  auto sum = hn::Mul(hn::Load(d, weights[0] + k), columns[0]);
  for (std::size_t i = 1; i < 4; ++i)
    sum = hn::MulAdd(hn::Load(d, weights[i] + k), columns[i], sum);
  return sum;
}

/// A group of modules: four columns of pixels about each, weighed down them, and the weights
/// across.
struct Columns {
  HWY_ALIGN float value[4 * kGroup];
  HWY_ALIGN float slope[4 * kGroup];
  HWY_ALIGN float bend[4 * kGroup];
  Weights across;
};

/// The pixel before a place kept within the image, and the fraction beyond it.
HWY_INLINE void split(hn::Vec<Floats> at, std::int32_t count, hn::Vec<Ints>& whole,
                      hn::Vec<Floats>& fraction) {
  const Floats d;
  const Ints di;
  const auto most = hn::Set(d, static_cast<float>(count) - 2.001F);
  const auto kept = hn::Min(hn::Max(at, hn::Set(d, 1.0F)), most);
  // Of a large image that limit is rounded to the last pixel but one.
  whole = hn::Min(hn::ConvertTo(di, kept), hn::Set(di, count - 3));
  fraction = hn::Sub(kept, hn::ConvertTo(d, whole));
}

HWY_INLINE void take_columns(const ImageView<const float>& image, const ModuleLine& line,
                             std::int32_t first, Columns& columns) {
  const Floats d;
  const Ints di;
  const Four four;
  HWY_ALIGN std::int32_t offsets[kGroup];
  Weights down;
  const auto along = [&](std::size_t axis, hn::Vec<Floats> u) {
    const auto inner =
        hn::Add(hn::Set(d, line.slope[axis]), hn::Mul(u, hn::Set(d, line.bend[axis])));
    return hn::Add(hn::Set(d, line.start[axis]), hn::Mul(u, inner));
  };
  for (std::size_t k = 0; k < kGroup; k += hn::Lanes(d)) {
    const auto u = hn::Iota(d, line.first + static_cast<float>(first) + static_cast<float>(k));
    hn::Vec<Ints> y, x;
    hn::Vec<Floats> fy, fx;
    split(along(0, u), image.rows, y, fy);
    split(along(1, u), image.cols, x, fx);
    const auto stride = hn::Set(di, static_cast<std::int32_t>(image.row_stride));
    hn::Store(hn::Add(hn::Mul(y, stride), x), di, offsets + k);
    down.set(k, fy);
    columns.across.set(k, fx);
  }
  for (std::size_t k = 0; k < kGroup; ++k) {
    const float* above = image.data + offsets[k] - image.row_stride - 1;
    for (std::size_t i = 0; i < 4; i += hn::Lanes(four)) {
      hn::Vec<Four> rows[4];
      for (std::size_t r = 0; r < 4; ++r)
        rows[r] = hn::LoadU(four, above + static_cast<std::ptrdiff_t>(r) * image.row_stride + i);
      const auto sum = [&](const float(&weights)[4][kGroup]) {
        auto of = hn::Mul(hn::Set(four, weights[0][k]), rows[0]);
        for (std::size_t r = 1; r < 4; ++r)
          of = hn::MulAdd(hn::Set(four, weights[r][k]), rows[r], of);
        return of;
      };
      hn::Store(sum(down.value), four, columns.value + 4 * k + i);
      hn::Store(sum(down.slope), four, columns.slope + 4 * k + i);
      hn::Store(sum(down.bend), four, columns.bend + 4 * k + i);
    }
  }
}

void SampleModulesImpl(const ImageView<const float>& image, const ModuleLine& line,
                       std::int32_t count, const ModuleRow& out) {
  const Floats d;
  Columns columns;
  for (std::int32_t j = 0; j < count; j += kModuleGroup) {
    take_columns(image, line, j, columns);
    for (std::size_t k = 0; k < kGroup; k += hn::Lanes(d)) {
      hn::Vec<Floats> c[4];
      hn::LoadInterleaved4(d, columns.value + 4 * k, c[0], c[1], c[2], c[3]);
      hn::StoreU(weighed(d, columns.across.value, k, c), d, out.here + j + k);
      hn::StoreU(weighed(d, columns.across.slope, k, c), d, out.right + j + k);
      const auto bend = weighed(d, columns.across.bend, k, c);
      hn::LoadInterleaved4(d, columns.slope + 4 * k, c[0], c[1], c[2], c[3]);
      hn::StoreU(weighed(d, columns.across.value, k, c), d, out.down + j + k);
      hn::LoadInterleaved4(d, columns.bend + 4 * k, c[0], c[1], c[2], c[3]);
      hn::StoreU(hn::Add(bend, weighed(d, columns.across.value, k, c)), d, out.bend + j + k);
    }
  }
}

SignSums SumKnownImpl(const float* values, const float* signs, std::int32_t count, float origin) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  auto value = hn::Zero(d), signed_value = value, square = value, signed_square = value;
  std::int32_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const auto sign = hn::LoadU(d, signs + k), known = hn::Abs(sign);
    const auto v = hn::Sub(hn::LoadU(d, values + k), hn::Set(d, origin)), s = hn::Mul(v, v);
    value = hn::MulAdd(known, v, value);
    signed_value = hn::MulAdd(sign, v, signed_value);
    square = hn::MulAdd(known, s, square);
    signed_square = hn::MulAdd(sign, s, signed_square);
  }
  const auto total = [&](hn::Vec<Floats> of) { return hn::GetLane(hn::SumOfLanes(d, of)); };
  SignSums sums{total(value), total(signed_value), total(square), total(signed_square)};
  for (; k < count; ++k) {
    const float v = values[k] - origin, sign = signs[k], known = sign * sign;
    sums.value += known * v;
    sums.signed_value += sign * v;
    sums.square += known * v * v;
    sums.signed_square += sign * v * v;
  }
  return sums;
}

steps::FitRow ProjectRowImpl(const ModuleRow& row, const float* signs, std::int32_t count,
                             float middle, const steps::Belief& belief) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto zero = hn::Zero(d);
  auto bend = zero, square_down = zero, square_right = zero;
  hn::Vec<Floats> down[3] = {zero, zero, zero}, right[3] = {zero, zero, zero};
  for (std::int32_t k = 0; k < count; k += lanes) {
    const auto within = hn::FirstN(d, static_cast<std::size_t>(count - k));
    const auto sign = hn::LoadU(d, signs + k);
    const auto from_centre = hn::Sub(hn::LoadU(d, row.here + k), hn::Set(d, belief.centre));
    const auto x = hn::Min(hn::Max(hn::Mul(hn::Set(d, belief.gain), from_centre), hn::Set(d, -3)),
                           hn::Set(d, 3));
    const auto xx = hn::Mul(x, x);
    const auto believed = hn::Div(hn::Mul(x, hn::Add(hn::Set(d, 27), xx)),
                                  hn::MulAdd(hn::Set(d, 9), xx, hn::Set(d, 27)));
    const auto known = hn::Mul(hn::Set(d, belief.sign), sign);
    const auto bit =
        hn::IfThenElseZero(within, hn::IfThenElse(hn::Eq(sign, zero), believed, known));
    const auto slope_down = hn::Mul(bit, hn::LoadU(d, row.down + k));
    const auto slope_right = hn::Mul(bit, hn::LoadU(d, row.right + k));
    const auto u = hn::Iota(d, static_cast<float>(k) - middle), uu = hn::Mul(u, u);
    bend = hn::MulAdd(bit, hn::LoadU(d, row.bend + k), bend);
    square_down = hn::MulAdd(slope_down, slope_down, square_down);
    square_right = hn::MulAdd(slope_right, slope_right, square_right);
    down[0] = hn::Add(down[0], slope_down);
    down[1] = hn::MulAdd(slope_down, u, down[1]);
    down[2] = hn::MulAdd(slope_down, uu, down[2]);
    right[0] = hn::Add(right[0], slope_right);
    right[1] = hn::MulAdd(slope_right, u, right[1]);
    right[2] = hn::MulAdd(slope_right, uu, right[2]);
  }
  const auto total = [&](hn::Vec<Floats> of) { return hn::GetLane(hn::SumOfLanes(d, of)); };
  return {{total(down[0]), total(down[1]), total(down[2])},
          {total(right[0]), total(right[1]), total(right[2])},
          total(bend),
          {total(square_down), total(square_right)}};
}

void SignedSumsImpl(const float* from, const std::ptrdiff_t* places, const float* signs,
                    std::size_t count, std::int32_t wide, float* out) {
  const Floats d;
  for (std::int32_t x = 0; x < wide; x += static_cast<std::int32_t>(hn::Lanes(d))) {
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < count; ++k)
      sum = hn::MulAdd(hn::Set(d, signs[k]), hn::LoadU(d, from + places[k] + x), sum);
    hn::StoreU(sum, d, out + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(AddLinesImpl);
HWY_EXPORT(SumRunImpl);
HWY_EXPORT(SampleModulesImpl);
HWY_EXPORT(SumKnownImpl);
HWY_EXPORT(ProjectRowImpl);
HWY_EXPORT(SignedSumsImpl);

void fetch_soon(const float* from, std::int32_t count) {
  constexpr std::int32_t kFloats = 16;  // of a cache line
  for (std::int32_t k = 0; k < count + kFloats; k += kFloats) hwy::Prefetch(from + k);
}

void add_lines(const float* const* lines, std::int32_t lines_count, std::int32_t count,
               float* out) {
  HWY_DYNAMIC_DISPATCH(AddLinesImpl)(lines, lines_count, count, out);
}

void sum_run(const float* from, std::int32_t terms, float scale, std::int32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(SumRunImpl)(from, terms, scale, count, out);
}

void sample_modules(const ImageView<const float>& image, const ModuleLine& line, std::int32_t count,
                    const ModuleRow& out) {
  HWY_DYNAMIC_DISPATCH(SampleModulesImpl)(image, line, count, out);
}

SignSums sum_known(const float* values, const float* signs, std::int32_t count, float origin) {
  return HWY_DYNAMIC_DISPATCH(SumKnownImpl)(values, signs, count, origin);
}

steps::FitRow project_row(const ModuleRow& row, const float* signs, std::int32_t count,
                          float middle, const steps::Belief& belief) {
  return HWY_DYNAMIC_DISPATCH(ProjectRowImpl)(row, signs, count, middle, belief);
}

void signed_sums(const float* from, const std::ptrdiff_t* places, const float* signs,
                 std::size_t count, std::int32_t wide, float* out) {
  HWY_DYNAMIC_DISPATCH(SignedSumsImpl)(from, places, signs, count, wide, out);
}

}  // namespace ostracon::cpu
#endif
