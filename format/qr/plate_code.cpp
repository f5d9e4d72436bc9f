#include "format/qr/plate_code.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "format/crc.hpp"
#include "format/qr/stream_writer.hpp"

namespace ostracon::format::qr {
namespace {

constexpr std::uint8_t kPlateFormat = 0x12;
constexpr std::uint32_t kMaxMembers = 255;

void put(std::uint8_t* to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t get(const std::uint8_t* from, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint64_t{from[i]} << (8 * i);
  return value;
}

}  // namespace

Result<std::size_t> code_payload_bytes(int version, Level level) {
  OSTRACON_TRY(check_version(version));
  const std::size_t header = static_cast<unsigned>(kModeBits + count_bits(Mode::kByte, version));
  const std::size_t bytes = (capacity_bits(version, level) - header) / 8;
  if (bytes < kCodeHeaderBytes + kDescriptionBytes + kCodeCrcBytes) {
    return Error{ErrorCode::kInvalidArgument,
                 "QR codes of version " + std::to_string(version) + "-" + letter_of(level) +
                     " hold " + std::to_string(bytes) + " bytes, a plate needs " +
                     std::to_string(kCodeHeaderBytes + kDescriptionBytes + kCodeCrcBytes)};
  }
  return bytes - kCodeHeaderBytes - kCodeCrcBytes;
}

std::vector<std::uint8_t> serialise(const PlateCode& code) {
  assert(code.sequence <= kDescriptionSequence);
  const std::size_t body = kCodeHeaderBytes + code.payload.size();
  std::vector<std::uint8_t> bytes(body + kCodeCrcBytes);
  bytes[0] = kPlateFormat;
  std::copy(code.tag.begin(), code.tag.end(), bytes.begin() + 1);
  put(&bytes[3], code.sequence, 3);
  std::copy(code.payload.begin(), code.payload.end(), bytes.begin() + kCodeHeaderBytes);
  put(&bytes[body], crc32c(std::span(bytes).first(body)), 4);
  return bytes;
}

std::optional<PlateCode> parse_code(std::span<const std::uint8_t> bytes) {
  if (bytes.size() <= kCodeHeaderBytes + kCodeCrcBytes || bytes[0] != kPlateFormat) return {};
  const auto body = bytes.first(bytes.size() - kCodeCrcBytes);
  if (crc32c(body) != get(&bytes[body.size()], 4)) return {};
  PlateCode code;
  std::copy_n(bytes.begin() + 1, code.tag.size(), code.tag.begin());
  code.sequence = static_cast<std::uint32_t>(get(&bytes[3], 3));
  code.payload.assign(body.begin() + kCodeHeaderBytes, body.end());
  return code;
}

std::optional<PlateCode> parse_code(const Message& message) {
  if (message.structured_append || message.segments.size() != 1) return {};
  const Segment& segment = message.segments.front();
  if (segment.mode != Mode::kByte) return {};
  return parse_code(segment.bytes);
}

std::array<std::uint8_t, kDescriptionBytes> serialise(const PlateDescription& description) {
  std::array<std::uint8_t, kDescriptionBytes> bytes{};
  std::copy(description.plate.bytes.begin(), description.plate.bytes.end(), bytes.begin());
  put(&bytes[16], description.groups.data_pages, 3);
  put(&bytes[19], description.groups.groups, 2);
  put(&bytes[21], description.groups.parity_per_group, 1);
  put(&bytes[22], description.stream_bytes, 6);
  put(&bytes[28], description.pitch_pm, 3);
  return bytes;
}

Result<PlateDescription> parse_description(std::span<const std::uint8_t> payload) {
  const auto bad = [](const std::string& what) {
    return Error{ErrorCode::kBadInput, "the description of a QR plate " + what};
  };
  if (payload.size() < kDescriptionBytes) {
    return bad("has " + std::to_string(payload.size()) + " bytes, not 32 or more");
  }
  if (payload[31] != 0) return bad("is of a newer kind: its byte 31 is not zero");
  PlateDescription description;
  std::copy_n(payload.begin(), description.plate.bytes.size(), description.plate.bytes.begin());
  const auto data_codes = static_cast<std::uint32_t>(get(&payload[16], 3));
  const auto groups = static_cast<std::uint32_t>(get(&payload[19], 2));
  const std::uint32_t parity = payload[21];
  description.groups = {data_codes, groups, parity};
  description.stream_bytes = get(&payload[22], 6);
  description.pitch_pm = static_cast<std::uint32_t>(get(&payload[28], 3));
  if (groups == 0 || groups > data_codes) {
    return bad("names " + std::to_string(groups) + " groups of " + std::to_string(data_codes) +
               " data codes");
  }
  const std::uint32_t largest = description.groups.data_in_group(0);
  if (parity < 2 || largest + parity > kMaxMembers) {
    return bad("names groups of " + std::to_string(largest) + " data and " +
               std::to_string(parity) + " parity codes");
  }
  const std::uint64_t codes = data_codes + std::uint64_t{groups} * parity;
  if (codes >= kDescriptionSequence) {
    return bad("names " + std::to_string(codes) + " codes, more than can be numbered");
  }
  const std::uint64_t needed = (description.stream_bytes + payload.size() - 1) / payload.size();
  if (std::max<std::uint64_t>(1, needed) != data_codes) {
    return bad("names " + std::to_string(data_codes) + " data codes of " +
               std::to_string(payload.size()) + " bytes for a stream of " +
               std::to_string(description.stream_bytes));
  }
  return description;
}

std::array<std::uint8_t, 2> tag_of(const Uuid& plate) { return {plate.bytes[0], plate.bytes[1]}; }

}  // namespace ostracon::format::qr
