#include "datasets/scan_motion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/random.hpp"

namespace ostracon::sem {
namespace {

struct Vector {
  double y = 0, x = 0;
};

/// `frames` + 1 places of a random walk that starts at 0, its largest coordinate = `reach`.
std::vector<Vector> random_walk(std::int32_t frames, double reach, Random& random) {
  std::vector<Vector> walk(static_cast<std::size_t>(frames) + 1);
  double largest = 0;
  for (std::size_t i = 1; i < walk.size(); ++i) {
    walk[i] = {walk[i - 1].y + random.normal(), walk[i - 1].x + random.normal()};
    largest = std::max({largest, std::abs(walk[i].y), std::abs(walk[i].x)});
  }
  for (Vector& place : walk) {
    place.y *= reach / largest;
    place.x *= reach / largest;
  }
  return walk;
}

}  // namespace

double motion_bound_px(const Scan& scan) {
  return scan.drift_px + scan.frame_jump_px + scan.curved_drift_px + 5 * scan.row_jitter_px +
         scan.mains_amplitude_px;
}

ScanMotion make_motion(const Scan& scan, std::int32_t rows, std::int32_t cols, std::uint64_t seed,
                       std::uint64_t field) {
  ScanMotion motion;
  motion.frames = static_cast<std::int32_t>(scan.frames);
  motion.rows = rows;
  Random random(stream_seed(seed, field, Purpose::kDrift));
  const std::vector<Vector> walk = random_walk(motion.frames, scan.drift_px, random);
  const double mains_phase = random.uniform(0, 2 * std::numbers::pi);
  const double line_time_s = (cols * scan.dwell_us + scan.flyback_us) * 1e-6;
  const std::size_t count = motion.index(motion.frames, 0);
  motion.drift.reserve(count);
  motion.total.reserve(count);
  for (std::int32_t frame = 0; frame < motion.frames; ++frame) {
    const Vector start = walk[static_cast<std::size_t>(frame)];
    const Vector end = walk[static_cast<std::size_t>(frame) + 1];
    Vector jump = {random.uniform(-1, 1) * scan.frame_jump_px,
                   random.uniform(-1, 1) * scan.frame_jump_px};
    if (frame == 0) jump = {};
    const double direction = random.uniform(0, 2 * std::numbers::pi);
    for (std::int32_t row = 0; row < rows; ++row) {
      const double share = static_cast<double>(row) / rows;
      const double arc = scan.curved_drift_px * 4 * share * (1 - share);
      const double y = start.y + (end.y - start.y) * share * scan.linear_drift + jump.y +
                       arc * std::sin(direction);
      const double x = start.x + (end.x - start.x) * share * scan.linear_drift + jump.x +
                       arc * std::cos(direction);
      Random of_row(stream_seed(seed, field, Purpose::kRowMotion, static_cast<std::uint64_t>(frame),
                                static_cast<std::uint64_t>(row)));
      const double time_s = (static_cast<double>(frame) * rows + row) * line_time_s;
      const double mains = scan.mains_amplitude_px *
                           std::sin(2 * std::numbers::pi * scan.mains_hz * time_s + mains_phase);
      const double dx = scan.row_jitter_px * of_row.normal() + mains;
      const double dy = (scan.row_jitter_px * of_row.normal() + mains) / 2;
      motion.drift.push_back({static_cast<float>(y), static_cast<float>(x)});
      motion.total.push_back({static_cast<float>(y + dy), static_cast<float>(x + dx)});
    }
  }
  return motion;
}

}  // namespace ostracon::sem
