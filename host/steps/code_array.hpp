#pragma once
// Codes of one field share pitch and angle, and often stand in rows and columns: what some of them
// say of the others.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/steps/code_marks.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// How the codes of a field lie.
struct CodeLattice {
  std::array<float, 2> down{}, right{};  ///< (y, x) px a module, clockwise: of mirrored ones too
  bool inverted = false;
  std::vector<std::int32_t> versions;  ///< the most frequent first
};

/// What codes have in common; nullopt if fewer than two agree with the median within 3 %, or fewer
/// than two thirds of them.
std::optional<CodeLattice> common_lattice(const std::vector<LocatedCode>& codes);

/// Whether a code has the lattice's steps, within 3 %.
bool agrees(const LocatedCode& code, const CodeLattice& lattice);

/// Codes through three peaks that stand to each other as the lattice says, within 1.5 modules. No
/// peak belongs to two: those that come first have the choice.
std::vector<LocatedCode> codes_on_lattice(const std::vector<FinderPeak>& peaks,
                                          const CodeLattice& lattice);

/// The step that most codes have to the nearest neighbour along their columns and along their rows:
/// modules of the code itself along that axis and along the other one. nullopt where no two agree.
using ArraySteps = std::array<std::optional<std::array<float, 2>>, 2>;
ArraySteps array_steps(const std::vector<LocatedCode>& codes);

/// Whether all modules of a code lie within an image.
bool within(const LocatedCode& code, std::int32_t rows, std::int32_t cols);

/// Where neighbours of `codes` stand that are not among them, each once: beside every code at the
/// steps that most of them have to their neighbours. Only those with all their modules within the
/// image.
std::vector<LocatedCode> missing_neighbours(const std::vector<LocatedCode>& codes,
                                            std::int32_t rows, std::int32_t cols);

/// Of codes that overlap the one with the best score; at most `most`, the best. In order of the
/// middle's y, then x.
std::vector<LocatedCode> best_apart(std::vector<LocatedCode> codes, std::size_t most);

}  // namespace ostracon::steps
