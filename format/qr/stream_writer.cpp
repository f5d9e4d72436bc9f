#include "format/qr/stream_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <utility>

#include "format/qr/bit_writer.hpp"
#include "format/qr/segmentation.hpp"

namespace ostracon::format::qr {
namespace {

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

std::uint32_t alphanumeric_value(std::uint8_t character) {
  return static_cast<std::uint32_t>(kAlphanumericCharacters.find(static_cast<char>(character)));
}

/// Whether the segment's bytes are of its mode, and its value in range.
Result<> check_segment(const Segment& segment) {
  const auto& bytes = segment.bytes;
  bool right = true;
  switch (segment.mode) {
    case Mode::kNumeric:
      right = std::all_of(bytes.begin(), bytes.end(),
                          [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
      break;
    case Mode::kAlphanumeric:
      right = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
        return alphanumeric_value(byte) < kAlphanumericCharacters.size();
      });
      break;
    case Mode::kByte:
      break;
    case Mode::kKanji:
      right = bytes.size() % 2 == 0;
      for (std::size_t i = 0; right && i < bytes.size(); i += 2) {
        right = is_kanji(bytes[i], bytes[i + 1]);
      }
      break;
    case Mode::kEci:
      right = bytes.empty() && segment.value <= kLastEci;
      break;
    case Mode::kFnc1First:
      right = bytes.empty();
      break;
    case Mode::kFnc1Second:
      right = bytes.empty() && segment.value <= 0xFF;
      break;
  }
  if (right) return Ok{};
  return invalid("a QR segment of mode indicator " + std::to_string(indicator_of(segment.mode)) +
                 " has characters or a value that its mode does not have");
}

void put_numeric(BitWriter& writer, const std::vector<std::uint8_t>& digits) {
  for (std::size_t i = 0; i < digits.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, digits.size() - i);
    std::uint32_t value = 0;
    for (std::size_t j = i; j < i + count; ++j)
      value = 10 * value + (digits[j] - std::uint32_t{'0'});
    writer.put(value, static_cast<int>(character_bits(Mode::kNumeric, count)));
  }
}

void put_alphanumeric(BitWriter& writer, const std::vector<std::uint8_t>& characters) {
  for (std::size_t i = 0; i + 1 < characters.size(); i += 2) {
    const std::uint32_t first = alphanumeric_value(characters[i]);
    writer.put(45 * first + alphanumeric_value(characters[i + 1]), 11);
  }
  if (characters.size() % 2 == 1) writer.put(alphanumeric_value(characters.back()), 6);
}

void put_kanji(BitWriter& writer, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const std::uint32_t row = bytes[i] - (bytes[i] < 0xE0 ? 0x81U : 0xC1U);
    writer.put(0xC0 * row + (bytes[i + 1] - 0x40U), 13);
  }
}

void put_eci(BitWriter& writer, std::uint32_t number) {
  if (number < 1U << 7U) {
    writer.put(number, 8);
  } else if (number < 1U << 14U) {
    writer.put(0x8000U | number, 16);
  } else {
    writer.put(0xC00000U | number, 24);
  }
}

void put_segment(BitWriter& writer, const Segment& segment, int version) {
  writer.put(indicator_of(segment.mode), kModeBits);
  const std::size_t characters = segment.bytes.size() / (segment.mode == Mode::kKanji ? 2 : 1);
  writer.put(static_cast<std::uint32_t>(characters), count_bits(segment.mode, version));
  switch (segment.mode) {
    case Mode::kNumeric:
      put_numeric(writer, segment.bytes);
      break;
    case Mode::kAlphanumeric:
      put_alphanumeric(writer, segment.bytes);
      break;
    case Mode::kByte:
      for (const std::uint8_t byte : segment.bytes) writer.put(byte, 8);
      break;
    case Mode::kKanji:
      put_kanji(writer, segment.bytes);
      break;
    case Mode::kEci:
      put_eci(writer, segment.value);
      break;
    case Mode::kFnc1First:
      break;
    case Mode::kFnc1Second:
      writer.put(segment.value, 8);
      break;
  }
}

}  // namespace

Result<> check_version(int version) {
  if (version >= kMinVersion && version <= kMaxVersion) return Ok{};
  return invalid("QR version " + std::to_string(version) + " is not one of 1 to 40");
}

std::size_t capacity_bits(int version, Level level) {
  return 8 * static_cast<std::size_t>(block_layout(version, level).data_codewords());
}

Result<std::vector<std::uint8_t>> data_codewords(const Message& message, int version, Level level) {
  OSTRACON_TRY(check_version(version));
  const std::size_t capacity = capacity_bits(version, level);
  const std::size_t bits = stream_bits(message, version);
  if (bits > capacity) {
    return invalid("a message of " + std::to_string(bits) + " bits is longer than the " +
                   std::to_string(capacity) + " bits of a QR code of version " +
                   std::to_string(version) + "-" + letter_of(level));
  }
  BitWriter writer;
  if (const auto& append = message.structured_append) {
    if (append->count < 1 || append->count > kMaxParts || append->index < 0 ||
        append->index >= append->count) {
      return invalid("part " + std::to_string(append->index) + " of " +
                     std::to_string(append->count) + " is none of structured append");
    }
    writer.put(kStructuredAppendIndicator, kModeBits);
    writer.put(static_cast<std::uint32_t>(append->index), 4);
    writer.put(static_cast<std::uint32_t>(append->count - 1), 4);
    writer.put(append->parity, 8);
  }
  for (const Segment& segment : message.segments) {
    OSTRACON_TRY(check_segment(segment));
    put_segment(writer, segment, version);
  }
  assert(writer.bits() == bits);
  writer.put(kTerminatorIndicator, static_cast<int>(std::min<std::size_t>(4, capacity - bits)));
  std::vector<std::uint8_t> data = writer.take();
  for (std::size_t i = 0; data.size() < capacity / 8; ++i) data.push_back(kPadding[i % 2]);
  return data;
}

}  // namespace ostracon::format::qr
