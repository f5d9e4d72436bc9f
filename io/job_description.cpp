#include "io/job_description.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "io/archive.hpp"
#include "io/json_reader.hpp"
#include "io/sha256.hpp"

namespace ostracon::io {
namespace {

constexpr std::uint64_t kJobVersion = 1;
constexpr std::uint64_t kMostShares = 1000000;
constexpr std::uint64_t kMostFields = std::uint64_t{1} << 40;

/// floor(fields * index / count) without overflow.
std::int64_t part(std::int64_t fields, std::int64_t index, std::int64_t count) {
  return fields / count * index + fields % count * index / count;
}

std::string in_words(const JobInput& input) {
  return input.path + " of " + std::to_string(input.bytes) + " bytes, changed " +
         std::to_string(input.mtime_ns / 1000000000) + " s after 1970";
}

Result<JobInput> input_of(const nlohmann::json& json, const std::string& origin) {
  JobInput input;
  JsonReader reader(json, origin + ", an input");
  reader.text("path", input.path);
  reader.integer("bytes", input.bytes, std::numeric_limits<std::uint64_t>::max());
  reader.signed_integer("mtime_ns", input.mtime_ns);
  OSTRACON_TRY(reader.done());
  return input;
}

Result<JobShare> share_of(const nlohmann::json& json, const std::string& origin) {
  JobShare share;
  JsonReader reader(json, origin + ", the share");
  reader.integer("index", share.index, kMostShares);
  reader.integer("count", share.count, kMostShares);
  if (reader.good() && (share.index < 1 || share.index > share.count))
    reader.fail(origin + ": share " + std::to_string(share.index) + " of " +
                std::to_string(share.count));
  OSTRACON_TRY(reader.done());
  return share;
}

std::int64_t mtime_of(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1000000000 + status.st_mtim.tv_nsec;
}

/// All files of a folder, in one number each.
Result<> look_into(const std::filesystem::path& folder, JobInput& input) {
  input.bytes = 0;
  std::error_code failed;
  for (std::filesystem::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    struct stat status {};
    if (::stat(at->path().c_str(), &status) != 0) continue;  // a link to nothing
    input.mtime_ns = std::max(input.mtime_ns, mtime_of(status));
    if (S_ISREG(status.st_mode)) input.bytes += static_cast<std::uint64_t>(status.st_size);
  }
  if (failed)
    return Error{ErrorCode::kIo, "cannot look into " + folder.string() + ": " + failed.message()};
  return Ok{};
}

}  // namespace

Result<JobInput> look_at_input(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_error("cannot look at " + path.string());
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  JobInput input{(failed ? path : absolute).lexically_normal().string(),
                 static_cast<std::uint64_t>(status.st_size), mtime_of(status)};
  if (S_ISDIR(status.st_mode)) OSTRACON_TRY(look_into(path, input));
  return input;
}

std::int64_t JobShare::begin(std::int64_t fields) const { return part(fields, index - 1, count); }
std::int64_t JobShare::end(std::int64_t fields) const { return part(fields, index, count); }

Result<JobId> JobDescription::id() const {
  Packer archive;
  archive(fields);
  archive(read_as);
  for (const JobInput& input : inputs) {
    archive(input.path);
    archive(input.bytes);
    archive(input.mtime_ns);
  }
  Sha256 sha;
  sha.update(archive.take());
  OSTRACON_TRY_ASSIGN(const Sha256Digest digest, sha.finish());
  JobId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::string difference(const JobDescription& then, const JobDescription& now) {
  const std::size_t both = std::min(then.inputs.size(), now.inputs.size());
  for (std::size_t k = 0; k < both; ++k)
    if (then.inputs[k] != now.inputs[k])
      return "then " + in_words(then.inputs[k]) + ", now " + in_words(now.inputs[k]);
  if (then.inputs.size() != now.inputs.size())
    return "then " + std::to_string(then.inputs.size()) + " files, now " +
           std::to_string(now.inputs.size());
  if (then.read_as != now.read_as)
    return "then read with '" + then.read_as + "', now with '" + now.read_as + "'";
  if (then.fields != now.fields)
    return "then " + std::to_string(then.fields) + " fields, now " + std::to_string(now.fields);
  return {};
}

std::string description_text(const JobDescription& description) {
  nlohmann::ordered_json json;
  json["format"] = "ostracon-job";
  json["version"] = kJobVersion;
  json["fields"] = description.fields;
  json["share"] = {{"index", description.share.index}, {"count", description.share.count}};
  json["read_as"] = description.read_as;
  json["inputs"] = nlohmann::ordered_json::array();
  for (const JobInput& input : description.inputs)
    json["inputs"].push_back(
        {{"path", input.path}, {"bytes", input.bytes}, {"mtime_ns", input.mtime_ns}});
  return json_text(json, 1) + "\n";
}

Result<JobDescription> parse_description(const std::string& text, const std::string& origin) {
  OSTRACON_TRY_ASSIGN(const auto json, parse_json(text, origin));
  JobDescription out;
  std::uint64_t version = 0;
  JsonReader reader(json, origin);
  reader.expect("format", "ostracon-job");
  reader.integer("version", version, std::numeric_limits<std::uint64_t>::max());
  if (reader.good() && version != kJobVersion)
    reader.fail(origin + " is a job of version " + std::to_string(version) +
                "; this program knows " + std::to_string(kJobVersion));
  reader.integer("fields", out.fields, kMostFields);
  if (reader.good() && json.contains("read_as")) reader.text("read_as", out.read_as);
  if (reader.good() && (!json.contains("inputs") || !json["inputs"].is_array()))
    reader.fail(origin + ": 'inputs' is no list");
  if (reader.good() && !json.contains("share")) reader.fail(origin + ": 'share' is missing");
  OSTRACON_TRY(reader.done());
  OSTRACON_TRY_ASSIGN(out.share, share_of(json["share"], origin));
  for (const auto& input : json["inputs"]) {
    OSTRACON_TRY_ASSIGN(auto one, input_of(input, origin));
    out.inputs.push_back(std::move(one));
  }
  return out;
}

}  // namespace ostracon::io
