#pragma once
// How the content of a field moves while its frames are taken, in pixels.

#include <cstdint>
#include <vector>

#include "datasets/profile.hpp"

namespace ostracon::sem {

struct Shift {
  float y = 0, x = 0;
};

struct ScanMotion {
  std::int32_t frames = 0, rows = 0;
  std::vector<Shift> drift;  ///< [frame][row]: walk, jump and arc
  std::vector<Shift> total;  ///< [frame][row]: drift, row jitter and mains

  std::size_t index(std::int32_t frame, std::int32_t row) const {
    return static_cast<std::size_t>(frame) * static_cast<std::size_t>(rows) +
           static_cast<std::size_t>(row);
  }
};

/// No motion but a rare draw of the jitter exceeds this, per axis.
double motion_bound_px(const Scan& scan);

/// `cols` sets the line time.
ScanMotion make_motion(const Scan& scan, std::int32_t rows, std::int32_t cols, std::uint64_t seed,
                       std::uint64_t field);

}  // namespace ostracon::sem
