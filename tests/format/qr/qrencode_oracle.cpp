#include "tests/format/qr/qrencode_oracle.hpp"

#include <memory>

#ifdef OSTRACON_QRENCODE
#include <qrencode.h>

// Stands in the library for its own tests, and in no header of it.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" QRcode* QRcode_encodeMask(QRinput* input, int mask);
#endif

namespace ostracon::format::qr::test {

#ifdef OSTRACON_QRENCODE

namespace {

constexpr int kOwnChoice = -1;  // of the mask

bool append(QRinput* input, const Segment& segment) {
  const auto add = [&](QRencodeMode mode) {
    return QRinput_append(input, mode, static_cast<int>(segment.bytes.size()),
                          segment.bytes.data()) == 0;
  };
  switch (segment.mode) {
    case Mode::kNumeric:
      return add(QR_MODE_NUM);
    case Mode::kAlphanumeric:
      return add(QR_MODE_AN);
    case Mode::kByte:
      return add(QR_MODE_8);
    case Mode::kKanji:
      return add(QR_MODE_KANJI);
    case Mode::kEci:
      return QRinput_appendECIheader(input, segment.value) == 0;
    case Mode::kFnc1First:
      return QRinput_setFNC1First(input) == 0;
    case Mode::kFnc1Second:
      return QRinput_setFNC1Second(input, static_cast<unsigned char>(segment.value)) == 0;
  }
  return false;
}

}  // namespace

bool has_qrencode() { return true; }

std::optional<QrencodeSymbol> qrencode(const std::vector<Segment>& segments, int version,
                                       Level level, std::optional<int> mask) {
  const std::unique_ptr<QRinput, decltype(&QRinput_free)> input(
      QRinput_new2(version, static_cast<QRecLevel>(level)), &QRinput_free);
  if (input == nullptr) return std::nullopt;
  for (const Segment& segment : segments) {
    if (!append(input.get(), segment)) return std::nullopt;
  }
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeMask(input.get(), mask.value_or(kOwnChoice)), &QRcode_free);
  if (code == nullptr || code->version != version) return std::nullopt;
  QrencodeSymbol symbol;
  const auto side = static_cast<std::size_t>(code->width);
  symbol.flags.assign(code->data, code->data + side * side);
  symbol.matrix.side = code->width;
  for (const std::uint8_t flags : symbol.flags) symbol.matrix.modules.push_back(flags & 1U);
  return symbol;
}

#else

bool has_qrencode() { return false; }

std::optional<QrencodeSymbol> qrencode(const std::vector<Segment>& /*segments*/, int /*version*/,
                                       Level /*level*/, std::optional<int> /*mask*/) {
  return std::nullopt;
}

#endif

}  // namespace ostracon::format::qr::test
