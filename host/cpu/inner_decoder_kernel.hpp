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

#include "host/cpu/inner_decoder_lanes.hpp"
#include "pipeline/rules/box_plus.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
    const UnsignedVector rest = hn::Sub(m, hn::Min(quarter, hn::Set(du, 2)));
    return hn::BitCast(Tag(), hn::Min(rest, hn::Set(du, rules::kMostReply)));
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
#if HWY_TARGET == HWY_SCALAR
    return hn::Set(du, rules::kSoftMinus[hn::GetLane(steps)]);
#else
    return hn::TableLookupBytes(hn::LoadDup128(du, rules::kSoftMinus), steps);
#endif
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

/// The state of the checks of one vector of lanes.
template <class Check>
struct Checks {
  UnsignedVector smallest, second;
  Vector sign;

  static HWY_INLINE Checks none() {
    const UnsignedTag du;
    return {hn::Set(du, Check::kSmallest), hn::Set(du, Check::kSecond), hn::Zero(Tag())};
  }
  HWY_INLINE void absorb(Vector visiting) {
    const UnsignedVector size = Check::counted(hn::BitCast(UnsignedTag(), hn::Abs(visiting)));
    second = Check::absorb(second, hn::Max(size, smallest));
    smallest = hn::Min(size, smallest);
    sign = hn::Xor(sign, visiting);
  }
};

/// What the checks of one vector of lanes answer, but for the sign of the message answered.
template <class Check>
struct Replies {
  UnsignedVector smallest;
  Vector to_smallest, to_others;

  static HWY_INLINE Replies of(const Checks<Check>& checks) {
    return {checks.smallest, negate_by(Check::to_smallest(checks.second), checks.sign),
            negate_by(Check::to_others(checks.smallest, checks.second), checks.sign)};
  }

  HWY_INLINE Vector to(Vector visiting) const {
    const UnsignedVector size = Check::counted(hn::BitCast(UnsignedTag(), hn::Abs(visiting)));
    const auto is_smallest = hn::RebindMask(Tag(), hn::Eq(size, smallest));
    return negate_by(hn::IfThenElse(is_smallest, to_smallest, to_others), visiting);
  }
};

/// Replies of one layer, and its columns' new beliefs. `kCount` edges; 0: as many as `count` says.
/// `messages` are [two vectors of lanes][edge][lane]; kFirst: they are all 0, whatever stands
/// there.
template <class Check, std::int32_t kCount, bool kFirst>
HWY_INLINE void work_layer(const ScheduledEdge* edges, std::int32_t count,
                           std::int8_t* HWY_RESTRICT beliefs, std::int8_t* HWY_RESTRICT messages) {
  const Tag d;
  const UnsignedTag du;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  if (kCount > 0) count = kCount;
  HWY_ALIGN std::int8_t to_smallest[kLanes];
  HWY_ALIGN std::int8_t to_others[kLanes];
  HWY_ALIGN std::uint8_t smallest[kLanes];

  std::int8_t* message = messages;
  for (std::int32_t lane = 0; lane < kLanes; lane += 2 * n) {
    auto a = Checks<Check>::none(), b = Checks<Check>::none();
    for (std::int32_t e = 0; e < count; ++e, message += 2 * n) {
      const std::int8_t* column =
          beliefs + edges[e].read[static_cast<std::size_t>(lane / kStep)] + lane % kStep;
      Vector to_a = hn::LoadU(d, column), to_b = hn::LoadU(d, column + n);
      if (!kFirst) {
        to_a = hn::SaturatedSub(to_a, hn::Load(d, message));
        to_b = hn::SaturatedSub(to_b, hn::Load(d, message + n));
      }
      hn::Store(to_a, d, message);  // waits here for its reply
      hn::Store(to_b, d, message + n);
      a.absorb(to_a);
      b.absorb(to_b);
    }
    const auto of_a = Replies<Check>::of(a), of_b = Replies<Check>::of(b);
    hn::Store(of_a.smallest, du, smallest + lane);
    hn::Store(of_b.smallest, du, smallest + lane + n);
    hn::Store(of_a.to_smallest, d, to_smallest + lane);
    hn::Store(of_b.to_smallest, d, to_smallest + lane + n);
    hn::Store(of_a.to_others, d, to_others + lane);
    hn::Store(of_b.to_others, d, to_others + lane + n);
  }

  // Only now, when every lane has read, may the columns turn to this layer's lane order.
  message = messages;
  for (std::int32_t lane = 0; lane < kLanes; lane += 2 * n) {
    const Replies<Check> of_a{hn::Load(du, smallest + lane), hn::Load(d, to_smallest + lane),
                              hn::Load(d, to_others + lane)};
    const Replies<Check> of_b{hn::Load(du, smallest + lane + n),
                              hn::Load(d, to_smallest + lane + n),
                              hn::Load(d, to_others + lane + n)};
    for (std::int32_t e = 0; e < count; ++e, message += 2 * n) {
      std::int8_t* column = beliefs + edges[e].begin + lane;
      const Vector to_a = hn::Load(d, message), to_b = hn::Load(d, message + n);
      const Vector reply_a = of_a.to(to_a), reply_b = of_b.to(to_b);
      hn::Store(reply_a, d, message);
      hn::Store(reply_b, d, message + n);
      hn::Store(hn::SaturatedAdd(to_a, reply_a), d, column);
      hn::Store(hn::SaturatedAdd(to_b, reply_b), d, column + n);
    }
  }
  for (std::int32_t e = 0; e < count; ++e) {
    std::int8_t* column = beliefs + edges[e].begin;
    for (std::int32_t lane = 0; lane < 2 * n || lane < kStep; lane += n)
      hn::Store(hn::Load(d, column + lane), d, column + kLanes + lane);
  }
}

template <class Check, bool kFirst>
HWY_INLINE void work_all(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages) {
  for (const ScheduledLayer& layer : schedule.layers) {
    const ScheduledEdge* edges = schedule.edges.data() + layer.first_edge;
    std::int8_t* own = messages + std::ptrdiff_t{layer.first_edge} * kLanes;
    if (layer.edges == kLongest)
      work_layer<Check, kLongest, kFirst>(edges, layer.edges, beliefs, own);
    else
      work_layer<Check, 0, kFirst>(edges, layer.edges, beliefs, own);
  }
}

/// `first`: no message has been sent yet.
void iterate_min_sum(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages,
                     bool first) {
  if (first)
    work_all<MinSum, true>(schedule, beliefs, messages);
  else
    work_all<MinSum, false>(schedule, beliefs, messages);
}

void iterate_box_plus(const Schedule& schedule, std::int8_t* beliefs, std::int8_t* messages) {
  work_all<BoxPlus, false>(schedule, beliefs, messages);
}

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
