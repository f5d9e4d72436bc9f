#pragma once
// The few elements of SVG that the plots of the benches are drawn with. Coordinates in pixels from
// the upper left corner; every element ends its line.

#include <array>
#include <cstdio>
#include <string>

namespace ostracon::bench::svg {

/// Of curves, in turn.
inline constexpr std::array<const char*, 8> kColours{"#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad",
                                                     "#d68910", "#16767b", "#7f5539", "#555555"};
inline constexpr const char* kGridColour = "#dddddd";

/// printf to a string of at most 511 characters.
template <class... Values>
std::string format_text(const char* format, Values... values) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// The head of a document on white paper; "</svg>" ends it.
std::string head(double width, double height);

/// `anchor`: "start", "middle" or "end" of the words is at x.
std::string label(double x, double y, const char* anchor, const std::string& words);

std::string line(double x0, double y0, double x1, double y1, const char* colour);

/// A filled disc, or one of paper with a coloured border.
std::string dot(double x, double y, const char* colour, bool filled);

/// `points`: "x,y x,y ...".
std::string polyline(const std::string& points, const char* colour);

}  // namespace ostracon::bench::svg
