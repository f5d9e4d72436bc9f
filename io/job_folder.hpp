#pragma once
// All that a recovery needs to go on after whatever ended it: a description of its inputs, and the
// journals of the processes that read fields.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/file_lock.hpp"
#include "io/job_description.hpp"
#include "io/job_journal.hpp"

namespace ostracon::io {

/// A folder with `job.json`, `lock`, and a `journal-N` of every process N that has read fields. As
/// a FieldJournal it has what all of them hold, and records into its own process's. What is known
/// of other processes' is what they held when the folder was opened, or last looked at.
class JobFolder final : public FieldJournal {
 public:
  /// Begins a job in `folder` (made if absent), or goes on with the one that stands there if
  /// `resume`. As process 0; locked until this object goes. kExists: another process has it, or a
  /// job stands and `resume` is not set; kInvalidArgument: it has other inputs or another share;
  /// kBadInput: what stands there is no job, or of another version; kNotFound; kIo.
  static Result<JobFolder> begin(const std::filesystem::path& folder,
                                 const JobDescription& description, bool resume);
  /// Takes part in a job that process 0 has begun, as process `process` > 0, and knows of its own
  /// records alone. Errors: the same.
  static Result<JobFolder> join(const std::filesystem::path& folder,
                                const JobDescription& description, int process);
  /// A job that stands, only to be read; locked. kNotFound besides.
  static Result<JobFolder> open(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return path_; }
  const JobDescription& description() const { return description_; }

  std::vector<RecordedField> recorded() const override;
  Result<FieldRecord> recall(std::int64_t field) const override;
  Result<> record(const FieldRecord& record) override;
  /// Of this process's journal.
  Result<> sync();
  /// Looks again at what other processes hold.
  Result<> look_again();

  /// Of its share, the fields that are not recorded, ascending.
  std::vector<std::int64_t> unread() const;
  /// Records in all journals: as many as recorded() unless a field was read twice.
  std::uint64_t records() const;
  /// Behind the last whole record of this process's journal, when it was opened.
  std::uint64_t cut_bytes() const { return own_ ? own_->cut_bytes() : 0; }

 private:
  JobFolder(std::filesystem::path path, JobDescription description, JobId id)
      : path_(std::move(path)), description_(std::move(description)), id_(id) {}
  Result<> open_own(int process);

  std::filesystem::path path_;
  JobDescription description_;
  JobId id_;
  std::optional<FileLock> lock_;
  std::optional<JobJournal> own_;
  std::string own_name_;
  std::vector<JobJournal> others_;
};

/// Reads `folder`/job.json. kNotFound, kBadInput, kIo.
Result<JobDescription> read_description(const std::filesystem::path& folder);

}  // namespace ostracon::io
