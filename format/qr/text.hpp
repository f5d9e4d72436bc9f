#pragma once
// Text of QR codes, as UTF-8: character sets by ECI, kanji, and a guess for bytes without ECI.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "format/qr/contents.hpp"

namespace ostracon::format::qr {

/// Microsoft's Shift-JIS, which has the characters of JIS X 0208 in the places of kanji mode.
inline constexpr const char* kKanjiCharacterSet = "CP932";

/// A conversion between two character sets by the C library's iconv. Not for two threads at once.
class Converter {
 public:
  /// kUnavailable: the system knows no such conversion.
  static Result<Converter> open(const char* from, const char* to);
  ~Converter();
  Converter(Converter&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Converter& operator=(Converter&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  /// kBadInput: a sequence of bytes that the first set does not have, or the second cannot say.
  Result<std::string> convert(std::span<const std::uint8_t> bytes) const;

 private:
  explicit Converter(void* handle) : handle_(handle) {}
  void* handle_ = nullptr;
};

/// Offset of every character. kBadInput: not UTF-8 (overlong forms and surrogates are not).
Result<std::vector<std::size_t>> utf8_characters(std::span<const std::uint8_t> bytes);

/// The segments' text. Bytes behind an ECI are in its character set; bytes before any are taken as
/// UTF-8 if all of them are, else as ISO 8859-1. Segments of structured append are to be joined
/// before: characters may be cut by the border of two codes.
/// kBadInput: bytes that their set does not have, or an ECI that names no set of characters;
/// kUnavailable: a set that this system does not know.
Result<std::string> text_of(const std::vector<Segment>& segments);

}  // namespace ostracon::format::qr
