#include "io/job_folder.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>

#include "io/atomic_file.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescriptionName = "job.json";
constexpr const char* kLockName = "lock";
constexpr const char* kJournalPrefix = "journal-";
constexpr std::size_t kMostDescriptionBytes = std::size_t{1} << 30;

std::string journal_name(int process) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%s%04d", kJournalPrefix, process);
  return name.data();
}

/// What is in the folder, sorted; temporary files that a process left behind are removed if
/// `clean`.
Result<std::vector<std::string>> names_in(const fs::path& folder, bool clean) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(".ostracon-") && name.ends_with(".tmp")) {
      std::error_code ignored;
      if (clean) fs::remove(at->path(), ignored);
    } else {
      names.push_back(name);
    }
  }
  if (failed)
    return Error{ErrorCode::kIo, "cannot look into " + folder.string() + ": " + failed.message()};
  std::sort(names.begin(), names.end());
  return names;
}

/// The same inputs and the same share.
Result<> check_same(const fs::path& folder, const JobDescription& then, const JobDescription& now) {
  const std::string what = difference(then, now);
  if (!what.empty())
    return Error{ErrorCode::kInvalidArgument,
                 "the job in " + folder.string() + " was begun with other inputs: " + what};
  if (then.share == now.share) return Ok{};
  const auto words = [](const JobShare& share) {
    return std::to_string(share.index) + "/" + std::to_string(share.count);
  };
  return Error{ErrorCode::kInvalidArgument, "the job in " + folder.string() + " reads share " +
                                                words(then.share) + ", not " + words(now.share)};
}

}  // namespace

Result<JobDescription> read_description(const fs::path& folder) {
  const fs::path path = folder / kDescriptionName;
  OSTRACON_TRY_ASSIGN(const auto text, read_whole_file(path, kMostDescriptionBytes));
  return parse_description(text, path.string());
}

Result<JobFolder> JobFolder::begin(const fs::path& folder, const JobDescription& description,
                                   bool resume) {
  std::error_code failed;
  fs::create_directory(folder, failed);
  if (failed)
    return Error{
        failed == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound : ErrorCode::kIo,
        "cannot make the folder " + folder.string() + ": " + failed.message()};
  // Before the lock, so that nothing is put into a folder of other things.
  OSTRACON_TRY_ASSIGN(auto names, names_in(folder, false));
  std::erase(names, kLockName);
  const bool stands = std::binary_search(names.begin(), names.end(), kDescriptionName);
  if (!names.empty() && !stands)
    return Error{ErrorCode::kExists,
                 folder.string() + " holds other things than a job, such as " + names.front()};
  if (stands && !resume)
    return Error{ErrorCode::kExists,
                 "a job stands in " + folder.string() + " already; --resume would go on with it"};
  OSTRACON_TRY_ASSIGN(const JobId id, description.id());
  JobFolder job(folder, description, id);
  OSTRACON_TRY_ASSIGN(job.lock_, FileLock::acquire(folder / kLockName));
  OSTRACON_TRY(names_in(folder, true));
  const auto then = read_description(folder);
  if (then) {
    OSTRACON_TRY(check_same(folder, then.value(), description));
  } else if (then.error().code == ErrorCode::kNotFound) {
    OSTRACON_TRY(write_whole_file(folder / kDescriptionName, description_text(description), false));
  } else {
    return then.error();
  }
  OSTRACON_TRY(job.open_own(0));
  OSTRACON_TRY(job.look_again());
  return job;
}

Result<JobFolder> JobFolder::join(const fs::path& folder, const JobDescription& description,
                                  int process) {
  OSTRACON_TRY_ASSIGN(const JobDescription then, read_description(folder));
  OSTRACON_TRY(check_same(folder, then, description));
  OSTRACON_TRY_ASSIGN(const JobId id, description.id());
  JobFolder job(folder, description, id);
  OSTRACON_TRY(job.open_own(process));
  return job;
}

Result<JobFolder> JobFolder::open(const fs::path& folder) {
  OSTRACON_TRY_ASSIGN(auto description, read_description(folder));
  OSTRACON_TRY_ASSIGN(const JobId id, description.id());
  JobFolder job(folder, std::move(description), id);
  OSTRACON_TRY_ASSIGN(job.lock_, FileLock::acquire(folder / kLockName));
  OSTRACON_TRY(job.look_again());
  return job;
}

Result<> JobFolder::open_own(int process) {
  own_name_ = journal_name(process);
  OSTRACON_TRY_ASSIGN(own_, JobJournal::open(path_ / own_name_, id_));
  return Ok{};
}

Result<> JobFolder::look_again() {
  others_.clear();
  OSTRACON_TRY_ASSIGN(const auto names, names_in(path_, false));
  for (const std::string& name : names) {
    if (!name.starts_with(kJournalPrefix) || name == own_name_) continue;
    OSTRACON_TRY_ASSIGN(auto journal, JobJournal::read(path_ / name, id_));
    others_.push_back(std::move(journal));
  }
  return Ok{};
}

std::vector<RecordedField> JobFolder::recorded() const {
  std::vector<RecordedField> all;
  if (own_) all = own_->recorded();
  for (const JobJournal& journal : others_) {
    const auto more = journal.recorded();
    all.insert(all.end(), more.begin(), more.end());
  }
  const auto before = [](const RecordedField& a, const RecordedField& b) {
    return a.field < b.field;
  };
  const auto same = [](const RecordedField& a, const RecordedField& b) {
    return a.field == b.field;
  };
  std::stable_sort(all.begin(), all.end(), before);
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

Result<FieldRecord> JobFolder::recall(std::int64_t field) const {
  if (own_ && own_->has(field)) return own_->recall(field);
  for (const JobJournal& journal : others_)
    if (journal.has(field)) return journal.recall(field);
  return Error{ErrorCode::kInvalidArgument,
               "the job in " + path_.string() + " has no field " + std::to_string(field)};
}

Result<> JobFolder::record(const FieldRecord& record) {
  if (own_) return own_->record(record);
  return Error{ErrorCode::kInvalidArgument,
               "the job in " + path_.string() + " was opened to be read"};
}

Result<> JobFolder::sync() { return own_ ? own_->sync() : Result<>(Ok{}); }

std::vector<std::int64_t> JobFolder::unread() const {
  std::vector<std::int64_t> out;
  const auto done = recorded();
  auto at = done.begin();
  const std::int64_t end = description_.share.end(description_.fields);
  for (std::int64_t field = description_.share.begin(description_.fields); field < end; ++field) {
    while (at != done.end() && at->field < field) ++at;
    if (at == done.end() || at->field != field) out.push_back(field);
  }
  return out;
}

std::uint64_t JobFolder::records() const {
  std::uint64_t count = own_ ? own_->records() : 0;
  for (const JobJournal& journal : others_) count += journal.records();
  return count;
}

}  // namespace ostracon::io
