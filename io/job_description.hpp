#pragma once
// Which fields a job is to read: told by its inputs as they were when it began.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/job_journal.hpp"

namespace ostracon::io {

/// A scan file, or a folder of pictures, as it was found.
struct JobInput {
  std::string path;           ///< absolute
  std::uint64_t bytes = 0;    ///< of a folder: of all files in it
  std::int64_t mtime_ns = 0;  ///< since 1970; of a folder: of the youngest thing in it
  bool operator==(const JobInput&) const = default;
};

/// `path` as it is now, without its content being looked at. kNotFound, kIo.
Result<JobInput> look_at_input(const std::filesystem::path& path);

/// One of several equal parts of a range of fields.
struct JobShare {
  std::int64_t index = 1, count = 1;  ///< 1 <= index <= count
  bool operator==(const JobShare&) const = default;
  /// Of `fields` fields, this share has those from begin() on, up to end().
  std::int64_t begin(std::int64_t fields) const;
  std::int64_t end(std::int64_t fields) const;
};

struct JobDescription {
  std::vector<JobInput> inputs;  ///< in the order in which their fields are counted
  std::int64_t fields = 0;       ///< of all inputs
  JobShare share;
  /// What a person said of how the inputs are to be read. Empty: nothing.
  std::string read_as = {};

  /// Of inputs and fields: all shares of a job have the same.
  Result<JobId> id() const;
};

/// What differs between the inputs of two jobs, in words: "of A and of B ...". Empty: nothing does.
std::string difference(const JobDescription& then, const JobDescription& now);

/// JSON {"format": "ostracon-job", "version": 1, "inputs", "fields", "share", "read_as"}.
std::string description_text(const JobDescription& description);
/// kBadInput says what is wrong in `text`, which is of `origin`.
Result<JobDescription> parse_description(const std::string& text, const std::string& origin);

}  // namespace ostracon::io
