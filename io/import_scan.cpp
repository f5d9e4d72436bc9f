#include "io/import_scan.hpp"

#include <limits>
#include <new>

#include "io/metadata_writer.hpp"

namespace ostracon::io {
namespace {

/// Bytes for a field; kOutOfMemory.
Result<> make_room(std::vector<std::byte>& bytes, std::size_t count) {
  try {
    bytes.resize(count);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory,
                 "no memory for a field of " + std::to_string(count) + " bytes"};
  }
  return Ok{};
}

class Import {
 public:
  Import(ScanWriter& writer, const ImportOptions& options, std::int64_t total)
      : writer_(writer), options_(options), total_(total) {}

  Result<> add(const ImportedScan& scan) {
    for (const ScanGroup& group : scan.source->groups()) OSTRACON_TRY(add_group(scan, group));
    MetadataWriter& metadata = writer_.metadata();
    OSTRACON_TRY(metadata.begin_source(scan.name));
    OSTRACON_TRY(metadata.bytes("layout", scan.source->layout()));
    for (const std::string& warning : scan.source->warnings())
      OSTRACON_TRY(metadata.bytes("warnings/warning", warning));
    return scan.source->keep_metadata(metadata);
  }

  ImportReport report;

 private:
  Result<> add_group(const ImportedScan& scan, const ScanGroup& group) {
    OSTRACON_TRY_ASSIGN(const std::int32_t index, writer_.add_scan(group.info));
    OSTRACON_TRY(make_room(frames_, group.info.shape.bytes()));
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    for (std::int64_t field = 0; field < group.fields; ++field) {
      OSTRACON_TRY(scan.source->read(group.first_field + field, frames_));
      for (const LostFrame& lost : scan.source->lost_frames())
        return Error{ErrorCode::kBadInput,
                     scan.source->describe(group.first_field + field) + " of " + scan.name +
                         ": frame " + std::to_string(lost.frame) + " is damaged: " + lost.reason};
      const auto position = group.positions_m.empty()
                                ? std::array<double, 2>{kUnknown, kUnknown}
                                : group.positions_m[static_cast<std::size_t>(field)];
      OSTRACON_TRY(writer_.append(index, frames_, position, nullptr));
      pixels_ += frames_.size() / bytes_of(group.info.shape.type);
      ++report.fields;
      if (options_.progress) options_.progress(report.fields, total_, pixels_);
    }
    ++report.groups;
    return Ok{};
  }

  ScanWriter& writer_;
  const ImportOptions& options_;
  std::int64_t total_;
  std::uint64_t pixels_ = 0;
  std::vector<std::byte> frames_;
};

}  // namespace

Result<ImportReport> import_scans(const std::vector<ImportedScan>& sources,
                                  const std::filesystem::path& path, const ImportOptions& options) {
  std::int64_t total = 0;
  for (const ImportedScan& scan : sources) {
    const auto exact = scan.source->read_exactly();
    if (!exact && !(options.round && exact.error().code == ErrorCode::kBadInput))
      return exact.error();
    total += scan.source->fields();
  }
  OSTRACON_TRY_ASSIGN(auto writer, ScanWriter::create(path, options.force, options.compression));
  Import import(writer, options, total);
  for (const ImportedScan& scan : sources) OSTRACON_TRY(import.add(scan));
  import.report.left_out = writer.metadata().left_out();
  OSTRACON_TRY(writer.close());
  return import.report;
}

}  // namespace ostracon::io
