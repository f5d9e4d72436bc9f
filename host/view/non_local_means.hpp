#pragma once

#include <vector>

#include "core/view.hpp"

namespace ostracon::view {

/// Every pixel becomes the mean of those within 5 px of it down and across (11 x 11) whose 5 x 5
/// surroundings look like its own (Buades, Coll and Morel 2005). `image` has noise of variance 1.
/// Two surroundings whose mean squared difference is 2 + strength^2 count 1/e (about) of two that
/// differ by noise alone; beyond 2 + 8 strength^2 nothing. strength > 0. The border is mirrored.
/// Row-major result; does not depend on the number of threads.
std::vector<float> non_local_means(ImageView<const float> image, float strength);

}  // namespace ostracon::view
