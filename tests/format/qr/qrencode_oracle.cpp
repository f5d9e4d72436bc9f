#include "tests/format/qr/qrencode_oracle.hpp"

#include <memory>

#ifdef OSTRACON_QRENCODE
#include <qrencode.h>
#endif

namespace ostracon::format::qr::test {

#ifdef OSTRACON_QRENCODE

bool has_qrencode() { return true; }

std::optional<QrencodeSymbol> qrencode(std::span<const std::uint8_t> bytes, int version,
                                       Level level) {
  const std::unique_ptr<QRinput, decltype(&QRinput_free)> input(
      QRinput_new2(version, static_cast<QRecLevel>(level)), &QRinput_free);
  if (input == nullptr ||
      QRinput_append(input.get(), QR_MODE_8, static_cast<int>(bytes.size()), bytes.data()) != 0) {
    return std::nullopt;
  }
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeInput(input.get()),
                                                             &QRcode_free);
  if (code == nullptr || code->version != version) return std::nullopt;
  QrencodeSymbol symbol;
  const auto modules =
      static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  symbol.flags.assign(code->data, code->data + modules);
  symbol.matrix.side = code->width;
  for (const std::uint8_t flags : symbol.flags) symbol.matrix.modules.push_back(flags & 1U);
  return symbol;
}

#else

bool has_qrencode() { return false; }

std::optional<QrencodeSymbol> qrencode(std::span<const std::uint8_t> /*bytes*/, int /*version*/,
                                       Level /*level*/) {
  return std::nullopt;
}

#endif

}  // namespace ostracon::format::qr::test
