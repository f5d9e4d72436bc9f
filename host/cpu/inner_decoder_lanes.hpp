// What the inner decoder does with whole columns besides iterating, in SIMD lanes: parity, counts,
// hard decisions. Compiled once per instruction set, like inner_decoder_kernel.hpp, which includes
// it: no include guard of the usual kind.

#if defined(OSTRACON_INNER_DECODER_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_INNER_DECODER_LANES
#undef OSTRACON_INNER_DECODER_LANES
#else
#define OSTRACON_INNER_DECODER_LANES
#endif

#include <hwy/highway.h>

#include "host/cpu/inner_decoder_schedule.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<std::int8_t, kPad / 2>;
using UnsignedTag = hn::RebindToUnsigned<Tag>;
using Vector = hn::Vec<Tag>;
using UnsignedVector = hn::Vec<UnsignedTag>;

/// First of the lanes that stand `lane` after `offset` in the column at `column`.
HWY_INLINE const std::int8_t* rotated(const std::int8_t* column, std::int32_t offset,
                                      std::int32_t lane) {
  const std::int32_t at = offset + lane;
  return column + (at >= kLanes ? at - kLanes : at);
}

/// Signs, of two vectors of lanes, that would make a layer even, from those of all its columns but
/// the one that begins at `without` (-1: of all). All columns are at home.
struct Parity {
  Vector a, b;
};
HWY_INLINE Parity parity_at(const ScheduledEdge* edges, std::int32_t count, std::int32_t without,
                            const std::int8_t* beliefs, std::int32_t lane) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  Parity parity{hn::Zero(d), hn::Zero(d)};
  for (std::int32_t e = 0; e < count; ++e) {
    if (edges[e].begin == without) continue;
    const std::int8_t* column = rotated(beliefs + edges[e].begin, edges[e].home_offset, lane);
    parity.a = hn::Xor(parity.a, hn::LoadU(d, column));
    parity.b = hn::Xor(parity.b, hn::LoadU(d, column + n));
  }
  return parity;
}

/// True if the signs of the beliefs, all columns at home, fulfil every layer.
bool fulfilled(const Schedule& schedule, const std::int8_t* beliefs) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  for (const ScheduledLayer& layer : schedule.layers) {
    const ScheduledEdge* edges = schedule.edges.data() + layer.first_edge;
    for (std::int32_t lane = 0; lane < kLanes; lane += 2 * n) {
      const Parity parity = parity_at(edges, layer.edges, -1, beliefs, lane);
      if (!hn::AllFalse(d, hn::Lt(hn::Or(parity.a, parity.b), hn::Zero(d)))) return false;
    }
  }
  return true;
}

/// parity[lane], kLanes of them, that would make `layer` even: see parity_at.
void parity_without(const Schedule& schedule, std::size_t layer, std::int32_t without,
                    const std::int8_t* beliefs, std::int8_t* parity) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  const ScheduledEdge* edges = schedule.edges.data() + schedule.layers[layer].first_edge;
  for (std::int32_t lane = 0; lane < kLanes; lane += 2 * n) {
    const Parity signs = parity_at(edges, schedule.layers[layer].edges, without, beliefs, lane);
    hn::StoreU(signs.a, d, parity + lane);
    hn::StoreU(signs.b, d, parity + lane + n);
  }
}

/// The hard decisions of the information bits, columns at home, eight a byte, first bit highest:
/// kInformationBits / 8 bytes.
void pack_information(const Schedule& schedule, const std::int8_t* beliefs, std::uint8_t* bytes) {
  for (std::int32_t c = 0; c < kInformationColumns; ++c) {
    const std::int8_t* column = beliefs + c * kColumnStride;
    const std::int32_t home = schedule.home[static_cast<std::size_t>(c)];
    const std::int32_t start = home == 0 ? 0 : kLanes - home;  // lane of bit 0
    std::uint8_t* to = bytes + c * (kLanes / 8);
#if HWY_TARGET == HWY_SCALAR
    for (std::int32_t bit = 0; bit < kLanes; ++bit) {
      const int sign = *rotated(column, start, bit) < 0 ? 1 : 0;
      to[bit / 8] = static_cast<std::uint8_t>(2 * to[bit / 8] + sign);
    }
#else
    const Tag d;
    const auto n = static_cast<std::int32_t>(hn::Lanes(d));
    // Masks have their first lane lowest.
    alignas(16) static constexpr std::int8_t kTurned[16] = {7,  6,  5,  4,  3,  2,  1, 0,
                                                            15, 14, 13, 12, 11, 10, 9, 8};
    const Vector turned = hn::LoadDup128(d, kTurned);
    for (std::int32_t bit = 0; bit < kLanes; bit += n) {
      const Vector eights = hn::TableLookupBytes(hn::LoadU(d, rotated(column, start, bit)), turned);
      hn::StoreMaskBits(d, hn::Lt(eights, hn::Zero(d)), to + bit / 8);
    }
#endif
  }
}

/// Soft bits that are not erased.
std::int32_t count_known(const std::int8_t* llrs, std::int32_t count) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  std::size_t erased = 0;
  std::int32_t i = 0;
  for (; i + n <= count; i += n)
    erased += hn::CountTrue(d, hn::Eq(hn::LoadU(d, llrs + i), hn::Zero(d)));
  for (; i < count; ++i) erased += llrs[i] == 0 ? 1 : 0;
  return count - static_cast<std::int32_t>(erased);
}

/// Soft bits that are not erased and whose sign differs from their belief's.
std::int32_t count_flips(const std::int8_t* llrs, const std::int8_t* beliefs, std::int32_t count) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  std::size_t flips = 0;
  std::int32_t i = 0;
  for (; i + n <= count; i += n) {
    const Vector llr = hn::LoadU(d, llrs + i);
    const Vector differs = hn::Xor(llr, hn::LoadU(d, beliefs + i));
    flips += hn::CountTrue(
        d, hn::Lt(hn::IfThenZeroElse(hn::Eq(llr, hn::Zero(d)), differs), hn::Zero(d)));
  }
  for (; i < count; ++i) flips += llrs[i] != 0 && (llrs[i] ^ beliefs[i]) < 0 ? 1 : 0;
  return static_cast<std::int32_t>(flips);
}

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
