#pragma once

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// An image of its own, read between pixels.
struct Image {
  std::int32_t rows = 0, cols = 0;
  std::vector<float> pixels;

  /// Bilinear; beyond the edge the nearest pixel of it.
  float at(double y, double x) const;
  float at(const std::array<double, 2>& place) const { return at(place[0], place[1]); }
};

/// The image with a surface of degree 2 through the cells' brightness taken off (fitted by Huber's
/// weights, so that damage pulls little) and, where no pixel is negative and the surface nowhere
/// falls below a quarter of its mean, the contrast scaled by it as well.
/// kBadInput if a pixel is not finite; kInvalidArgument if the image is empty.
Result<Image> flatten(ImageView<const float> image, const Grid& grid);

/// Gaussian blur of `share` of a pitch (standard deviation) along rows and columns of the lattice;
/// none below 0.3 px.
Image blur(const Image& image, const Grid& grid, double share);

}  // namespace ostracon::raw_lattice
