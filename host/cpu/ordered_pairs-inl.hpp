// Pairs of changed bits in ordered statistics, for ordered_statistics_kernel.hpp, which includes it
// once per instruction set: no include guard of the usual kind.

#if defined(OSTRACON_ORDERED_PAIRS) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_ORDERED_PAIRS
#undef OSTRACON_ORDERED_PAIRS
#else
#define OSTRACON_ORDERED_PAIRS
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "host/cpu/block_row-inl.hpp"
#include "host/cpu/ordered_statistics.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {

HWY_INLINE Column sum(const Column& a, const Column& b) {
  Column c;
  for (std::size_t w = 0; w < kWords; ++w) c.word[w] = a.word[w] ^ b.word[w];
  return c;
}
/// Whether what a difference costs at least is more than `most`. kUsed: words that have rows.
template <std::size_t kUsed>
HWY_INLINE bool costs_more(const OrderedStatistics& work, const Column& difference,
                           std::int32_t most) {
  const auto cost = [&](std::size_t w) HWY_ATTR {
    return work.least_cost[w][static_cast<std::size_t>(std::popcount(difference.word[w]))];
  };
  // The later a word, the more its rows cost; with the last two a wrong candidate ends, nearly
  // always.
  std::int32_t sum = cost(kUsed - 1);
  if constexpr (kUsed > 1) sum += cost(kUsed - 2);
  if constexpr (kUsed > 2) {
    if (sum > most) return true;
    for (std::size_t w = 0; w + 2 < kUsed; ++w) sum += cost(w);
  }
  return sum > most;
}

HWY_INLINE std::int32_t cost_of(const OrderedStatistics& work, const Column& difference) {
  std::int32_t cost = 0;
  for (std::size_t w = 0; w < kWords; ++w)
    for (std::uint64_t left = difference.word[w]; left != 0; left &= left - 1)
      cost += work.row_size[64 * w + static_cast<std::size_t>(std::countr_zero(left))];
  return cost;
}

/// Two bits of the basis that are changed.
struct Pair {
  std::uint32_t first, second;
  std::int32_t loss;
};

HWY_INLINE bool accepts_pair(const OrderedStatistics& work, const SearchLimits& limits,
                             std::uint32_t i, std::uint32_t j, Pair& found) {
  const Column two = sum(sum(work.difference, work.basis_rows[i]), work.basis_rows[j]);
  found = {i, j, work.basis[i].size + work.basis[j].size + cost_of(work, two)};
  return found.loss <= limits.most_loss;
}

#if HWY_TARGET == HWY_SCALAR

template <std::size_t kUsed>
bool find_pair(const SearchLimits& limits, const OrderedStatistics& work, Pair& found) {
  const std::uint32_t pair_bits = std::min(limits.pair_bits, work.basis_size);
  for (std::uint32_t j = 1; j < pair_bits; ++j) {
    const Column one = sum(work.difference, work.basis_rows[j]);
    for (std::uint32_t i = 0; i < j; ++i) {
      const std::int32_t size = work.basis[i].size + work.basis[j].size;
      if (!costs_more<kUsed>(work, sum(one, work.basis_rows[i]), limits.most_loss - size) &&
          accepts_pair(work, limits, i, j, found))
        return true;
    }
  }
  return false;
}

#else

/// Fills the rows of so many basis bits. `shift`: sizes are divided by 2^shift.
HWY_INLINE void make_nibbles(const SearchLimits& limits, std::uint32_t pair_bits, int shift,
                             OrderedStatistics& work) {
  NibbleRows& rows = work.nibbles;
  for (std::uint32_t q = 0; q < limits.parity_bits / 4; ++q)
    for (std::uint32_t value = 0; value < 16; ++value) {
      std::int32_t cost = 0;
      for (std::uint32_t r = 0; r < 4; ++r)
        if ((value >> r & 1U) != 0) cost += work.row_size[4 * q + r] >> shift;
      rows.cost[q][value] = static_cast<std::uint8_t>(std::min(cost, 255));
    }
  for (std::uint32_t i = 0; i < pair_bits; ++i) {
    rows.size[i] = static_cast<std::uint8_t>(work.basis[i].size >> shift);
    std::uint8_t octets[kRow];
    std::memcpy(octets, &work.basis_rows[i], kRow);
    for (std::uint32_t o = 0; o < limits.parity_bits / 8; ++o) {
      rows.nibble[2 * o][i] = octets[o] & 15U;
      rows.nibble[2 * o + 1][i] = static_cast<std::uint8_t>(octets[o] >> 4U);
    }
  }
}

/// Costs of the differences to one column.
HWY_INLINE void turn_costs(const Column& column, std::uint32_t nibbles, NibbleRows& rows) {
  const hn::Full128<std::uint8_t> d;
  std::uint8_t octets[kRow];
  std::memcpy(octets, &column, kRow);
  const auto values = hn::Iota(d, 0);
  for (std::uint32_t q = 0; q < nibbles; ++q) {
    const auto own = static_cast<std::uint8_t>(octets[q / 2] >> (4 * (q % 2)) & 15U);
    const auto cost = hn::Load(d, rows.cost[q].data());
    hn::Store(hn::TableLookupBytes(cost, hn::Xor(values, hn::Set(d, own))), d,
              rows.turned[q].data());
  }
}

/// A lane a pair: first what pairs cost at least, summed up from the rows that cost most on until
/// all lanes cost too much, which nearly always comes early.
template <std::size_t kUsed>
bool find_pair(const SearchLimits& limits, OrderedStatistics& work, Pair& found) {
  const RowTag d;
  const std::uint32_t pair_bits = std::min(limits.pair_bits, work.basis_size);
  const std::uint32_t nibbles = limits.parity_bits / 4;
  int shift = 0;
  while (limits.most_loss >> shift > 254) ++shift;
  const RowVector most = hn::Set(d, static_cast<std::uint8_t>(limits.most_loss >> shift));
  make_nibbles(limits, pair_bits, shift, work);
  NibbleRows& rows = work.nibbles;
  const std::uint32_t late = nibbles / 2;
  for (std::uint32_t j = 1; j < pair_bits; ++j) {
    turn_costs(sum(work.difference, work.basis_rows[j]), nibbles, rows);
    const RowVector own = hn::Set(d, rows.size[j]);
    for (std::uint32_t i = 0; i < j; i += kPartOctets) {
      RowVector cost = hn::SaturatedAdd(own, hn::Load(d, rows.size.data() + i));
      const auto add_nibbles = [&](std::uint32_t from, std::uint32_t to) HWY_ATTR {
        for (std::uint32_t q = from; q < to; ++q)
          cost =
              hn::SaturatedAdd(cost, hn::TableLookupBytes(hn::LoadDup128(d, rows.turned[q].data()),
                                                          hn::Load(d, rows.nibble[q].data() + i)));
        return hn::AllFalse(d, hn::Eq(hn::Min(cost, most), cost));
      };
      if (add_nibbles(late, nibbles) || add_nibbles(0, late)) continue;
      HWY_ALIGN std::uint8_t costs[kPartOctets];
      hn::Store(cost, d, costs);
      for (std::uint32_t lane = 0; lane < kPartOctets && i + lane < j; ++lane)
        if (costs[lane] <= limits.most_loss >> shift &&
            accepts_pair(work, limits, i + lane, j, found))
          return true;
    }
  }
  return false;
}

#endif

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
