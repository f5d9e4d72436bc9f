// Anything as the data codewords of a QR code: what is read properly stands for these codewords and
// no others, its text is UTF-8, and what our encoder made is read again.
//
// Input: 1 byte how (mod 3), 1 byte version, 1 byte level, then
//   0  the data codewords
//   1  the stream of a message, with up to four bytes of it changed
//   2  a message, and changes of single codewords of its symbol

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "format/qr/encoder.hpp"
#include "format/qr/segmentation.hpp"
#include "format/qr/stream_reader.hpp"
#include "format/qr/stream_writer.hpp"
#include "format/qr/structured_append.hpp"
#include "format/qr/symbol_reader.hpp"
#include "format/qr/text.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace ostracon::fuzz {
namespace {

namespace qr = format::qr;

struct Size {
  int version;
  qr::Level level;
  std::size_t data_codewords() const { return qr::capacity_bits(version, level) / 8; }
};

/// Headers of all kinds in the places where they may stand, and up to three segments.
qr::Message some_message(Input& input, Size size) {
  qr::Message message;
  const std::uint8_t headers = input.byte();
  if (headers % 2 == 1) {
    const int count = input.byte() % qr::kMaxParts + 1;
    message.structured_append = qr::StructuredAppend{input.byte() % count, count, input.byte()};
  }
  if (headers / 2 % 2 == 1) {
    message.segments.push_back({qr::Mode::kEci, {}, input.number(0, 65535) * (headers / 16U)});
  }
  if (headers / 4 % 4 == 1) message.segments.push_back({qr::Mode::kFnc1First, {}});
  if (headers / 4 % 4 == 2) {
    message.segments.push_back({qr::Mode::kFnc1Second, {}, input.byte() % 100U});
  }
  for (int left = input.byte() % 4; left > 0; --left) {
    const std::uint32_t length = input.number(1, 60);
    std::vector<std::uint8_t> bytes;
    for (std::uint32_t i = 0; i < length; ++i) bytes.push_back(input.byte());
    for (auto& segment : qr::segments_of_bytes(bytes, size.version)) {
      message.segments.push_back(std::move(segment));
    }
  }
  while (!message.segments.empty() &&
         qr::stream_bits(message, size.version) > qr::capacity_bits(size.version, size.level)) {
    message.segments.pop_back();
  }
  return message;
}

void check_text(const std::vector<qr::Segment>& segments) {
  const auto text = qr::text_of(segments);
  if (!text) {
    require(!text.error().message.empty(), "what is no text is refused by a sentence");
    return;
  }
  const std::vector<std::uint8_t> bytes(text.value().begin(), text.value().end());
  require(qr::utf8_characters(bytes).has_value(), "text is UTF-8");
}

void check_stream(const std::vector<std::uint8_t>& data, Size size) {
  const qr::StreamReading reading = qr::read_stream(data, size.version);
  require(
      reading.checked_bits >= 0 && reading.checked_bits <= 8.0 * static_cast<double>(data.size()),
      "no more bits are checked than there are");
  check_text(reading.message.segments);
  const std::array<qr::Message, 2> twice = {reading.message, reading.message};
  for (const qr::JoinedMessage& joined : qr::join(twice)) {
    require(joined.contradicting.empty(), "a code does not contradict itself");
  }
  if (reading.end == qr::StreamEnd::kBroken) return;
  const auto again = qr::data_codewords(reading.message, size.version, size.level);
  require(again.has_value(), "what was read can be written");
  const qr::StreamReading once_more = qr::read_stream(again.value(), size.version);
  require(once_more.end == qr::StreamEnd::kProper, "what was written is read properly");
  require(once_more.message == reading.message, "a message comes back");
  // An ECI may be written longer than it need be.
  const auto& segments = reading.message.segments;
  const bool has_eci =
      std::any_of(segments.begin(), segments.end(),
                  [](const qr::Segment& segment) { return segment.mode == qr::Mode::kEci; });
  if (reading.end == qr::StreamEnd::kProper && !has_eci) {
    require(again.value() == data, "a proper stream is the only one of its message");
  }
}

void check_symbol(const qr::Message& message, Size size, Input& input) {
  const auto data = qr::data_codewords(message, size.version, size.level);
  require(data.has_value(), "a message that fits is written");
  std::vector<std::uint8_t> codewords = qr::all_codewords(data.value(), size.version, size.level);
  const int parity = qr::block_layout(size.version, size.level).parity;
  const int changes = input.byte() % (parity / 2 + 1);
  for (int left = changes; left > 0; --left) {
    codewords[input.number(0, 65535) % codewords.size()] ^= input.byte();
  }
  const int mask = input.byte() % qr::kMasks;
  const qr::Matrix matrix = qr::draw(codewords, size.version, {size.level, mask});
  const qr::SymbolReading reading = qr::read_symbol(matrix);
  require(reading.proper(), "as many wrong codewords as a block corrects are corrected");
  require(reading.stream.message == message, "the symbol's message comes back");
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ostracon::fuzz;
  Input input(data, size);
  const std::uint8_t how = input.byte();
  const int version = input.byte() % 40 + 1;
  const Size symbol = {version, qr::kLevels[input.byte() % 4]};
  if (how % 3 == 0) {
    std::vector<std::uint8_t> codewords(input.rest().begin(), input.rest().end());
    codewords.resize(symbol.data_codewords());
    check_stream(codewords, symbol);
    return 0;
  }
  const qr::Message message = some_message(input, symbol);
  if (how % 3 == 2) {
    check_symbol(message, symbol, input);
    return 0;
  }
  auto codewords = qr::data_codewords(message, symbol.version, symbol.level);
  require(codewords.has_value(), "a message that fits is written");
  for (int left = input.byte() % 5; left > 0; --left) {
    const std::size_t place =
        input.number(0, 65535) % std::min<std::size_t>(64, codewords.value().size());
    codewords.value()[place] ^= input.byte();
  }
  check_stream(codewords.value(), symbol);
  return 0;
}
