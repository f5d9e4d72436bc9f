// Bounded-distance decoding of one block, its polynomials in SIMD lanes.
// Compiled once per instruction set by block_decoder.cpp (hwy/foreach_target.h): no include guard
// of the usual kind, and nothing here may be called but through the dispatch table.

#if defined(OSTRACON_BLOCK_KERNEL) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_BLOCK_KERNEL
#undef OSTRACON_BLOCK_KERNEL
#else
#define OSTRACON_BLOCK_KERNEL
#endif

#include <hwy/highway.h>

#include "format/gf256.hpp"
#include "host/cpu/block_row-inl.hpp"
#include "host/cpu/block_work.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::cpu::HWY_NAMESPACE {

/// The hard decisions of `octets` * 8 soft bits, and the doubt of all of them.
void decide(const Llr* llrs, std::size_t octets, HardBlock& block) {
  Doubts doubts = Doubts::none();
  std::size_t i = 0;
  for (; i + 4 <= octets; i += 4) decide_four(llrs + 8 * i, block.octets + i, doubts);
  std::int32_t padding = 0;
  if (i < octets) {
    Llr rest[kRow];
    std::uint8_t four[4];
    for (std::size_t b = 0; b < kRow; ++b) {
      const bool given = 8 * i + b < 8 * octets;
      rest[b] = given ? llrs[8 * i + b] : Llr{127};
      padding += given ? 0 : rules::doubt(127);
    }
    decide_four(rest, four, doubts);
    for (std::size_t o = 0; i + o < octets; ++o) block.octets[i + o] = four[o];
  }
  block.doubt = doubts.sum() - padding;
  block.any_erased = doubts.any_erased();
}

/// syndromes: kRow octets, 0 from the parity on. True if all are 0.
bool make_syndromes(const BlockTables& tables, const std::uint8_t* octets,
                    std::uint8_t* syndromes) {
  Row even = Row::zero(), odd = Row::zero();
  const auto count = static_cast<std::size_t>(tables.shape.octets);
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    even = add(even, multiply(tables.checks[i], products_of(octets[i])));
    odd = add(odd, multiply(tables.checks[i + 1], products_of(octets[i + 1])));
  }
  if (i < count) even = add(even, multiply(tables.checks[i], products_of(octets[i])));
  const Row sum = add(even, odd);
  sum.store(syndromes);
  return sum.is_zero();
}

/// The locator, coefficients from x^0 on, and its product with the syndromes, of which the first
/// coefficients are the evaluator.
struct alignas(kRow) KeySolution {
  std::uint8_t locator[kRow], evaluator[kRow];
  std::int32_t degree;  ///< of the locator, if there is a solution
};

/// Berlekamp and Massey's algorithm from the erasures' locator on (Blahut, 1983). Of every locator
/// its product with the syndromes is kept as well, so that no discrepancy need be summed up.
HWY_INLINE void solve_key(const BlockTables& tables, const std::uint8_t* syndromes,
                          const Erasures& erasures, KeySolution& solution) {
  const std::int32_t lost = erasures.count, parity = tables.shape.parity();
  Row locator = Row::one(), discrepancies = Row::load(syndromes);
  for (std::int32_t i = 0; i < lost; ++i) {
    const std::uint8_t* by = products_of(tables.locator[erasures.octet[i]]);
    locator = add(locator, multiply(shift_up(locator), by));
    discrepancies = add(discrepancies, multiply(shift_up(discrepancies), by));
  }
  Row auxiliary = locator, auxiliary_discrepancies = discrepancies;
  std::int32_t degree = lost;
  discrepancies.store(solution.evaluator);
  for (std::int32_t r = lost; r < parity; ++r) {
    const std::uint8_t discrepancy = solution.evaluator[r];
    auxiliary = shift_up(auxiliary);
    auxiliary_discrepancies = shift_up(auxiliary_discrepancies);
    const std::uint8_t* by = products_of(discrepancy);
    const Row old_locator = locator, old_discrepancies = discrepancies;
    locator = add(locator, multiply(auxiliary, by));
    discrepancies = add(discrepancies, multiply(auxiliary_discrepancies, by));
    discrepancies.store(solution.evaluator);
    if (discrepancy != 0 && 2 * degree <= r + lost) {
      const std::uint8_t* inverse = products_of(format::gf256::inverse(discrepancy));
      auxiliary = multiply(old_locator, inverse);
      auxiliary_discrepancies = multiply(old_discrepancies, inverse);
      degree = r + 1 + lost - degree;
    }
  }
  locator.store(solution.locator);
  solution.degree = degree;
}

