#include "io/formats/picture_groups.hpp"

#include <algorithm>
#include <cctype>

#include "io/formats/texts.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMostTiles = std::size_t{1} << 22;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// "NNN_NNNNNN_NNN_...": section, field of view, beam.
bool is_tile_name(std::string_view name) {
  const auto parts = split(name, '_');
  const auto number = [&](std::size_t part, std::size_t digits) {
    return parts[part].size() == digits &&
           std::all_of(parts[part].begin(), parts[part].end(), is_digit);
  };
  return parts.size() >= 4 && number(0, 3) && number(1, 6) && number(2, 3);
}

/// A name without its last number.
std::string series_of(std::string_view name) {
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  std::size_t end = dot;
  while (end > 0 && !is_digit(name[end - 1])) --end;
  if (end == 0) return std::string(name);
  std::size_t begin = end;
  while (begin > 0 && is_digit(name[begin - 1])) --begin;
  return std::string(name.substr(0, begin)) + "#" + std::string(name.substr(end));
}

bool leaves_folder(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find(':') != std::string_view::npos) return true;
  for (const std::string_view part : split(path, '/'))
    if (part == "..") return true;
  return false;
}

}  // namespace

std::vector<std::vector<std::size_t>> group_pictures(const std::vector<std::string>& names,
                                                     std::int64_t frames_per_field) {
  std::vector<std::vector<std::size_t>> fields;
  std::string last;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = names[i].substr(names[i].rfind('/') + 1);
    const std::string series = is_tile_name(name) ? names[i] : series_of(names[i]);
    const bool full = frames_per_field > 0 && !fields.empty() &&
                      static_cast<std::int64_t>(fields.back().size()) >= frames_per_field;
    const bool another = frames_per_field > 0 ? full : series != last;
    if (fields.empty() || another) fields.emplace_back();
    fields.back().push_back(i);
    last = series;
  }
  return fields;
}

std::vector<TilePlace> parse_tile_places(std::string_view text, std::size_t& odd) {
  std::vector<TilePlace> places;
  for (const std::string_view line : lines_of(text)) {
    if (trimmed(line).empty()) continue;
    const auto parts = split(line, '\t');
    const auto x = parts.size() > 2 ? parse_number(parts[1]) : std::nullopt;
    const auto y = parts.size() > 2 ? parse_number(parts[2]) : std::nullopt;
    TilePlace place;
    place.path = trimmed(parts[0]);
    std::replace(place.path.begin(), place.path.end(), '\\', '/');
    if (!x || !y || leaves_folder(place.path) || places.size() >= kMostTiles) {
      ++odd;
      continue;
    }
    place.x_px = *x;
    place.y_px = *y;
    places.push_back(std::move(place));
  }
  return places;
}

std::optional<double> parse_tile_pixel_size(std::string_view text) {
  for (const std::string_view line : lines_of(text)) {
    const std::string small = lower(trimmed(line));
    if (!small.starts_with("pixelsize") && !small.starts_with("pixel size")) continue;
    const std::size_t digit = small.find_first_of("0123456789");
    if (digit == std::string::npos) continue;
    const auto value = parse_number_with_unit(std::string_view(small).substr(digit));
    if (!value || !(value->value > 0)) continue;
    if (value->unit.empty()) return value->value * 1e-9;
    if (const auto factor = unit_factor(value->unit, "m")) return value->value * *factor;
  }
  return std::nullopt;
}

}  // namespace ostracon::io
