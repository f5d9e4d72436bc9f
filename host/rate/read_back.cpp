#include "host/rate/read_back.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/rate/bandwidth.hpp"
#include "host/rate/standard_field.hpp"
#include "host/rate/temporary_folder.hpp"
#include "io/scan_file.hpp"
#include "pipeline/memory_store.hpp"

namespace ostracon::rate {
namespace {

constexpr std::int64_t kFirstFields = 4;      // of the reading that is compared, not measured
constexpr std::int64_t kMostFields = 100000;  // of a measurement
constexpr double kMostGrowth = 20;            // from one attempt to the next
constexpr double kFileBytes = 1e9;  // about: large enough to tell, small enough for a cache
constexpr std::size_t kCopyBytes = std::size_t{256} << 20;  // beyond any cache of a processor

/// kDevice unless the store holds the page as it was written.
Result<> compare(const StandardField& field, const Recovery& recovery, const MemoryStore& store) {
  const auto& read = store.bytes();
  const auto& written = field.payload;
  if (recovery.report.codewords_lost > 0)
    return Error{ErrorCode::kDevice, std::to_string(recovery.report.codewords_lost) + " of the " +
                                         std::to_string(field.codewords) +
                                         " codewords of the standard field could not be read"};
  if (read.size() < written.size() || !std::equal(written.begin(), written.end(), read.begin()))
    return Error{ErrorCode::kDevice, "what was read of the standard field is not what is on it"};
  return Ok{};
}

Result<ReadBack> read_once(const StandardField& field, FieldSource& source,
                           const BackendFactory& make_lane) {
  MemoryStore store;
  OSTRACON_TRY_ASSIGN(const Recovery recovery, recover(source, make_lane, store, {}));
  OSTRACON_TRY(compare(field, recovery, store));
  const RecoveryReport& report = recovery.report;
  return ReadBack{source.fields(), std::max(report.wall_seconds - report.start_seconds, 1e-9),
                  report.start_seconds, report.times};
}

/// Reads ever more fields of `source` until it lasts long enough.
Result<ReadBack> measure(const StandardField& field, FieldSource& source,
                         const BackendFactory& make_lane, const RateOptions& options) {
  const auto read = [&](std::int64_t fields) {
    RepeatedScan scan(source, fields);
    return read_once(field, scan, make_lane);
  };
  if (options.fields > 0) return read(options.fields);
  OSTRACON_TRY_ASSIGN(ReadBack run, read(kFirstFields));
  while (run.seconds < options.least_seconds && run.fields < kMostFields) {
    const double growth = std::min(kMostGrowth, 1.1 * options.least_seconds / run.seconds);
    const auto wanted = std::llround(std::ceil(growth * static_cast<double>(run.fields)));
    OSTRACON_TRY_ASSIGN(run, read(std::min<std::int64_t>(wanted, kMostFields)));
  }
  return run;
}

/// The copies on the devices are given back before anything else is measured.
Result<ReadBack> measure_on_devices(const StandardField& field, const BackendFactory& make_lane,
                                    const RateOptions& options) {
  OSTRACON_TRY_ASSIGN(auto resident, ResidentScan::on_devices(field, make_lane));
  return measure(field, resident, make_lane, options);
}

/// `path`: where the scan file goes.
Result<> measure_file(const StandardField& field, const BackendFactory& make_lane,
                      const std::filesystem::path& path, const RateOptions& options,
                      RateReport& report) {
  const double copies = std::ceil(kFileBytes / static_cast<double>(field.shape.bytes()));
  const auto wanted = options.fields > 0 ? options.fields : kMostFields;
  report.file_fields = std::min<std::int64_t>(std::llround(std::min(copies, 64.0)), wanted);
  OSTRACON_TRY(write_scan(field, report.file_fields, path));
  OSTRACON_TRY_ASSIGN(report.file_bytes_per_s, file_bandwidth(path));
  OSTRACON_TRY_ASSIGN(auto scan, io::ScanReader::open(path));
  OSTRACON_TRY_ASSIGN(report.from_file, measure(field, scan, make_lane, options));
  return Ok{};
}

}  // namespace

double RateReport::pixels_per_s(const ReadBack& run) const {
  return run.fields_per_s() * shape.frames * static_cast<double>(shape.pixels_per_frame());
}

double RateReport::bytes_per_s(const ReadBack& run) const {
  return run.fields_per_s() * static_cast<double>(shape.bytes());
}

double RateReport::modules_per_s(const ReadBack& run) const {
  return run.fields_per_s() * rows * cols;
}

double RateReport::codewords_per_s(const ReadBack& run) const {
  return run.fields_per_s() * codewords;
}

double RateReport::user_bytes_per_s(const ReadBack& run) const {
  return run.fields_per_s() * static_cast<double>(payload_bytes) / (1 + parity);
}

double RateReport::hours(const ReadBack& run, double user_bytes) const {
  return user_bytes / user_bytes_per_s(run) / 3600;
}

Result<RateReport> measure_rate(const BackendFactory& make_lane, const RateOptions& options) {
  OSTRACON_TRY_ASSIGN(const TemporaryFolder folder, TemporaryFolder::create(options.folder));
  OSTRACON_TRY_ASSIGN(const StandardField field, make_standard_field(options.rows, options.cols));
  OSTRACON_TRY_ASSIGN(const auto lane, make_lane());
  OSTRACON_TRY_ASSIGN(auto staged, ResidentScan::in_staging(field, lane->memory()));
  RepeatedScan first(staged, kFirstFields);
  OSTRACON_TRY(read_once(field, first, make_lane));

  RateReport report;
  report.shape = field.shape;
  report.rows = field.rows;
  report.cols = field.cols;
  report.codewords = field.codewords;
  report.payload_bytes = field.payload.size();
  report.parity = field.parity;
  report.over_a_link = !lane->memory().on_host();
  OSTRACON_TRY_ASSIGN(report.copy_bytes_per_s, report.over_a_link
                                                   ? link_bandwidth(lane->memory(), kCopyBytes)
                                                   : copy_bandwidth(kCopyBytes));
  OSTRACON_TRY_ASSIGN(const ReadBack from_staging, measure(field, staged, make_lane, options));
  if (report.over_a_link) {
    report.from_pinned = from_staging;
    OSTRACON_TRY_ASSIGN(report.resident, measure_on_devices(field, make_lane, options));
  } else {
    report.resident = from_staging;
  }
  OSTRACON_TRY(measure_file(field, make_lane, folder.path() / "scan.h5", options, report));
  return report;
}

}  // namespace ostracon::rate
