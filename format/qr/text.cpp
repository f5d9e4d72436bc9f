#include "format/qr/text.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

namespace ostracon::format::qr {
namespace {

constexpr std::uint32_t kUtf8Eci = 26;

/// Character sets by ECI assignment number (AIM ITS/04-023), by the names that iconv has for them.
struct EciSet {
  std::uint32_t number;
  const char* name;
};
constexpr std::array kEciSets = {
    EciSet{0, "CP437"},        EciSet{1, "ISO-8859-1"},   EciSet{2, "CP437"},
    EciSet{3, "ISO-8859-1"},   EciSet{4, "ISO-8859-2"},   EciSet{5, "ISO-8859-3"},
    EciSet{6, "ISO-8859-4"},   EciSet{7, "ISO-8859-5"},   EciSet{8, "ISO-8859-6"},
    EciSet{9, "ISO-8859-7"},   EciSet{10, "ISO-8859-8"},  EciSet{11, "ISO-8859-9"},
    EciSet{12, "ISO-8859-10"}, EciSet{13, "ISO-8859-11"}, EciSet{15, "ISO-8859-13"},
    EciSet{16, "ISO-8859-14"}, EciSet{17, "ISO-8859-15"}, EciSet{18, "ISO-8859-16"},
    EciSet{20, "CP932"},       EciSet{21, "CP1250"},      EciSet{22, "CP1251"},
    EciSet{23, "CP1252"},      EciSet{24, "CP1256"},      EciSet{25, "UTF-16BE"},
    EciSet{kUtf8Eci, "UTF-8"}, EciSet{27, "ASCII"},       EciSet{28, "BIG5"},
    EciSet{29, "GB18030"},     EciSet{30, "EUC-KR"},      EciSet{31, "GBK"},
    EciSet{32, "GB18030"},     EciSet{33, "UTF-16LE"},    EciSet{34, "UTF-32BE"},
    EciSet{35, "UTF-32LE"},    EciSet{170, "ASCII"},
};

/// A stretch of bytes in one character set.
struct Run {
  std::optional<std::uint32_t> eci;  // none: not said
  bool kanji = false;
  std::vector<std::uint8_t> bytes;
};

/// Joins segments of one set: an ECI is about the bytes of all modes but kanji, and a character may
/// be cut by the border of two segments.
std::vector<Run> runs_of(const std::vector<Segment>& segments) {
  const bool fnc1 = std::any_of(segments.begin(), segments.end(), [](const Segment& segment) {
    return segment.mode == Mode::kFnc1First || segment.mode == Mode::kFnc1Second;
  });
  std::vector<Run> runs;
  std::optional<std::uint32_t> eci;
  for (const Segment& segment : segments) {
    if (segment.mode == Mode::kEci) eci = segment.value;
    std::vector<Segment> alone;
    if (fnc1) alone.push_back({.mode = Mode::kFnc1First, .bytes = {}});
    alone.push_back(segment);
    const std::vector<std::uint8_t> bytes = bytes_of(alone);
    if (bytes.empty()) continue;
    const bool kanji = segment.mode == Mode::kKanji;
    const bool joins = !runs.empty() && runs.back().kanji == kanji && runs.back().eci == eci;
    if (!joins) runs.push_back({.eci = eci, .kanji = kanji, .bytes = {}});
    runs.back().bytes.insert(runs.back().bytes.end(), bytes.begin(), bytes.end());
  }
  return runs;
}

/// Length of the UTF-8 character at the front; 0 if there is none.
std::size_t utf8_length(std::span<const std::uint8_t> bytes) {
  const std::uint8_t first = bytes.front();
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((bytes[i] & 0xC0U) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies behind U+10FFFF.
  const bool overlong = (first == 0xE0 && bytes[1] < 0xA0) || (first == 0xF0 && bytes[1] < 0x90);
  const bool outside = (first == 0xED && bytes[1] >= 0xA0) || (first == 0xF4 && bytes[1] >= 0x90);
  return overlong || outside ? 0 : length;
}

Result<std::string> converted(const Run& run, bool unsaid_is_utf8) {
  const std::uint32_t unsaid = unsaid_is_utf8 ? kUtf8Eci : 3;
  const std::uint32_t number = run.eci.value_or(unsaid);
  const auto* set = std::find_if(kEciSets.begin(), kEciSets.end(),
                                 [&](const EciSet& known) { return known.number == number; });
  if (!run.kanji && set == kEciSets.end()) {
    return Error{ErrorCode::kBadInput,
                 "ECI " + std::to_string(number) + " of a QR code names no known character set"};
  }
  OSTRACON_TRY_ASSIGN(const Converter converter,
                      Converter::open(run.kanji ? kKanjiCharacterSet : set->name, "UTF-8"));
  return converter.convert(run.bytes);
}

}  // namespace

Result<Converter> Converter::open(const char* from, const char* to) {
  const iconv_t handle = iconv_open(to, from);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): how iconv says no
  if (handle == reinterpret_cast<iconv_t>(-1)) {
    return Error{ErrorCode::kUnavailable,
                 std::string("this system cannot convert text from ") + from + " to " + to};
  }
  return Converter(handle);
}

Converter::~Converter() {
  if (handle_ != nullptr) iconv_close(handle_);
}

Result<std::string> Converter::convert(std::span<const std::uint8_t> bytes) const {
  std::vector<char> in(bytes.begin(), bytes.end());
  char* from = in.data();
  std::size_t left = in.size();
  std::string text;
  std::array<char, 1024> buffer;
  iconv(handle_, nullptr, nullptr, nullptr, nullptr);
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = iconv(handle_, &from, &left, &to, &room);
    text.append(buffer.data(), buffer.size() - room);
    if (done == static_cast<std::size_t>(-1) && errno != E2BIG) {
      return Error{ErrorCode::kBadInput, "byte " + std::to_string(in.size() - left) + " of " +
                                             std::to_string(in.size()) +
                                             " of a text does not fit its character set"};
    }
  }
  return text;
}

Result<std::vector<std::size_t>> utf8_characters(std::span<const std::uint8_t> bytes) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(bytes.subspan(i));
    if (length == 0) {
      return Error{ErrorCode::kBadInput, "byte " + std::to_string(i) + " of " +
                                             std::to_string(bytes.size()) +
                                             " of a text is no UTF-8"};
    }
    starts.push_back(i);
    i += length;
  }
  return starts;
}

Result<std::string> text_of(const std::vector<Segment>& segments) {
  const std::vector<Run> runs = runs_of(segments);
  const bool unsaid_is_utf8 = std::all_of(runs.begin(), runs.end(), [](const Run& run) {
    return run.eci.has_value() || run.kanji || utf8_characters(run.bytes).has_value();
  });
  std::string text;
  for (const Run& run : runs) {
    OSTRACON_TRY_ASSIGN(const std::string part, converted(run, unsaid_is_utf8));
    text += part;
  }
  return text;
}

}  // namespace ostracon::format::qr
