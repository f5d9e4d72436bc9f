#pragma once
// Times one piece of work and prints one JSON line. Machines are often shared: what counts is the
// CPU time of the calling thread (on a GPU: wall time to the end of its work).

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ostracon::bench {

/// A figure to compare with: of the same run, or published.
struct Anchor {
  std::string name;  ///< "scalar": the JSON line then has "vs_scalar", ours over theirs
  double items_per_s;
};

struct Work {
  std::string name;    ///< "ldpc/0.8/2.5dB"
  double bytes_moved;  ///< compulsory traffic of one run: inputs once, outputs once
  double items;        ///< what a user counts: information bits, modules, pixels
  std::string extra;   ///< more members of the JSON object, without braces; may be empty
  std::vector<Anchor> anchors = {};
};

/// Whose time is measured.
enum class Clock {
  kThread,   ///< CPU time of the calling thread: work that does not spread
  kProcess,  ///< CPU time of all threads: what a core delivers when work spreads
  kWall,     ///< a device, or scaling with cores
};

inline double seconds(Clock clock) {
  const clockid_t id = clock == Clock::kThread    ? CLOCK_THREAD_CPUTIME_ID
                       : clock == Clock::kProcess ? CLOCK_PROCESS_CPUTIME_ID
                                                  : CLOCK_MONOTONIC;
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

inline const char* to_string(Clock clock) {
  return clock == Clock::kThread ? "thread" : clock == Clock::kProcess ? "process" : "wall";
}

/// Name of the processor, as the system tells it, without what a JSON string cannot hold plainly.
inline std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) != 0 || colon == std::string::npos) continue;
    line.erase(0, colon + 2);
    std::erase_if(line, [](char c) { return c == '"' || c == '\\' || c < ' '; });
    return line;
  }
  return "unknown";
}

/// Runs `body` (Result<>()) until `least_seconds` have passed and at least 10 times, after 2
/// unmeasured ones. The caller has checked the result of `body` before. `body` must end only when
/// its work has.
template <class Body>
Result<> measure(const Work& work, Clock clock, const Body& body, double least_seconds = 0.5) {
  std::vector<double> times;
  double total = 0.0;
  for (int i = 0; i < 12 || total < least_seconds; ++i) {
    const double start = seconds(clock);
    OSTRACON_TRY(body());
    const double taken = seconds(clock) - start;
    if (i >= 2) times.push_back(taken), total += taken;
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  std::printf(R"({"case":"%s","clock":"%s","runs":%zu,"min_s":%.3e,"median_s":%.3e,"max_s":%.3e,)"
              R"("gb_per_s":%.3f,"items_per_s":%.3e%s%s)",
              work.name.c_str(), to_string(clock), times.size(), times.front(), median,
              times.back(), work.bytes_moved / median * 1e-9, work.items / median,
              work.extra.empty() ? "" : ",", work.extra.c_str());
  for (const Anchor& anchor : work.anchors)
    std::printf(R"(,"vs_%s":%.2f)", anchor.name.c_str(), work.items / median / anchor.items_per_s);
  std::printf("}\n");
  std::fflush(stdout);
  return Ok{};
}

}  // namespace ostracon::bench
