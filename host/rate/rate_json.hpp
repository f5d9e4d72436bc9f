#pragma once

#include <string>

#include "host/rate/read_back.hpp"

namespace ostracon::rate {

/// What the machine is, for a reader of the figures.
struct Machine {
  std::string backend;    ///< "cpu", "cuda"
  std::string processor;  ///< model name, as the system tells it
  int threads = 0;
  std::string version;  ///< of this program
};

/// The report as JSON; every rate per second, times in seconds.
std::string rate_json(const RateReport& report, const Machine& machine);

/// Model name of the processor, "unknown" where the system does not tell.
std::string processor_name();

/// What the extrapolation is to: bytes of files on a plate.
inline constexpr double kPlateBytes = 2e12;

}  // namespace ostracon::rate
