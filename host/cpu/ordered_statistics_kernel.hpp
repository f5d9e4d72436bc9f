// Ordered statistics on the binary image of a block. Compiled once per instruction set by
// block_decoder.cpp (hwy/foreach_target.h): no include guard of the usual kind, and nothing here
// may be called but through the dispatch table.

#if defined(OSTRACON_ORDERED_STATISTICS_KERNEL) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_ORDERED_STATISTICS_KERNEL
#undef OSTRACON_ORDERED_STATISTICS_KERNEL
#else
#define OSTRACON_ORDERED_STATISTICS_KERNEL
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstring>

#include "host/cpu/block_row-inl.hpp"
#include "host/cpu/ordered_pairs-inl.hpp"
#include "host/cpu/ordered_statistics.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {

/// column += by where `wanted`.
HWY_INLINE void add_if(bool wanted, const Column& by, Column& column) {
  const std::uint64_t mask = std::uint64_t{0} - std::uint64_t{wanted};
  for (std::size_t w = 0; w < kWords; ++w) column.word[w] ^= by.word[w] & mask;
}

/// What the pivots of a group so far do to a column.
HWY_INLINE void reduce(const PivotGroup& group, Column& column) {
  const Column before = column;
  for (std::uint32_t i = 0; i < group.count; ++i)
    add_if(before[group.rows[i]], group.change[i], column);
}

/// Row `row` of the reduced column becomes a pivot.
HWY_INLINE void add_pivot(const Column& reduced, std::uint32_t row, PivotGroup& group) {
  Column column = reduced;
  column.word[row / 64] ^= std::uint64_t{1} << (row % 64);
  for (std::uint32_t i = 0; i < group.count; ++i)
    add_if(group.change[i][row], column, group.change[i]);
  group.rows[group.count] = static_cast<std::uint8_t>(row);
  group.change[group.count++] = column;
}

HWY_INLINE void make_sums(PivotGroup& group) {
  for (std::uint32_t i = group.count; i < kPivotsAtOnce; ++i) {
    group.rows[i] = 0;
    group.change[i] = {};
  }
  for (std::uint32_t t = 0; t < group.sums.size(); ++t) {
    auto& sums = group.sums[t];
    sums[0] = {};
    for (std::uint32_t b = 0; b < 8; ++b)
      for (std::uint32_t s = 0; s < 1U << b; ++s)
        sums[s | (1U << b)] = sum(sums[s], group.change[8 * t + b]);
  }
}

/// What the pivots of a whole group do to columns.
HWY_INLINE void reduce_all(const PivotGroup& group, Column* columns, std::size_t count) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t c = 0; c < count; ++c) {
    std::uint32_t index = 0;
    for (std::uint32_t i = 0; i < kPivotsAtOnce; ++i)
      index |= std::uint32_t{columns[c][group.rows[i]]} << i;
    columns[c] = sum(columns[c], sum(group.sums[0][index & 255U], group.sums[1][index >> 8U]));
  }
#else
  // Byte shuffles bring the octet of every pivot's row to a lane of its own.
  const hn::Full128<std::uint8_t> d;
  HWY_ALIGN std::uint8_t from_low[16], from_high[16], bit[16];
  for (std::uint32_t i = 0; i < kPivotsAtOnce; ++i) {
    const std::uint32_t octet = group.rows[i] / 8U;
    from_low[i] = static_cast<std::uint8_t>(octet < 16 ? octet : 0x80U);
    from_high[i] = static_cast<std::uint8_t>(octet < 16 ? 0x80U : octet - 16);
    bit[i] = static_cast<std::uint8_t>(1U << (group.rows[i] % 8U));
  }
  const auto low = hn::Load(d, from_low), high = hn::Load(d, from_high), bits = hn::Load(d, bit);
  for (std::size_t c = 0; c < count; ++c) {
    auto* octets = reinterpret_cast<std::uint8_t*>(columns + c);
    const auto gathered = hn::Or(hn::TableLookupBytesOr0(hn::Load(d, octets), low),
                                 hn::TableLookupBytesOr0(hn::Load(d, octets + 16), high));
    std::uint8_t index[8];
    hn::StoreMaskBits(d, hn::TestBit(gathered, bits), index);
    const Row a = Row::load(reinterpret_cast<const std::uint8_t*>(&group.sums[0][index[0]]));
    const Row b = Row::load(reinterpret_cast<const std::uint8_t*>(&group.sums[1][index[1]]));
    add(Row::load(octets), add(a, b)).store(octets);
  }
#endif
}

