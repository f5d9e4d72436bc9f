#include "format/qr/encoder.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>
#include <utility>

#include "format/qr/parity.hpp"
#include "format/qr/segmentation.hpp"
#include "format/qr/stream_writer.hpp"

namespace ostracon::format::qr {
namespace {

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

Result<> check_options(const EncoderOptions& options) {
  if (options.version) OSTRACON_TRY(check_version(*options.version));
  if (options.mask && (*options.mask < 0 || *options.mask >= kMasks)) {
    return invalid("QR mask " + std::to_string(*options.mask) + " is not one of 0 to 7");
  }
  return Ok{};
}

Matrix draw_best(std::span<const std::uint8_t> codewords, int version,
                 const EncoderOptions& options) {
  if (options.mask) return draw(codewords, version, {options.level, *options.mask});
  Matrix best;
  int least = std::numeric_limits<int>::max();
  for (int mask = 0; mask < kMasks; ++mask) {
    Matrix matrix = draw(codewords, version, {options.level, mask});
    int penalty = mask_penalty(matrix);
    if (options.lone_module_points != 0)
      penalty += options.lone_module_points * lone_modules(matrix);
    if (penalty >= least) continue;
    least = penalty;
    best = std::move(matrix);
  }
  return best;
}

/// Cuts a message for one version after the other; `segments_for(version)` is asked only where the
/// widths of the counts change.
template <class SegmentsFor>
Result<Matrix> encode_fitting(const SegmentsFor& segments_for, const EncoderOptions& options) {
  OSTRACON_TRY(check_options(options));
  if (options.version) {
    OSTRACON_TRY_ASSIGN(std::vector<Segment> segments, segments_for(*options.version));
    return encode({.structured_append = {}, .segments = std::move(segments)}, options);
  }
  Message message;
  for (int version = kMinVersion; version <= kMaxVersion; ++version) {
    if (version == 1 || version == 10 || version == 27) {
      OSTRACON_TRY_ASSIGN(message.segments, segments_for(version));
    }
    if (stream_bits(message, version) > capacity_bits(version, options.level)) continue;
    EncoderOptions fitting = options;
    fitting.version = version;
    return encode(message, fitting);
  }
  return encode(message, options);  // for its error
}

}  // namespace

Result<Matrix> encode(const Message& message, const EncoderOptions& options) {
  OSTRACON_TRY(check_options(options));
  int version = options.version.value_or(kMinVersion);
  while (!options.version && version < kMaxVersion &&
         stream_bits(message, version) > capacity_bits(version, options.level)) {
    ++version;
  }
  OSTRACON_TRY_ASSIGN(const auto data, data_codewords(message, version, options.level));
  return draw_best(all_codewords(data, version, options.level), version, options);
}

Result<Matrix> encode_bytes(std::span<const std::uint8_t> bytes, const EncoderOptions& options) {
  return encode_fitting(
      [&](int version) -> Result<std::vector<Segment>> {
        return segments_of_bytes(bytes, version);
      },
      options);
}

Result<Matrix> encode_text(std::string_view text, const EncoderOptions& options) {
  return encode_fitting([&](int version) { return segments_of_text(text, version); }, options);
}

Result<std::vector<Message>> split(std::span<const std::uint8_t> bytes, int version, Level level) {
  OSTRACON_TRY(check_version(version));
  const std::uint8_t parity = xor_of({bytes.begin(), bytes.end()});
  for (int count = 1; count <= kMaxParts; ++count) {
    std::vector<Message> parts;
    for (int index = 0; index < count; ++index) {
      const auto part = static_cast<std::size_t>(index);
      const auto parts_in_all = static_cast<std::size_t>(count);
      const std::size_t begin = bytes.size() * part / parts_in_all;
      const std::size_t end = bytes.size() * (part + 1) / parts_in_all;
      Message message = {.structured_append = StructuredAppend{index, count, parity},
                         .segments = segments_of_bytes(bytes.subspan(begin, end - begin), version)};
      if (stream_bits(message, version) > capacity_bits(version, level)) break;
      parts.push_back(std::move(message));
    }
    if (parts.size() == static_cast<std::size_t>(count)) return parts;
  }
  return invalid(std::to_string(bytes.size()) + " bytes do not fit in 16 QR codes of version " +
                 std::to_string(version) + "-" + letter_of(level));
}

std::vector<std::uint8_t> all_codewords(std::span<const std::uint8_t> data, int version,
                                        Level level) {
  const BlockLayout layout = block_layout(version, level);
  assert(data.size() == static_cast<std::size_t>(layout.data_codewords()));
  const std::vector<std::uint16_t> order = transmission_order(version, level);
  const ParityEncoder encoder(layout.parity);
  std::vector<std::uint8_t> parity(static_cast<std::size_t>(layout.parity));
  std::vector<std::uint8_t> codewords(order.size());
  std::size_t place = 0;
  for (int block = 0; block < layout.blocks(); ++block) {
    const auto own = data.first(static_cast<std::size_t>(layout.data_of(block)));
    data = data.subspan(own.size());
    encoder.encode(own, parity);
    for (const std::uint8_t byte : own) codewords[order[place++]] = byte;
    for (const std::uint8_t byte : parity) codewords[order[place++]] = byte;
  }
  return codewords;
}

Matrix draw(std::span<const std::uint8_t> codewords, int version, FormatInformation information) {
  const Symbol& symbol = symbol_of(version);
  assert(codewords.size() == symbol.data_modules.size() / 8);
  Matrix matrix = {.side = symbol.side, .modules = symbol.value};
  for (std::size_t i = 0; i < symbol.data_modules.size(); ++i) {
    const std::uint16_t module = symbol.data_modules[i];
    const unsigned bit = i / 8 < codewords.size() ? (codewords[i / 8] >> (7 - i % 8)) & 1U : 0U;
    const unsigned inverts = (symbol.masks[i] >> information.mask) & 1U;
    matrix.modules[module] = static_cast<std::uint8_t>(bit ^ inverts);
  }
  const unsigned word = format_word(information);
  for (const auto& copy : format_modules(version)) {
    for (std::size_t i = 0; i < copy.size(); ++i) {
      matrix.modules[copy[i]] = static_cast<std::uint8_t>((word >> i) & 1U);
    }
  }
  return matrix;
}

}  // namespace ostracon::format::qr
