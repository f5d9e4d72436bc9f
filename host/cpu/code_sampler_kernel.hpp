#pragma once
// The inner loops of the code sampler, compiled for every instruction set
// (code_sampler_kernel.cpp).

#include <cstdint>

#include "core/view.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::cpu {

/// Modules that share the inverse of their map; their centres' pixels.
struct ModuleRun {
  static constexpr std::int32_t kMost = 160;  ///< of a tile, and a vector more
  static_assert(rules::kInverseTile * rules::kInverseTile + 16 <= kMost);

  ImageView<const float> image;
  /// Pixels that will be read next, called for meanwhile: they take longer to come than to be used.
  ImageView<const float> coming{};
  rules::ModuleInverse inverse;
  std::int32_t count = 0;
  alignas(32) float y[kMost] = {};
  alignas(32) float x[kMost] = {};
};

/// The centres of a tile's modules, row by row; rows and columns count the margin.
void lay_run(const rules::CodeTerms& map, const rules::ModuleTile& tile, ModuleRun& run);

/// means[0 .. count) as rules::module_mean has them, but for rounding; there is room for kMost.
void module_means(const ModuleRun& run, float* means);

/// LLRs of one code. `means` is [(side + 2 margin)^2], row-major, not a number where there is none;
/// `modules` [side * side], 0 where the module's own mean is none.
void equalise(const steps::CodeEqualiser& equaliser, std::int32_t side, const float* means,
              Llr* modules);

}  // namespace ostracon::cpu
