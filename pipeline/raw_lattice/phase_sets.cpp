#include "pipeline/raw_lattice/phase_sets.hpp"

namespace ostracon::raw_lattice {

std::vector<std::vector<std::int64_t>> phase_sets(const Grid& grid, std::int64_t least) {
  const auto split = [&](bool by_row, bool by_col) {
    const std::int32_t across = by_col ? grid.cols.phases : 1;
    std::vector<std::vector<std::int64_t>> sets(
        static_cast<std::size_t>(by_row ? grid.rows.phases : 1) * static_cast<std::size_t>(across));
    for (std::int64_t cell = 0; cell < grid.cells(); ++cell) {
      const auto row = static_cast<std::size_t>(cell / grid.cols.count());
      const auto col = static_cast<std::size_t>(cell % grid.cols.count());
      const std::int32_t set =
          (by_row ? grid.rows.phase[row] * across : 0) + (by_col ? grid.cols.phase[col] : 0);
      sets[static_cast<std::size_t>(set)].push_back(cell);
    }
    return sets;
  };
  const auto enough = [&](std::int64_t sets) { return grid.cells() / sets >= least; };
  const std::int64_t down = grid.rows.phases, right = grid.cols.phases;
  auto sets = enough(down * right) ? split(true, true)
              : enough(down)       ? split(true, false)
              : enough(right)      ? split(false, true)
                                   : split(false, false);
  // Blank lines may leave a place of the groups without cells.
  std::erase_if(sets, [](const auto& set) { return set.empty(); });
  return sets;
}

}  // namespace ostracon::raw_lattice
