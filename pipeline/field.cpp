#include "pipeline/field.hpp"

#include <algorithm>

namespace ostracon {

std::string_view to_string(FrameFault fault) {
  static constexpr std::array<std::string_view, 4> kNames{"none", "blank", "blurred", "different"};
  return kNames[static_cast<std::size_t>(fault)];
}

float FlatField::shading_at(float y, float x) const {
  const float inverse = 1.0F / static_cast<float>(cell_px);
  const float r = std::clamp((y + 0.5F) * inverse - 0.5F, 0.0F, static_cast<float>(cell_rows - 1));
  const float c = std::clamp((x + 0.5F) * inverse - 0.5F, 0.0F, static_cast<float>(cell_cols - 1));
  const auto r0 = static_cast<std::int32_t>(r);
  const auto c0 = static_cast<std::int32_t>(c);
  const std::int32_t r1 = std::min(r0 + 1, cell_rows - 1);
  const std::int32_t c1 = std::min(c0 + 1, cell_cols - 1);
  const float fr = r - static_cast<float>(r0);
  const float fc = c - static_cast<float>(c0);
  const auto at = [&](std::int32_t i, std::int32_t j) {
    return shading[static_cast<std::size_t>(i) * static_cast<std::size_t>(cell_cols) +
                   static_cast<std::size_t>(j)];
  };
  const float top = at(r0, c0) + fc * (at(r0, c1) - at(r0, c0));
  const float bottom = at(r1, c0) + fc * (at(r1, c1) - at(r1, c0));
  return top + fr * (bottom - top);
}

std::array<float, 2> DriftField::at(std::int32_t frame, float y) const {
  const std::size_t bands = band_centre_y.size();
  const auto* track = shift.data() + static_cast<std::size_t>(frame) * bands;
  if (bands == 1) return track[0];
  std::size_t upper = 1;
  while (upper + 1 < bands && band_centre_y[upper] < y) ++upper;
  const float y0 = band_centre_y[upper - 1];
  const float y1 = band_centre_y[upper];
  const float t = std::clamp((y - y0) / (y1 - y0), -0.5F, 1.5F);
  return {track[upper - 1][0] + t * (track[upper][0] - track[upper - 1][0]),
          track[upper - 1][1] + t * (track[upper][1] - track[upper - 1][1])};
}

std::array<float, 2> LatticeMap::at(float row, float col) const {
  const float inverse = 1.0F / static_cast<float>(step);
  const float r = (row - static_cast<float>(first_row)) * inverse;
  const float c = (col - static_cast<float>(first_col)) * inverse;
  const auto r0 = std::clamp(static_cast<std::int32_t>(std::floor(r)), 0, node_rows - 2);
  const auto c0 = std::clamp(static_cast<std::int32_t>(std::floor(c)), 0, node_cols - 2);
  const float fr = r - static_cast<float>(r0);
  const float fc = c - static_cast<float>(c0);
  const auto* top = nodes.data() +
                    static_cast<std::size_t>(r0) * static_cast<std::size_t>(node_cols) +
                    static_cast<std::size_t>(c0);
  const auto* bottom = top + node_cols;
  std::array<float, 2> out{};
  for (std::size_t k = 0; k < 2; ++k) {
    const float a = top[0][k] + fc * (top[1][k] - top[0][k]);
    const float b = bottom[0][k] + fc * (bottom[1][k] - bottom[0][k]);
    out[k] = a + fr * (b - a);
  }
  return out;
}

}  // namespace ostracon
