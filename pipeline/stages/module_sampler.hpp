#pragma once
// Stage 5 of 9: the matched filter, module by module, in every raw frame.
//
//   frames, FlatField, DriftField, LatticeMap --> [ ModuleSampler ] --grid--> Equaliser

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct ModuleSamplerConfig {
  FieldShape shape;
  std::int32_t max_modules = 0;  ///< largest grid `run` will be given
};

/// The pulse that the filter matches: a unit square blurred by a Gaussian.
struct Pulse {
  float blur_modules = 0.3F;  ///< sigma
  float pitch_px = 3.0F;
};

class ModuleSampler {
 public:
  virtual ~ModuleSampler() = default;

  /// For every module of the grid: sum over frames and pixels of pulse * ((raw - black) *
  /// row_gain / shading - 1), divided by the sum of pulse^2: an isolated land module of contrast c
  /// reads about +c / (2 - c), a pit the negative, plus the interference of its neighbours.
  ///
  ///   map    module (row, col) -> pixel; grid(i, j) is module (first_row + i, first_col + j)
  ///   grid   [row][col] out
  ///   weight [row][col] out: frames that contributed, 0 if the module lies outside all
  ///
  /// Nothing is resampled: every pixel enters with the pulse at its true distance.
  /// Errors: kInvalidArgument if shapes disagree or the grid exceeds max_modules.
  virtual Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
                       const LatticeMap& map, const Pulse& pulse, std::int32_t first_row,
                       std::int32_t first_col, ImageView<float> grid, ImageView<float> weight) = 0;
};

}  // namespace ostracon
