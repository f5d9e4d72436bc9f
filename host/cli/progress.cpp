#include "host/cli/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "host/cli/text.hpp"

namespace ostracon::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kBetweenDraws{100};

/// "12.3 Mpx/s".
std::string human_rate(double per_second, const std::string& unit) {
  if (per_second >= 1e9) return fmt::format("{:.1f} G{}/s", per_second / 1e9, unit);
  if (per_second >= 1e6) return fmt::format("{:.1f} M{}/s", per_second / 1e6, unit);
  if (per_second >= 1e3) return fmt::format("{:.1f} k{}/s", per_second / 1e3, unit);
  return fmt::format("{:.1f} {}/s", per_second, unit);
}

}  // namespace

Progress::Progress(std::string label, std::string unit)
    : label_(std::move(label)), unit_(std::move(unit)), visible_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(std::uint64_t done, std::uint64_t total, std::uint64_t amount) {
  if (!visible_ || total == 0) return;
  const auto now = Clock::now();
  if (done < total && now - last_drawn_ < kBetweenDraws) return;
  last_drawn_ = now;
  drawn_ = true;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const auto full = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  std::string line = fmt::format("\r\x1b[K{} [{}{}] {:3.0f} %", label_, std::string(full, '#'),
                                 std::string(kBarWidth - full, '.'), 100 * share);
  if (seconds > 0 && done > 0)
    line += fmt::format("  {}  {} left", human_rate(static_cast<double>(amount) / seconds, unit_),
                        human_duration(seconds * (1 - share) / share));
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
}

}  // namespace ostracon::cli
