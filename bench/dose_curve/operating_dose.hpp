#pragma once
// The operating dose of a point: the least dose at which at most 3 of 3040 codewords are lost.

#include "bench/dose_curve/dose_search.hpp"
#include "bench/dose_curve/point.hpp"
#include "bench/dose_curve/record_store.hpp"
#include "bench/dose_curve/worker_pool.hpp"
#include "bench/interval.hpp"

namespace ostracon::bench {

inline constexpr std::int32_t kTrialCodewords = 3040;
inline constexpr std::int32_t kAllowedLosses = 3;  ///< of kTrialCodewords

/// What all pages read at one dose gave together.
struct DoseSum {
  std::int32_t pages = 0;
  std::int64_t codewords = 0, lost = 0, wrong = 0;
  std::vector<std::int64_t> zone_lost;
  std::int64_t linear_lost = 0;   ///< what linear taps alone had left
  double turns = 0;               ///< of cancellation and decoding, mean a page
  double mutual_information = 0;  ///< mean over pages that were read
  double cpu_seconds = 0;         ///< of reading, mean a page
  Interval share;                 ///< of lost codewords, 95 %
};

struct PointResult {
  Point point;
  std::optional<std::int32_t> operating_step;
  std::map<std::int32_t, DoseSum> doses;  ///< by step, all that were tried
};

/// Losses that a dose may have: kAllowedLosses in proportion to its codewords, rounded down.
std::int64_t allowed_losses(std::int64_t codewords);

/// Searches from `first`; if not `search`, tries it and no other. Pages already in `store` are not
/// read again; pages newly read are added to it at once. A dose is given up as soon as more
/// codewords are lost than allowed. Errors: those of layout, simulator, reader and store.
Result<PointResult> measure_operating_dose(const Point& point, const Plate& plate,
                                           std::int32_t first, bool search, WorkerPool& pool,
                                           RecordStore& store);

}  // namespace ostracon::bench
