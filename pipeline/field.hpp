#pragma once
// What the registration stages hand to each other about one field. Small results live on the host;
// only frames, images and module grids live in a backend's memory.
//
// Pixel coordinates (y, x) and module coordinates (row, col) have the centres at integers.

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/frames.hpp"
#include "core/view.hpp"

namespace ostracon {

/// The raw frames of one field in a backend's memory, [frame][y][x], contiguous.
struct FrameStack {
  const void* data = nullptr;
  FieldShape shape;
  float black = 0;  ///< counts that no electron gives (ADC offset), where the instrument says
};

/// Slow brightness variation of a field: I_true(y, x) = (raw(y, x) - black) * row_gain[frame][y],
/// and `shading` is the local mean of I_true, in counts, on a grid of cells.
struct FlatField {
  std::int32_t cell_px = 16;  ///< cell (i, j) is centred on pixel (i + 1/2) * cell_px - 1/2
  std::int32_t cell_rows = 0, cell_cols = 0;
  std::vector<float> shading;  ///< [cell_rows][cell_cols], > 0
  std::int32_t frames = 0, rows = 0;
  std::vector<float> row_gain;  ///< [frames][rows], about 1

  /// Bilinear shading at pixel (y, x), constant beyond the outermost cell centres.
  float shading_at(float y, float x) const;
};

/// Why a frame takes no part in the reading of its field.
enum class FrameFault : std::uint8_t {
  kNone,
  kBlank,      ///< dark, saturated or otherwise without a picture
  kBlurred,    ///< shows little of what the other frames show
  kDifferent,  ///< a picture, but not that of the other frames
};

/// "none", "blank", "blurred" or "different".
std::string_view to_string(FrameFault fault);

/// Where each frame lies against the common coordinates of the field: common (y, x) appears in
/// frame f at (y + shift_y, x + shift_x), the shift taken at row y. Zero mean in every band over
/// the frames that take part, so a single frame has shift 0.
struct DriftField {
  std::int32_t frames = 1;
  std::vector<float> band_centre_y;         ///< ascending, at least one
  std::vector<std::array<float, 2>> shift;  ///< [frame][band], (y, x) px
  std::vector<float> weight;      ///< [frame], about 1, 0 of frames left out; empty: all 1
  std::vector<FrameFault> fault;  ///< [frame]; empty: none
  float residual_px = 0;  ///< rms of what bands say against the smooth motion, a measure of noise
  float pixel_noise = 0;  ///< noise variance of one flattened pixel of one frame (mean = 1)

  /// Piecewise linear in y, linear beyond the outermost centres by at most half a band.
  std::array<float, 2> at(std::int32_t frame, float y) const;
  float weight_of(std::int32_t frame) const {
    return weight.empty() ? 1.0F : weight[static_cast<std::size_t>(frame)];
  }
};

/// One unit cell of the lattice near a pixel: module (row, col) = origin + row * down + col *
/// right.
struct LatticeSeed {
  std::array<float, 2> centre{};  ///< pixel (y, x) where it was measured
  std::array<float, 2> down{};    ///< (y, x) px from one module row to the next; down[0] > 0
  std::array<float, 2> right{};   ///< (y, x) px from one column to the next; right[1] > 0
  float strength = 0;             ///< nats: chance shows such a pair of lines e^-strength times
  bool in_image = false;          ///< the image itself has clear lines: bright edges, small pits

  float pitch() const {
    return 0.5F * (std::hypot(down[0], down[1]) + std::hypot(right[0], right[1]));
  }
};

/// A smooth map from modules to pixels: exact on nodes `step` modules apart, bilinear between,
/// linear beyond the edge. Node (i, j) is module (first_row + i * step, first_col + j * step).
struct LatticeMap {
  std::int32_t step = 8;
  std::int32_t first_row = 0, first_col = 0;
  std::int32_t node_rows = 0, node_cols = 0;  ///< at least 2
  std::vector<std::array<float, 2>> nodes;    ///< pixel (y, x)

  std::array<float, 2> at(float row, float col) const;
};

/// How the lattice of the field turns into rows and columns of the page: field module =
/// origin + page_row * row_axis + page_col * col_axis, both axes unit vectors along +-row, +-col.
struct PagePose {
  std::int32_t origin_row = 0, origin_col = 0;
  std::array<std::int32_t, 2> row_axis{1, 0};  ///< (field row, field col) per page row
  std::array<std::int32_t, 2> col_axis{0, 1};
  bool inverted = false;  ///< pits brighter than land

  bool mirrored() const { return row_axis[0] * col_axis[1] - row_axis[1] * col_axis[0] < 0; }
};

}  // namespace ostracon
