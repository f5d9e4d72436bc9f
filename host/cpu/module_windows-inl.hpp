// Which pixels the modules of a run read, and means of those that are straight, for
// code_sampler_kernel.cpp, which includes it once per instruction set: no include guard of the
// usual kind.

#if defined(OSTRACON_MODULE_WINDOWS) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_MODULE_WINDOWS
#undef OSTRACON_MODULE_WINDOWS
#else
#define OSTRACON_MODULE_WINDOWS
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "host/cpu/code_sampler_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 8>;
using Vector = hn::Vec<Floats>;

constexpr std::int32_t kLanes = static_cast<std::int32_t>(hn::MaxLanes(Floats()));

/// rules::pixel_in_module of a distance in pixels' widths.
HWY_INLINE Vector share_of(Vector distance, Vector most) {
  const Floats d;
  const auto share = hn::Sub(most, hn::Abs(distance));
  return hn::Min(hn::Max(share, hn::Zero(d)), hn::Set(d, 1.0F));
}

/// Along one axis, the pixels that are read for each module: as many for all of them. A window may
/// hold pixels that weigh nothing, so that it lies within the image.
struct Windows {
  std::int32_t pixels;
  alignas(32) std::int32_t first[ModuleRun::kMost];
  alignas(32) float distance[ModuleRun::kMost];  ///< of the first from the module's centre

  /// False if the image is too small for such windows.
  HWY_INLINE bool lay(const float* centres, std::int32_t count, float reach, std::int32_t step,
                      std::int32_t size) {
    const Floats d;
    const hn::RebindToSigned<Floats> di;
    constexpr float kSlight = 1e-3F;  // px at the windows' ends, which weigh next to nothing
    constexpr float kFar = 1e6F;
    if (!(reach < kFar)) return false;
    const auto least = static_cast<std::int32_t>(std::ceil(2 * reach - kSlight));
    pixels = (std::max(least, 1) + step - 1) / step * step;
    if (pixels > size) return false;
    const auto last = hn::Set(d, static_cast<float>(size - pixels));
    for (std::int32_t m = 0; m < count; m += kLanes) {
      const auto told = hn::Load(d, centres + m), far = hn::Set(d, -kFar);
      const auto centre = hn::IfThenElse(hn::Lt(hn::Abs(told), hn::Neg(far)), told, far);
      const auto top = hn::Ceil(hn::Sub(centre, hn::Set(d, reach - kSlight)));
      const auto begin = hn::Min(hn::Max(top, hn::Zero(d)), last);
      hn::Store(hn::ConvertTo(di, begin), di, first + m);
      hn::Store(hn::Sub(begin, centre), d, distance + m);
    }
    return true;
  }
};

/// Most rows of pixels of a straight module whose shares are kept.
constexpr std::int32_t kStraightRows = 16;

HWY_INLINE bool is_straight(const rules::ModuleInverse& inverse, const Windows& down) {
  const bool upright = inverse.row_by_x == 0 && inverse.col_by_y == 0;
  const bool lying = inverse.row_by_y == 0 && inverse.col_by_x == 0;
  return (upright || lying) && down.pixels <= kStraightRows;
}

/// Calls for the coming pixels of a run, some rows of them with every group of modules.
class ComingRows {
 public:
  HWY_INLINE explicit ComingRows(const ModuleRun& run)
      : coming_(run.coming), step_(kLanes * run.coming.rows / std::max(run.count, 1) + 1) {}

  HWY_INLINE void call() {
    constexpr std::int32_t kLine = 64 / sizeof(float);
    for (const std::int32_t end = std::min(row_ + step_, coming_.rows); row_ < end; ++row_)
      for (std::int32_t x = 0; x < coming_.cols; x += kLine) hwy::Prefetch(&coming_(row_, x));
  }

 private:
  const ImageView<const float>& coming_;
  std::int32_t step_, row_ = 0;
};

