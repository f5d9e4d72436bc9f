#pragma once
// What several jobs have read, each its share.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/job_folder.hpp"

namespace ostracon::io {

/// Jobs over the same inputs as one journal, to be read alone. All are locked until it goes.
class JobShares final : public FieldJournal {
 public:
  /// kInvalidArgument: their inputs differ; errors of JobFolder::open().
  static Result<JobShares> open(const std::vector<std::filesystem::path>& folders);

  /// Fields that none of them has read, and of which shares they are; empty: all are read.
  std::string missing() const;

  std::vector<RecordedField> recorded() const override;
  Result<FieldRecord> recall(std::int64_t field) const override;
  /// kInvalidArgument.
  Result<> record(const FieldRecord& record) override;

  const std::vector<JobFolder>& jobs() const { return jobs_; }

 private:
  JobShares() = default;
  /// Of a field that several jobs have read, the first that has it.
  struct Place {
    RecordedField field;
    std::size_t job = 0;
  };
  std::vector<JobFolder> jobs_;
  std::vector<Place> places_;  // by field
};

}  // namespace ostracon::io
