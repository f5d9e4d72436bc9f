#include "bench/dose_curve/plot.hpp"

#include <algorithm>
#include <cmath>

#include "bench/dose_curve/limits.hpp"
#include "bench/svg.hpp"

namespace ostracon::bench {
namespace {

using svg::format_text;
using svg::label;
using svg::line;

constexpr double kWidth = 900, kLeft = 70, kRight = 330, kTop = 40, kCurves = 320, kBar = 26;
constexpr double kLeastShare = 1e-4;  // a dose that lost nothing is drawn here

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
  std::string text;
  for (double at = axis.low; at <= axis.high + 1e-9; at += 1) {
    text += line(axis.x(at), kTop, axis.x(at), bottom, svg::kGridColour);
    text += label(axis.x(at), bottom + 18, "middle", format_text("%.0f", at));
  }
  for (double power = std::log10(kLeastShare); power <= 0.5; power += 1) {
    const double y = y_of_share(std::pow(10.0, power));
    text += line(kLeft, y, kWidth - kRight, y, svg::kGridColour);
    text += label(kLeft - 8, y + 4, "end", format_text("1e%.0f", power));
  }
  text += label((kLeft + kWidth - kRight) / 2, bottom + 38, "middle",
                "dose in dB above the limit of the channel");
  text += label(kLeft, kTop - 14, "start", "share of codewords lost");
  return text;
}

/// Doses tried, joined; a dot is hollow where nothing was lost.
std::string curve(const Outcome& outcome, const Axis& axis, const char* colour) {
  std::string points, dots;
  for (const auto& [step, sum] : outcome.result.doses) {
    if (sum.codewords == 0) continue;
    const double share = static_cast<double>(sum.lost) / static_cast<double>(sum.codewords);
    const double x = axis.x(decibels(dose_of_step(step) / limit_of(outcome)));
    points += format_text("%.1f,%.1f ", x, y_of_share(share));
    dots += svg::dot(x, y_of_share(share), colour, sum.lost != 0);
  }
  return svg::polyline(points, colour) + dots;
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
  std::string text;
  double at = 0;
  for (const Part& part : parts) {
    const double next = at + part.size;
    text += format_text(R"(<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>)"
                        "\n",
                        axis.x(std::min(at, next)), y, std::abs(axis.x(next) - axis.x(at)),
                        kBar - 8, part.colour);
    at = next;
  }
  return text + label(axis.x(total) + 6, y + 13, "start", format_text("%+.2f dB", total));
}

}  // namespace

std::string dose_plot(const std::vector<Outcome>& outcomes) {
  const Axis axis = axis_of(outcomes);
  const double bottom = kTop + kCurves, bars = bottom + 80;
  const double height = bars + kBar * static_cast<double>(outcomes.size()) + 20;
  std::string text = svg::head(kWidth, height);
  text += frame(axis, bottom);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const char* colour = svg::kColours[i % svg::kColours.size()];
    const double y = bars + kBar * static_cast<double>(i);
    text += curve(outcomes[i], axis, colour);
    text += bar(outcomes[i], axis, y);
    text += line(kWidth - kRight + 16, kTop + 16.0 * static_cast<double>(i), kWidth - kRight + 34,
                 kTop + 16.0 * static_cast<double>(i), colour);
    text += label(kWidth - kRight + 40, kTop + 16.0 * static_cast<double>(i) + 4, "start",
                  outcomes[i].result.point.title());
    text += label(kWidth - kRight + 80, y + 13, "start", outcomes[i].result.point.title());
  }
  text += label(kLeft, bars - 16, "start",
                "made of: detector noise (grey), detection (blue), registration and calibration "
                "(green), worst zone (orange), code (red)");
  return text + "</svg>\n";
}

}  // namespace ostracon::bench
