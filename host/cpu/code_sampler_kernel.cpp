#include "host/cpu/code_sampler_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/code_sampler_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After foreach_target.h: compiled for every target.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

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
  HWY_INLINE bool lay(const float* centres, float reach, std::int32_t step, std::int32_t size) {
    const Floats d;
    const hn::RebindToSigned<Floats> di;
    constexpr float kSlight = 1e-3F;  // px at the windows' ends, which weigh next to nothing
    constexpr float kFar = 1e6F;
    if (!(reach < kFar)) return false;
    const auto least = static_cast<std::int32_t>(std::ceil(2 * reach - kSlight));
    pixels = (std::max(least, 1) + step - 1) / step * step;
    if (pixels > size) return false;
    const auto last = hn::Set(d, static_cast<float>(size - pixels));
    for (std::int32_t m = 0; m < ModuleRun::kMost; m += kLanes) {
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

void sample_run(const ModuleRun& run, float* means) {
  const Floats d;
  const ImageView<const float>& image = run.image;
  const rules::ModuleInverse& inverse = run.inverse;
  Windows down, across;
  if (!down.lay(run.y, inverse.reach_y, 1, image.rows) ||
      !across.lay(run.x, inverse.reach_x, kLanes, image.cols)) {
    for (std::int32_t m = 0; m < run.count; ++m)
      means[m] = rules::module_mean(image, {run.y[m], run.x[m]}, inverse);
    return;
  }
  // Distances are counted in widths of a pixel, so that a share falls by 1 in 1.
  const auto widths = [&](float modules, float width) { return hn::Set(d, modules / width); };
  const auto row_by_y = widths(inverse.row_by_y, inverse.row_width);
  const auto row_by_x = widths(inverse.row_by_x, inverse.row_width);
  const auto col_by_y = widths(inverse.col_by_y, inverse.col_width);
  const auto col_by_x = widths(inverse.col_by_x, inverse.col_width);
  const auto most_row = widths(0.5F + 0.5F * inverse.row_width, inverse.row_width);
  const auto most_col = widths(0.5F + 0.5F * inverse.col_width, inverse.col_width);
  constexpr std::int32_t kAtOnce = 4;  // modules, so that they wait for each other's sums
  static_assert(ModuleRun::kMost % kAtOnce == 0);
  for (std::int32_t first = 0; first < run.count; first += kAtOnce) {
    Vector pixels[kAtOnce], weight[kAtOnce], row[kAtOnce], col[kAtOnce];
    const float* from[kAtOnce];
    for (std::int32_t k = 0; k < kAtOnce; ++k) pixels[k] = weight[k] = hn::Zero(d);
    for (std::int32_t px = 0; px < across.pixels; px += kLanes) {
      for (std::int32_t k = 0; k < kAtOnce; ++k) {
        const std::int32_t m = first + k;
        const auto dy = hn::Set(d, down.distance[m]);
        const auto dx = hn::Iota(d, across.distance[m] + static_cast<float>(px));
        row[k] = hn::MulAdd(row_by_y, dy, hn::Mul(row_by_x, dx));
        col[k] = hn::MulAdd(col_by_y, dy, hn::Mul(col_by_x, dx));
        from[k] = image.data + down.first[m] * image.row_stride + across.first[m] + px;
      }
      for (std::int32_t py = 0; py < down.pixels; ++py)
        for (std::int32_t k = 0; k < kAtOnce; ++k) {
          const auto share = hn::Mul(share_of(row[k], most_row), share_of(col[k], most_col));
          weight[k] = hn::Add(weight[k], share);
          pixels[k] = hn::MulAdd(share, hn::LoadU(d, from[k]), pixels[k]);
          row[k] = hn::Add(row[k], row_by_y);
          col[k] = hn::Add(col[k], col_by_y);
          from[k] += image.row_stride;
        }
    }
    for (std::int32_t k = 0; k < std::min(kAtOnce, run.count - first); ++k)
      means[first + k] = rules::mean_of(
          {hn::GetLane(hn::SumOfLanes(d, pixels[k])), hn::GetLane(hn::SumOfLanes(d, weight[k]))},
          inverse);
  }
}

/// rules::nats_of.
HWY_INLINE Vector nats_of(const rules::OutputLaw& law, Vector output) {
  const Floats d;
  const auto scale = hn::Set(d, -1 / law.twice_variance), dirt = hn::Set(d, law.dirt);
  const auto likelihood = [&](Vector away) {
    return hn::Add(hn::Exp(d, hn::Mul(hn::Mul(away, away), scale)), dirt);
  };
  const auto gain = hn::Set(d, law.gain);
  return hn::Log(d, hn::Div(likelihood(hn::Sub(output, gain)), likelihood(hn::Add(output, gain))));
}

constexpr std::int32_t kTaps = steps::kCodeTapSide;
constexpr std::int32_t kWidest = format::qr::side_of(format::qr::kMaxVersion) + kTaps - 1;

/// Rows of means less their brightness, 0 where there is none; the last kTaps of them are kept.
class CentredRows {
 public:
  CentredRows(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means)
      : equaliser_(equaliser), side_(side), wide_(side + kTaps - 1), means_(means) {}

  /// Row `row` takes the place of row `row` - kTaps.
  void fill(std::int32_t row) {
    const Floats d;
    const float middle = 0.5F * static_cast<float>(wide_ - 1), step = 1 / static_cast<float>(side_);
    const auto slope = hn::Set(d, equaliser_.slope[0] * step);
    const auto level = hn::Set(d, equaliser_.signal.level + equaliser_.slope[1] * step *
                                                                (static_cast<float>(row) - middle));
    const float* from = means_ + row * wide_;
    float* to = rows_[static_cast<std::size_t>(row % kTaps)].data();
    std::copy_n(from, wide_, to);
    for (std::int32_t col = 0; col < wide_; col += kLanes) {
      const auto mean = hn::LoadU(d, to + col);
      const auto away = hn::Iota(d, static_cast<float>(col) - middle);
      const auto centred = hn::Sub(mean, hn::MulAdd(slope, away, level));
      hn::StoreU(hn::IfThenZeroElse(hn::IsNaN(mean), centred), d, to + col);
    }
  }
  const float* row(std::int32_t row) const {
    return rows_[static_cast<std::size_t>(row % kTaps)].data();
  }

 private:
  const steps::CodeEqualiser& equaliser_;
  std::int32_t side_, wide_;
  const float* means_;
  std::array<std::array<float, kWidest + 2 * kLanes>, kTaps> rows_{};
};

void equalise_rows(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
                   Llr* modules) {
  const Floats d;
  const hn::Rebind<Llr, Floats> d8;
  const auto most = hn::Set(d, 127.0F), steps = hn::Set(d, 1 / kNatsPerLlrStep);
  const rules::OutputLaw law = steps::output_law(equaliser);
  CentredRows centred(equaliser, side, means);
  for (std::int32_t row = 0; row < kTaps - 1; ++row) centred.fill(row);
  std::array<Llr, kWidest + kLanes> llrs{};
  for (std::int32_t row = 0; row < side; ++row) {
    centred.fill(row + kTaps - 1);
    for (std::int32_t col = 0; col < side; col += kLanes) {
      auto output = hn::Zero(d);
      for (std::int32_t r = 0; r < kTaps; ++r) {
        const float* from = centred.row(row + r) + col;
        const float* taps = equaliser.taps.data() + r * kTaps;
        for (std::int32_t c = 0; c < kTaps; ++c)
          output = hn::MulAdd(hn::Set(d, taps[c]), hn::LoadU(d, from + c), output);
      }
      const auto llr = hn::Mul(nats_of(law, output), steps);
      const auto kept = hn::Min(hn::Max(llr, hn::Neg(most)), most);
      hn::StoreU(hn::DemoteTo(d8, hn::NearestInt(kept)), d8, llrs.data() + col);
    }
    const float* own = means + (row + kTaps / 2) * (side + kTaps - 1) + kTaps / 2;
    for (std::int32_t col = 0; col < side; ++col)
      modules[row * side + col] =
          std::isfinite(own[col]) ? llrs[static_cast<std::size_t>(col)] : Llr{0};
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(sample_run);
HWY_EXPORT(equalise_rows);

void module_means(const ModuleRun& run, float* means) {
  HWY_DYNAMIC_DISPATCH(sample_run)(run, means);
}

void equalise(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
              Llr* modules) {
  HWY_DYNAMIC_DISPATCH(equalise_rows)(equaliser, side, means, modules);
}

}  // namespace ostracon::cpu
#endif
