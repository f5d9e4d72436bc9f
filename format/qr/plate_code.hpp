#pragma once
// The bytes of one code of a QR plate: one byte segment, which its version and level hold exactly.
//
//   offset  bytes  field (numbers little-endian)
//   0       1      0x12: upper four bits format version 1, lower four bits symbology 2
//   1       2      tag: bytes 0 and 1 of the plate's UUID
//   3       3      sequence number: data codes first, then parity codes; 0xFFFFFF: description
//   6       P      payload
//   6 + P   4      CRC-32C of all before it

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "format/outer_code.hpp"
#include "format/qr/contents.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

inline constexpr std::size_t kCodeHeaderBytes = 6;
inline constexpr std::size_t kCodeCrcBytes = 4;
inline constexpr std::size_t kDescriptionBytes = 32;
inline constexpr std::uint32_t kDescriptionSequence = 0xFFFFFF;

struct PlateCode {
  std::array<std::uint8_t, 2> tag{};
  std::uint32_t sequence = 0;  ///< 24 bits
  std::vector<std::uint8_t> payload;

  bool operator==(const PlateCode&) const = default;
};

/// P of codes of this version and level: 32 for 3-M. kInvalidArgument: there is no such version, or
/// the codes are too small for a description.
Result<std::size_t> code_payload_bytes(int version, Level level);

std::vector<std::uint8_t> serialise(const PlateCode& code);

/// None: not a code of a plate of this format, or its CRC is wrong.
std::optional<PlateCode> parse_code(std::span<const std::uint8_t> bytes);

/// The same of a code's message, which must be one byte segment and no part of structured append.
std::optional<PlateCode> parse_code(const Message& message);

/// What a reader has to know of a plate; some codes have it as their payload, followed by zeros.
///
///   0   16  UUID of the plate
///   16  3   data codes D
///   19  2   groups G
///   21  1   parity codes of every group, m
///   22  6   length of the stream in bytes
///   28  3   pitch of the modules in picometres
///   31  1   zero
struct PlateDescription {
  Uuid plate;
  GroupPlan groups;
  std::uint64_t stream_bytes = 0;
  std::uint32_t pitch_pm = 0;
};

std::array<std::uint8_t, kDescriptionBytes> serialise(const PlateDescription& description);

/// `payload`: of a code whose sequence number is kDescriptionSequence. kBadInput says which fields
/// contradict each other or the payload's length.
Result<PlateDescription> parse_description(std::span<const std::uint8_t> payload);

/// The first bytes of the UUID.
std::array<std::uint8_t, 2> tag_of(const Uuid& plate);

}  // namespace ostracon::format::qr
