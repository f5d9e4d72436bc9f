// What the kernels of soft cancellation share, compiled once for every instruction set.

#if defined(OSTRACON_SOFT_CANCELLER_KERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_SOFT_CANCELLER_KERNEL_INL
#undef OSTRACON_SOFT_CANCELLER_KERNEL_INL
#else
#define OSTRACON_SOFT_CANCELLER_KERNEL_INL
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "host/cpu/soft_canceller_kernel.hpp"
#include "pipeline/rules/soft_cancellation.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, kCancelLanes>;
using Vector = hn::Vec<Floats>;

HWY_INLINE std::int32_t lanes() { return static_cast<std::int32_t>(hn::Lanes(Floats())); }

constexpr std::int32_t kMiddle = ChannelResponse::kSide / 2;

/// Places of the row `row` below the middle one, and of the module `col` to its right as well.
HWY_INLINE std::size_t row_index(std::int32_t row) {
  const std::int32_t from_first = row + kMiddle;
  return static_cast<std::size_t>(from_first);
}
HWY_INLINE std::size_t tap_index(std::int32_t row, std::int32_t col) {
  return row_index(row) * ChannelResponse::kSide + row_index(col);
}

/// rules::cancelled_llr.
HWY_INLINE Vector cancelled_llr(Vector rest, Vector around, Vector interference, Vector level,
                                const ChannelResponse& channel) {
  const Floats d;
  const auto own = hn::Set(d, channel.response[ChannelResponse::kCentre]);
  const auto most = hn::Mul(own, hn::Set(d, rules::kMostCancelled));
  const auto x = hn::Clamp(rest, hn::Neg(most), most);
  const auto least = hn::Set(d, rules::kLeastNoiseShare * channel.noise);
  const auto common =
      hn::MulAdd(hn::Set(d, channel.noise_around), around, hn::Set(d, channel.noise));
  const auto tilt = hn::Set(d, channel.noise_own);
  const auto land = hn::MulAdd(level, hn::Max(hn::Add(common, tilt), least), interference);
  const auto pit = hn::MulAdd(level, hn::Max(hn::Sub(common, tilt), least), interference);
  const auto t = hn::Div(hn::Sub(pit, land), hn::Add(pit, land));
  const auto third = hn::Set(d, 1.0F / 3.0F);
  const auto log_ratio = hn::Mul(t, hn::MulAdd(hn::Mul(t, t), third, hn::Set(d, 1.0F)));
  const auto above = hn::Add(x, own), below = hn::Sub(x, own);
  const auto distance =
      hn::Sub(hn::Div(hn::Mul(above, above), pit), hn::Div(hn::Mul(below, below), land));
  return hn::MulAdd(hn::Set(d, 0.5F), distance, log_ratio);
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#endif
