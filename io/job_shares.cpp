#include "io/job_shares.hpp"

#include <algorithm>

namespace ostracon::io {
namespace {

constexpr std::size_t kMostRunsTold = 8;

std::string words(std::int64_t first, std::int64_t last) {
  return first == last ? "field " + std::to_string(first)
                       : "fields " + std::to_string(first) + " to " + std::to_string(last);
}

}  // namespace

Result<JobShares> JobShares::open(const std::vector<std::filesystem::path>& folders) {
  JobShares shares;
  for (const auto& folder : folders) {
    OSTRACON_TRY_ASSIGN(auto job, JobFolder::open(folder));
    if (!shares.jobs_.empty()) {
      const JobFolder& first = shares.jobs_.front();
      const std::string what = difference(first.description(), job.description());
      if (!what.empty())
        return Error{ErrorCode::kInvalidArgument, "the jobs in " + first.path().string() + " and " +
                                                      folder.string() +
                                                      " have different inputs: " + what};
    }
    shares.jobs_.push_back(std::move(job));
  }
  auto& places = shares.places_;
  for (std::size_t k = 0; k < shares.jobs_.size(); ++k)
    for (const RecordedField& field : shares.jobs_[k].recorded()) places.push_back({field, k});
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.field.field < b.field.field; });
  const auto same = [](const Place& a, const Place& b) { return a.field.field == b.field.field; };
  places.erase(std::unique(places.begin(), places.end(), same), places.end());
  return shares;
}

std::string JobShares::missing() const {
  std::string told;
  std::size_t runs = 0;
  const auto tell = [&](std::int64_t first, std::int64_t last) {
    if (++runs <= kMostRunsTold) told += (told.empty() ? "" : ", ") + words(first, last);
  };
  std::int64_t expected = 0;
  for (const Place& place : places_) {
    if (place.field.field > expected) tell(expected, place.field.field - 1);
    expected = place.field.field + 1;
  }
  const std::int64_t fields = jobs_.empty() ? 0 : jobs_.front().description().fields;
  if (expected < fields) tell(expected, fields - 1);
  if (runs > kMostRunsTold) told += " and more";
  return told;
}

std::vector<RecordedField> JobShares::recorded() const {
  std::vector<RecordedField> out;
  for (const Place& place : places_) out.push_back(place.field);
  return out;
}

Result<FieldRecord> JobShares::recall(std::int64_t field) const {
  const auto at = std::lower_bound(
      places_.begin(), places_.end(), field,
      [](const Place& place, std::int64_t wanted) { return place.field.field < wanted; });
  if (at == places_.end() || at->field.field != field)
    return Error{ErrorCode::kInvalidArgument, "no job has field " + std::to_string(field)};
  return jobs_[at->job].recall(field);
}

Result<> JobShares::record(const FieldRecord& record) {
  return Error{ErrorCode::kInvalidArgument, "field " + std::to_string(record.reading.report.field) +
                                                " cannot be recorded in jobs that are merged"};
}

}  // namespace ostracon::io
