#pragma once
// Stage 4c of 9: which page lies on the lattice of a field, how it is turned, and what its header
// says.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "format/page_header.hpp"
#include "pipeline/field.hpp"
#include "pipeline/stages/mark_finder.hpp"

namespace ostracon {

struct LocatedPage {
  PagePose pose;
  format::PageHeader header;
  std::int32_t marks = 0;  ///< of this page that were seen where the header says they must be
};

/// Axes of a page turned by (orientation & 3) quarter turns (clockwise as seen on the field), its
/// columns reversed first if orientation & 4. Origin is left at 0.
PagePose orient(std::int32_t orientation);

/// Pose of the page whose mark this is, as if the mark's own first module were page module (0, 0).
PagePose mark_pose(const FinderMark& mark);

/// (row, col) on the field of a module of the page that lies like this.
std::array<std::int32_t, 2> field_module(const PagePose& pose, std::int32_t row, std::int32_t col);

/// The page that shows most of itself on a field of rows x cols modules with these marks, as
/// MarkFinder gives them. The header of every mark is read alone, and if none can be, those of
/// marks that agree in orientation together. nullopt: `reason` says what was missing.
std::optional<LocatedPage> locate_page(std::span<const FinderMark> marks, std::int32_t rows,
                                       std::int32_t cols, std::string& reason);

}  // namespace ostracon
