#pragma once
// Many scan files as one source of fields.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/job_description.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

/// Opens one file, or one folder of pictures, as what it is.
using ScanOpener =
    std::function<Result<std::unique_ptr<FieldSource>>(const std::filesystem::path&)>;

/// The fields of all files, in their order. One file is open at a time: the one that was read last.
/// What is kept of the others is a few numbers, however many fields they have.
///
/// A file that is broken (kBadInput) is one field that cannot be read, and says why, so that it is
/// named in the report. One that changes while it is read ends the recovery (kIo).
class ScanSet final : public FieldSource {
 public:
  /// Opens every file once. Errors: those of `opener` other than kBadInput, and that too where no
  /// file can be read.
  static Result<ScanSet> open(const std::vector<std::filesystem::path>& paths, ScanOpener opener);

  /// The files as they were found, in order.
  std::vector<JobInput> inputs() const;

  std::int64_t fields() const override { return fields_; }
  FieldShape shape(std::int64_t field) const override;
  /// Of several files: with the name of its own.
  std::string describe(std::int64_t field) const override;
  float black_level(std::int64_t field) const override;
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;
  const std::vector<LostFrame>& lost_frames() const override;

 private:
  struct File {
    std::filesystem::path path;
    JobInput found;
    std::int64_t first_field = 0;
    std::string broken;  ///< why; empty: it is not
  };
  /// Fields of one file that are alike.
  struct Run {
    std::int64_t first_field = 0;
    std::size_t file = 0;
    FieldShape shape;
    float black = 0;
  };
  ScanSet() = default;
  Result<> add(const std::filesystem::path& path);
  void add_runs(const FieldSource& scan);
  Result<> switch_to(std::size_t file);
  const Run& run_of(std::int64_t field) const;

  ScanOpener opener_;
  std::vector<File> files_;
  std::vector<Run> runs_;
  std::int64_t fields_ = 0;
  std::unique_ptr<FieldSource> open_;  // files_[open_file_]
  std::size_t open_file_ = 0;
};

}  // namespace ostracon::io
