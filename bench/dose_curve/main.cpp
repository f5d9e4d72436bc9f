// The operating dose of the blind reader over a grid of conditions, in dB above the limit of the
// channel. Can be stopped at any time: what has been read stays in FOLDER/pages.jsonl, and the next
// run with the same reader goes on from there.
//
//   dose_curve --sigma 0.3,0.4,0.5 --rate 0.8 --out FOLDER

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "bench/dose_curve/limits.hpp"
#include "bench/dose_curve/summary.hpp"
#include "bench/harness.hpp"
#include "io/atomic_file.hpp"
#include "io/profile_file.hpp"

namespace ostracon::bench {
namespace {

struct Options {
  std::vector<double> sigma, frames, pixels_per_module, contrast;  // empty: as the profile has it
  std::vector<std::string> rates{"0.8"}, profiles{"typical"}, settings;
  std::int32_t side = 1280, pages = 0, threads = 0;
  std::uint64_t seed = 11;
  double start_db = 1.0, worst_db = 0;
  bool quick = false;
  std::string out = "dose-curve", reader;
};

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

Result<std::vector<Point>> grid_of(const Options& options) {
  std::string reader = options.reader;
  if (reader.empty()) {
    OSTRACON_TRY_ASSIGN(reader, program_hash());
  }
  std::vector<Point> points;
  const auto add = [&](const sem::Profile& profile) -> Result<> {
    for (const std::string& name : options.rates) {
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

/// Where to begin: below where the dose is expected, since a dose too low is soon given up.
std::int32_t first_step(const Point& point, double start_db) {
  const double limit = guessed_limit(point.profile.optics.blur_sigma_modules, point.rate) *
                       contrast_factor(point.profile.optics.contrast);
  return step_of_dose(limit_with_noise(limit, point.profile) * ratio_of_decibels(start_db));
}

/// Plates by what decides them; pages of one rate are the same under every condition.
class Plates {
 public:
  Result<const Plate*> get(const Point& point) {
    const std::scoped_lock lock(mutex_);
    const auto key = std::pair(point.rate, point.pages);
    if (const auto found = plates_.find(key); found != plates_.end()) return &found->second;
    OSTRACON_TRY_ASSIGN(auto plate, write_plate(point));
    return &plates_.emplace(key, std::move(plate)).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<format::Rate, std::int32_t>, Plate> plates_;
};

Result<int> run(const Options& options) {
  const double start = seconds(Clock::kWall);
  OSTRACON_TRY_ASSIGN(const auto points, grid_of(options));
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  if (failed)
    return Error{ErrorCode::kIo, "cannot make '" + options.out + "': " + failed.message()};
  OSTRACON_TRY_ASSIGN(auto store, RecordStore::open(options.out + "/pages.jsonl"));
  const auto cores = static_cast<std::int32_t>(std::thread::hardware_concurrency());
  WorkerPool pool(options.threads > 0 ? options.threads : cores);

  Plates plates;
  std::vector<PointResult> results(points.size());
  std::vector<Figure> figures(points.size());
  std::vector<std::optional<Error>> errors(points.size());
  std::mutex mutex;
  std::size_t next = 0;
  // A point has few pages to read at a time: with many cores several points go side by side.
  const auto drive = [&] {
    for (;;) {
      std::size_t i = 0;
      {
        const std::scoped_lock lock(mutex);
        if (next == points.size()) return;
        i = next++;
      }
      auto plate = plates.get(points[i]);
      if (!plate) {
        errors[i] = plate.error();
        continue;
      }
      auto result = measure_operating_dose(points[i], *plate.value(),
                                           first_step(points[i], options.start_db), pool, *store);
      if (!result) {
        errors[i] = result.error();
        continue;
      }
      results[i] = std::move(result).value();
      figures[i] = figure_of(results[i], *plate.value()->layout);
      const std::scoped_lock lock(mutex);
      std::printf("%s", table_line(results[i], figures[i]).c_str());
      std::fflush(stdout);
    }
  };
  std::printf("%s", table_head().c_str());
  std::fflush(stdout);
  std::vector<std::thread> drivers;
  for (std::int32_t i = 0; i < std::max(1, pool.threads() / 4); ++i) drivers.emplace_back(drive);
  for (std::thread& driver : drivers) driver.join();
  for (const auto& error : errors)
    if (error) return *error;

  const std::string json = summary_json(results, figures, seconds(Clock::kWall) - start);
  OSTRACON_TRY(io::write_whole_file(options.out + "/summary.json", json, true));
  int status = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (const auto& [step, sum] : results[i].doses)
      if (sum.wrong > 0) {
        std::printf("WRONG: %lld codewords accepted at N_e %.1f, %s\n",
                    static_cast<long long>(sum.wrong), dose_of_step(step),
                    points[i].title().c_str());
        status = 1;
      }
    if (options.worst_db > 0 && !(figures[i].raw_db && *figures[i].raw_db <= options.worst_db)) {
      std::printf("WORSE than %.2f dB above the limit: %s\n", options.worst_db,
                  points[i].title().c_str());
      status = 1;
    }
  }
  return status;
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  ostracon::bench::Options options;
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
  app.add_option("--threads", options.threads, "pages read side by side; 0: one a core");
  app.add_option("--out", options.out, "folder of pages.jsonl and summary.json");
  app.add_option("--reader", options.reader,
                 "name under which figures are kept; default: a hash of this program");
  app.add_option("--worst", options.worst_db, "end with status 1 above so many dB; 0: never");
  app.add_flag("--quick", options.quick, "2 pages of 768 x 768, a check of a minute");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) {
    if (app.count("--pages") == 0) options.pages = 2;
    if (app.count("--side") == 0) options.side = 768;
  }
  const auto status = ostracon::bench::run(options);
  if (!status) std::fprintf(stderr, "dose_curve: %s\n", status.error().message.c_str());
  return status ? status.value() : 1;
}
