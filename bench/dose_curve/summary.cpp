#include "bench/dose_curve/summary.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/dose_curve/limits.hpp"

namespace ostracon::bench {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::string decibel_text(const std::optional<double>& value) {
  if (!value) return "no table";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%+.2f dB", *value);
  return text.data();
}

Json doses_json(const PointResult& result) {
  Json doses = Json::array();
  for (const auto& [step, sum] : result.doses)
    doses.push_back({{"dose", dose_of_step(step)},
                     {"pages", sum.pages},
                     {"codewords", sum.codewords},
                     {"lost", sum.lost},
                     {"wrong", sum.wrong},
                     {"linear_lost", sum.linear_lost},
                     {"turns_per_page", sum.turns},
                     {"lost_share_95", {sum.share.low, sum.share.high}},
                     {"zone_lost", sum.zone_lost},
                     {"mutual_information", sum.mutual_information},
                     {"read_cpu_s_per_page", sum.cpu_seconds}});
  return doses;
}

Json split_json(const std::optional<LossSplit>& split) {
  if (!split) return nullptr;
  return {{"detector_noise", split->detector_noise},
          {"detection", split->detection},
          {"calibration", split->calibration},
          {"row_motion", split->row_motion},
          {"map", split->map},
          {"zones", split->zones},
          {"code", split->code},
          {"registration_and_calibration", split->registration()},
          {"matched_filter_bound", split->matched_filter}};
}

Json sums_json(const std::array<SplitSum, 2>& sums) {
  Json list = Json::array();
  for (const SplitSum& sum : sums)
    if (!sum.mean.empty()) list.push_back({{"dose", sum.dose}, {"readers", sum.mean}});
  return list;
}

}  // namespace

Figure figure_of(const PointResult& result, const format::PageLayout& layout) {
  const sem::Profile& profile = result.point.profile;
  const auto& geometry = layout.geometry();
  Figure figure;
  const double modules = static_cast<double>(geometry.rows) * geometry.cols;
  figure.overhead =
      1 - static_cast<double>(layout.codewords()) * format::codeword_bits(geometry.rate) / modules;
  double weakest = 1;
  for (std::int32_t row = 0; row < geometry.zone_rows; ++row)
    for (std::int32_t col = 0; col < geometry.zone_cols; ++col)
      weakest = std::min(weakest, zone_gain(profile.background.shading, geometry.zone_rows,
                                            geometry.zone_cols, row, col));
  figure.weakest_zone_db = decibels(weakest);
  if (const auto table = tabled_limit(profile.optics.blur_sigma_modules, geometry.rate)) {
    figure.limit = *table * contrast_factor(profile.optics.contrast);
    figure.noisy_limit = limit_with_noise(*figure.limit, profile);
  }
  if (!result.operating_step) return figure;
  figure.dose = dose_of_step(*result.operating_step);
  figure.electrons_per_bit =
      *figure.dose * modules / (static_cast<double>(layout.codewords()) * format::kPayloadBits);
  if (figure.limit) {
    figure.raw_db = decibels(*figure.dose / *figure.limit);
    figure.net_db = decibels(*figure.dose / *figure.noisy_limit);
  }
  return figure;
}

std::string table_head() {
  return "sigma rate frames px/mod contrast    N_e  above SIR  noise off      lost  95 % of share"
         "       overhead  least lit zone\n";
}

std::string table_line(const Outcome& outcome) {
  const PointResult& result = outcome.result;
  const Figure& figure = outcome.figure;
  const sem::Profile& profile = result.point.profile;
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), "%5.2f %4s %6.0f %6.2f %8.2f ",
                profile.optics.blur_sigma_modules,
                std::string(format::to_string(result.point.rate)).c_str(), profile.scan.frames,
                profile.scan.pixels_per_module, profile.optics.contrast);
  std::string line = text.data();
  if (!figure.dose && result.doses.size() == 1) {
    const auto& [step, sum] = *result.doses.begin();
    const bool enough = sum.lost <= allowed_losses(sum.codewords);
    std::snprintf(text.data(), text.size(), "%6.1f is %s: %lld of %lld lost\n", dose_of_step(step),
                  enough ? "enough" : "too little", static_cast<long long>(sum.lost),
                  static_cast<long long>(sum.codewords));
    return line + text.data();
  }
  if (!figure.dose) return line + " no dose within reach was enough\n";
  const DoseSum& sum = result.doses.at(*result.operating_step);
  std::snprintf(text.data(), text.size(),
                "%6.1f %10s %10s %3lld/%5lld  %.1e .. %.1e %8.2f %% %+11.2f dB\n", *figure.dose,
                decibel_text(figure.raw_db).c_str(), decibel_text(figure.net_db).c_str(),
                static_cast<long long>(sum.lost), static_cast<long long>(sum.codewords),
                sum.share.low, sum.share.high, 100 * figure.overhead, figure.weakest_zone_db);
  return line + text.data();
}

std::string split_table(const std::vector<Outcome>& outcomes) {
  std::string text;
  std::array<char, 256> line{};
  for (const Outcome& outcome : outcomes) {
    if (!outcome.split) continue;
    const LossSplit& split = *outcome.split;
    if (text.empty())
      text =
          "parts, dB: noise detection taps rows  map zones code | registration  "
          "matched filter bound\n";
    std::snprintf(line.data(), line.size(),
                  "           %5.2f %9.2f %4.2f %4.2f %4.2f %5.2f %4.2f | %12.2f %21.2f   %s\n",
                  split.detector_noise, split.detection, split.calibration, split.row_motion,
                  split.map, split.zones, split.code, split.registration(), split.matched_filter,
                  outcome.result.point.title().c_str());
    text += line.data();
  }
  return text;
}

std::string summary_json(const std::vector<Outcome>& outcomes, double wall_seconds) {
  Json points = Json::array();
  for (const Outcome& outcome : outcomes) {
    const PointResult& result = outcome.result;
    const Figure& figure = outcome.figure;
    const sem::Profile& profile = result.point.profile;
    points.push_back({{"sigma", profile.optics.blur_sigma_modules},
                      {"rate", format::to_string(result.point.rate)},
                      {"frames", profile.scan.frames},
                      {"pixels_per_module", profile.scan.pixels_per_module},
                      {"contrast", profile.optics.contrast},
                      {"told", to_string(result.point.told)},
                      {"operating_dose", or_null(figure.dose)},
                      {"limit", or_null(figure.limit)},
                      {"limit_with_detector_noise", or_null(figure.noisy_limit)},
                      {"db_above_limit", or_null(figure.raw_db)},
                      {"db_above_limit_with_detector_noise", or_null(figure.net_db)},
                      {"overhead", figure.overhead},
                      {"electrons_per_payload_bit", figure.electrons_per_bit},
                      {"least_lit_zone_db", figure.weakest_zone_db},
                      {"parameters", result.point.description()},
                      {"key", result.point.key()},
                      {"parts_db", split_json(outcome.split)},
                      {"mutual_information", sums_json(outcome.sums)},
                      {"doses", doses_json(result)}});
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const Json summary{
      {"criterion", "at most 3 of 3040 codewords lost, in proportion and rounded down"},
      {"wall_s", wall_seconds},
      {"peak_memory_mb", static_cast<double>(usage.ru_maxrss) / 1024},
      {"points", points}};
  return summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ostracon::bench
