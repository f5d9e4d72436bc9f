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

/// rules::pixel_in_module as a trapezoid: most - slope * |distance|, kept in 0 to 1.
struct Share {
  Vector most, slope;

  explicit Share(float width)
      : most(hn::Set(Floats(), (0.5F + 0.5F * width) / width)),
        slope(hn::Set(Floats(), 1 / width)) {}
  HWY_INLINE Vector of(Vector distance) const {
    const Floats d;
    const auto share = hn::NegMulAdd(hn::Abs(distance), slope, most);
    return hn::Min(hn::Max(share, hn::Zero(d)), hn::Set(d, 1.0F));
  }
};

void ModuleMeansImpl(const ModuleRun& run, float* means) {
  const Floats d;
  const rules::ModuleInverse& inverse = run.inverse;
  const Share in_row(inverse.row_width), in_col(inverse.col_width);
  const auto row_by_y = hn::Set(d, inverse.row_by_y), row_by_x = hn::Set(d, inverse.row_by_x);
  const auto col_by_y = hn::Set(d, inverse.col_by_y), col_by_x = hn::Set(d, inverse.col_by_x);
  for (std::int32_t m = 0; m < run.count; ++m) {
    const rules::PixelPlace at{run.y[m], run.x[m]};
    const auto window = rules::pixel_window(at, inverse, run.image.rows, run.image.cols);
    const std::int32_t vectors = (window.last_x - window.first_x + kLanes) / kLanes;
    // Pixels beyond the window weigh nothing: it may begin farther left to end within the image.
    const std::int32_t begin = std::min(window.first_x, run.image.cols - vectors * kLanes);
    if (begin < 0) {
      means[m] = rules::module_mean(run.image, at, inverse);
      continue;
    }
    auto pixels = hn::Zero(d), weight = hn::Zero(d);
    for (std::int32_t v = 0; v < vectors; ++v) {
      const std::int32_t px = begin + v * kLanes;
      const auto dx = hn::Iota(d, static_cast<float>(px) - at.x);
      const auto row_start = hn::Mul(row_by_x, dx), col_start = hn::Mul(col_by_x, dx);
      const float* from = run.image.data + window.first_y * run.image.row_stride + px;
      auto dy = hn::Set(d, static_cast<float>(window.first_y) - at.y);
      for (std::int32_t py = window.first_y; py <= window.last_y; ++py) {
        const auto share = hn::Mul(in_row.of(hn::MulAdd(row_by_y, dy, row_start)),
                                   in_col.of(hn::MulAdd(col_by_y, dy, col_start)));
        weight = hn::Add(weight, share);
        pixels = hn::MulAdd(share, hn::LoadU(d, from), pixels);
        dy = hn::Add(dy, hn::Set(d, 1.0F));
        from += run.image.row_stride;
      }
    }
    means[m] = rules::mean_of(
        {hn::GetLane(hn::SumOfLanes(d, pixels)), hn::GetLane(hn::SumOfLanes(d, weight))}, inverse);
  }
}

/// steps::nats_of.
HWY_INLINE Vector nats_of(const steps::OutputLaw& law, Vector output) {
  const Floats d;
  const auto scale = hn::Set(d, -1 / law.twice_variance), dirt = hn::Set(d, law.dirt);
  const auto likelihood = [&](Vector away) {
    return hn::Add(hn::Exp(d, hn::Mul(hn::Mul(away, away), scale)), dirt);
  };
  const auto gain = hn::Set(d, law.gain);
  return hn::Log(d, hn::Div(likelihood(hn::Sub(output, gain)), likelihood(hn::Add(output, gain))));
}

constexpr std::int32_t kTaps = steps::kTapSide;
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

void EqualiseImpl(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
                  Llr* modules) {
  const Floats d;
  const hn::Rebind<Llr, Floats> d8;
  const auto most = hn::Set(d, 127.0F), steps = hn::Set(d, 1 / kNatsPerLlrStep);
  const steps::OutputLaw law(equaliser);
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

HWY_EXPORT(ModuleMeansImpl);
HWY_EXPORT(EqualiseImpl);

void module_means(const ModuleRun& run, float* means) {
  HWY_DYNAMIC_DISPATCH(ModuleMeansImpl)(run, means);
}

void equalise(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
              Llr* modules) {
  HWY_DYNAMIC_DISPATCH(EqualiseImpl)(equaliser, side, means, modules);
}

}  // namespace ostracon::cpu
#endif
