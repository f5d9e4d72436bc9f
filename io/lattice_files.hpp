#pragma once
// What `ostracon lattice` leaves behind.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/raw_lattice/raw_lattice.hpp"

namespace ostracon::io {

/// A line a row, ln(P(0) / P(1)) of every cell with two decimals, parted by spaces; two lines of
/// explanation before, which start with '#'.
std::string soft_bits_text(const RawLatticeReading& reading);

/// A line a row, a letter a cell: 0, 1, or ? where confidence is low.
std::string bits_text(const RawLatticeReading& reading);

/// JSON {"format": "ostracon-lattice", "version": 1, "program_version", "input", "rows", "cols",
/// "row_lines", "col_lines", "pitch_px" [down, right], "angle_degrees", "corners_px" (upper left,
/// upper right, lower left, lower right, each [y, x]), "shift_px", "one", "confidence",
/// "separation", "counts", "states", "llr"}. `states` has a string a row, a letter a cell: c clear,
/// u undecided, x unlike either value, d damaged. A line a key.
std::string lattice_json(const RawLatticeReading& reading, const RawLatticeGuess& guess,
                         std::string_view input, std::string_view program_version);

/// A PNG of the image in grey with a square about every cell (a dot, if the pitch is below 8 px):
/// blue 0, orange 1, magenta low confidence. Errors of encode_png_rgb.
Result<std::vector<std::uint8_t>> lattice_overlay(ImageView<const float> image,
                                                  const RawLatticeReading& reading);

}  // namespace ostracon::io
