#include "host/cli/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ostracon::cli {
namespace {

constexpr std::int64_t kLongestList = 1 << 24;  // as many as a plate can have pages

/// True if all of `text` is one number.
template <class T>
bool parse_number(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

Error wrong(std::string_view option, std::string_view text, std::string_view wanted) {
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{} {}: expected {}", option, text, wanted)};
}

}  // namespace

Result<Size> parse_size(std::string_view text, std::string_view option) {
  const auto by = text.find_first_of("xX");
  Size size;
  const bool good = by == std::string_view::npos
                        ? parse_number(text, size.rows) && parse_number(text, size.cols)
                        : parse_number(text.substr(0, by), size.rows) &&
                              parse_number(text.substr(by + 1), size.cols);
  if (!good || size.rows <= 0 || size.cols <= 0)
    return wrong(option, text, "ROWSxCOLUMNS, such as 1280x1280");
  return size;
}

Result<double> parse_share(std::string_view text, std::string_view option) {
  const bool percent = !text.empty() && text.back() == '%';
  double value = 0;
  if (!parse_number(percent ? text.substr(0, text.size() - 1) : text, value) ||
      !std::isfinite(value))
    return wrong(option, text, "a share, such as 20% or 0.2");
  return percent ? value / 100 : value;
}

Result<std::vector<std::int64_t>> parse_list(std::string_view text, std::string_view option) {
  std::vector<std::int64_t> values;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view item = text.substr(at, comma - at);
    const auto dash = item.find('-');
    std::int64_t first = 0;
    std::int64_t last = 0;
    const bool good = dash == std::string_view::npos
                          ? parse_number(item, first) && parse_number(item, last)
                          : parse_number(item.substr(0, dash), first) &&
                                parse_number(item.substr(dash + 1), last);
    if (!good || first < 0 || last < first || last - first >= kLongestList)
      return wrong(option, text, "numbers and ranges, such as 3,8,11-13");
    for (std::int64_t value = first; value <= last; ++value) values.push_back(value);
    at = comma + 1;
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::string printable(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

std::string human_bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string human_duration(double seconds) {
  if (seconds < 60) return fmt::format("{:.{}f} s", seconds, seconds < 9.95 ? 2 : 0);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace ostracon::cli
