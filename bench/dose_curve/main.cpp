// The operating dose of the blind reader over a grid of conditions, in dB above the limit of the
// channel. Can be stopped at any time: what has been read stays in FOLDER/pages.jsonl, and the next
// run with the same reader goes on from there.
//
//   dose_curve --sigma 0.3,0.4,0.5 --rate 0.8 --split 2 --out FOLDER

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "bench/dose_curve/limits.hpp"
#include "bench/dose_curve/options.hpp"
#include "bench/dose_curve/plot.hpp"
#include "bench/dose_curve/summary.hpp"
#include "bench/harness.hpp"
#include "io/atomic_file.hpp"

namespace ostracon::bench {
namespace {

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

Result<Outcome> measure(const Point& point, const Options& options, Plates& plates,
                        WorkerPool& pool, RecordStore& store) {
  OSTRACON_TRY_ASSIGN(const Plate* plate, plates.get(point));
  OSTRACON_TRY_ASSIGN(auto result,
                      measure_operating_dose(point, *plate, first_step(point, options.start_db),
                                             !options.one_dose, pool, store));
  Outcome outcome{std::move(result), {}, {}, {}};
  outcome.figure = figure_of(outcome.result, *plate->layout);
  const Figure& figure = outcome.figure;
  const std::int32_t split_pages = std::min(options.split_pages, point.pages);
  if (split_pages == 0 || !figure.dose) return outcome;
  OSTRACON_TRY_ASSIGN(outcome.sums, measure_split(point, *plate, *outcome.result.operating_step,
                                                  split_pages, pool, store));
  if (figure.limit)
    outcome.split = loss_split(outcome.sums[0], outcome.sums[1], value_of(point.rate), *figure.dose,
                               *figure.limit, *figure.noisy_limit);
  return outcome;
}

/// All points, several side by side: one has few pages to read at a time.
Result<std::vector<Outcome>> measure_all(const std::vector<Point>& points, const Options& options,
                                         WorkerPool& pool, RecordStore& store) {
  Plates plates;
  std::vector<Outcome> outcomes(points.size());
  std::vector<std::optional<Error>> errors(points.size());
  std::mutex mutex;
  std::size_t next = 0;
  const auto drive = [&] {
    for (;;) {
      std::size_t i = 0;
      {
        const std::scoped_lock lock(mutex);
        if (next == points.size()) return;
        i = next++;
      }
      auto outcome = measure(points[i], options, plates, pool, store);
      const std::scoped_lock lock(mutex);
      if (!outcome) {
        errors[i] = outcome.error();
        next = points.size();
        return;
      }
      outcomes[i] = std::move(outcome).value();
      std::printf("%s", table_line(outcomes[i]).c_str());
      std::fflush(stdout);
    }
  };
  std::vector<std::thread> drivers;
  for (std::int32_t i = 0; i < std::max(1, pool.threads() / 4); ++i) drivers.emplace_back(drive);
  for (std::thread& driver : drivers) driver.join();
  for (const auto& error : errors)
    if (error) return *error;
  return outcomes;
}

/// Says what is wrong with a point. A wrong codeword is wrong at any dose.
bool is_good(const Outcome& outcome, double worst_db) {
  bool good = true;
  const std::string title = outcome.result.point.title();
  for (const auto& [step, sum] : outcome.result.doses)
    if (sum.wrong > 0) {
      std::printf("WRONG: %lld codewords accepted at N_e %.1f, %s\n",
                  static_cast<long long>(sum.wrong), dose_of_step(step), title.c_str());
      good = false;
    }
  const auto& above = outcome.figure.raw_db;
  if (worst_db > 0 && !(above && *above <= worst_db)) {
    std::printf("WORSE than %.2f dB above the limit: %s\n", worst_db, title.c_str());
    good = false;
  }
  return good;
}

Result<int> run(const Options& options) {
  const double start = seconds(Clock::kWall);
  OSTRACON_TRY_ASSIGN(const auto points, points_of(options));
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  if (failed)
    return Error{ErrorCode::kIo, "cannot make '" + options.out + "': " + failed.message()};
  OSTRACON_TRY_ASSIGN(auto store, RecordStore::open(options.out + "/pages.jsonl"));
  const auto cores = static_cast<std::int32_t>(std::thread::hardware_concurrency());
  WorkerPool pool(options.threads > 0 ? options.threads : cores);
  std::printf("%s", table_head().c_str());
  std::fflush(stdout);
  OSTRACON_TRY_ASSIGN(const auto outcomes, measure_all(points, options, pool, *store));
  std::printf("%s", split_table(outcomes).c_str());
  OSTRACON_TRY(io::write_whole_file(options.out + "/summary.json",
                                    summary_json(outcomes, seconds(Clock::kWall) - start), true));
  OSTRACON_TRY(io::write_whole_file(options.out + "/curve.svg", dose_plot(outcomes), true));
  bool good = true;
  for (const Outcome& outcome : outcomes) good = is_good(outcome, options.worst_db) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  ostracon::bench::Options options;
  if (const auto status = ostracon::bench::parse_options(argc, argv, options)) return *status;
  const auto status = ostracon::bench::run(options);
  if (!status) std::fprintf(stderr, "dose_curve: %s\n", status.error().message.c_str());
  return status ? status.value() : 1;
}
