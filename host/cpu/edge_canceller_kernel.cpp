#include "host/cpu/edge_canceller_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/edge_canceller_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "host/cpu/soft_canceller_kernel-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu {
namespace HWY_NAMESPACE {

constexpr std::int32_t kSide = ChannelResponse::kSide;
constexpr auto kWide = static_cast<std::int32_t>(rules::kPairSide);
constexpr auto kCells = static_cast<std::int32_t>(rules::kPairCells);

/// Module (row, col) from the one in the middle, for the modules from column c on.
HWY_INLINE Vector around(const RowsAround& rows, std::int32_t row, std::int32_t col,
                         std::int32_t c) {
  return hn::LoadU(Floats(), rows[row_index(row)] + c + col + kMiddle);
}

HWY_INLINE Vector tap(const std::array<float, kSide * kSide>& taps, std::int32_t row,
                      std::int32_t col) {
  return hn::Set(Floats(), taps[tap_index(row, col)]);
}

HWY_INLINE std::int32_t cell_row(std::int32_t cell) { return cell / kWide - 1; }
HWY_INLINE std::int32_t cell_col(std::int32_t cell) { return cell % kWide - 1; }

void find_rest_impl(const RestRow& row) {
  const Floats d;
  for (std::int32_t c = 0; c < row.modules; c += lanes()) {
    auto rest = hn::LoadU(d, row.value + c);
    for (std::int32_t i = -kMiddle; i <= kMiddle; ++i)
      for (std::int32_t j = -kMiddle; j <= kMiddle; ++j)
        rest = hn::NegMulAdd(tap(row.channel->response, i, j), around(row.mean, i, j, c), rest);
    for (std::int32_t a = 0; a < kCells; ++a) {
      auto others = hn::Zero(d);
      for (std::int32_t b = a + 1; b < kCells; ++b)
        others = hn::MulAdd(
            hn::Set(d, row.edges->pair[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)]),
            around(row.mean, cell_row(b), cell_col(b), c), others);
      rest = hn::NegMulAdd(others, around(row.mean, cell_row(a), cell_col(a), c), rest);
    }
    hn::StoreU(hn::Mul(rest, hn::LoadU(d, row.usable + c)), d, row.rest + c);
  }
}

void whiten_impl(const WhiteRow& row) {
  const Floats d;
  for (std::int32_t c = 0; c < row.modules; c += lanes()) {
    auto white = hn::Zero(d);
    for (std::int32_t i = -kMiddle; i <= kMiddle; ++i)
      for (std::int32_t j = -kMiddle; j <= kMiddle; ++j)
        white = hn::MulAdd(tap(row.channel->whitener, i, j), around(row.rest, i, j, c), white);
    hn::StoreU(hn::Mul(white, hn::LoadU(d, row.usable + c)), d, row.white + c);
  }
}

/// What pairs add to the effect of the middle module's bit on the output at `cell`.
HWY_INLINE Vector edge_effect(const EdgeCancelRow& row, const RowsAround& mean, std::int32_t cell,
                              std::int32_t c) {
  const Floats d;
  const std::int32_t middle = kCells - 1 - cell;  // where the middle lies, seen from that output
  const auto& pair = row.edges->pair[static_cast<std::size_t>(middle)];
  auto effect = hn::Zero(d);
  for (std::int32_t b = 0; b < kCells; ++b)
    if (b != middle)
      effect = hn::MulAdd(
          hn::Set(d, pair[static_cast<std::size_t>(b)]),
          around(mean, cell_row(cell) + cell_row(b), cell_col(cell) + cell_col(b), c), effect);
  return effect;
}

