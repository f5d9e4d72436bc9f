#pragma once
// Where codes of an array must be that were not read: those that were tell it, whatever became of
// a code's own finder patterns.

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/located_code.hpp"

namespace ostracon {

/// Places of the rows and columns in which codes that were `read` stand, less those of the codes
/// themselves. Codes count that are of one kind with most (version, mirrored, inverted). A place
/// lies between the first and the last row and column of its array, each with two codes read at
/// least, within an image of rows x cols. Its map is a smooth one through the middles and along the
/// axes of the codes about it, two rows and columns far; its score is 0. In order of their arrays,
/// rows and columns. Nothing if fewer than six codes stand in rows and columns, or fewer
/// than one in three of their places has a code.
std::vector<LocatedCode> unread_places(std::span<const LocatedCode> read, std::int32_t rows,
                                       std::int32_t cols);

/// Whether two codes cannot both be where they are said to be: their middles are closer than half a
/// side of the smaller one.
bool share_place(const LocatedCode& a, const LocatedCode& b);

}  // namespace ostracon
