// The layers of the inner decoder in SIMD lanes: pipeline/rules/{min_sum,box_plus}.hpp, kLanes rows
// at a time.
// Compiled once per instruction set by inner_decoder.cpp (hwy/foreach_target.h): no include guard
// of the usual kind, and nothing here may be called but through the dispatch table.

#if defined(OSTRACON_INNER_DECODER_KERNEL) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_INNER_DECODER_KERNEL
#undef OSTRACON_INNER_DECODER_KERNEL
#else
#define OSTRACON_INNER_DECODER_KERNEL
#endif

#include <hwy/highway.h>

#include "host/cpu/inner_decoder_schedule.hpp"
#include "pipeline/rules/box_plus.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<std::int8_t, kPad>;
using UnsignedTag = hn::RebindToUnsigned<Tag>;
using Vector = hn::Vec<Tag>;
using UnsignedVector = hn::Vec<UnsignedTag>;

/// First of the lanes that stand `lane` after `offset` in the column at `column`.
HWY_INLINE const std::int8_t* rotated(const std::int8_t* column, std::int32_t offset,
                                      std::int32_t lane) {
  const std::int32_t at = offset + lane;
  return column + (at >= kLanes ? at - kLanes : at);
}

/// rules::CheckState for many checks: what `smallest` and `second` mean, signs apart.
struct MinSum {
  static constexpr std::uint8_t kSmallest = 127, kSecond = 127;  // before any message

  /// What of a magnitude counts.
  static HWY_INLINE UnsignedVector counted(UnsignedVector size) { return size; }
  /// The new `second`; the new `smallest` is the smaller of the two, whatever the check.
  static HWY_INLINE UnsignedVector absorb(UnsignedVector second, UnsignedVector larger) {
    return hn::Min(second, larger);
  }
  static HWY_INLINE Vector to_smallest(UnsignedVector second) { return lessened(second); }
  static HWY_INLINE Vector to_others(UnsignedVector smallest, UnsignedVector) {
    return lessened(smallest);
  }

  static HWY_INLINE Vector lessened(UnsignedVector m) {
    const UnsignedTag du;
    const UnsignedVector quarter = hn::ShiftRight<2>(hn::Add(m, hn::Set(du, 3)));
    return hn::BitCast(Tag(), hn::Sub(m, hn::Min(quarter, hn::Set(du, 2))));
  }
};

/// rules::BoxPlusState for many checks; `second` is its `others`.
struct BoxPlus {
  static constexpr std::uint8_t kSmallest = rules::kMostBoxPlus;
  static constexpr std::uint8_t kSecond = 4 * rules::kMostBoxPlus;

  static HWY_INLINE UnsignedVector counted(UnsignedVector size) {
    return hn::Min(size, hn::Set(UnsignedTag(), rules::kMostBoxPlus));
  }
  static HWY_INLINE UnsignedVector absorb(UnsignedVector second, UnsignedVector larger) {
    return box_plus(second, hn::ShiftLeft<2>(larger));
  }
  static HWY_INLINE Vector to_smallest(UnsignedVector second) { return rounded(second); }
  static HWY_INLINE Vector to_others(UnsignedVector smallest, UnsignedVector second) {
    return rounded(box_plus(hn::ShiftLeft<2>(smallest), second));
  }

  static HWY_INLINE UnsignedVector box_plus(UnsignedVector a, UnsignedVector b) {
    const UnsignedVector smaller = hn::Min(a, b);
    const UnsignedVector apart = hn::Sub(hn::Max(a, b), smaller);
    const UnsignedVector more = soft_minus(hn::SaturatedAdd(a, b));
    return hn::SaturatedSub(hn::Add(smaller, more), soft_minus(apart));
  }
  static HWY_INLINE UnsignedVector soft_minus(UnsignedVector x) {
    const UnsignedTag du;
    const UnsignedVector steps = hn::Min(hn::ShiftRight<2>(x), hn::Set(du, 15));
    return hn::TableLookupBytes(hn::LoadDup128(du, rules::kSoftMinus), steps);
  }
  static HWY_INLINE Vector rounded(UnsignedVector quarters) {
    const UnsignedTag du;
    return hn::BitCast(Tag(), hn::ShiftRight<2>(hn::Add(quarters, hn::Set(du, 2))));
  }
};

/// -value where `sign` is negative.
HWY_INLINE Vector negate_by(Vector value, Vector sign) {
  const Vector all_ones = hn::BroadcastSignBit(sign);
  return hn::Sub(hn::Xor(value, all_ones), all_ones);
}

