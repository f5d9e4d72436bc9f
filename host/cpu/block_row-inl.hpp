// kRow octets of GF(2^8) side by side, for block_kernel.hpp, which includes it once per instruction
// set: no include guard of the usual kind.

#if defined(OSTRACON_BLOCK_ROW) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_BLOCK_ROW
#undef OSTRACON_BLOCK_ROW
#else
#define OSTRACON_BLOCK_ROW
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "host/cpu/block_tables.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/rules/block_confidence.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

struct Row {
  OctetRow v;

  static Row zero() { return {}; }
  static Row one() { return {{1}}; }
  static Row load(const std::uint8_t* from) {
    Row row;
    std::memcpy(row.v.data(), from, kRow);
    return row;
  }
  void store(std::uint8_t* to) const { std::memcpy(to, v.data(), kRow); }
  bool is_zero() const { return v == OctetRow{}; }
};

inline Row add(Row a, const Row& b) {
  for (std::size_t i = 0; i < kRow; ++i) a.v[i] = static_cast<std::uint8_t>(a.v[i] ^ b.v[i]);
  return a;
}
inline Row shift_up(Row row) {
  std::copy_backward(row.v.begin(), row.v.end() - 1, row.v.end());
  row.v[0] = 0;
  return row;
}
inline Row multiply(Row row, const std::uint8_t* products) {
  for (std::uint8_t& octet : row.v)
    octet = static_cast<std::uint8_t>(products[octet & 15U] ^ products[16U + (octet >> 4U)]);
  return row;
}
inline Row multiply(const SplitRow& row, const std::uint8_t* products) {
  Row product;
  for (std::size_t i = 0; i < kRow; ++i)
    product.v[i] = static_cast<std::uint8_t>(products[row.low[i]] ^ products[16U + row.high[i]]);
  return product;
}
inline std::uint32_t equal_lanes(const Row& a, const Row& b) {
  std::uint32_t lanes = 0;
  for (std::size_t i = 0; i < kRow; ++i) lanes |= std::uint32_t{a.v[i] == b.v[i]} << i;
  return lanes;
}

struct Doubts {
  std::int32_t total = 0;
  bool erased = false;
  static Doubts none() { return {}; }
  std::int32_t sum() const { return total; }
  bool any_erased() const { return erased; }
};

inline void decide_four(const Llr* llrs, std::uint8_t* octets, Doubts& doubts) {
  for (std::size_t i = 0; i < 4; ++i) {
    unsigned octet = 0;
    for (std::size_t b = 0; b < 8; ++b) {
      const Llr llr = llrs[8 * i + b];
      octet = 2 * octet + (llr < 0 ? 1U : 0U);
      doubts.total += rules::doubt(llr);
      doubts.erased |= llr == 0;
    }
    octets[i] = static_cast<std::uint8_t>(octet);
  }
}

