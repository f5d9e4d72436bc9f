#pragma once
// How blocks of threads share out a page: squares of 32 x 32 modules, the tiles over which local
// noise is measured. Included by .cu files only.

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/steps/page_tiles.hpp"
#include "kernels/core/launch.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kTile = steps::kLevelTile;
inline constexpr std::int32_t kTileThreads = 256;  ///< a row of 32 for every eighth row
inline constexpr std::int32_t kTileRows = kTileThreads / kTile;
inline constexpr std::int32_t kMostTiles = 65535;  ///< along a side: a grid of blocks has no more

inline dim3 tile_threads() { return dim3(kTile, kTileRows); }
inline dim3 tile_blocks(std::int32_t rows, std::int32_t cols) {
  return dim3(static_cast<unsigned>(steps::tiles(cols, kTile)),
              static_cast<unsigned>(steps::tiles(rows, kTile)));
}

/// kInvalidArgument if a page has no modules, or more than can be shared out.
inline Result<> check_page(const char* config, std::int32_t rows, std::int32_t cols) {
  constexpr std::int32_t kMost = kMostTiles * kTile;
  if (rows > 0 && cols > 0 && rows <= kMost && cols <= kMost) return Ok{};
  return Error{ErrorCode::kInvalidArgument,
               std::string(config) + ": a page of " + std::to_string(rows) + " x " +
                   std::to_string(cols) + " modules; a side can be 1 to " + std::to_string(kMost)};
}

/// The tile of this block, and this thread's place in it.
struct TilePlace {
  std::int32_t first_row, first_col;  ///< of the tile
  std::int32_t row, col;              ///< in the tile; the thread's rows are `row` + k * kTileRows
  std::int32_t thread;
};
__device__ inline TilePlace tile_place() {
  const auto x = static_cast<std::int32_t>(threadIdx.x), y = static_cast<std::int32_t>(threadIdx.y);
  return {static_cast<std::int32_t>(blockIdx.y) * kTile,
          static_cast<std::int32_t>(blockIdx.x) * kTile, y, x, y * kTile + x};
}
__device__ inline std::size_t tile_index() {
  return std::size_t{blockIdx.y} * gridDim.x + blockIdx.x;
}

/// body(row, col) for the thread's modules of its tile that are within rows x cols.
template <class Body>
__device__ void for_each_module(std::int32_t rows, std::int32_t cols, const Body& body) {
  const TilePlace place = tile_place();
  const std::int32_t col = place.first_col + place.col;
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kTile; k += kTileRows) {
    const std::int32_t row = place.first_row + place.row + k;
    if (row < rows && col < cols) body(row, col);
  }
}

}  // namespace ostracon::cuda
