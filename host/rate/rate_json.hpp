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
///   field, page, plate       what is read, and the plate that hours are extrapolated to
///   copy_bytes_per_s         of a plain copy: from pinned memory to the device, else in memory
///   file_read_bytes_per_s    of a plain parallel reading of the scan file
///   resident                 frames in the memory that the backend computes in, never copied
///   from_pinned              frames in pinned memory, uploaded; absent on the CPU, where it would
///                            be `resident`
///   from_file                frames in an uncompressed HDF5 file in the page cache
/// Each of the last three: fields, seconds, start_seconds (not in seconds), pixels_per_s,
/// bytes_per_s (raw frames), modules_per_s, codewords_per_s, user_bytes_per_s, hours_for_plate,
/// stage_seconds by stage (of all lanes), and share_of_copy (`from_pinned`; `resident` on the CPU)
/// or share_of_file_read (`from_file`).
std::string rate_json(const RateReport& report, const Machine& machine);

/// Model name of the processor, "unknown" where the system does not tell.
std::string processor_name();

/// What the extrapolation is to: bytes of files on a plate.
inline constexpr double kPlateBytes = 2e12;

}  // namespace ostracon::rate
