#include "bench/ldpc_bler_plot.hpp"

#include <algorithm>
#include <cmath>

#include "bench/interval.hpp"
#include "bench/svg.hpp"

namespace ostracon::bench {
namespace {

using svg::format_text;
using svg::label;
using svg::line;

constexpr double kWidth = 900, kHeight = 480, kLeft = 70, kRight = 290, kTop = 40, kBottom = 60;

struct Axes {
  double low_db = 0, high_db = 0;  ///< whole multiples of half a dB
  int decades = 1;                 ///< from 1 down

  double x(double es_n0_db) const {
    return kLeft + (kWidth - kLeft - kRight) * (es_n0_db - low_db) / (high_db - low_db);
  }
  double y(double share) const {
    const double down = -std::log10(std::max(share, std::pow(10.0, -decades))) / decades;
    return kTop + (kHeight - kTop - kBottom) * down;
  }
};

Axes axes_of(const std::vector<BlerSeries>& all) {
  double low = 100, high = -100, least = 0.1;
  for (const BlerSeries& series : all) {
    low = std::min(low, series.limit_db());
    high = std::max(high, series.limit_db());
    for (const auto& entry : series.entries) {
      low = std::min(low, entry.es_n0_db);
      high = std::max(high, entry.es_n0_db);
      const double share = entry.counts.error_rate();
      if (share > 0) least = std::min(least, share);
    }
  }
  Axes axes;
  axes.low_db = std::floor(2 * low - 0.1) / 2;
  axes.high_db = std::ceil(2 * high + 0.1) / 2;
  axes.decades = static_cast<int>(std::ceil(-std::log10(least)));
  return axes;
}

std::string frame(const Axes& axes) {
  std::string text;
  const auto high = static_cast<int>(std::lround(2 * axes.high_db));
  for (auto half = static_cast<int>(std::lround(2 * axes.low_db)); half <= high; ++half) {
    const double at = half / 2.0;
    text += line(axes.x(at), kTop, axes.x(at), kHeight - kBottom, svg::kGridColour);
    if (half % 2 == 0)
      text += label(axes.x(at), kHeight - kBottom + 18, "middle", format_text("%.0f", at));
  }
  for (int decade = 0; decade <= axes.decades; ++decade) {
    const double y = axes.y(std::pow(10.0, -decade));
    text += line(kLeft, y, kWidth - kRight, y, svg::kGridColour);
    text += label(kLeft - 8, y + 4, "end", format_text("1e-%d", decade));
  }
  text += label((kLeft + kWidth - kRight) / 2, kHeight - kBottom + 38, "middle",
                "Es/N0 of a module in dB; dashed: capacity");
  return text + label(kLeft, kTop - 14, "start", "share of codewords lost");
}

std::string curve(const BlerSeries& series, const Axes& axes, const char* colour) {
  std::vector<BlerSeries::Entry> sorted = series.entries;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.es_n0_db < b.es_n0_db; });
  std::string points, marks;
  for (const auto& [es_n0_db, counts] : sorted) {
    const std::int64_t lost = counts.failed + counts.wrong;
    const Interval interval = share_interval(lost, counts.codewords);
    const double x = axes.x(es_n0_db);
    const double y = axes.y(lost > 0 ? counts.error_rate() : interval.high);
    if (lost > 0) points += format_text("%.1f,%.1f ", x, y);
    marks += line(x, axes.y(interval.low), x, axes.y(interval.high), colour);
    marks += svg::dot(x, y, colour, lost > 0);
  }
  const double limit = axes.x(series.limit_db());
  marks += format_text(R"(<path d="M %.1f %.1f V %.1f" stroke="%s" stroke-dasharray="5 4"/>)"
                       "\n",
                       limit, kTop, kHeight - kBottom, colour);
  return svg::polyline(points, colour) + marks;
}

}  // namespace

std::string bler_plot(const std::vector<BlerSeries>& all) {
  const Axes axes = axes_of(all);
  std::string text = svg::head(kWidth, kHeight) + frame(axes);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char* colour = svg::kColours[i % svg::kColours.size()];
    const double y = kTop + 36.0 * static_cast<double>(i);
    text += curve(all[i], axes, colour);
    text += line(kWidth - kRight + 16, y, kWidth - kRight + 34, y, colour);
    text += label(kWidth - kRight + 40, y + 4, "start", all[i].title());
    if (const auto at = all[i].es_n0_at(1e-4))
      text +=
          label(kWidth - kRight + 40, y + 18, "start",
                format_text("1e-4 at %.2f dB, %.2f above capacity", *at, *at - all[i].limit_db()));
  }
  return text + "</svg>\n";
}

}  // namespace ostracon::bench
