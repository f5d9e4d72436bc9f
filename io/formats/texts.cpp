#include "io/formats/texts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

namespace ostracon::io {
namespace {

constexpr std::size_t kMostEntries = 65536;
constexpr std::size_t kMostParts = std::size_t{1} << 22;

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80U) continue;
    const int more = first >= 0xC2U && first < 0xE0U   ? 1
                     : first >= 0xE0U && first < 0xF0U ? 2
                     : first >= 0xF0U && first < 0xF5U ? 3
                                                       : 0;
    if (more == 0) return false;
    for (int i = 0; i < more; ++i, ++at)
      if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U)
        return false;
  }
  return true;
}

std::string utf8_of_latin1(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80U) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0U | code >> 6U);
      utf8 += static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
  return utf8;
}

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size() && parts.size() < kMostParts;) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  auto lines = split(text, '\n');
  for (std::string_view& line : lines)
    if (line.ends_with('\r')) line.remove_suffix(1);
  return lines;
}

std::optional<NumberWithUnit> parse_number_with_unit(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  NumberWithUnit number;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number.value);
  if (error != std::errc() || !std::isfinite(number.value)) return std::nullopt;
  number.unit = trimmed(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  return number;
}

std::optional<double> parse_number(std::string_view text) {
  const auto number = parse_number_with_unit(text);
  if (!number || !number->unit.empty()) return std::nullopt;
  return number->value;
}

std::optional<double> unit_factor(std::string_view unit, std::string_view base) {
  struct Prefix {
    std::string_view text;
    double factor;
  };
  // Also the two signs of micro, in UTF-8 and Latin-1.
  static constexpr std::array<Prefix, 15> kPrefixes{{{"", 1},
                                                     {"k", 1e3},
                                                     {"M", 1e6},
                                                     {"m", 1e-3},
                                                     {"u", 1e-6},
                                                     {"\xC2\xB5", 1e-6},
                                                     {"\xCE\xBC", 1e-6},
                                                     {"\xB5", 1e-6},
                                                     {"n", 1e-9},
                                                     {"p", 1e-12},
                                                     {"milli", 1e-3},
                                                     {"micro", 1e-6},
                                                     {"nano", 1e-9},
                                                     {"pico", 1e-12},
                                                     {"kilo", 1e3}}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kWords{
      {{"metre", "m"},
       {"meter", "m"},
       {"metres", "m"},
       {"meters", "m"},
       {"second", "s"},
       {"seconds", "s"},
       {"sec", "s"},
       {"volt", "V"},
       {"volts", "V"},
       {"Volt", "V"},
       {"Volts", "V"},
       {"ampere", "A"},
       {"amperes", "A"},
       {"amp", "A"},
       {"Ampere", "A"},
       {"electronvolt", "eV"}}};
  std::string bare;
  for (const char c : trimmed(unit))
    if (c != '[' && c != ']' && c != '_' && !is_blank(c)) bare += c;
  if (base == "m" && (bare == "\xC3\x85" || bare == "\xE2\x84\xAB" || lower(bare) == "angstrom"))
    return 1e-10;
  for (const Prefix& prefix : kPrefixes) {
    if (!std::string_view(bare).starts_with(prefix.text)) continue;
    const std::string_view rest = std::string_view(bare).substr(prefix.text.size());
    if (rest == base) return prefix.factor;
    for (const auto& [word, symbol] : kWords)
      if (rest == word && symbol == base) return prefix.factor;
  }
  return std::nullopt;
}

TextTable parse_ini(std::string_view text) {
  TextTable table;
  std::string section;
  for (std::string_view line : lines_of(text)) {
    line = trimmed(line);
    if (line.starts_with('[') && line.ends_with(']')) {
      section = lower(line.substr(1, line.size() - 2));
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || table.size() >= kMostEntries) continue;
    table.emplace(section + "/" + lower(trimmed(line.substr(0, equals))),
                  std::string(trimmed(line.substr(equals + 1))));
  }
  return table;
}

}  // namespace ostracon::io
