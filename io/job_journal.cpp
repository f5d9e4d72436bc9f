#include "io/job_journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "format/crc.hpp"
#include "io/archive.hpp"
#include "io/atomic_file.hpp"
#include "io/field_record.hpp"

namespace ostracon::io {
namespace {

constexpr std::string_view kWhat = "ostracon-journal";
constexpr std::uint32_t kJournalVersion = 1;
constexpr std::size_t kHeaderSize = 40;  // kWhat, version, job, CRC-32C
// Before every record: mark, length, CRC-32C of the record, CRC-32C of these three.
constexpr std::uint32_t kMark = 0x444C4946;  // "FILD"
constexpr std::size_t kLeadSize = 16;
/// The largest page has 1.7 MB of payload.
constexpr std::uint32_t kMostRecordBytes = std::uint32_t{64} << 20;

std::vector<std::uint8_t> with_crc(Packer archive) {
  auto bytes = archive.take();
  Packer crc;
  crc(format::crc32c(bytes));
  const auto end = crc.take();
  bytes.insert(bytes.end(), end.begin(), end.end());
  return bytes;
}

std::vector<std::uint8_t> journal_header(const JobId& job) {
  Packer archive;
  archive.raw({reinterpret_cast<const std::uint8_t*>(kWhat.data()), kWhat.size()});
  archive(kJournalVersion);
  archive(job);
  return with_crc(std::move(archive));
}

struct Lead {
  std::uint32_t bytes = 0, crc = 0;
};

std::vector<std::uint8_t> bytes_of(const Lead& lead) {
  Packer archive;
  archive(kMark);
  archive(lead.bytes);
  archive(lead.crc);
  return with_crc(std::move(archive));
}

/// False for anything but bytes_of() a lead.
bool parse_lead(std::span<const std::uint8_t, kLeadSize> bytes, Lead& lead) {
  Unpacker archive(bytes);
  std::uint32_t mark = 0, crc = 0;
  archive(mark);
  archive(lead.bytes);
  archive(lead.crc);
  archive(crc);
  return mark == kMark && crc == format::crc32c(bytes.first<kLeadSize - 4>()) &&
         lead.bytes <= kMostRecordBytes;
}

Result<std::uint64_t> size_of(const FileDescriptor& file, const std::string& name) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot look at " + name).message};
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

Result<> JobJournal::check_header(const JobId& job) const {
  std::array<std::uint8_t, kHeaderSize> bytes{};
  OSTRACON_TRY_ASSIGN(const std::uint64_t size, size_of(file_, name_));
  if (size >= bytes.size()) OSTRACON_TRY(read_at(file_, 0, bytes, name_));
  const auto wanted = journal_header(job);
  if (std::equal(bytes.begin(), bytes.end(), wanted.begin(), wanted.end())) return Ok{};
  Unpacker archive(bytes);
  const auto what = archive.raw(kWhat.size());
  std::uint32_t version = 0;
  archive(version);
  if (std::memcmp(what.data(), kWhat.data(), kWhat.size()) != 0)
    return Error{ErrorCode::kBadInput, name_ + " is no journal of a job"};
  if (version != kJournalVersion)
    return Error{ErrorCode::kBadInput, name_ + " is a journal of version " +
                                           std::to_string(version) + "; this program knows " +
                                           std::to_string(kJournalVersion)};
  return Error{ErrorCode::kBadInput, name_ + " is the journal of another job"};
}

Result<> JobJournal::find_records() {
  OSTRACON_TRY_ASSIGN(const std::uint64_t size, size_of(file_, name_));
  std::vector<std::uint8_t> bytes;
  end_ = kHeaderSize;
  while (size - end_ > kLeadSize) {
    std::array<std::uint8_t, kLeadSize> lead_bytes{};
    OSTRACON_TRY(read_at(file_, end_, lead_bytes, name_));
    Lead lead;
    if (!parse_lead(lead_bytes, lead) || lead.bytes > size - end_ - kLeadSize) break;
    bytes.resize(lead.bytes);
    OSTRACON_TRY(read_at(file_, end_ + kLeadSize, bytes, name_));
    // One that is damaged costs its field, not those behind it.
    const auto field = format::crc32c(bytes) == lead.crc
                           ? unpack_field(bytes)
                           : Error{ErrorCode::kBadInput, "its bytes have changed"};
    if (field) places_.push_back({field.value(), end_ + kLeadSize, lead.bytes, lead.crc});
    end_ += kLeadSize + lead.bytes;
  }
  cut_ = size - end_;
  for (std::uint32_t k = 0; k < places_.size(); ++k) order_.push_back(k);
  // Of equals the first stays first, and the others go.
  const auto by_field = [&](std::uint32_t a, std::uint32_t b) {
    return places_[a].field.field < places_[b].field.field;
  };
  std::stable_sort(order_.begin(), order_.end(), by_field);
  const auto same = [&](std::uint32_t a, std::uint32_t b) {
    return places_[a].field.field == places_[b].field.field;
  };
  order_.erase(std::unique(order_.begin(), order_.end(), same), order_.end());
  return Ok{};
}

Result<JobJournal> JobJournal::open(const std::filesystem::path& path, const JobId& job) {
  // Whole or not at all, so that a header that is no header is never one that was cut short.
  const auto made = write_whole_file(path, journal_header(job), false);
  if (!made && made.error().code != ErrorCode::kExists) return made.error();
  JobJournal journal(FileDescriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)),
                     path.string());
  if (!journal.file_)
    return Error{ErrorCode::kIo, errno_error("cannot open " + journal.name_).message};
  OSTRACON_TRY(journal.check_header(job));
  OSTRACON_TRY(journal.find_records());
  if (journal.cut_ > 0 && ::ftruncate(journal.file_.get(), static_cast<off_t>(journal.end_)) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot shorten " + journal.name_).message};
  return journal;
}

Result<JobJournal> JobJournal::read(const std::filesystem::path& path, const JobId& job) {
  JobJournal journal(FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)),
                     path.string());
  if (!journal.file_) return errno_error("cannot open " + journal.name_);
  OSTRACON_TRY(journal.check_header(job));
  OSTRACON_TRY(journal.find_records());
  return journal;
}

