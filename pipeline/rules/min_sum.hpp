#pragma once
// Rules of the inner decoder: layered belief propagation on int8 values, with checks of two kinds:
// min-sum, quick, and box-plus (box_plus.hpp), nearly exact. Integers only, so that all backends
// agree to the bit; branch-free, so that a loop over the Z rows of a layer becomes SIMD on a CPU
// and threads on a GPU.
//
// A pass over one codeword, common to all backends:
//   beliefs   int8 [base column][Z]: channel(llr, amplitude) for the sent bits, 0 for all others
//   messages  int8 [edge][Z], all 0
//   repeat at most as often as the pass may:
//     for i = 0 .. active rows - 1, base row r = layer(i), for every lane z in [0, Z):
//       bit(e) = bit (z + shift of e) mod Z of the column of e, for every edge e of r
//       visiting(e) = subtract(beliefs[bit(e)], messages[e][z]);  absorb(check, visiting(e))
//       messages[e][z] = reply(check, visiting(e));  beliefs[bit(e)] = add(visiting(e), messages)
//     stop when the signs of the beliefs (negative: 1) fulfil every active row
// The first pass iterates with min-sum checks, then goes on with box-plus ones; the second is
// min-sum alone. Before the first pass the hard decisions are tried as they came: see `layer`.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// How much of the soft bits a pass takes.
enum class Amplitude : std::uint8_t { kFull, kHalf };

/// The first belief in a sent bit. Half of it is rounded away from 0 (an erasure stays one, and
/// nothing else becomes one); the sums then saturate later.
OSTRACON_HD inline std::int8_t channel(std::int8_t llr, Amplitude amplitude) {
  if (amplitude == Amplitude::kFull) return llr;
  return static_cast<std::int8_t>((llr + (llr > 0 ? 1 : llr < 0 ? -1 : 0)) / 2);
}

/// What a check node must remember of the messages it has seen.
struct CheckState {
  std::uint8_t smallest = 127;         ///< of all magnitudes
  std::uint8_t second_smallest = 127;  ///< of the others
  std::uint8_t negative = 0;           ///< 1 if an odd number of messages is negative
};

/// Magnitude of a message in [-128, 127].
OSTRACON_HD inline std::uint8_t magnitude(std::int8_t message) {
  return static_cast<std::uint8_t>(message < 0 ? -message : message);
}

/// Sum and difference, saturated to [-128, 127].
OSTRACON_HD inline std::int8_t add(std::int8_t a, std::int8_t b) {
  const int sum = a + b;
  return static_cast<std::int8_t>(sum > 127 ? 127 : sum < -128 ? -128 : sum);
}
OSTRACON_HD inline std::int8_t subtract(std::int8_t a, std::int8_t b) {
  const int difference = a - b;
  return static_cast<std::int8_t>(difference > 127 ? 127 : difference < -128 ? -128 : difference);
}

/// Adds one incoming message.
OSTRACON_HD inline void absorb(CheckState& check, std::int8_t message) {
  const std::uint8_t size = magnitude(message);
  const std::uint8_t larger = size > check.smallest ? size : check.smallest;
  check.second_smallest = larger < check.second_smallest ? larger : check.second_smallest;
  check.smallest = size < check.smallest ? size : check.smallest;
  check.negative = static_cast<std::uint8_t>(check.negative ^ (message < 0 ? 1 : 0));
}

inline constexpr int kMostReply = 31;  ///< 12 nats

/// What a magnitude is lessened to: 3/4 of it, rounded down, but at most two steps (3/4 nat) less.
/// Min-sum overstates by a share of small magnitudes and by a constant of large ones. Against 3/4
/// throughout it fails less at every rate (docs/decisions/0011-longer-code.md). Rounding to the
/// nearest would leave 1 and 2 as they are and cost 0.3 dB at rates 1/2 and below.
///
/// And no reply exceeds kMostReply. Beliefs saturate at 127: what visits a check after a reply of
/// 125 is taken off one would be next to nothing, however sure the bit is, and codewords would
/// lock.
OSTRACON_HD inline std::uint8_t lessened(std::uint8_t m) {
  const int quarter = (m + 3) >> 2;
  const int rest = m - (quarter < 2 ? quarter : 2);
  return static_cast<std::uint8_t>(rest < kMostReply ? rest : kMostReply);
}

/// The reply on the edge that carried `message`: the smallest magnitude of the other edges,
/// lessened, with the sign that makes the parity even.
OSTRACON_HD inline std::int8_t reply(const CheckState& check, std::int8_t message) {
  const bool is_smallest = magnitude(message) == check.smallest;
  const int size = lessened(is_smallest ? check.second_smallest : check.smallest);
  const bool negative = (check.negative != 0) != (message < 0);
  return static_cast<std::int8_t>(negative ? -size : size);
}

/// Iterations at the end of a failed first pass whose beliefs are averaged for `mean_belief`. Where
/// the decoder does not converge it swings, min-sum more than box-plus: at rate 0.8 and Es/N0 1.3
/// dB the mean of 1, 2, 4, 8 tells 0.364, 0.378, 0.385, 0.388 bit a bit beyond the channel's word
/// (min-sum alone: 0.206, 0.242, 0.258, 0.263).
inline constexpr std::int32_t kBeliefWindow = 4;

/// A quarter of the sum of four beliefs, halves to the even number: a rounding that leans to 0 or
/// away from it would copy the channel's sign into what the decoder adds to the channel's word.
/// That addition is a log-likelihood ratio as it is: the factor that fits best is 1.0 to 1.1, and
/// gains about 0.001 bit.
OSTRACON_HD inline std::int8_t mean_belief(std::int32_t sum) {
  const std::int32_t mean = (sum + 1 + ((sum >> 2) & 1)) >> 2;
  return static_cast<std::int8_t>(mean < -127 ? -127 : mean);
}

/// The layer worked on at step `i` of an iteration. Rows 0 and 1 change places: all of the rows 0,
/// 2 and 3 touch both punctured columns and can say nothing as long as these are unknown, whereas
/// row 1 touches only column 0.
///
/// For the same reason a codeword without any error is seen without iterating: row 1 gives column
/// 0 from the hard decisions, then row 0 gives column 1, and all rows are checked.
OSTRACON_HD inline std::int32_t layer(std::int32_t i) { return i < 2 ? 1 - i : i; }

}  // namespace ostracon::rules
