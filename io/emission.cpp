#include "io/emission.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "io/atomic_file.hpp"
#include "io/json_reader.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEmissionName = "output.json";
constexpr std::size_t kMostEmissionBytes = std::size_t{1} << 20;
constexpr std::uint64_t kMostStatus = 255;

bool is_gone(std::uint64_t process) {
  return process == static_cast<std::uint64_t>(::getpid()) ||
         (::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH);
}

/// Whether `path` is named like a temporary file of one of the processes.
bool is_left_by(const std::vector<std::string>& prefixes, const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".tmp") &&
         std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

template <class Iterator>
void remove_in(const fs::path& folder, const std::vector<std::string>& prefixes) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (Iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (is_left_by(prefixes, at->path())) found.push_back(at->path());
  for (const fs::path& path : found) fs::remove(path, failed);
}

}  // namespace

std::string absolute_name(const fs::path& path) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  fs::path normal = (failed ? path : absolute).lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();
  return normal.string();
}

Result<std::optional<Emission>> read_emission(const fs::path& job_folder) {
  const fs::path path = job_folder / kEmissionName;
  const auto text = read_whole_file(path, kMostEmissionBytes);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::optional<Emission>();
  if (!text) return text.error();
  OSTRACON_TRY_ASSIGN(const auto json, parse_json(text.value(), path.string()));
  Emission emission;
  JsonReader reader(json, path.string());
  std::uint64_t complete = 0;
  reader.text("folder", emission.folder);
  reader.text("what", emission.what);
  reader.integer("complete", complete, 1);
  reader.integer("exit_status", emission.exit_status, kMostStatus);
  if (reader.good() && (!json.contains("processes") || !json["processes"].is_array()))
    reader.fail(path.string() + ": 'processes' is no list");
  OSTRACON_TRY(reader.done());
  emission.complete = complete != 0;
  for (const auto& process : json["processes"])
    if (process.is_number_unsigned() &&
        process.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int32_t>::max()})
      emission.processes.push_back(process.get<std::uint64_t>());
  return std::optional<Emission>(std::move(emission));
}

Result<> write_emission(const fs::path& job_folder, const Emission& emission) {
  nlohmann::ordered_json json;
  json["folder"] = emission.folder;
  json["what"] = emission.what;
  json["processes"] = emission.processes;
  json["complete"] = emission.complete ? 1 : 0;
  json["exit_status"] = emission.exit_status;
  return write_whole_file(job_folder / kEmissionName, json_text(json, 1) + "\n", true);
}

void remove_leftovers(const Emission& emission) {
  std::vector<std::string> prefixes;
  for (const std::uint64_t process : emission.processes)
    if (is_gone(process)) prefixes.push_back(".ostracon-" + std::to_string(process) + "-");
  remove_in<fs::recursive_directory_iterator>(emission.folder, prefixes);
  remove_in<fs::directory_iterator>(fs::path(emission.folder).parent_path(), prefixes);
}

}  // namespace ostracon::io
