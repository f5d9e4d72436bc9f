#pragma once
// The passes over pixels of the code finder, compiled for every instruction set
// (code_finder_kernel.cpp).

#include <cstddef>
#include <cstdint>

namespace ostracon::cpu {

/// out[x] = mean of the 2 x 2 pixels above[2 x ..] and below[2 x ..], x < count.
void halve_row(const float* above, const float* below, std::int32_t count, float* out);

/// out[x] = mean of the 2 x 2 pixels above[x], above[x + 1], below[x], below[x + 1], x < count.
void smooth_row(const float* above, const float* below, std::int32_t count, float* out);

/// out[x] = mean of from[x + light[k]] - mean of from[x + dark[k]], x < count. Offsets are in
/// elements; lists are not empty.
void contrast_row(const float* from, const std::ptrdiff_t* light, std::size_t lights,
                  const std::ptrdiff_t* dark, std::size_t darks, std::int32_t count, float* out);

}  // namespace ostracon::cpu