void cancel_edges_impl(const EdgeCancelRow& row) {
  const Floats d;
  const CancelRow& linear = row.linear;
  const ChannelResponse& channel = *linear.channel;
  const float own = channel.response[ChannelResponse::kCentre];
  const float unknown_share =
      own * own / (channel.whitener[ChannelResponse::kCentre] * static_cast<float>(kCells - 1));
  const auto one = hn::Set(d, 1.0F), half = hn::Set(d, 0.5F);
  const RowsAround& mean = linear.mean;
  for (std::int32_t c = 0; c < linear.modules; c += lanes()) {
    auto neighbours = hn::Zero(d), products = hn::Zero(d), interference = hn::Zero(d);
    for (std::int32_t i = -kMiddle; i <= kMiddle; ++i)
      for (std::int32_t j = -kMiddle; j <= kMiddle; ++j) {
        if (i == 0 && j == 0) continue;
        const auto h = tap(channel.response, i, j);
        const auto m = around(mean, i, j, c);
        neighbours = hn::MulAdd(h, m, neighbours);
        auto slope = h, extra = hn::Zero(d);
        if (i >= -1 && i <= 1 && j >= -1 && j <= 1) {
          const std::size_t a =
              static_cast<std::size_t>(i + 1) * rules::kPairSide + static_cast<std::size_t>(j + 1);
          auto others = hn::Zero(d);
          for (std::int32_t b = 0; b < kCells; ++b) {
            if (b == kCells / 2) continue;
            const auto k = static_cast<std::size_t>(b);
            const auto other = around(mean, cell_row(b), cell_col(b), c);
            others = hn::MulAdd(hn::Set(d, row.edges->pair[a][k]), other, others);
            extra = hn::MulAdd(hn::Set(d, row.edges->pair_square[a][k]),
                               hn::NegMulAdd(other, other, one), extra);
          }
          products = hn::MulAdd(m, others, products);
          slope = hn::Add(h, others);
          extra =
              hn::MulAdd(half, extra, hn::Set(d, row.edges->pair_square[a][rules::kPairCentre]));
        }
        interference =
            hn::MulAdd(hn::NegMulAdd(m, m, one), hn::MulAdd(slope, slope, extra), interference);
      }
    const auto level = hn::LoadU(d, linear.level + c);
    const auto rest =
        hn::NegMulAdd(half, products, hn::Sub(hn::LoadU(d, linear.value + c), neighbours));
    auto fresh = cancelled_llr(rest, neighbours, interference, level, channel);

    // With g = own * correlation + effect, g' C^-1 r = own * r[0] + effect' whitened r.
    Vector effect[kCells];
    for (std::int32_t a = 0; a < kCells; ++a) effect[a] = edge_effect(row, mean, a, c);
    auto heard = hn::Zero(d), strength = hn::Mul(hn::Set(d, own), effect[kCells / 2]);
    for (std::int32_t a = 0; a < kCells; ++a) {
      auto white = hn::Zero(d);
      for (std::int32_t b = 0; b < kCells; ++b)
        white = hn::MulAdd(
            hn::Set(d,
                    row.edges->whitener[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)]),
            effect[b], white);
      strength = hn::MulAdd(effect[a], white, strength);
      heard = hn::MulAdd(effect[a], around(row.white, cell_row(a), cell_col(a), c), heard);
    }
    // Whitening undoes the blur, so what is not believed of an output's own module is noise there.
    auto unknown = hn::Zero(d);
    for (std::int32_t a = 0; a < kCells; ++a) {
      if (a == kCells / 2) continue;
      const auto m = around(mean, cell_row(a), cell_col(a), c);
      unknown = hn::Add(unknown, hn::NegMulAdd(m, m, one));
    }
    const auto variance = hn::MulAdd(unknown, hn::Set(d, unknown_share),
                                     hn::MulAdd(level, hn::Set(d, channel.noise), interference));
    const auto all = hn::MulAdd(strength, around(mean, 0, 0, c), heard);
    fresh = hn::MulAdd(hn::Set(d, 2.0F), hn::Div(all, variance), fresh);
    const auto before = hn::LoadU(d, linear.evidence + c);
    hn::StoreU(hn::MulAdd(hn::Set(d, linear.damping), hn::Sub(fresh, before), before), d,
               linear.evidence + c);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ostracon::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ostracon::cpu {

HWY_EXPORT(find_rest_impl);
HWY_EXPORT(whiten_impl);
HWY_EXPORT(cancel_edges_impl);

void find_rest(const RestRow& row) { HWY_DYNAMIC_DISPATCH(find_rest_impl)(row); }
void whiten(const WhiteRow& row) { HWY_DYNAMIC_DISPATCH(whiten_impl)(row); }
void cancel_edges(const EdgeCancelRow& row) { HWY_DYNAMIC_DISPATCH(cancel_edges_impl)(row); }

}  // namespace ostracon::cpu
#endif
