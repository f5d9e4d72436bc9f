#pragma once
// A line that tells how far a long job is; silent unless standard error is a terminal.

#include <chrono>
#include <cstdint>
#include <string>

namespace ostracon::cli {

class Progress {
 public:
  /// `label`: what is being done; `unit`: of what `amount` counts, such as "px".
  Progress(std::string label, std::string unit);
  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of `total` steps; `amount` units so far, from which the rate is told. Draws at most ten
  /// times a second. One thread at a time.
  void update(std::uint64_t done, std::uint64_t total, std::uint64_t amount);

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  std::string unit_;
  bool visible_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_drawn_{};
};

}  // namespace ostracon::cli
