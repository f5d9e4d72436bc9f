#include "pipeline/field.hpp"

#include "pipeline/rules/field_maps.hpp"

namespace ostracon {

std::string_view to_string(FrameFault fault) {
  static constexpr std::array<std::string_view, 4> kNames{"none", "blank", "blurred", "different"};
  return kNames[static_cast<std::size_t>(fault)];
}

float FlatField::shading_at(float y, float x) const {
  return rules::shading_at({shading.data(), cell_px, cell_rows, cell_cols}, y, x);
}

std::array<float, 2> DriftField::at(std::int32_t frame, float y) const {
  const std::size_t bands = band_centre_y.size();
  const auto* track = shift.data() + static_cast<std::size_t>(frame) * bands;
  const auto [dy, dx] =
      rules::drift_at({band_centre_y.data(), track->data(), static_cast<std::int32_t>(bands)}, y);
  return {dy, dx};
}

std::array<float, 2> LatticeMap::at(float row, float col) const {
  const auto [y, x] = rules::node_map_at(
      {nodes.data()->data(), step, first_row, first_col, node_rows, node_cols}, row, col);
  return {y, x};
}

}  // namespace ostracon
