#pragma once

#include <chrono>

#include "pipeline/report.hpp"

namespace ostracon {

/// Adds the time since the last call to a stage.
class StageClock {
 public:
  explicit StageClock(StageTimes& times) : times_(times) {}
  /// Leaves the time since the last call to nobody: someone else has charged it.
  void skip() { last_ = std::chrono::steady_clock::now(); }
  void charge(Stage stage) {
    const auto now = std::chrono::steady_clock::now();
    times_[stage] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  StageTimes& times_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace ostracon
