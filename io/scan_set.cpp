#include "io/scan_set.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace ostracon::io {

Result<ScanSet> ScanSet::open(const std::vector<std::filesystem::path>& paths, ScanOpener opener) {
  ScanSet set;
  set.opener_ = std::move(opener);
  for (const auto& path : paths) OSTRACON_TRY(set.add(path));
  const auto whole = [](const File& file) { return file.broken.empty(); };
  if (std::none_of(set.files_.begin(), set.files_.end(), whole))
    return Error{ErrorCode::kBadInput,
                 set.files_.empty() ? "no scan is named"
                 : paths.size() == 1
                     ? set.files_.front().broken
                     : "none of " + std::to_string(paths.size()) +
                           " files can be read; the first: " + set.files_.front().broken};
  // A reader makes its stages for the first shape that it meets.
  const auto first = std::find_if(set.runs_.begin(), set.runs_.end(),
                                  [&](const Run& run) { return whole(set.files_[run.file]); });
  for (Run& run : set.runs_)
    if (!whole(set.files_[run.file])) run.shape = first->shape;
  return set;
}

Result<> ScanSet::add(const std::filesystem::path& path) {
  OSTRACON_TRY_ASSIGN(JobInput found, look_at_input(path));
  files_.push_back({path, std::move(found), fields_, {}});
  auto scan = opener_(path);
  if (!scan && scan.error().code != ErrorCode::kBadInput) return scan.error();
  if (scan) {
    add_runs(*scan.value());
    open_ = std::move(scan).value();
    open_file_ = files_.size() - 1;
    return Ok{};
  }
  files_.back().broken = scan.error().message;
  runs_.push_back({fields_, files_.size() - 1, {}, 0});
  ++fields_;
  return Ok{};
}

void ScanSet::add_runs(const FieldSource& scan) {
  for (std::int64_t field = 0; field < scan.fields(); ++field) {
    const FieldShape shape = scan.shape(field);
    const float black = scan.black_level(field);
    if (field == 0 || runs_.back().shape != shape || runs_.back().black != black)
      runs_.push_back({fields_ + field, files_.size() - 1, shape, black});
  }
  fields_ += scan.fields();
}

std::vector<JobInput> ScanSet::inputs() const {
  std::vector<JobInput> out;
  for (const File& file : files_) out.push_back(file.found);
  return out;
}

const ScanSet::Run& ScanSet::run_of(std::int64_t field) const {
  assert(field >= 0 && field < fields_);
  const auto after = std::upper_bound(
      runs_.begin(), runs_.end(), field,
      [](std::int64_t wanted, const Run& run) { return wanted < run.first_field; });
  return *std::prev(after);
}

FieldShape ScanSet::shape(std::int64_t field) const { return run_of(field).shape; }
float ScanSet::black_level(std::int64_t field) const { return run_of(field).black; }

std::string ScanSet::describe(std::int64_t field) const {
  const std::size_t index = run_of(field).file;
  const File& file = files_[index];
  const std::string name = files_.size() > 1 ? file.path.string() : std::string();
  if (!file.broken.empty()) return name;
  const std::int64_t in_file = field - file.first_field;
  const std::string in_words =
      open_ && open_file_ == index ? open_->describe(in_file) : "field " + std::to_string(in_file);
  return name.empty() ? in_words : name + " " + in_words;
}

Result<> ScanSet::switch_to(std::size_t index) {
  if (open_ && open_file_ == index) return Ok{};
  open_.reset();
  const File& file = files_[index];
  OSTRACON_TRY_ASSIGN(const JobInput now, look_at_input(file.path));
  if (now != file.found)
    return Error{ErrorCode::kIo, file.path.string() + " has changed since this recovery began"};
  OSTRACON_TRY_ASSIGN(open_, opener_(file.path));
  open_file_ = index;
  return Ok{};
}

Result<> ScanSet::read(std::int64_t field, std::span<std::byte> frames) {
  if (field < 0 || field >= fields_)
    return Error{ErrorCode::kInvalidArgument,
                 "field " + std::to_string(field) + " of " + std::to_string(fields_)};
  const std::size_t index = run_of(field).file;
  const File& file = files_[index];
  if (!file.broken.empty()) return Error{ErrorCode::kBadInput, file.broken};
  OSTRACON_TRY(switch_to(index));
  return open_->read(field - file.first_field, frames);
}

const std::vector<LostFrame>& ScanSet::lost_frames() const {
  return open_ ? open_->lost_frames() : FieldSource::lost_frames();
}

}  // namespace ostracon::io
