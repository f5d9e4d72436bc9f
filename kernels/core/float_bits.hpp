#pragma once

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cuda {

/// The 32 bits of a float; of floats of at least 0 they have the order of the floats.
OSTRACON_HD inline std::uint32_t bits_of(float value) {
  union {
    float value;
    std::uint32_t bits;
  } both{value};
  return both.bits;
}
OSTRACON_HD inline float float_of(std::uint32_t bits) {
  union {
    std::uint32_t bits;
    float value;
  } both{bits};
  return both.value;
}

}  // namespace ostracon::cuda
