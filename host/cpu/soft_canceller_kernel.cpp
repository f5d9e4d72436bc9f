#include "host/cpu/soft_canceller_kernel.hpp"

#include "pipeline/rules/soft_cancellation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/soft_canceller_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "host/cpu/soft_canceller_kernel-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// rules::soft_mean.
HWY_INLINE Vector soft_mean(Vector half_llr) {
  const Floats d;
  const auto x =
      hn::Clamp(half_llr, hn::Set(d, -rules::kMostHalfLlr), hn::Set(d, rules::kMostHalfLlr));
  const auto s = hn::Mul(x, x);
  const auto at = [&](const float(&k)[4]) {
    const auto upper = hn::MulAdd(s, hn::Set(d, k[3]), hn::Set(d, k[2]));
    return hn::MulAdd(s, hn::MulAdd(s, upper, hn::Set(d, k[1])), hn::Set(d, k[0]));
  };
  return hn::Div(hn::Mul(x, at(rules::kTanhP)), at(rules::kTanhQ));
}

void update_means_impl(const MeanRow& row) {
  const Floats d;
  const hn::Rebind<std::int8_t, Floats> d8;
  const hn::Rebind<std::int32_t, Floats> d32;
  const auto half_of = hn::Set(d, 0.5F);
  const auto step = hn::Set(d, 0.5F * kNatsPerLlrStep);
  for (std::int32_t c = 0; c < row.modules; c += lanes()) {
    auto half = hn::Mul(hn::LoadU(d, row.evidence + c), half_of);
    if (row.prior != nullptr) {
      const auto prior = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d8, row.prior + c)));
      half = hn::MulAdd(prior, step, half);
    }
    const auto mean =
        hn::MulAdd(soft_mean(half), hn::LoadU(d, row.free + c), hn::LoadU(d, row.fixed + c));
    hn::StoreU(mean, d, row.mean + c);
  }
}

template <std::int32_t kReach>
void cancel_within(const CancelRow& row) {
  const Floats d;
  const auto& response = row.channel->response;
  float all = 0;  // sum of response^2 over the neighbours: their variance if nothing is believed
  for (std::int32_t i = -kReach; i <= kReach; ++i)
    for (std::int32_t j = -kReach; j <= kReach; ++j) {
      const float h = response[tap_index(i, j)];
      if (i != 0 || j != 0) all += h * h;
    }
  const auto damping = hn::Set(d, row.damping);
  for (std::int32_t c = 0; c < row.modules; c += lanes()) {
    auto around = hn::Zero(d);
    auto believed = hn::Zero(d);
    for (std::int32_t i = -kReach; i <= kReach; ++i)
      for (std::int32_t j = -kReach; j <= kReach; ++j) {
        if (i == 0 && j == 0) continue;
        const float h = response[tap_index(i, j)];
        const auto term =
            hn::Mul(hn::Set(d, h), hn::LoadU(d, row.mean[row_index(i)] + c + j + kMiddle));
        around = hn::Add(around, term);
        believed = hn::MulAdd(term, term, believed);
      }
    const auto rest = hn::Sub(hn::LoadU(d, row.value + c), around);
    const auto interference = hn::Max(hn::Sub(hn::Set(d, all), believed), hn::Zero(d));
    const auto fresh =
        cancelled_llr(rest, around, interference, hn::LoadU(d, row.level + c), *row.channel);
    const auto before = hn::LoadU(d, row.evidence + c);
    hn::StoreU(hn::MulAdd(damping, hn::Sub(fresh, before), before), d, row.evidence + c);
  }
}

void cancel_impl(const CancelRow& row) {
  if (row.reach == 1) return cancel_within<1>(row);
  cancel_within<2>(row);
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(update_means_impl);
HWY_EXPORT(cancel_impl);

void update_means(const MeanRow& row) { HWY_DYNAMIC_DISPATCH(update_means_impl)(row); }
void cancel(const CancelRow& row) { HWY_DYNAMIC_DISPATCH(cancel_impl)(row); }

}  // namespace ostracon::cpu
#endif
