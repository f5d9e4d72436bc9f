#pragma once
// Scratches and dust over the part of a plate that one field sees.

#include <cstdint>
#include <vector>

namespace ostracon::sem {

enum class Dirt : std::uint8_t { kNone, kDark, kBright };
inline constexpr float kDarkDirt = 0.25F;  ///< in units of the bright level
inline constexpr float kBrightDirt = 1.8F;

/// Two cells a module in each direction: cell (2 r + i, 2 c + j) is a quarter of module (r, c).
struct DamageMask {
  std::int32_t rows = 0, cols = 0;  ///< cells; 0 where there is no damage
  std::vector<Dirt> cells;

  bool hits_module(std::int32_t row, std::int32_t col) const;
};

/// Adds scratches (width 1.4 to 4, length 40 to 180 modules) and specks (radius 1 to 7 modules)
/// until `area` of the `rows` x `cols` modules is covered.
DamageMask make_damage(double area, std::int32_t rows, std::int32_t cols, std::uint64_t seed,
                       std::uint64_t field);

}  // namespace ostracon::sem