/// At the inverse locators of all octets: the locator's terms of odd powers, the evaluator, and
/// whether the locator is 0.
struct alignas(kRow) Values {
  std::uint8_t slope[kMostRows * kRow], evaluator[kMostRows * kRow];
  std::uint32_t root[kMostRows];  ///< bit mask of a row's octets
};

template <std::size_t kRows>
HWY_INLINE void evaluate(const BlockTables& tables, const KeySolution& solution, Values& values) {
  Row even[kRows], odd[kRows], evaluator[kRows];
  for (std::size_t r = 0; r < kRows; ++r) even[r] = odd[r] = evaluator[r] = Row::zero();
  const SplitRow* power = tables.powers.data();
  const auto add_term = [&](std::int32_t i, Row* of_its_parity) HWY_ATTR {
    const std::uint8_t* by_locator = products_of(solution.locator[i]);
    const std::uint8_t* by_evaluator = products_of(solution.evaluator[i]);
    for (std::size_t r = 0; r < kRows; ++r, ++power) {
      of_its_parity[r] = add(of_its_parity[r], multiply(*power, by_locator));
      evaluator[r] = add(evaluator[r], multiply(*power, by_evaluator));
    }
  };
  // The evaluator's coefficients end below the locator's degree; that one is 0.
  for (std::int32_t i = 0; i <= solution.degree; i += 2) {
    add_term(i, even);
    if (i + 1 <= solution.degree) add_term(i + 1, odd);
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    odd[r].store(values.slope + r * kRow);
    evaluator[r].store(values.evaluator + r * kRow);
    values.root[r] = equal_lanes(even[r], odd[r]);
  }
}

HWY_INLINE void evaluate_rows(const BlockTables& tables, const KeySolution& solution,
                              Values& values) {
  switch (tables.rows) {
    case 1:
      return evaluate<1>(tables, solution, values);
    case 2:
      return evaluate<2>(tables, solution, values);
    case 3:
      return evaluate<3>(tables, solution, values);
    case 4:
      return evaluate<4>(tables, solution, values);
    default:
      return evaluate<5>(tables, solution, values);
  }
}

/// The codeword that differs from the word with these syndromes in e octets beside the erased ones,
/// where 2 e + erasures <= parity; false if there is none.
bool correct(const BlockTables& tables, const std::uint8_t* syndromes, const Erasures& erasures,
             Corrections& corrections) {
  KeySolution solution;
  solve_key(tables, syndromes, erasures, solution);
  if (2 * solution.degree > tables.shape.parity() + erasures.count) return false;
  solution.evaluator[solution.degree] = 0;
  Values values;
  evaluate_rows(tables, solution, values);
  const auto octets = static_cast<std::size_t>(tables.shape.octets);
  const auto last = static_cast<std::uint32_t>(octets % kRow);
  if (last != 0) values.root[octets / kRow] &= (1U << last) - 1U;

  corrections.count = 0;
  std::int32_t roots = 0;
  const auto& exp = format::gf256::kTables.exp;
  const auto& log = format::gf256::kTables.log;
  for (std::size_t r = 0; r < tables.rows; ++r)
    for (std::uint32_t left = values.root[r]; left != 0; left &= left - 1) {
      const std::size_t i = r * kRow + static_cast<std::size_t>(std::countr_zero(left));
      if (++roots > solution.degree) return false;
      const std::uint8_t error = values.evaluator[i];
      if (error == 0) continue;  // an erased octet that was right
      const std::size_t quotient = log[error] + format::gf256::kOrder - log[values.slope[i]];
      corrections.octet[corrections.count] = static_cast<std::uint8_t>(i);
      corrections.change[corrections.count++] = exp[quotient];
    }
  // As many roots as the degree: all are simple, and Forney's formula holds.
  return roots == solution.degree;
}

/// Sum of |llr| of the bits that corrections change.
std::int32_t loss_of(const Llr* llrs, const Corrections& corrections) {
  std::int32_t loss = 0;
  for (std::int32_t c = 0; c < corrections.count; ++c)
    loss += masked_size(llrs + std::ptrdiff_t{8} * corrections.octet[c],
                        kBitMasks[corrections.change[c]]);
  return loss;
}

}  // namespace ostracon::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
