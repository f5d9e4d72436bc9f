#pragma once
// How far the files of a job have been written: what a run that was killed then may be replaced.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

struct Emission {
  std::string folder;                    ///< absolute; where the files go
  std::string what;                      ///< which plates, with which options, in words
  std::vector<std::uint64_t> processes;  ///< that have written there
  bool complete = false;
  std::uint64_t exit_status = 0;  ///< of the program, if complete
};

/// `path` made absolute, for comparison with Emission::folder.
std::string absolute_name(const std::filesystem::path& path);

/// Of the job in `job_folder`; nothing if no output was begun. kBadInput, kIo.
Result<std::optional<Emission>> read_emission(const std::filesystem::path& job_folder);
Result<> write_emission(const std::filesystem::path& job_folder, const Emission& emission);

/// Removes the temporary files that processes of `emission` which are gone have left in its folder
/// and beside it. What cannot be removed stays.
void remove_leftovers(const Emission& emission);

}  // namespace ostracon::io
