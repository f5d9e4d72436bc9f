#pragma once
// The options of `ostracon lattice`, from text to a guess.

#include <string>

#include "core/result.hpp"
#include "io/open_scan.hpp"
#include "pipeline/raw_lattice/raw_lattice.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

struct LatticeOptions {
  std::string input;
  std::string folder;
  std::int32_t rows = 0, cols = 0;
  std::string origin, pitch;           // "44.2,254.8"; "13.06,16" or "16"
  std::string row_groups, col_groups;  // "8:143.7"
  std::string blank_rows, blank_cols;  // "8,17-18"
  double angle_degrees = 0;
  double tolerance_px = 3;
  std::string one = "dark";
  double confidence = 0.99;
  std::int64_t field = 0;
  bool force = false;
  io::ScanHints hints;
};

void add_lattice_options(CLI::App& verb, LatticeOptions& options);

/// kInvalidArgument names an option whose text cannot be read. Whether the lattice can be is
/// read_raw_lattice's to say.
Result<RawLatticeGuess> guess_of(const LatticeOptions& options);

}  // namespace ostracon::cli
