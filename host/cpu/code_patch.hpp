#pragma once
// The pixels of one code, resampled to a whole number of samples a module.

#include <cstdint>
#include <span>
#include <vector>

#include "host/cpu/code_pyramid.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::cpu {

inline constexpr std::int32_t kPatchMargin = 2;  ///< modules around the code

/// The level whose pixels are small enough for a module, and large enough that few are needed; and
/// samples a module, about as many as pixels: then the mean of its samples, each interpolated
/// between four pixels, weighs pixels about as they lie within the module.
struct PatchScale {
  std::int32_t level, samples;
};
PatchScale fine_scale(float pitch_px, std::int32_t levels);    ///< 2.75 to 5.5 px where there are
PatchScale coarse_scale(float pitch_px, std::int32_t levels);  ///< 1.9 to 3.8 px

class CodePatch {
 public:
  /// Takes the samples of a code of `side` modules and its margin.
  void take(const CodePyramid& pyramid, const CodeMap& map, std::int32_t side, PatchScale scale);

  /// Means over modules whose centres lie (down, right) samples beside where the map puts them, of
  /// `rows` modules squared from (first, first) on; first >= -kPatchMargin and so on; offsets of at
  /// most one sample beyond the margin are taken as on its border.
  void means(std::int32_t first, std::int32_t rows, std::int32_t down, std::int32_t right,
             std::span<float> out) const;

  float step() const { return 1.0F / static_cast<float>(samples_); }  ///< modules a sample

 private:
  std::int32_t samples_ = 0, count_ = 0;  // count_: samples along a side with its margin
  std::ptrdiff_t stride_ = 0;
  std::vector<float> taken_;   // [count_][stride_]
  std::vector<float> across_;  // sums over samples_ columns from there on
  std::vector<float> boxes_;   // means over samples_ x samples_ from there on
};

}  // namespace ostracon::cpu
