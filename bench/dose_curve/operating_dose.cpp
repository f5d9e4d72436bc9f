#include "bench/dose_curve/operating_dose.hpp"

namespace ostracon::bench {
namespace {

DoseSum sum_of(const std::vector<std::optional<PageRecord>>& records) {
  DoseSum sum;
  std::int32_t read = 0;
  for (const auto& record : records) {
    if (!record) continue;
    ++sum.pages;
    sum.codewords += record->codewords;
    sum.lost += record->lost;
    sum.wrong += record->wrong;
    sum.linear_lost += record->linear_lost;
    sum.turns += record->turns;
    sum.zone_lost.resize(std::max(sum.zone_lost.size(), record->zone_lost.size()));
    for (std::size_t z = 0; z < record->zone_lost.size(); ++z)
      sum.zone_lost[z] += record->zone_lost[z];
    sum.cpu_seconds += record->cpu_seconds;
    if (record->mutual_information > 0) ++read;
    sum.mutual_information += record->mutual_information;
  }
  if (read > 0) sum.mutual_information /= read;
  if (sum.pages > 0) {
    sum.cpu_seconds /= sum.pages;
    sum.turns /= sum.pages;
  }
  if (sum.codewords > 0) sum.share = share_interval(sum.lost, sum.codewords);
  return sum;
}

}  // namespace

std::int64_t allowed_losses(std::int64_t codewords) {
  return codewords * kAllowedLosses / kTrialCodewords;
}

Result<PointResult> measure_operating_dose(const Point& point, const Plate& plate,
                                           std::int32_t first, bool search, WorkerPool& pool,
                                           RecordStore& store) {
  OSTRACON_TRY(store.describe(point));
  const std::string key = point.key();
  const auto codewords =
      static_cast<std::int64_t>(plate.layout->codewords()) * static_cast<std::int64_t>(point.pages);
  const std::int64_t allowed = allowed_losses(codewords);
  PointResult result;
  result.point = point;
  const auto try_step = [&](std::int32_t step) -> Result<DoseVerdict> {
    std::vector<std::optional<PageRecord>> records(static_cast<std::size_t>(point.pages));
    std::int64_t lost = 0;
    for (std::int32_t page = 0; page < point.pages; ++page)
      if (auto known = store.page(key, step, page)) {
        lost += known->lost;
        records[static_cast<std::size_t>(page)] = std::move(known);
      }
    std::mutex mutex;
    std::optional<Error> error;
    pool.run(point.pages, [&](PageWorker& worker, std::int32_t page) {
      {
        const std::scoped_lock lock(mutex);
        // The first page always: how much of it is lost steers the search.
        if (records[static_cast<std::size_t>(page)]) return true;
        if (error || (lost > allowed && page > 0)) return false;
      }
      auto record = worker.trial(point, plate, dose_of_step(step), page);
      auto added = record ? store.add(key, step, record.value()) : Result<>(Ok{});
      const std::scoped_lock lock(mutex);
      if (!record || !added) {
        error = record ? added.error() : record.error();
        return false;
      }
      lost += record.value().lost;
      records[static_cast<std::size_t>(page)] = std::move(record).value();
      return lost <= allowed;
    });
    if (error) return *error;
    result.doses[step] = sum_of(records);
    return DoseVerdict{lost <= allowed,
                       static_cast<double>(records[0]->lost) / records[0]->codewords};
  };
  if (!search) {
    OSTRACON_TRY(try_step(first));
    return result;
  }
  OSTRACON_TRY_ASSIGN(const auto found, find_operating_dose(first, try_step));
  result.operating_step = found.operating_step;
  return result;
}

}  // namespace ostracon::bench
