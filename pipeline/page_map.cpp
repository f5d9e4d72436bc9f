#include "pipeline/page_map.hpp"

#include <cmath>
#include <numbers>

namespace ostracon {

LatticeMap page_map(const LatticeMap& field, const PagePose& pose, std::int32_t rows,
                    std::int32_t cols) {
  LatticeMap map;
  map.step = field.step;
  map.first_row = map.first_col = -2 * map.step;
  map.node_rows = rows / map.step + 6;
  map.node_cols = cols / map.step + 6;
  map.nodes.reserve(static_cast<std::size_t>(map.node_rows) *
                    static_cast<std::size_t>(map.node_cols));
  for (std::int32_t i = 0; i < map.node_rows; ++i)
    for (std::int32_t j = 0; j < map.node_cols; ++j) {
      const std::int32_t r = map.first_row + i * map.step;
      const std::int32_t c = map.first_col + j * map.step;
      map.nodes.push_back(field.at(
          static_cast<float>(pose.origin_row + r * pose.row_axis[0] + c * pose.col_axis[0]),
          static_cast<float>(pose.origin_col + r * pose.row_axis[1] + c * pose.col_axis[1])));
    }
  return map;
}

void describe_pose(const LatticeMap& map, std::int32_t rows, std::int32_t cols,
                   const PagePose& pose, FieldReport& report) {
  const float r = 0.5F * static_cast<float>(rows);
  const float c = 0.5F * static_cast<float>(cols);
  const auto left = map.at(r, c - 0.25F * static_cast<float>(cols));
  const auto right = map.at(r, c + 0.25F * static_cast<float>(cols));
  const auto top = map.at(r - 0.25F * static_cast<float>(rows), c);
  const auto bottom = map.at(r + 0.25F * static_cast<float>(rows), c);
  const float across =
      std::hypot(right[0] - left[0], right[1] - left[1]) / (0.5F * static_cast<float>(cols));
  const float down =
      std::hypot(bottom[0] - top[0], bottom[1] - top[1]) / (0.5F * static_cast<float>(rows));
  report.pitch_px = 0.5F * (across + down);
  const float degrees =
      std::atan2(right[0] - left[0], right[1] - left[1]) * 180.0F / std::numbers::pi_v<float>;
  report.rotation_deg = degrees < 0 ? degrees + 360.0F : degrees;
  report.mirrored = pose.mirrored();
  report.inverted = pose.inverted;
}

}  // namespace ostracon
