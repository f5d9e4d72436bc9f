#pragma once
// The inner code: 5G NR LDPC (3GPP TS 38.212 section 5.3.2) without its rate matcher.
// A codeword is the prefix of the mother code word after the 2 Z punctured bits.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ostracon::format {

/// One circulant of a base graph: row block, column block, right shift modulo Z.
struct BaseEdge {
  std::uint8_t row;
  std::uint8_t col;
  std::uint16_t shift;
};

/// A lifted quasi-cyclic code. Edges are sorted by row, then column.
struct QcCode {
  std::int32_t lifting;           ///< Z
  std::int32_t base_rows;         ///< parity check blocks: 46 (base graph 1), 42 (base graph 2)
  std::int32_t base_cols;         ///< variable blocks: 68, 52
  std::int32_t information_cols;  ///< 22, 10
  std::span<const BaseEdge> edges;
};

/// Base graph 1, Z = 384: the code of the payload, k = 8448.
const QcCode& payload_code();
/// Base graph 2, Z = 64: the code of the page header, k = 640.
const QcCode& header_code();

inline constexpr std::int32_t kInformationBits = 8448;  ///< payload and CRC-24B
inline constexpr std::int32_t kPayloadBits = 8424;
inline constexpr std::int32_t kPayloadBytes = 1053;  ///< of one codeword
inline constexpr std::int32_t kPuncturedBits = 768;  ///< 2 Z: never written

/// The five rates by their index in the page header.
enum class Rate : std::uint8_t {
  kOneThird = 0,
  kOneHalf = 1,
  kTwoThirds = 2,
  kFourFifths = 3,
  kEightNinths = 4
};
inline constexpr std::array<std::int32_t, 5> kCodewordBits{25344, 16896, 12672, 10560, 9504};
constexpr std::int32_t codeword_bits(Rate rate) {
  return kCodewordBits[static_cast<std::size_t>(rate)];
}
/// "1/3", "1/2", "2/3", "0.8", "8/9".
std::string_view to_string(Rate rate);
/// Accepts the names above and 0.333, 0.5, 0.667, 4/5, 0.889. kInvalidArgument names the text.
Result<Rate> parse_rate(std::string_view text);

/// Number of check rows (blocks of Z) that touch only transmitted or punctured bits at `rate`:
/// 46, 24, 13, 8, 5. A decoder needs no others. At 0.8 and 8/9 the last row's own parity block is
/// transmitted in part (its first 192 and 288 bits); the rest of it is to be taken as erased.
std::int32_t active_check_rows(Rate rate);

/// Encodes one codeword. Bits are one per byte, 0 or 1.
///   payload   kPayloadBytes bytes, most significant bit first; CRC-24B is appended
///   codeword  codeword_bits(rate) entries: the mother code word from bit 2 Z on
/// Sizes are asserted.
void encode_codeword(std::span<const std::uint8_t> payload, Rate rate,
                     std::span<std::uint8_t> codeword);

/// Encodes `information` (code.information_cols * Z bits, one per byte) to the whole mother code
/// word, base_cols * Z bits, punctured ones included.
void encode_mother(const QcCode& code, std::span<const std::uint8_t> information,
                   std::span<std::uint8_t> mother);

/// True if the last 24 of `information` (kInformationBits bits, one per byte) are the CRC-24B of
/// the rest.
bool check_information(std::span<const std::uint8_t> information);

}  // namespace ostracon::format
