#include "bench/dose_curve/options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <fstream>

#include "bench/dose_curve/operating_dose.hpp"
#include "io/profile_file.hpp"

namespace ostracon::bench {
namespace {

// What the operating dose may be at the defaults of --quick (sigma 0.3, rate 0.8): the worst that
// is accepted, 0.2 dB above what was measured.
constexpr double kQuickWorst = 1.3;

/// A name for the reader in this very program, so that figures of another one are not reused.
Result<std::string> program_hash() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  std::uint64_t hash = 0xCBF29CE484222325U;
  std::vector<char> block(1 << 20);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
    for (std::streamsize i = 0; i < file.gcount(); ++i) {
      hash ^= static_cast<std::uint8_t>(block[static_cast<std::size_t>(i)]);
      hash *= 0x100000001B3U;
    }
  if (!file.eof()) return Error{ErrorCode::kIo, "cannot read this program; name it by --reader"};
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return std::string(text.data());
}

Result<sem::Profile> profile_of(const Options& options, const std::string& name) {
  OSTRACON_TRY_ASSIGN(auto profile, io::load_profile(name));
  OSTRACON_TRY(sem::set_parameter(profile, "damage", 0));
  for (const std::string& setting : options.settings) {
    const auto equals = setting.find('=');
    char* end = nullptr;
    const double value =
        equals == std::string::npos ? 0 : std::strtod(setting.c_str() + equals + 1, &end);
    if (end == nullptr || end == setting.c_str() + equals + 1 || *end != '\0')
      return Error{ErrorCode::kInvalidArgument, "'" + setting + "' is not NAME=VALUE"};
    OSTRACON_TRY(sem::set_parameter(profile, setting.substr(0, equals), value));
  }
  return profile;
}

/// Every value of a list in turn, or the profile as it is.
template <class Body>
Result<> for_each_value(const std::vector<double>& values, const char* parameter,
                        const sem::Profile& profile, const Body& body) {
  if (values.empty()) return body(profile);
  for (const double value : values) {
    sem::Profile changed = profile;
    OSTRACON_TRY(sem::set_parameter(changed, parameter, value));
    OSTRACON_TRY(body(changed));
  }
  return Ok{};
}

}  // namespace

Result<std::vector<Point>> points_of(const Options& options) {
  std::string reader = options.reader;
  if (reader.empty()) {
    OSTRACON_TRY_ASSIGN(reader, program_hash());
  }
  std::vector<Point> points;
  std::vector<std::pair<std::string, Told>> rates_and_told;
  for (const std::string& rate : options.rates)
    for (const std::string& text : options.told) {
      OSTRACON_TRY_ASSIGN(const Told told, parse_told(text));
      rates_and_told.emplace_back(rate, told);
    }
  const auto add = [&](const sem::Profile& profile) -> Result<> {
    for (const auto& [name, told] : rates_and_told) {
      Point point;
      point.profile = profile;
      OSTRACON_TRY_ASSIGN(point.rate, format::parse_rate(name));
      point.rows = point.cols = options.side;
      point.pages = options.pages;
      if (point.pages == 0) {
        OSTRACON_TRY_ASSIGN(point.pages,
                            pages_for(point.rate, point.rows, point.cols, kTrialCodewords));
      }
      point.seed = options.seed;
      point.most_turns = options.turns;
      point.told = told;
      point.reader = reader;
      OSTRACON_TRY(sem::check(profile));
      points.push_back(std::move(point));
    }
    return Ok{};
  };
  for (const std::string& name : options.profiles) {
    OSTRACON_TRY_ASSIGN(const auto base, profile_of(options, name));
    OSTRACON_TRY(for_each_value(options.sigma, "sigma", base, [&](const sem::Profile& a) {
      return for_each_value(options.contrast, "contrast", a, [&](const sem::Profile& b) {
        return for_each_value(options.frames, "frames", b, [&](const sem::Profile& c) {
          return for_each_value(options.pixels_per_module, "pixels-per-module", c, add);
        });
      });
    }));
  }
  return points;
}

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{"Operating dose of the blind reader in dB above the limit of the channel"};
  app.add_option("--sigma", options.sigma, "blur in modules; lists are separated by commas")
      ->delimiter(',');
  app.add_option("--rate", options.rates, "rates of the inner code")->delimiter(',');
  app.add_option("--frames", options.frames, "frames, dose shared among them")->delimiter(',');
  app.add_option("--pixels-per-module", options.pixels_per_module)->delimiter(',');
  app.add_option("--contrast", options.contrast)->delimiter(',');
  app.add_option("--profile", options.profiles, "built-in profiles or JSON files, without damage")
      ->delimiter(',');
  app.add_option("--set", options.settings, "profile parameter NAME=VALUE (repeatable)");
  app.add_option("--side", options.side, "modules a side of a page");
  app.add_option("--pages", options.pages, "data pages; 0: as many as hold 3040 codewords");
  app.add_option("--seed", options.seed, "of payload and simulator");
  app.add_option("--start", options.start_db, "dB above the limit where the search begins");
  app.add_flag("--one-dose", options.one_dose,
               "no search: the dose of --start is tried, and given up like any other");
  app.add_option("--split", options.split_pages,
                 "pages that readers told the truth read too, to say where the loss lies; 0: none");
  app.add_option("--told", options.told,
                 "what the reader is told: nothing; map (and drift, shading); rows (and jitter)")
      ->delimiter(',');
  app.add_option("--turns", options.turns,
                 "most turns of cancellation and decoding; 0: linear taps alone; -1: the default");
  app.add_option("--threads", options.threads, "pages read side by side; 0: one a core");
  app.add_option("--out", options.out, "folder of pages.jsonl, summary.json and curve.svg");
  app.add_option("--reader", options.reader,
                 "name under which figures are kept; default: a hash of this program");
  app.add_option("--worst", options.worst_db, "end with status 1 above so many dB; 0: never");
  app.add_flag("--quick", options.quick,
               "2 pages of 768 x 768, a check of a minute; --worst is then 1.3");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (options.quick) {
    if (app.count("--pages") == 0) options.pages = 2;
    if (app.count("--side") == 0) options.side = 768;
    if (app.count("--worst") == 0) options.worst_db = kQuickWorst;
  }
  return std::nullopt;
}

}  // namespace ostracon::bench
