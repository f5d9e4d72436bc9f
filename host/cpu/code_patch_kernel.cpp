#include "host/cpu/code_patch_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/code_patch_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, kSampleGroup>;
using Ints = hn::RebindToSigned<Floats>;

/// The whole pixel before, and the fraction beyond it, of a coordinate kept within the image.
struct Split {
  hn::Vec<Ints> whole;
  hn::Vec<Floats> fraction;
};

HWY_INLINE Split split(hn::Vec<Floats> at, std::int32_t count) {
  const Floats d;
  const Ints di;
  const auto most = hn::Set(d, static_cast<float>(count) - 1.001F);
  const auto kept = hn::Min(hn::Max(at, hn::Zero(d)), most);
  const auto whole = hn::ConvertTo(di, kept);
  return {whole, hn::Sub(kept, hn::ConvertTo(d, whole))};
}

void SampleLineImpl(const ImageView<const float>& image, const SampleLine& line, std::int32_t count,
                    float* out) {
  const Floats d;
  const Ints di;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto stride = hn::Set(di, static_cast<std::int32_t>(image.row_stride));
  const auto along = [&](std::size_t axis, hn::Vec<Floats> u) {
    const auto inner =
        hn::Add(hn::Set(d, line.slope[axis]), hn::Mul(u, hn::Set(d, line.bend[axis])));
    return hn::Add(hn::Set(d, line.start[axis]), hn::Mul(u, inner));
  };
  for (std::int32_t j = 0; j < count; j += lanes) {
    const auto u = hn::Add(hn::Set(d, line.first),
                           hn::Mul(hn::Set(d, line.step), hn::Iota(d, static_cast<float>(j))));
    const Split y = split(along(0, u), image.rows), x = split(along(1, u), image.cols);
    const auto index = hn::Add(hn::Mul(y.whole, stride), x.whole);
    const auto mixed = [&](const float* from) {
      const auto left = hn::GatherIndex(d, from, index);
      return hn::Add(left, hn::Mul(x.fraction, hn::Sub(hn::GatherIndex(d, from + 1, index), left)));
    };
    const auto above = mixed(image.data), below = mixed(image.data + image.row_stride);
    hn::StoreU(hn::Add(above, hn::Mul(y.fraction, hn::Sub(below, above))), d, out + j);
  }
}

void SumStridedImpl(const float* from, std::ptrdiff_t step, std::int32_t terms, float scale,
                    std::int32_t count, float* out) {
  const Floats d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  for (std::int32_t j = 0; j < count; j += lanes) {
    auto sum = hn::LoadU(d, from + j);
    for (std::int32_t k = 1; k < terms; ++k) sum = hn::Add(sum, hn::LoadU(d, from + j + k * step));
    hn::StoreU(hn::Mul(sum, hn::Set(d, scale)), d, out + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(SampleLineImpl);
HWY_EXPORT(SumStridedImpl);

void sample_line(const ImageView<const float>& image, const SampleLine& line, std::int32_t count,
                 float* out) {
  HWY_DYNAMIC_DISPATCH(SampleLineImpl)(image, line, count, out);
}

void sum_strided(const float* from, std::ptrdiff_t step, std::int32_t terms, float scale,
                 std::int32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(SumStridedImpl)(from, step, terms, scale, count, out);
}

}  // namespace ostracon::cpu
#endif
