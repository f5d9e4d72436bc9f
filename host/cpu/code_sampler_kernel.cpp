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

#include "host/cpu/module_windows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

void sample_run(const ModuleRun& run, float* means) {
  const Floats d;
  const ImageView<const float>& image = run.image;
  const rules::ModuleInverse& inverse = run.inverse;
  Windows down, across;
  if (!down.lay(run.y, run.count, inverse.reach_y, 1, image.rows) ||
      !across.lay(run.x, run.count, inverse.reach_x, kLanes, image.cols)) {
    for (std::int32_t m = 0; m < run.count; ++m)
      means[m] = rules::module_mean(image, {run.y[m], run.x[m]}, inverse);
    return;
  }
  if (is_straight(inverse, down)) {
    if (down.pixels == 5) return straight_means<5>(run, down, across, means);
    if (down.pixels == 6) return straight_means<6>(run, down, across, means);
    return straight_means<0>(run, down, across, means);
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
  ComingRows coming(run);
  for (std::int32_t first = 0; first < run.count; first += kAtOnce) {
    if (first % kLanes == 0) coming.call();
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

void lay_centres(const rules::CodeTerms& map, const rules::ModuleTile& tile, ModuleRun& run) {
  const Floats d;
  const std::int32_t cols = tile.end - tile.left;
  run.count = cols * (tile.bottom - tile.top);
  for (std::int32_t row = tile.top; row < tile.bottom; ++row) {
    const float v = static_cast<float>(row - steps::kCodeMargin) - map.middle;
    const std::int32_t first = (row - tile.top) * cols;
    for (std::int32_t k = 0; k < cols; k += kLanes) {  // the next row writes over what is beyond
      const auto u =
          hn::Iota(d, static_cast<float>(tile.left + k - steps::kCodeMargin) - map.middle);
      const auto along = [&](int axis) {
        const float(&t)[6][2] = map.terms;
        const auto fixed = hn::Set(d, t[0][axis] + v * (t[1][axis] + v * t[3][axis]));
        const auto slope = hn::Set(d, t[2][axis] + v * t[4][axis]);
        return hn::Add(fixed, hn::Mul(u, hn::Add(slope, hn::Mul(u, hn::Set(d, t[5][axis])))));
      };
      hn::StoreU(along(0), d, run.y + first + k);
      hn::StoreU(along(1), d, run.x + first + k);
    }
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
  std::array<std::array<float, kWidest + 5 * kLanes>, kTaps> rows_{};
};

constexpr std::int32_t kRowVectors =
    2;  // vectors of a row, so that they wait for each other's sums

void equalise_rows(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
                   Llr* modules) {
  const Floats d;
  const hn::Rebind<Llr, Floats> d8;
  const auto most = hn::Set(d, 127.0F), steps = hn::Set(d, 1 / kNatsPerLlrStep);
  const rules::OutputLaw law = steps::output_law(equaliser);
  CentredRows centred(equaliser, side, means);
  for (std::int32_t row = 0; row < kTaps - 1; ++row) centred.fill(row);
  std::array<Llr, kWidest + kRowVectors * kLanes> llrs{};
  for (std::int32_t row = 0; row < side; ++row) {
    centred.fill(row + kTaps - 1);
    const float* own = means + (row + kTaps / 2) * (side + kTaps - 1) + kTaps / 2;
    for (std::int32_t col = 0; col < side; col += kRowVectors * kLanes) {
      Vector output[kRowVectors];
      for (std::int32_t k = 0; k < kRowVectors; ++k) output[k] = hn::Zero(d);
      for (std::int32_t r = 0; r < kTaps; ++r) {
        const float* from = centred.row(row + r) + col;
        const float* taps = equaliser.taps.data() + r * kTaps;
        for (std::int32_t c = 0; c < kTaps; ++c)
          for (std::int32_t k = 0; k < kRowVectors; ++k)
            output[k] =
                hn::MulAdd(hn::Set(d, taps[c]), hn::LoadU(d, from + c + k * kLanes), output[k]);
      }
      for (std::int32_t k = 0; k < kRowVectors; ++k) {
        const auto llr = hn::Mul(nats_of(law, output[k]), steps);
        const auto here = hn::IsFinite(hn::LoadU(d, own + col + k * kLanes));  // or in the margin
        const auto kept = hn::IfThenElseZero(here, hn::Min(hn::Max(llr, hn::Neg(most)), most));
        hn::StoreU(hn::DemoteTo(d8, hn::NearestInt(kept)), d8, llrs.data() + col + k * kLanes);
      }
    }
    std::copy_n(llrs.data(), side, modules + row * side);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(sample_run);
HWY_EXPORT(lay_centres);
HWY_EXPORT(equalise_rows);

void lay_run(const rules::CodeTerms& map, const rules::ModuleTile& tile, ModuleRun& run) {
  HWY_DYNAMIC_DISPATCH(lay_centres)(map, tile, run);
}

void module_means(const ModuleRun& run, float* means) {
  HWY_DYNAMIC_DISPATCH(sample_run)(run, means);
}

void equalise(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
              Llr* modules) {
  HWY_DYNAMIC_DISPATCH(equalise_rows)(equaliser, side, means, modules);
}

}  // namespace ostracon::cpu
#endif
