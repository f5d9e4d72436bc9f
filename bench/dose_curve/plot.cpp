#include "bench/dose_curve/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "bench/dose_curve/limits.hpp"

namespace ostracon::bench {
namespace {

constexpr double kWidth = 900, kLeft = 70, kRight = 330, kTop = 40, kCurves = 320, kBar = 26;
constexpr double kLeastShare = 1e-4;  // a dose that lost nothing is drawn here
constexpr std::array<const char*, 8> kColours{"#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad",
                                              "#d68910", "#16767b", "#7f5539", "#555555"};

template <class... Values>
std::string format_text(const char* format, Values... values) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
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

double limit_of(const Outcome& outcome) {
  if (outcome.figure.limit) return *outcome.figure.limit;
  const auto& optics = outcome.result.point.profile.optics;
  return guessed_limit(optics.blur_sigma_modules, outcome.result.point.rate) *
         contrast_factor(optics.contrast);
}

/// The dB axis that both panels share.
struct Axis {
  double low = 0, high = 3;
  double x(double decibels) const {
    return kLeft + (kWidth - kLeft - kRight) * (decibels - low) / (high - low);
  }
};

Axis axis_of(const std::vector<Outcome>& outcomes) {
  Axis axis;
  for (const Outcome& outcome : outcomes)
    for (const auto& [step, sum] : outcome.result.doses) {
      const double at = decibels(dose_of_step(step) / limit_of(outcome));
      axis.low = std::min(axis.low, std::floor(at));
      axis.high = std::max(axis.high, std::ceil(at));
    }
  return axis;
}

double y_of_share(double share) {
  return kTop - kCurves * std::log10(std::max(share, kLeastShare)) / -std::log10(kLeastShare);
}

std::string frame(const Axis& axis, double bottom) {
  std::string svg;
  for (double at = axis.low; at <= axis.high + 1e-9; at += 1) {
    svg += line(axis.x(at), kTop, axis.x(at), bottom, "#dddddd");
    svg += label(axis.x(at), bottom + 18, "middle", format_text("%.0f", at));
  }
  for (double power = std::log10(kLeastShare); power <= 0.5; power += 1) {
    const double y = y_of_share(std::pow(10.0, power));
    svg += line(kLeft, y, kWidth - kRight, y, "#dddddd");
    svg += label(kLeft - 8, y + 4, "end", format_text("1e%.0f", power));
  }
  svg += label((kLeft + kWidth - kRight) / 2, bottom + 38, "middle",
               "dose in dB above the limit of the channel");
  svg += label(kLeft, kTop - 14, "start", "share of codewords lost");
  return svg;
}

/// Doses tried, joined; a dot is hollow where nothing was lost.
std::string curve(const Outcome& outcome, const Axis& axis, const char* colour) {
  std::string points, dots;
  for (const auto& [step, sum] : outcome.result.doses) {
    if (sum.codewords == 0) continue;
    const double share = static_cast<double>(sum.lost) / static_cast<double>(sum.codewords);
    const double x = axis.x(decibels(dose_of_step(step) / limit_of(outcome)));
    points += format_text("%.1f,%.1f ", x, y_of_share(share));
    dots += format_text(R"(<circle cx="%.1f" cy="%.1f" r="3" stroke="%s" fill="%s"/>)"
                        "\n",
                        x, y_of_share(share), colour, sum.lost == 0 ? "white" : colour);
  }
  return format_text(R"(<polyline fill="none" stroke="%s" stroke-width="1.5" points=")", colour) +
         points + "\"/>\n" + dots;
}

/// The parts side by side from the limit to the operating dose; one grey bar if it was not split.
std::string bar(const Outcome& outcome, const Axis& axis, double y) {
  if (!outcome.figure.dose) return {};
  const double total = decibels(*outcome.figure.dose / limit_of(outcome));
  struct Part {
    double size;
    const char* colour;
  };
  std::vector<Part> parts{{total, "#bbbbbb"}};
  if (const auto& split = outcome.split)
    parts = {{split->detector_noise, "#9e9e9e"},
             {split->detection, "#1b6ca8"},
             {split->registration(), "#2e8b57"},
             {split->zones, "#d68910"},
             {split->code, "#c0392b"}};
  std::string svg;
  double at = 0;
  for (const Part& part : parts) {
    const double next = at + part.size;
    svg += format_text(R"(<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>)"
                       "\n",
                       axis.x(std::min(at, next)), y, std::abs(axis.x(next) - axis.x(at)), kBar - 8,
                       part.colour);
    at = next;
  }
  return svg + label(axis.x(total) + 6, y + 13, "start", format_text("%+.2f dB", total));
}

}  // namespace

std::string dose_plot(const std::vector<Outcome>& outcomes) {
  const Axis axis = axis_of(outcomes);
  const double bottom = kTop + kCurves, bars = bottom + 80;
  const double height = bars + kBar * static_cast<double>(outcomes.size()) + 20;
  std::string svg =
      format_text(R"(<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" )"
                  R"(font-family="sans-serif" font-size="12">)"
                  "\n"
                  R"(<rect width="100%%" height="100%%" fill="white"/>)"
                  "\n",
                  kWidth, height);
  svg += frame(axis, bottom);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const char* colour = kColours[i % kColours.size()];
    const double y = bars + kBar * static_cast<double>(i);
    svg += curve(outcomes[i], axis, colour);
    svg += bar(outcomes[i], axis, y);
    svg += line(kWidth - kRight + 16, kTop + 16.0 * static_cast<double>(i), kWidth - kRight + 34,
                kTop + 16.0 * static_cast<double>(i), colour);
    svg += label(kWidth - kRight + 40, kTop + 16.0 * static_cast<double>(i) + 4, "start",
                 outcomes[i].result.point.title());
    svg += label(kWidth - kRight + 80, y + 13, "start", outcomes[i].result.point.title());
  }
  svg += label(kLeft, bars - 16, "start",
               "made of: detector noise (grey), detection (blue), registration and calibration "
               "(green), worst zone (orange), code (red)");
  return svg + "</svg>\n";
}

}  // namespace ostracon::bench
