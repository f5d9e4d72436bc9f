#pragma once
// How fast this machine reads plates back: the standard field, where it lies in memory and from a
// file.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::rate {

struct RateOptions {
  std::int32_t rows = 1280, cols = 1280;  ///< of the page, modules
  std::int64_t fields = 0;  ///< in every measurement; 0: as many as take `least_seconds`
  double least_seconds = 4;
  std::filesystem::path folder = ".";  ///< where the scan file is written for a while
};

/// One reading of many fields by recover().
struct ReadBack {
  std::int64_t fields = 0;
  double seconds = 0;        ///< without the start
  double start_seconds = 0;  ///< until backends and their memory were made
  StageTimes times;
  double fields_per_s() const { return static_cast<double>(fields) / seconds; }
};

/// All rates are per second of wall time.
struct RateReport {
  FieldShape shape;
  std::int32_t rows = 0, cols = 0;  ///< modules
  std::int32_t codewords = 0;       ///< of a page
  std::uint64_t payload_bytes = 0;  ///< of a page
  double parity = 0;                ///< parity pages per data page
  std::int64_t file_fields = 0;     ///< in the scan file, read over and over
  bool over_a_link = false;         ///< the backend has memory of its own
  double copy_bytes_per_s = 0;      ///< of a plain copy in memory, or over the link; bytes copied
  double file_bytes_per_s = 0;      ///< of a plain parallel reading of the scan file
  /// Of frames in the memory that the backend computes in: nothing is copied.
  ReadBack resident;
  /// Of frames in pinned memory, uploaded from where they lie; absent where that is the above.
  std::optional<ReadBack> from_pinned;
  ReadBack from_file;  ///< from HDF5 to staging memory, and to the device if there is one

  double pixels_per_s(const ReadBack& run) const;
  double bytes_per_s(const ReadBack& run) const;  ///< of raw frames
  double modules_per_s(const ReadBack& run) const;
  double codewords_per_s(const ReadBack& run) const;
  /// Bytes of files a second where parity pages are read along with data pages.
  double user_bytes_per_s(const ReadBack& run) const;
  /// Hours to read a plate of `user_bytes` bytes of files, data and parity pages, by one reader.
  double hours(const ReadBack& run, double user_bytes) const;
};

/// Simulates the field, reads it once and compares the payload with what was written, and only then
/// measures; every reading measured is compared as well. The scan file is removed in the end.
///
/// Errors: kDevice if the payload is not what was written; kInvalidArgument, kIo, kOutOfMemory and
/// those of recover().
Result<RateReport> measure_rate(const BackendFactory& make_lane, const RateOptions& options);

}  // namespace ostracon::rate
