#pragma once
// What the program was asked for, and the points it makes.

#include <cstdint>
#include <string>
#include <vector>

#include "bench/dose_curve/point.hpp"

namespace ostracon::bench {

struct Options {
  std::vector<double> sigma, frames, pixels_per_module, contrast;  ///< empty: as in the profile
  std::vector<std::string> rates{"0.8"}, profiles{"typical"}, settings;
  std::vector<std::string> told{"nothing"};
  std::int32_t turns = -1;
  std::int32_t side = 1280, pages = 0, threads = 0, split_pages = 0;
  std::uint64_t seed = 11;
  double start_db = 1.0, worst_db = 0;
  bool one_dose = false, quick = false;
  std::string out = "dose-curve", reader;
};

/// Exit status where the program is to end at once (help, a wrong option), else none.
std::optional<int> parse_options(int argc, char** argv, Options& options);

/// Every combination of profile, sigma, contrast, frames, pixels and rate, in that order. Damage is
/// 0 unless a setting says otherwise. kInvalidArgument, kNotFound with a sentence.
Result<std::vector<Point>> points_of(const Options& options);

}  // namespace ostracon::bench
