#pragma once
// Where the dose above the limit goes: readers that are told more and more of the truth, compared
// on the same pages.

#include <map>
#include <optional>
#include <string>

#include "bench/dose_curve/operating_dose.hpp"

namespace ostracon::bench {

/// Mutual information, bits a module, over all data modules of a page 3 modules or more from its
/// edge, of five readers of the same frames:
///
///   blind      the reader under test, with linear taps alone
///   map        true map, drift and shading; then the reader's own sampler and equaliser
///   rows       the motion of every row as well, jitter included; then its own equaliser
///   taps       and linear taps 5 x 5 trained on all bits
///   neighbours and the interference of all neighbours taken off (matched filter bound)
///
/// also "blind_as_scaled" (LLRs taken at their word) and "blind_zone_0" .. of every zone. A page
/// that the blind reader does not find has 0 for blind. Errors of simulator and reader.
Result<SplitRecord> split_page(PageWorker& worker, const Point& point, const Plate& plate,
                               double electrons, std::int32_t page);

/// Mean values at one dose.
struct SplitSum {
  double dose = 0;
  std::map<std::string, double> mean;
};

/// Parts of the loss in dB. They add up to the operating dose over the limit.
struct LossSplit {
  double detector_noise = 0;  ///< limit with this detector's noise over the limit without
  double detection = 0;       ///< reader with true map and taps, ideal code, over that limit
  double calibration = 0;     ///< taps of known modules against taps of all
  double row_motion = 0;      ///< jitter of rows not followed
  double map = 0;             ///< drift, lattice and shading as estimated against true
  double zones = 0;           ///< worst zone against the whole page
  double code = 0;            ///< operating dose over the dose at which the worst zone's mutual
                              ///< information equals the rate (an ideal code would read there after
                              ///< linear taps): of the code, less what feedback gives back
  double matched_filter = 0;  ///< not a part: matched filter bound over the limit, < 0
  double registration() const { return calibration + row_motion + map; }
};

/// Doses at which each reader's mutual information equals `rate`, log-linear through (or beyond)
/// the two doses of `low` and `high`, compared. nullopt: a value is missing, or a reader learns
/// nothing from more dose.
std::optional<LossSplit> loss_split(const SplitSum& low, const SplitSum& high, double rate,
                                    double operating_dose, double limit, double noisy_limit);

/// Reads `pages` pages at the operating dose and at 1 dB less, or takes them from the store; the
/// first is that of the lower dose. Errors of split_page and the store.
Result<std::array<SplitSum, 2>> measure_split(const Point& point, const Plate& plate,
                                              std::int32_t operating_step, std::int32_t pages,
                                              WorkerPool& pool, RecordStore& store);

}  // namespace ostracon::bench
