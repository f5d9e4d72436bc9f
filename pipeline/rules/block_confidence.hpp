#pragma once
// How sure a decoded block of a QR code is. Integers only, so that all backends agree.
//
// Of a received word, with the soft bits L_i (nats) and the hard decisions, a codeword's likelihood
// is proportional to exp(-loss), loss = the sum of |L_i| where its bits are not the hard decisions.
// Summed over all words that is the product of 1 + exp(-|L_i|). A random code has one of
// 2^-parity_bits of all words, hence
//   confidence = parity_bits ln 2 - sum of ln(1 + exp(-|L_i|)) - loss
// is the logarithm of the codeword's likelihood over that of all others together (Forney's rule for
// erasures, 1968, with the mean over random codes in its denominator). Whatever the soft bits are,
// if they do not come from a codeword, the mean number of codewords whose confidence reaches c is
// below exp(-c) (Markov), no matter how many a decoder tries.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

inline constexpr std::int32_t kConfidencePerNat = 256;
inline constexpr std::int32_t kConfidencePerStep = 96;        ///< of an Llr: 3/8 nat
inline constexpr std::int32_t kConfidencePerParityBit = 177;  ///< ln 2, rounded down

/// ln(1 + exp(-|L|)) for |L| = 0 to 15 steps, rounded up; the last one is for all above, too.
/// 16 octets, as byte shuffles take them.
inline constexpr std::uint8_t kDoubt[16] = {178, 134, 100, 72, 52, 37, 26, 18,
                                            13,  9,   6,   5,  3,  2,  2,  1};

/// The same in two words, the first of them in the lowest octet: a thread of a GPU would keep a
/// table in memory of its own.
inline constexpr std::uint64_t kDoubtBelow8 = 0x12'1A'25'34'48'64'86'B2;
inline constexpr std::uint64_t kDoubtFrom8 = 0x01'02'02'03'05'06'09'0D;

OSTRACON_HD constexpr std::uint8_t doubt(std::int8_t llr) {
  const int size = llr < 0 ? -llr : llr;
  const int place = size < 15 ? size : 15;
  return static_cast<std::uint8_t>((place < 8 ? kDoubtBelow8 : kDoubtFrom8) >> (8 * (place % 8)));
}
static_assert([] {
  for (int size = 0; size < 16; ++size)
    if (doubt(static_cast<std::int8_t>(size)) != kDoubt[size]) return false;
  return true;
}());

/// In 1 / kConfidencePerNat nat. `doubt`: the sum of all bits'. `loss`: in steps.
OSTRACON_HD inline std::int32_t block_confidence(std::int32_t parity_bits, std::int32_t doubt,
                                                 std::int32_t loss) {
  return kConfidencePerParityBit * parity_bits - doubt - kConfidencePerStep * loss;
}

/// The largest loss at which the confidence is not below `least`; negative if there is none.
OSTRACON_HD inline std::int32_t most_loss(std::int32_t parity_bits, std::int32_t doubt,
                                          std::int32_t least) {
  const std::int32_t spare = block_confidence(parity_bits, doubt, 0) - least;
  return spare < 0 ? -1 : spare / kConfidencePerStep;
}

}  // namespace ostracon::rules
