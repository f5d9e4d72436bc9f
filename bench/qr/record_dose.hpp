#pragma once
// The dose that the smallest code written needs (tests/support/record_code.hpp).

#include <cstdint>

#include "core/result.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::bench {

/// One frame an image, pixels of `pixel_nm`. First `typical` as it is; then the least dose, in
/// steps of 0.25 dB, at which 99 % of `images` are read: by Ostracon, which is told nothing, and by
/// the plain means of the modules' pixels, hard decisions and bounded distance on the true grid,
/// with the true shading taken out. Prints a line a dose and reader, and one with both least doses.
Result<> run_record_dose(Backend& backend, double pixel_nm, std::int64_t images);

}  // namespace ostracon::bench