Result<JobJournal> JobJournal::temporary(const std::filesystem::path& folder) {
  OSTRACON_TRY_ASSIGN(auto file, open_unnamed(folder));
  JobJournal journal(std::move(file), "the temporary journal in " + folder.string());
  journal.temporary_ = true;
  return journal;
}

const JobJournal::Place* JobJournal::place_of(std::int64_t field) const {
  const auto at = std::lower_bound(
      order_.begin(), order_.end(), field,
      [&](std::uint32_t k, std::int64_t wanted) { return places_[k].field.field < wanted; });
  return at != order_.end() && places_[*at].field.field == field ? &places_[*at] : nullptr;
}

void JobJournal::add(Place place) {
  if (place_of(place.field.field) == nullptr) {
    const auto at = std::upper_bound(
        order_.begin(), order_.end(), place.field.field,
        [&](std::int64_t wanted, std::uint32_t k) { return wanted < places_[k].field.field; });
    order_.insert(at, static_cast<std::uint32_t>(places_.size()));
  }
  places_.push_back(place);
}

std::vector<RecordedField> JobJournal::recorded() const {
  std::vector<RecordedField> out;
  for (const std::uint32_t k : order_) out.push_back(places_[k].field);
  return out;
}

Result<FieldRecord> JobJournal::recall(std::int64_t field) const {
  const Place* place = place_of(field);
  if (place == nullptr)
    return Error{ErrorCode::kInvalidArgument, name_ + " has no field " + std::to_string(field)};
  std::vector<std::uint8_t> bytes(place->bytes);
  OSTRACON_TRY(read_at(file_, place->begin, bytes, name_));
  auto record = format::crc32c(bytes) == place->crc
                    ? unpack(bytes)
                    : Error{ErrorCode::kBadInput, "its bytes have changed"};
  if (record) return record;
  return Error{record.error().code,
               name_ + ", field " + std::to_string(field) + ": " + record.error().message};
}

Result<> JobJournal::record(const FieldRecord& record) {
  const auto bytes = pack(record);
  if (bytes.size() > kMostRecordBytes)
    return Error{ErrorCode::kInvalidArgument,
                 name_ + ": a record of " + std::to_string(bytes.size()) + " bytes"};
  const Lead lead{static_cast<std::uint32_t>(bytes.size()), format::crc32c(bytes)};
  auto whole = bytes_of(lead);
  whole.insert(whole.end(), bytes.begin(), bytes.end());
  if (auto written = write_at(file_, end_, whole, name_); !written) {
    // Even if this failed too: half a record is cut off when the journal is next opened.
    if (::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0) return written.error();
    return written.error();
  }
  const RecordedField field{
      record.reading.report.field,
      record.reading.header ? std::optional(record.reading.header->plate) : std::nullopt};
  add({field, end_ + kLeadSize, lead.bytes, lead.crc});
  end_ += whole.size();
  unsynced_ = true;
  if (std::chrono::steady_clock::now() - synced_ >= kBetweenSyncs) return sync();
  return Ok{};
}

Result<> JobJournal::sync() {
  if (unsynced_ && !temporary_ && ::fdatasync(file_.get()) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot write " + name_).message};
  unsynced_ = false;
  synced_ = std::chrono::steady_clock::now();
  return Ok{};
}

}  // namespace ostracon::io
