#pragma once
// Records of fields, one behind the other in a file that only grows.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"
#include "pipeline/field_journal.hpp"

namespace ostracon::io {

/// Which job a journal belongs to.
using JobId = std::array<std::uint8_t, 16>;

/// A file of a header (what it is, version, job) and of records, each with its length and CRC-32C
/// over both parts. What a process that was killed left behind the last whole record is cut off; a
/// record that is damaged is passed over, and its field is not recorded.
///
/// A record is in the file, and so survives the process, when record() returns. It is on the disk,
/// and so survives the machine, a second later at most, while records keep coming, or with sync().
class JobJournal final : public FieldJournal {
 public:
  /// Records are synchronised by the first that comes so long after the last time.
  static constexpr std::chrono::milliseconds kBetweenSyncs{1000};

  /// Opens `path` to go on with it, or makes it. kBadInput: it is another job's, of another
  /// version, or no journal; kIo.
  static Result<JobJournal> open(const std::filesystem::path& path, const JobId& job);
  /// Opens what stands only to read it; nothing is cut. kNotFound besides.
  static Result<JobJournal> read(const std::filesystem::path& path, const JobId& job);
  /// In a file without a name, in `folder`.
  static Result<JobJournal> temporary(const std::filesystem::path& folder);

  /// Ascending; of a field that stands twice, the first.
  std::vector<RecordedField> recorded() const override;
  Result<FieldRecord> recall(std::int64_t field) const override;
  bool has(std::int64_t field) const { return place_of(field) != nullptr; }
  /// Never synchronised if temporary. After an error the file is as it was before the record.
  Result<> record(const FieldRecord& record) override;
  Result<> sync();

  std::uint64_t records() const { return places_.size(); }  ///< in the file, whatever they are of
  std::uint64_t cut_bytes() const { return cut_; }          ///< behind the last whole record

 private:
  struct Place {
    RecordedField field;
    std::uint64_t begin = 0;  // of the packed record
    std::uint32_t bytes = 0;
    std::uint32_t crc = 0;
  };
  JobJournal(FileDescriptor file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}
  Result<> check_header(const JobId& job) const;
  Result<> find_records();
  const Place* place_of(std::int64_t field) const;
  void add(Place place);

  FileDescriptor file_;
  std::string name_;
  bool temporary_ = false;
  std::uint64_t end_ = 0;  // of the last whole record
  std::uint64_t cut_ = 0;
  std::vector<Place> places_;         // in the order of the file
  std::vector<std::uint32_t> order_;  // of places_, by field
  std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
  bool unsynced_ = false;
};

}  // namespace ostracon::io
