#include "pipeline/report.hpp"

#include <numeric>

namespace ostracon {

std::string_view to_string(Stage stage) {
  static constexpr std::array<std::string_view, kStages> kNames{
      "ingest", "upload",   "flatten", "drift",        "locate",       "track",
      "sample", "equalise", "cancel",  "inner decode", "outer decode", "emit"};
  return kNames[static_cast<std::size_t>(stage)];
}

void StageTimes::add(const StageTimes& other) {
  for (std::size_t k = 0; k < kStages; ++k) seconds[k] += other.seconds[k];
}

double StageTimes::sum() const { return std::accumulate(seconds.begin(), seconds.end(), 0.0); }

}  // namespace ostracon
