#pragma once
// The Reed-Solomon code of one block of a QR code (ISO/IEC 18004): octets of GF(2^8) with the
// polynomial 0x11D, as a polynomial whose highest power comes first, and whose roots are 2^0 to
// 2^(parity - 1). The first octets are the data, the last the parity.
//
// Here is the plain decoder, which the stage (pipeline/stages/reed_solomon_decoder.hpp) must equal.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace ostracon::format::qr {

inline constexpr std::int32_t kMostBlockOctets = 153;  ///< of any version and level
inline constexpr std::int32_t kMostBlockParity = 30;

/// How long a block is.
struct BlockShape {
  std::int32_t octets = 0;       ///< data and parity
  std::int32_t data_octets = 0;  ///< the first ones

  std::int32_t parity() const { return octets - data_octets; }
  std::int32_t bits() const { return 8 * octets; }
  std::int32_t parity_bits() const { return 8 * parity(); }
  bool operator==(const BlockShape&) const = default;
};

/// kInvalidArgument unless 1 <= data octets, 1 <= parity <= kMostBlockParity and
/// octets <= kMostBlockOctets.
Result<> check(const BlockShape& shape);

/// syndromes[j]: the word's value at 2^j, j < parity. All 0: the word is a codeword.
std::vector<std::uint8_t> syndromes(const BlockShape& shape, std::span<const std::uint8_t> word);

/// What the decoder did.
struct Correction {
  std::int32_t erasures = 0;  ///< how many were given
  std::int32_t errors = 0;    ///< octets corrected that were not given as erasures
};

/// Finds the codeword that differs from `word` in e octets beside the erased ones, where 2 e +
/// erasures <= parity: there is one or none. Puts it into `word`, or leaves it alone and returns
/// nothing. What erased octets hold is of no meaning. Euclid's algorithm on the syndrome polynomial
/// (Sugiyama et al., 1975), then Chien's and Forney's formulas; what comes out is checked to be a
/// codeword.
///
///   word      shape.octets
///   erasures  indices into it, ascending, each once
std::optional<Correction> decode_block(const BlockShape& shape, std::span<std::uint8_t> word,
                                       std::span<const std::int32_t> erasures = {});

}  // namespace ostracon::format::qr
