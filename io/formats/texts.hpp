#pragma once
// Texts of microscopes: encodings, numbers, units, tables. Pure functions. Private to io/.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ostracon::io {

bool is_utf8(std::string_view text);
std::string utf8_of_latin1(std::string_view text);
std::string lower(std::string_view text);
/// Without blanks and control characters around it.
std::string_view trimmed(std::string_view text);
/// Parts between separators, empty ones too; the first 2^22 of them.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Without CR, at LF.
std::vector<std::string_view> lines_of(std::string_view text);

/// A finite number, all of the text, blanks around it aside: "5.8e-009", " 3.9 ".
std::optional<double> parse_number(std::string_view text);
/// A number and its unit: "5.00 kV" -> 5, "kV". Nothing if it does not begin with a number.
struct NumberWithUnit {
  double value = 0;
  std::string unit;
};
std::optional<NumberWithUnit> parse_number_with_unit(std::string_view text);

/// How many `base` ("m", "s", "V", "A", "eV") one `unit` is: 1e-9 for "nm", "n_m", "[n_m]",
/// "nanometer" and "m". Nothing for units of something else, or none.
std::optional<double> unit_factor(std::string_view unit, std::string_view base);

/// Values of an INI text by "section/key", both small; keys before any section "/key". Of a value
/// that stands twice the first.
using TextTable = std::map<std::string, std::string>;
TextTable parse_ini(std::string_view text);

}  // namespace ostracon::io
