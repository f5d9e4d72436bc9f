#pragma once
// In which pixels the modules of a code are looked at.

#include <array>
#include <cstdint>

#include "host/steps/code_passes.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// The level whose pixels are small enough for a module, and large enough that few are needed; and
/// the side of the square of pixels that comes nearest a module once the spline that is laid
/// through its means has blurred it.
struct PatchScale {
  std::int32_t level, box;
};
PatchScale fine_scale(float pitch_px, std::int32_t levels);    ///< 2.75 to 5.5 px where there are
PatchScale coarse_scale(float pitch_px, std::int32_t levels);  ///< 1.9 to 3.8 px

/// Pixels of a level that hold a code and four modules about it, and what interpolation reads about
/// them.
struct PatchExtent {
  std::array<std::int32_t, 2> first{}, count{};
};
/// False, and no extent, if the map lies outside the image.
bool extent_of(const CodeMap& map, std::int32_t side, const PatchScale& scale,
               const LevelSize& level, PatchExtent& extent);

}  // namespace ostracon::steps
