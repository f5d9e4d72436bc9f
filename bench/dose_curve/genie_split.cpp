#include "bench/dose_curve/genie_split.hpp"

#include <algorithm>
#include <cmath>

#include "bench/dose_curve/genie_detector.hpp"
#include "bench/dose_curve/genie_sampler.hpp"
#include "bench/dose_curve/limits.hpp"
#include "bench/dose_curve/told_reader.hpp"
#include "pipeline/page_codewords.hpp"

namespace ostracon::bench {
namespace {

constexpr std::int32_t kEdge = 3;          // as in the detectors
constexpr std::int32_t kLowerSteps = -20;  // 1 dB

/// Data modules inside the edge; `zone` < 0: of all zones.
std::vector<std::uint8_t> counted_modules(const format::PageLayout& layout, std::int32_t zone) {
  const auto& geometry = layout.geometry();
  std::vector<std::uint8_t> counted;
  for (std::int32_t r = 0; r < geometry.rows; ++r)
    for (std::int32_t c = 0; c < geometry.cols; ++c) {
      const std::int32_t in = r * geometry.zone_rows / geometry.rows * geometry.zone_cols +
                              c * geometry.zone_cols / geometry.cols;
      const bool inner = std::min({r, c, geometry.rows - 1 - r, geometry.cols - 1 - c}) >= kEdge;
      counted.push_back(inner && layout.kind(r, c) == format::ModuleKind::kData &&
                        (zone < 0 || zone == in));
    }
  return counted;
}

/// Error variance of every module over the page's mean: a counting image is as noisy as it is dim.
std::vector<float> error_levels(const Point& point, const SimulatedPage& page,
                                const TrueField& field) {
  std::vector<float> levels;
  double sum = 0;
  for (std::int32_t r = 0; r < point.rows; ++r)
    for (std::int32_t c = 0; c < point.cols; ++c) {
      const auto at = field.map.at(static_cast<float>(r), static_cast<float>(c));
      levels.push_back(
          static_cast<float>(1 / gain_at(point.profile, page.shape, static_cast<double>(at[0]),
                                         static_cast<double>(at[1]))));
      sum += static_cast<double>(levels.back());
    }
  const auto mean = static_cast<float>(sum / static_cast<double>(levels.size()));
  for (float& level : levels) level /= mean;
  return levels;
}

/// Log of the dose at which the mutual information `name` reaches `rate`.
std::optional<double> decibels_at(const SplitSum& low, const SplitSum& high,
                                  const std::string& name, double rate) {
  const auto a = low.mean.find(name), b = high.mean.find(name);
  if (a == low.mean.end() || b == high.mean.end() || !(b->second > a->second)) return std::nullopt;
  const double at = (rate - a->second) / (b->second - a->second);
  return decibels(low.dose) + at * decibels(high.dose / low.dose);
}

}  // namespace

Result<SplitRecord> split_page(PageWorker& worker, const Point& point, const Plate& plate,
                               double electrons, std::int32_t page) {
  SplitRecord record;
  record.page = page;
  auto& values = record.values;
  OSTRACON_TRY(worker.render(point, plate, electrons, page, true));
  const SimulatedPage& seen = worker.rendered();
  const std::vector<std::uint8_t>& bits = seen.truth.modules;
  const std::vector<std::uint8_t> counted = counted_modules(*plate.layout, -1);
  const auto& geometry = plate.layout->geometry();
  const std::int32_t zones = geometry.zone_rows * geometry.zone_cols;

  OSTRACON_TRY_ASSIGN(const FieldReading reading, worker.read({.most_turns = 0}, true));
  const bool found = reading.pictures && reading.pictures->llrs.size() == bits.size();
  const std::span<const Llr> blind =
      found ? std::span<const Llr>(reading.pictures->llrs) : std::span<const Llr>();
  values["blind"] = found ? mutual_information_of(blind, bits, counted) : 0;
  values["blind_as_scaled"] = found ? mutual_information_as_scaled(blind, bits, counted) : 0;
  for (std::int32_t zone = 0; zone < zones; ++zone)
    values["blind_zone_" + std::to_string(zone)] =
        found ? mutual_information_of(blind, bits, counted_modules(*plate.layout, zone)) : 0;

  OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
  OSTRACON_TRY_ASSIGN(auto equaliser, backend->make_equaliser({point.rows, point.cols}));
  const TrueField field = true_field(point, seen, page);
  const std::vector<std::uint8_t> known =
      known_modules(*plate.layout, plate.written->plan().header(static_cast<std::uint32_t>(page)));
  std::vector<std::uint8_t> usable(known.size());
  std::vector<Llr> llrs(known.size());
  const auto linear = [&](SampledPage& sampled) -> Result<double> {
    OSTRACON_TRY(equaliser->run(sampled.grid_view(), sampled.weight_view(),
                                {known.data(), point.rows, point.cols, point.cols},
                                {llrs.data(), point.rows, point.cols, point.cols},
                                {usable.data(), point.rows, point.cols, point.cols}));
    return mutual_information_of(llrs, bits, counted);
  };
  OSTRACON_TRY_ASSIGN(SampledPage smooth, sample_told(*backend, point, seen, field, Told::kMap));
  OSTRACON_TRY_ASSIGN(values["map"], linear(smooth));
  OSTRACON_TRY_ASSIGN(SampledPage exact, sample_told(*backend, point, seen, field, Told::kRows));
  OSTRACON_TRY_ASSIGN(values["rows"], linear(exact));

  const std::vector<float> levels = error_levels(point, seen, field);
  const TrueBits told{exact.grid_view(),
                      {bits.data(), point.rows, point.cols, point.cols},
                      {levels.data(), point.rows, point.cols, point.cols}};
  if (const auto found_llrs = detect_with_true_taps(told))
    values["taps"] = mutual_information_of(*found_llrs, bits, counted);
  if (const auto found_llrs = detect_with_true_neighbours(told))
    values["neighbours"] = mutual_information_of(*found_llrs, bits, counted);
  return record;
}

std::optional<LossSplit> loss_split(const SplitSum& low, const SplitSum& high, double rate,
                                    double operating_dose, double limit, double noisy_limit) {
  const auto at = [&](const std::string& name) { return decibels_at(low, high, name, rate); };
  const auto blind = at("blind"), map = at("map"), rows = at("rows"), taps = at("taps"),
             neighbours = at("neighbours");
  if (!blind || !map || !rows || !taps || !neighbours) return std::nullopt;
  double worst = *blind;
  for (int zone = 0; low.mean.contains("blind_zone_" + std::to_string(zone)); ++zone) {
    const auto of_zone = at("blind_zone_" + std::to_string(zone));
    if (!of_zone) return std::nullopt;
    worst = std::max(worst, *of_zone);
  }
  LossSplit split;
  split.detector_noise = decibels(noisy_limit / limit);
  split.detection = *taps - decibels(noisy_limit);
  split.calibration = *rows - *taps;
  split.row_motion = *map - *rows;
  split.map = *blind - *map;
  split.zones = worst - *blind;
  split.code = decibels(operating_dose) - worst;
  split.matched_filter = *neighbours - decibels(noisy_limit);
  return split;
}

Result<std::array<SplitSum, 2>> measure_split(const Point& point, const Plate& plate,
                                              std::int32_t operating_step, std::int32_t pages,
                                              WorkerPool& pool, RecordStore& store) {
  const std::string key = point.key();
  std::array<SplitSum, 2> sums;
  const std::array<std::int32_t, 2> steps{operating_step + kLowerSteps, operating_step};
  for (std::size_t k = 0; k < 2; ++k) sums[k].dose = dose_of_step(steps[k]);
  std::vector<SplitRecord> records(2 * static_cast<std::size_t>(pages));
  std::mutex mutex;
  std::optional<Error> error;
  pool.run(2 * pages, [&](PageWorker& worker, std::int32_t item) {
    const std::int32_t page = item / 2, step = steps[static_cast<std::size_t>(item % 2)];
    auto record = store.split(key, step, page);
    if (!record) {
      auto made = split_page(worker, point, plate, dose_of_step(step), page);
      auto added = made ? store.add(key, step, made.value()) : Result<>(Ok{});
      if (!made || !added) {
        const std::scoped_lock lock(mutex);
        error = made ? added.error() : made.error();
        return false;
      }
      record = std::move(made).value();
    }
    records[static_cast<std::size_t>(item)] = *std::move(record);  // nobody else's element
    return true;
  });
  if (error) return *error;
  for (std::size_t item = 0; item < records.size(); ++item)
    for (const auto& [name, value] : records[item].values)
      sums[item % 2].mean[name] += value / static_cast<double>(pages);
  return sums;
}

}  // namespace ostracon::bench
