#include "bench/svg.hpp"

namespace ostracon::bench::svg {

std::string head(double width, double height) {
  return format_text(R"(<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" )"
                     R"(font-family="sans-serif" font-size="12">)"
                     "\n"
                     R"(<rect width="100%%" height="100%%" fill="white"/>)"
                     "\n",
                     width, height);
}

std::string label(double x, double y, const char* anchor, const std::string& words) {
  return format_text(R"(<text x="%.1f" y="%.1f" text-anchor="%s">)", x, y, anchor) + words +
         "</text>\n";
}

std::string line(double x0, double y0, double x1, double y1, const char* colour) {
  return format_text(
      R"(<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="1"/>)"
      "\n",
      x0, y0, x1, y1, colour);
}

std::string dot(double x, double y, const char* colour, bool filled) {
  return format_text(R"(<circle cx="%.1f" cy="%.1f" r="3" stroke="%s" fill="%s"/>)"
                     "\n",
                     x, y, colour, filled ? colour : "white");
}

std::string polyline(const std::string& points, const char* colour) {
  return format_text(R"(<polyline fill="none" stroke="%s" stroke-width="1.5" points=")", colour) +
         points + "\"/>\n";
}

}  // namespace ostracon::bench::svg
