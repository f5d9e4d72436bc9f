// Failure rate of the inner decoder behind white Gaussian noise: over rates, shares of erasures and
// Es/N0, with 95 % intervals (Clopper-Pearson). Prints a JSON line a point and one a series, which
// has the Es/N0 at round failure rates and the gap to capacity; writes summary.json and curve.svg.

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "bench/awgn_limit.hpp"
#include "bench/ldpc_bler_plot.hpp"
#include "bench/ldpc_bler_summary.hpp"

namespace ostracon::bench {
namespace {

struct Options {
  std::vector<std::string> rates{"0.8"};
  std::vector<std::string> es_n0_db;
  std::vector<std::string> above_limit;
  std::vector<double> erased{0.0};
  BlerTrial trial;
  std::int32_t plain_iterations = 0;
  bool first_pass_only = false;
  std::string out;
};

/// The numbers of "1.7", or of "1.6:1.9:0.1", ends included.
Result<std::vector<double>> numbers_of(const std::string& text) {
  std::vector<double> parts;
  const char* at = text.c_str();
  for (;;) {
    char* end = nullptr;
    parts.push_back(std::strtod(at, &end));
    const bool valid = end != at && std::isfinite(parts.back());
    if (valid && *end == ':' && parts.size() < 3) {
      at = end + 1;
      continue;
    }
    if (!valid || *end != '\0' || parts.size() == 2)
      return Error{ErrorCode::kInvalidArgument, "'" + text + "' is no number and no FROM:TO:STEP"};
    break;
  }
  if (parts.size() == 1) return parts;
  const double from = parts[0], to = parts[1], step = parts[2];
  if (!(step > 0 && to >= from && (to - from) / step < 1000))
    return Error{ErrorCode::kInvalidArgument, "'" + text + "' is no range of up to 1000 steps"};
  std::vector<double> numbers;
  for (int i = 0; from + i * step <= to + 1e-6 * step; ++i) numbers.push_back(from + i * step);
  return numbers;
}

Result<std::vector<double>> es_n0_of(const Options& options, double limit_db) {
  std::vector<double> list;
  for (const auto* texts : {&options.es_n0_db, &options.above_limit})
    for (const std::string& text : *texts) {
      OSTRACON_TRY_ASSIGN(const auto numbers, numbers_of(text));
      // Limits are rounded so that the points are round numbers too.
      const double base = texts == &options.above_limit ? std::round(100 * limit_db) / 100 : 0.0;
      for (const double number : numbers) list.push_back(base + number);
    }
  if (list.empty())
    return Error{ErrorCode::kInvalidArgument, "neither --esn0 nor --above is given"};
  return list;
}

Result<BlerSeries> run_series(const Options& options, const std::string& rate, double erased) {
  BlerSeries series{options.trial, erased, {}};
  OSTRACON_TRY_ASSIGN(series.trial.decoder.rate, format::parse_rate(rate));
  if (!(erased >= 0 && erased < 1 - information_share(series.trial.decoder.rate)))
    return Error{ErrorCode::kInvalidArgument, "nothing of rate " + rate +
                                                  " can be read with a share of " +
                                                  std::to_string(erased) + " erased"};
  OSTRACON_TRY_ASSIGN(const auto points, es_n0_of(options, series.limit_db()));
  for (const double es_n0_db : points) {
    OSTRACON_TRY_ASSIGN(auto counts, count_failures({es_n0_db, erased}, series.trial));
    series.entries.push_back({es_n0_db, std::move(counts)});
    std::printf("%s\n", entry_json(series, series.entries.back()).c_str());
    std::fflush(stdout);
  }
  std::printf("%s\n", series_json(series).c_str());
  std::fflush(stdout);
  return series;
}

Result<> write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::kIo, "cannot write " + path.string()};
  return Ok{};
}

Result<> run(const Options& options) {
  std::vector<BlerSeries> all;
  for (const std::string& rate : options.rates)
    for (const double erased : options.erased) {
      OSTRACON_TRY_ASSIGN(auto series, run_series(options, rate, erased));
      all.push_back(std::move(series));
    }
  if (options.out.empty()) return Ok{};
  const std::filesystem::path folder = options.out;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error{ErrorCode::kIo, "cannot make " + folder.string() + ": " + error.message()};
  OSTRACON_TRY(write(folder / "summary.json", bler_summary_json(all)));
  return write(folder / "curve.svg", bler_plot(all));
}

void describe(CLI::App& app, Options& options) {
  InnerDecoderConfig& decoder = options.trial.decoder;
  app.add_option("--rate", options.rates, "of 1/3, 1/2, 2/3, 0.8, 8/9; lists have commas")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--esn0", options.es_n0_db, "Es/N0 of a module, dB: a list, or FROM:TO:STEP")
      ->delimiter(',');
  app.add_option("--above", options.above_limit, "the same in dB above capacity, of every rate")
      ->delimiter(',');
  app.add_option("--erased", options.erased, "share of the bits erased")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--codewords", options.trial.codewords, "of a point, rounded up to 64")
      ->capture_default_str();
  app.add_option("--failures", options.trial.most_failures,
                 "a point ends with so many failures; 0: never")
      ->capture_default_str();
  app.add_option("--min-sum", decoder.min_sum_iterations, "iterations of the first pass")
      ->capture_default_str();
  app.add_option("--box-plus", decoder.box_plus_iterations, "iterations by which it goes on")
      ->capture_default_str();
  app.add_option("--retry", decoder.retry_iterations, "iterations of the second pass")
      ->capture_default_str();
  app.add_option("--iterations", options.plain_iterations,
                 "a first pass of so many iterations of min-sum, and no box-plus");
  app.add_flag("--first-pass-only", options.first_pass_only, "no second pass");
  app.add_option("--seed", options.trial.seed)->capture_default_str();
  app.add_option("--threads", options.trial.threads, "0: one a core; the counts are the same")
      ->capture_default_str();
  app.add_option("--out", options.out, "folder of summary.json and curve.svg");
}

int run_program(int argc, char** argv) {
  Options options;
  CLI::App app{"Failure rate of the inner decoder behind white Gaussian noise"};
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  InnerDecoderConfig& decoder = options.trial.decoder;
  if (options.plain_iterations > 0) {
    decoder.min_sum_iterations = options.plain_iterations;
    decoder.box_plus_iterations = 0;
  }
  if (options.first_pass_only) decoder.retry_iterations = 0;
  const auto done = run(options);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  try {
    return ostracon::bench::run_program(argc, argv);
  } catch (const std::exception& error) {  // of the libraries: out of memory, for one
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