/// Replies of one layer, and its columns' new beliefs.
template <class Check>
HWY_INLINE void work_layer(const ScheduledEdge* HWY_RESTRICT edges, std::int32_t count,
                           std::int8_t* HWY_RESTRICT beliefs, std::int8_t* HWY_RESTRICT messages) {
  const Tag d;
  const UnsignedTag du;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  HWY_ALIGN std::int8_t smallest_reply[kLanes];
  HWY_ALIGN std::int8_t other_reply[kLanes];
  HWY_ALIGN std::uint8_t smallest_seen[kLanes];

  for (std::int32_t lane = 0; lane < kLanes; lane += n) {
    UnsignedVector smallest = hn::Set(du, Check::kSmallest);
    UnsignedVector second = hn::Set(du, Check::kSecond);
    Vector sign = hn::Zero(d);
    for (std::int32_t e = 0; e < count; ++e) {
      const std::int8_t* column = beliefs + edges[e].column * kColumnStride;
      std::int8_t* message = messages + e * kLanes + lane;
      const Vector belief = hn::LoadU(d, rotated(column, edges[e].offset, lane));
      const Vector visiting = hn::SaturatedSub(belief, hn::Load(d, message));
      hn::Store(visiting, d, message);  // waits here for its reply
      const UnsignedVector size = Check::counted(hn::BitCast(du, hn::Abs(visiting)));
      second = Check::absorb(second, hn::Max(size, smallest));
      smallest = hn::Min(size, smallest);
      sign = hn::Xor(sign, visiting);
    }
    hn::Store(smallest, du, smallest_seen + lane);
    hn::Store(negate_by(Check::to_others(smallest, second), sign), d, other_reply + lane);
    hn::Store(negate_by(Check::to_smallest(second), sign), d, smallest_reply + lane);
  }

  // Only now, when every lane has read, may the columns turn to this layer's lane order.
  for (std::int32_t lane = 0; lane < kLanes; lane += n) {
    const UnsignedVector smallest = hn::Load(du, smallest_seen + lane);
    const Vector to_smallest = hn::Load(d, smallest_reply + lane);
    const Vector to_others = hn::Load(d, other_reply + lane);
    for (std::int32_t e = 0; e < count; ++e) {
      std::int8_t* column = beliefs + edges[e].column * kColumnStride;
      std::int8_t* message = messages + e * kLanes + lane;
      const Vector visiting = hn::Load(d, message);
      const UnsignedVector size = Check::counted(hn::BitCast(du, hn::Abs(visiting)));
      const auto is_smallest = hn::RebindMask(d, hn::Eq(size, smallest));
      const Vector reply = negate_by(hn::IfThenElse(is_smallest, to_smallest, to_others), visiting);
      const Vector belief = hn::SaturatedAdd(visiting, reply);
      hn::Store(reply, d, message);
      hn::Store(belief, d, column + lane);
      if (lane == 0) hn::Store(belief, d, column + kLanes);
    }
  }
}

template <class Check>
HWY_INLINE void work_all(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages) {
  for (const ScheduledLayer& layer : schedule.layers)
    work_layer<Check>(schedule.edges.data() + layer.first_edge, layer.edges, beliefs,
                      messages + std::ptrdiff_t{layer.first_edge} * kLanes);
}

void iterate_min_sum(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages) {
  work_all<MinSum>(schedule, beliefs, messages);
}

void iterate_box_plus(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages) {
  work_all<BoxPlus>(schedule, beliefs, messages);
}

/// True if the signs of the beliefs, all columns at home, fulfil every layer.
bool fulfilled(const Schedule& schedule, const std::int8_t* beliefs) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  for (const ScheduledLayer& layer : schedule.layers) {
    const ScheduledEdge* edges = schedule.edges.data() + layer.first_edge;
    Vector broken = hn::Zero(d);
    for (std::int32_t lane = 0; lane < kLanes; lane += n) {
      Vector parity = hn::Zero(d);
      for (std::int32_t e = 0; e < layer.edges; ++e)
        parity = hn::Xor(parity, hn::LoadU(d, rotated(beliefs + edges[e].column * kColumnStride,
                                                      edges[e].home_offset, lane)));
      broken = hn::Or(broken, parity);
    }
    if (!hn::AllFalse(d, hn::Lt(broken, hn::Zero(d)))) return false;
  }
  return true;
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
