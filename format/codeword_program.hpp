#pragma once
// What an encoder of the payload code has to do at one rate, laid out once: every step gives one
// column of Z bits as the sum of rotated columns that stand already.

#include <array>
#include <cstdint>
#include <vector>

#include "format/inner_code.hpp"

namespace ostracon::format {

inline constexpr std::int32_t kColumnBits = 384;  ///< Z of the payload code
inline constexpr std::int32_t kColumnPad = 128;   ///< two of the longest vectors
inline constexpr std::int32_t kColumnBytes = kColumnBits + kColumnPad;  ///< a bit a byte, then pad
inline constexpr std::int32_t kPlaceStep = 32;  ///< bits between the places of ColumnSource::read
inline constexpr std::int32_t kInformationColumns = kInformationBits / kColumnBits;

/// A rotated column: bit i of it is bit (i + shift) mod Z of a column.
struct ColumnSource {
  /// Where in the workspace the bits from kPlaceStep i on stand.
  std::array<std::uint16_t, kColumnBits / kPlaceStep> read;
};

struct ColumnSum {
  std::int32_t target;  ///< where in the workspace the column begins
  std::int32_t first_source;
  std::int32_t sources;
};

/// The workspace holds columns of kColumnBytes: those of the mother code word, then four of
/// scratch. A column repeats its first bits behind its last, so that a vector may be read at any
/// bit.
struct CodewordProgram {
  std::int32_t columns = 0;  ///< of the mother code word that are needed
  std::vector<ColumnSum> sums;
  std::vector<ColumnSource> sources;
};

CodewordProgram make_codeword_program(Rate rate);

}  // namespace ostracon::format