/// Sum of |llr| of the bits that the mask takes.
inline std::int32_t masked_size(const Llr* llrs, const std::array<std::uint8_t, 8>& mask) {
  std::int32_t size = 0;
  for (std::size_t b = 0; b < 8; ++b)
    if (mask[b] != 0) size += llrs[b] < 0 ? -llrs[b] : llrs[b];
  return size;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using RowTag = hn::CappedTag<std::uint8_t, kRow>;
using RowVector = hn::Vec<RowTag>;
inline constexpr std::size_t kPartOctets = hn::MaxLanes(RowTag());
inline constexpr std::size_t kParts = kRow / kPartOctets;
static_assert(kParts == 1 || kPartOctets == 16);

struct Row {
  RowVector v[kParts];

  static HWY_INLINE Row zero() {
    Row row;
    for (RowVector& part : row.v) part = hn::Zero(RowTag());
    return row;
  }
  static HWY_INLINE Row one() {
    HWY_ALIGN static constexpr std::uint8_t kOne[kRow] = {1};
    return load(kOne);
  }
  static HWY_INLINE Row load(const std::uint8_t* from) {
    Row row;
    for (std::size_t i = 0; i < kParts; ++i) row.v[i] = hn::LoadU(RowTag(), from + i * kPartOctets);
    return row;
  }
  HWY_INLINE void store(std::uint8_t* to) const {
    for (std::size_t i = 0; i < kParts; ++i) hn::StoreU(v[i], RowTag(), to + i * kPartOctets);
  }
  HWY_INLINE bool is_zero() const {
    RowVector any = v[0];
    for (std::size_t i = 1; i < kParts; ++i) any = hn::Or(any, v[i]);
    return hn::AllTrue(RowTag(), hn::Eq(any, hn::Zero(RowTag())));
  }
};

HWY_INLINE Row add(const Row& a, const Row& b) {
  Row sum;
  for (std::size_t i = 0; i < kParts; ++i) sum.v[i] = hn::Xor(a.v[i], b.v[i]);
  return sum;
}

/// Every octet to the next lane.
HWY_INLINE Row shift_up(const Row& row) {
  const RowTag d;
  Row up;
#if HWY_CAP_GE256
  const RowVector below = hn::ConcatLowerLower(d, row.v[0], hn::Zero(d));
  up.v[0] = hn::CombineShiftRightBytes<15>(d, row.v[0], below);
#else
  up.v[1] = hn::CombineShiftRightBytes<15>(d, row.v[1], row.v[0]);
  up.v[0] = hn::CombineShiftRightBytes<15>(d, row.v[0], hn::Zero(d));
#endif
  return up;
}

HWY_INLINE RowVector multiply_part(RowVector low, RowVector high, const std::uint8_t* products) {
  const RowTag d;
  return hn::Xor(hn::TableLookupBytes(hn::LoadDup128(d, products), low),
                 hn::TableLookupBytes(hn::LoadDup128(d, products + 16), high));
}

/// By the constant that the products are of.
HWY_INLINE Row multiply(const Row& row, const std::uint8_t* products) {
  const RowVector nibble = hn::Set(RowTag(), 15);
  Row product;
  for (std::size_t i = 0; i < kParts; ++i)
    product.v[i] = multiply_part(hn::And(row.v[i], nibble), hn::ShiftRight<4>(row.v[i]), products);
  return product;
}
HWY_INLINE Row multiply(const SplitRow& row, const std::uint8_t* products) {
  const RowTag d;
  Row product;
  for (std::size_t i = 0; i < kParts; ++i)
    product.v[i] = multiply_part(hn::Load(d, row.low.data() + i * kPartOctets),
                                 hn::Load(d, row.high.data() + i * kPartOctets), products);
  return product;
}

/// Bit i: lane i of the two is the same.
HWY_INLINE std::uint32_t equal_lanes(const Row& a, const Row& b) {
  std::uint32_t lanes = 0;
  for (std::size_t i = 0; i < kParts; ++i) {
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(RowTag(), hn::Eq(a.v[i], b.v[i]), bits);
    std::uint32_t part = 0;
    std::memcpy(&part, bits, sizeof part);
    lanes |= part << (i * kPartOctets);
  }
  return lanes;
}

/// Sums over soft bits.
struct Doubts {
  hn::Vec<hn::Repartition<std::uint64_t, RowTag> > total;
  RowVector smallest;  // |llr|

  static HWY_INLINE Doubts none() {
    return {hn::Zero(hn::Repartition<std::uint64_t, RowTag>()), hn::Set(RowTag(), 255)};
  }
  HWY_INLINE std::int32_t sum() const {
    const hn::Repartition<std::uint64_t, RowTag> d;
    return static_cast<std::int32_t>(hn::GetLane(hn::SumOfLanes(d, total)));
  }
  HWY_INLINE bool any_erased() const {
    return !hn::AllFalse(RowTag(), hn::Eq(smallest, hn::Zero(RowTag())));
  }
};

/// The hard decisions of 4 octets.
HWY_INLINE void decide_four(const Llr* llrs, std::uint8_t* octets, Doubts& doubts) {
  const RowTag d;
  const hn::RebindToSigned<RowTag> ds;
  HWY_ALIGN static constexpr std::uint8_t kTurned[16] = {7,  6,  5,  4,  3,  2,  1, 0,
                                                         15, 14, 13, 12, 11, 10, 9, 8};
  const RowVector turned = hn::LoadDup128(d, kTurned);
  const RowVector table = hn::LoadDup128(d, rules::kDoubt);
  for (std::size_t i = 0; i < kParts; ++i) {
    const auto soft = hn::LoadU(ds, llrs + i * kPartOctets);
    const RowVector size = hn::BitCast(d, hn::Abs(soft));
    doubts.smallest = hn::Min(doubts.smallest, size);
    const RowVector doubt = hn::TableLookupBytes(table, hn::Min(size, hn::Set(d, 15)));
    doubts.total = hn::Add(doubts.total, hn::SumsOf8(doubt));
    const auto first_bit_last = hn::TableLookupBytes(soft, hn::BitCast(ds, turned));
    std::uint8_t bits[8];
    hn::StoreMaskBits(ds, hn::Lt(first_bit_last, hn::Zero(ds)), bits);
    std::memcpy(octets + i * kPartOctets / 8, bits, kPartOctets / 8);
  }
}

/// Sum of |llr| of the bits that the mask takes.
HWY_INLINE std::int32_t masked_size(const Llr* llrs, const std::array<std::uint8_t, 8>& mask) {
  const hn::Full64<std::uint8_t> d;
  const auto size = hn::BitCast(d, hn::Abs(hn::LoadU(hn::Full64<std::int8_t>(), llrs)));
  return static_cast<std::int32_t>(
      hn::GetLane(hn::SumsOf8(hn::And(size, hn::LoadU(d, mask.data())))));
}

#endif

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
