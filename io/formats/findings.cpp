#include "io/formats/findings.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ostracon::io {
namespace {

/// Of a file: short, on one line, UTF-8.
std::string quoted(std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, 80)) text += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  std::string whole(1, '\'');
  whole += is_utf8(text) ? text : utf8_of_latin1(text);
  whole += '\'';
  return whole;
}

std::string nanometres(double metres) {
  char text[40];  // NOLINT(modernize-avoid-c-arrays)
  std::snprintf(text, sizeof text, "%g nm", metres * 1e9);
  return text;
}

}  // namespace

void Findings::number(std::optional<double>& to, std::string_view what, std::string_view text,
                      double factor) {
  if (trimmed(text).empty()) return;
  if (const auto value = parse_number(text))
    to = *value * factor;
  else
    warn(std::string(what) + " is " + quoted(text) + ", no number");
}

void Findings::quantity(std::optional<double>& to, std::string_view what, std::string_view text,
                        std::string_view base) {
  if (trimmed(text).empty()) return;
  const auto value = parse_number_with_unit(text);
  const auto factor = value ? unit_factor(value->unit, base) : std::nullopt;
  if (factor)
    to = value->value * *factor;
  else
    warn(std::string(what) + " is " + quoted(text) + ", no number of " + std::string(base));
}

void Findings::scaled(std::optional<double>& to, std::string_view what, std::optional<double> value,
                      std::string_view unit, std::string_view base) {
  if (!value) return;
  std::string bare;
  for (const char c : trimmed(unit))
    if (c != '[' && c != ']') bare += c;
  if (bare.empty() || lower(bare) == "px" || lower(bare) == "pixel" || lower(bare) == "<undefined>")
    return;
  if (const auto factor = unit_factor(bare, base))
    to = *value * *factor;
  else
    warn(std::string(what) + " is in " + quoted(unit) + ", not in " + std::string(base));
}

void Findings::pixel_sides(std::optional<double> x_m, std::optional<double> y_m) {
  if (!x_m) x_m = y_m;
  if (!x_m) return;
  const double x = std::abs(*x_m), y = std::abs(y_m.value_or(*x_m));
  if (!(x > 0 && y > 0 && std::isfinite(x) && std::isfinite(y))) {
    warn("pixels of " + nanometres(y) + " by " + nanometres(x));
    return;
  }
  info_->pixel_size_m = x;
  if (std::abs(x - y) > 1e-3 * std::max(x, y))
    warn("pixels are no squares: " + nanometres(y) + " high, " + nanometres(x) + " wide");
}

void Findings::entry(std::optional<double>& to, const TextTable& table, const std::string& key,
                     double factor) {
  const auto found = table.find(key);
  if (found != table.end()) number(to, key, found->second, factor);
}

}  // namespace ostracon::io