/// Sums of kCount vectors, one a lane: of their pairs, then of pairs of these.
template <std::int32_t kCount>
HWY_INLINE Vector lane_sums(const Vector* vectors) {
#if HWY_TARGET == HWY_SCALAR  // lanes that have no pairs
  static_assert(kCount == 1);
  return vectors[0];
#else
  const Floats d;
  Vector pairs[kCount / 2];
  for (std::int32_t k = 0; k < kCount / 2; ++k) {
    const auto low = vectors[2 * k], high = vectors[2 * k + 1];
    pairs[k] = hn::Add(hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low));
  }
  if constexpr (kCount == 2)
    return pairs[0];
  else
    return lane_sums<kCount / 2>(pairs);
#endif
}

/// What the rows of pixels of every module count.
struct RowShares {
  static constexpr std::int32_t kMost = ModuleRun::kMost;
  HWY_ALIGN float share[kStraightRows * kMost];  ///< [row of pixels][module]
  HWY_ALIGN float sum[kMost];

  HWY_INLINE RowShares(const Windows& down, std::int32_t modules, Vector most) {
    const Floats d;
    for (std::int32_t m = 0; m < modules; m += kLanes) {
      auto away = hn::Load(d, down.distance + m), all = hn::Zero(d);
      for (std::int32_t py = 0; py < down.pixels; ++py) {
        const auto one = share_of(away, most);
        hn::Store(one, d, share + py * kMost + m);
        all = hn::Add(all, one);
        away = hn::Add(away, hn::Set(d, 1.0F));
      }
      hn::Store(all, d, sum + m);
    }
  }
};

/// What a pixel counts is what its row counts times what its column does. kRows of pixels; 0: as
/// many as there are.
template <std::int32_t kRows>
HWY_INLINE void straight_means(const ModuleRun& run, const Windows& down, const Windows& across,
                               float* means) {
  const Floats d;
  const std::ptrdiff_t stride = run.image.row_stride;
  const rules::ModuleInverse& inverse = run.inverse;
  const bool upright = inverse.row_by_x == 0;
  const auto most = [&](float width) { return hn::Set(d, (0.5F + 0.5F * width) / width); };
  const auto most_across = most(upright ? inverse.col_width : inverse.row_width);
  const RowShares rows(down, run.count, most(upright ? inverse.row_width : inverse.col_width));
  const auto least = hn::Set(d, rules::kLeastPixels / (inverse.row_width * inverse.col_width));
  const std::int32_t pixel_rows = kRows > 0 ? kRows : down.pixels;
  ComingRows coming(run);
  for (std::int32_t first = 0; first < run.count; first += kLanes) {
    coming.call();
    Vector pixels[kLanes], width[kLanes];
    for (std::int32_t k = 0; k < kLanes; ++k) pixels[k] = width[k] = hn::Zero(d);
    for (std::int32_t px = 0; px < across.pixels; px += kLanes)
      for (std::int32_t k = 0; k < kLanes; ++k) {
        const std::int32_t m = first + k;
        const float* from = run.image.data + down.first[m] * stride + across.first[m] + px;
        const float* share = rows.share + m;
        auto sum = hn::Mul(hn::Set(d, share[0]), hn::LoadU(d, from));
        for (std::int32_t py = 1; py < pixel_rows; ++py)
          sum = hn::MulAdd(hn::Set(d, share[py * ModuleRun::kMost]),
                           hn::LoadU(d, from + py * stride), sum);
        const auto of_column =
            share_of(hn::Iota(d, across.distance[m] + static_cast<float>(px)), most_across);
        pixels[k] = hn::MulAdd(of_column, sum, pixels[k]);
        width[k] = hn::Add(width[k], of_column);
      }
    // As rules::mean_of has it.
    const auto area = hn::Mul(lane_sums<kLanes>(width), hn::Load(d, rows.sum + first));
    const auto mean = hn::Div(lane_sums<kLanes>(pixels), area);
    const auto good = hn::And(hn::Gt(area, least), hn::IsFinite(mean));
    hn::StoreU(hn::IfThenElse(good, mean, hn::NaN(d)), d, means + first);
  }
}

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