/// Makes every row stand for one bit, of the least reliable that the checks can tell from the
/// others, and finds the basis: the other bits.
void reduce_checks(const std::vector<Column>& checks, const Llr* llrs, std::uint32_t parity_bits,
                   OrderedStatistics& work) {
  const auto bits = static_cast<std::uint32_t>(checks.size());
  for (std::uint32_t i = 0; i < bits; ++i) work.sorted[i] = checks[work.order[i]];
  Column unused{};  // rows
  for (std::uint32_t w = 0; w < kWords; ++w)
    unused.word[w] = 64 * w >= parity_bits ? 0
                     : parity_bits - 64 * w >= 64
                         ? ~std::uint64_t{0}
                         : (std::uint64_t{1} << (parity_bits - 64 * w)) - 1;
  std::array<std::uint32_t, kWords> rows_of{};
  for (auto& of_word : work.least_cost) of_word[0] = 0;
  work.basis_size = 0;
  const auto size_of = [&](std::uint32_t bit) HWY_ATTR {
    return llrs[bit] < 0 ? -llrs[bit] : std::int32_t{llrs[bit]};
  };
  const auto add_to_basis = [&](std::uint32_t at) HWY_ATTR {
    const std::uint16_t bit = work.order[at];
    work.basis[work.basis_size] = {bit, size_of(bit)};
    work.basis_rows[work.basis_size++] = work.sorted[at];
  };

  std::uint32_t at = 0;
  for (std::uint32_t pivots = 0; pivots < parity_bits;) {
    work.group.count = 0;
    for (; work.group.count < kPivotsAtOnce && pivots < parity_bits; ++at) {
      Column& column = work.sorted[at];
      reduce(work.group, column);
      std::uint32_t word = 0;
      while (word < kWords && (column.word[word] & unused.word[word]) == 0) ++word;
      if (word == kWords) {
        add_to_basis(at);  // no later pivot changes it: it has none of their rows
        continue;
      }
      const auto lowest = std::countr_zero(column.word[word] & unused.word[word]);
      const std::uint32_t row = 64 * word + static_cast<std::uint32_t>(lowest);
      unused.word[word] ^= std::uint64_t{1} << lowest;
      add_pivot(column, row, work.group);
      ++pivots;
      const std::uint16_t bit = work.order[at];
      work.row_bit[row] = bit;
      work.row_size[row] = size_of(bit);
      // Pivots come in ascending order of size.
      auto& cost = work.least_cost[word];
      const std::uint32_t count = rows_of[word]++;
      cost[count + 1] = cost[count] + size_of(bit);
    }
    make_sums(work.group);
    reduce_all(work.group, work.sorted.data() + at, bits - at);
    reduce_all(work.group, &work.difference, 1);
  }
  for (; at < bits; ++at) add_to_basis(at);
}

/// Whether changing basis bits of a total size `size`, which makes this difference, loses little
/// enough; the loss is put into `loss`.
template <std::size_t kUsed>
HWY_INLINE bool accepts(const OrderedStatistics& work, const Column& difference, std::int32_t size,
                        std::int32_t most, std::int32_t& loss) {
  if (costs_more<kUsed>(work, difference, most - size)) return false;
  loss = size + cost_of(work, difference);
  return loss <= most;
}

HWY_INLINE void change_bit(std::uint32_t bit, std::uint8_t* octets) {
  octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ (0x80U >> (bit % 8)));
}
HWY_INLINE void change_rows(const OrderedStatistics& work, const Column& difference,
                            std::uint8_t* octets) {
  for (std::size_t w = 0; w < kWords; ++w)
    for (std::uint64_t left = difference.word[w]; left != 0; left &= left - 1)
      change_bit(work.row_bit[64 * w + static_cast<std::size_t>(std::countr_zero(left))], octets);
}

/// See search_basis; the checks are reduced.
template <std::size_t kUsed>
HWY_INLINE std::int32_t try_candidates(const SearchLimits& limits, OrderedStatistics& work,
                                       std::uint8_t* octets) {
  const Column start = work.difference;
  std::int32_t loss = 0;
  if (accepts<kUsed>(work, start, 0, limits.most_loss, loss)) {
    change_rows(work, start, octets);
    return loss;
  }
  for (std::uint32_t j = 0; j < work.basis_size; ++j) {
    const Column one = sum(start, work.basis_rows[j]);
    if (!accepts<kUsed>(work, one, work.basis[j].size, limits.most_loss, loss)) continue;
    change_rows(work, one, octets);
    change_bit(work.basis[j].bit, octets);
    return loss;
  }
  Pair found{};
  if (!find_pair<kUsed>(limits, work, found)) return -1;
  const Column two = sum(sum(start, work.basis_rows[found.first]), work.basis_rows[found.second]);
  change_rows(work, two, octets);
  change_bit(work.basis[found.first].bit, octets);
  change_bit(work.basis[found.second].bit, octets);
  return found.loss;
}

/// Loss of the first candidate (pipeline/stages/block_decoder.hpp) that loses no more than the
/// limit; the hard decisions in `octets` become it. -1: there is none.
std::int32_t search_basis(const std::vector<Column>& checks, const Llr* llrs,
                          const std::uint8_t* syndromes, const SearchLimits& limits,
                          OrderedStatistics& work, std::uint8_t* octets) {
  sort_bits(llrs, checks.size(), work.order.data());
  std::memcpy(&work.difference, syndromes, kRow);
  reduce_checks(checks, llrs, limits.parity_bits, work);
  switch ((limits.parity_bits + 63) / 64) {
    case 1:
      return try_candidates<1>(limits, work, octets);
    case 2:
      return try_candidates<2>(limits, work, octets);
    case 3:
      return try_candidates<3>(limits, work, octets);
    default:
      return try_candidates<4>(limits, work, octets);
  }
}

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
