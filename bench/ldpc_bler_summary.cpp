#include "bench/ldpc_bler_summary.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/awgn_limit.hpp"
#include "bench/interval.hpp"
#include "bench/svg.hpp"

namespace ostracon::bench {
namespace {

using Json = nlohmann::ordered_json;

/// Three decimals of a dB, six digits of anything else, are more than is known.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }
double decibels(double value) { return rounded(value, 1000); }
double digits(double value) {
  if (value == 0) return 0;
  return rounded(value, std::pow(10.0, 3 - std::floor(std::log10(std::fabs(value)))));
}

Json name_of(const BlerSeries& series) {
  return {{"rate", format::to_string(series.trial.decoder.rate)}, {"erased", series.erased}};
}

Json json_of(const BlerSeries& series, const BlerSeries::Entry& entry) {
  const BlerCounts& counts = entry.counts;
  const Interval interval = share_interval(counts.failed + counts.wrong, counts.codewords);
  const format::Rate rate = series.trial.decoder.rate;
  const double decoded_bits = static_cast<double>(counts.codewords - counts.failed) *
                              format::codeword_bits(rate) * (1 - series.erased);
  const auto first_pass_failed = counts.failed + counts.second_pass;
  Json json = name_of(series);
  json["es_n0_db"] = decibels(entry.es_n0_db);
  json["eb_n0_db"] = decibels(entry.es_n0_db - 10 * std::log10(information_share(rate)));
  json["codewords"] = counts.codewords;
  json["failed"] = counts.failed;
  json["wrong"] = counts.wrong;
  json["bler"] = digits(counts.error_rate());
  json["bler_low"] = digits(interval.low);
  json["bler_high"] = digits(interval.high);
  json["first_pass_failed"] = first_pass_failed;
  json["second_pass"] = counts.second_pass;
  json["refused_by_crc"] = counts.refused_by_crc;
  json["expected_wrong"] = digits(expected_wrong(counts));
  json["expected_wrong_of_refused"] = digits(static_cast<double>(counts.refused_by_crc) * 0x1p-24);
  json["mean_iterations"] = digits(counts.mean_iterations());
  json["raw_bit_error_rate"] =
      decoded_bits > 0 ? digits(static_cast<double>(counts.flipped) / decoded_bits) : 0.0;
  json["iterations_histogram"] = counts.iterations;
  return json;
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(decibels(*value)) : Json(nullptr);
}

Json json_of(const BlerSeries& series) {
  const InnerDecoderConfig& decoder = series.trial.decoder;
  Json json = name_of(series);
  json["min_sum_iterations"] = decoder.min_sum_iterations;
  json["box_plus_iterations"] = decoder.box_plus_iterations;
  json["retry_iterations"] = decoder.retry_iterations;
  json["limit_db"] = decibels(series.limit_db());
  for (const auto& [power, error_rate] :
       {std::pair{"1e-2", 1e-2}, std::pair{"1e-3", 1e-3}, std::pair{"1e-4", 1e-4}}) {
    const auto at = series.es_n0_at(error_rate);
    json[std::string("es_n0_db_at_") + power] = or_null(at);
    json[std::string("gap_db_at_") + power] =
        at ? Json(decibels(*at - series.limit_db())) : Json(nullptr);
  }
  return json;
}

}  // namespace

double BlerSeries::limit_db() const { return awgn_limit_db(trial.decoder.rate, erased); }

std::string BlerSeries::title() const {
  const std::string rate = "rate " + std::string(format::to_string(trial.decoder.rate));
  return erased > 0 ? rate + svg::format_text(", %g %% erased", 100 * erased) : rate;
}

std::optional<double> BlerSeries::es_n0_at(double error_rate) const {
  std::vector<Entry> sorted = entries;
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.es_n0_db < b.es_n0_db; });
  for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
    const double above = sorted[i].counts.error_rate(), below = sorted[i + 1].counts.error_rate();
    if (above < error_rate || below > error_rate || below == 0) continue;
    const double fall = std::log(above / below);
    const double way = fall > 0 ? std::log(above / error_rate) / fall : 0;
    return sorted[i].es_n0_db + way * (sorted[i + 1].es_n0_db - sorted[i].es_n0_db);
  }
  return std::nullopt;
}

// Were every failure to end in some random information word, 2^-24 of them would pass the CRC-24B:
// that is an upper bound. Before the CRC stand the parity checks. A decoder that does not converge
// meets never all of them, so that only those failures are put to the CRC which converged to
// another codeword: `refused_by_crc`, to which the same 2^-24 applies.
double expected_wrong(const BlerCounts& counts) {
  return static_cast<double>(counts.failed + counts.wrong) * 0x1p-24;
}

std::string entry_json(const BlerSeries& series, const BlerSeries::Entry& entry) {
  return json_of(series, entry).dump();
}

std::string series_json(const BlerSeries& series) { return json_of(series).dump(); }

std::string bler_summary_json(const std::vector<BlerSeries>& all) {
  Json list = Json::array();
  for (const BlerSeries& series : all) {
    Json json = json_of(series);
    Json points = Json::array();
    for (const BlerSeries::Entry& entry : series.entries) points.push_back(json_of(series, entry));
    json["codewords_asked"] = series.trial.codewords;
    json["most_failures"] = series.trial.most_failures;
    json["seed"] = series.trial.seed;
    json["points"] = std::move(points);
    list.push_back(std::move(json));
  }
  return Json{{"interval", "Clopper-Pearson, 95 %"}, {"series", list}}.dump(2) + "\n";
}

}  // namespace ostracon::bench
