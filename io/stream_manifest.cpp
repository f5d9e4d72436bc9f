#include "io/stream_manifest.hpp"

#include <algorithm>
#include <array>

#include "io/json_reader.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMostPathBytes = 4095;  // the longest path that Linux takes
constexpr std::string_view kFormat = "ostracon-stream";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kAnySize = std::uint64_t{1} << 62;

bool parse_type(std::string_view text, EntryType& type) {
  for (const EntryType candidate : {EntryType::kFile, EntryType::kDirectory, EntryType::kSymlink})
    if (text == to_string(candidate)) {
      type = candidate;
      return true;
    }
  return false;
}

/// Length of the UTF-8 sequence at the start of `text`, 0 if it is not valid (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool too_large = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

std::string_view to_string(EntryType type) {
  switch (type) {
    case EntryType::kFile:
      return "file";
    case EntryType::kDirectory:
      return "directory";
    case EntryType::kSymlink:
      return "symlink";
  }
  return "unknown";
}

std::string manifest_text(const std::vector<StreamEntry>& entries) {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kVersion;
  json["files"] = nlohmann::ordered_json::array();
  for (const StreamEntry& entry : entries) {
    nlohmann::ordered_json file;
    file["path"] = entry.path;
    file["type"] = to_string(entry.type);
    file["mode"] = entry.mode;
    file["mtime"] = entry.mtime;
    file["offset"] = entry.offset;
    if (entry.type == EntryType::kFile) {
      file["size"] = entry.size;
      file["sha256"] = to_hex(entry.sha256);
      file["data_offset"] = entry.data_offset;
    }
    if (entry.type == EntryType::kSymlink) file["target"] = entry.target;
    json["files"].push_back(std::move(file));
  }
  return json_text(json, 0) + "\n";
}

Result<std::vector<StreamEntry>> parse_manifest(std::string_view text) {
  OSTRACON_TRY_ASSIGN(const auto json, parse_json(text, "the manifest"));
  JsonReader reader(json, "the manifest");
  std::uint64_t version = 0;
  reader.expect("format", kFormat);
  reader.integer("version", version, 0xFFFF);
  if (reader.good() && version != kVersion)
    reader.fail("the manifest is of version " + std::to_string(version) + ", this program reads " +
                std::to_string(kVersion));
  if (reader.good() && !(json.contains("files") && json["files"].is_array()))
    reader.fail("the manifest: 'files' is not a list");
  OSTRACON_TRY(reader.done());

  std::vector<StreamEntry> entries;
  entries.reserve(json["files"].size());
  for (const auto& file : json["files"]) {
    StreamEntry entry;
    std::string type, digest;
    JsonReader fields(file, "entry " + std::to_string(entries.size()) + " of the manifest");
    fields.text("path", entry.path);
    fields.text("type", type);
    if (fields.good() && !parse_type(type, entry.type))
      fields.fail("the manifest: '" + entry.path + "' is of unknown type '" + type + "'");
    fields.integer("mode", entry.mode, 07777);
    fields.signed_integer("mtime", entry.mtime);
    fields.integer("offset", entry.offset, kAnySize);
    if (entry.type == EntryType::kFile) {
      fields.integer("size", entry.size, kAnySize);
      fields.integer("data_offset", entry.data_offset, kAnySize);
      fields.text("sha256", digest);
      if (fields.good() && !parse_hex(digest, entry.sha256))
        fields.fail("the manifest: the sha256 of '" + entry.path + "' is no SHA-256");
    }
    if (entry.type == EntryType::kSymlink) fields.text("target", entry.target);
    OSTRACON_TRY(fields.done());
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string foreign_name_problem(std::string_view path) {
  static constexpr std::array<std::string_view, 6> kDevices{"con", "prn", "aux",
                                                            "nul", "com", "lpt"};
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component(path.substr(begin, end - begin));
    std::string stem = component.substr(0, component.find('.'));
    while (!stem.empty() && stem.back() == ' ') stem.pop_back();
    for (char& c : stem)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (std::size_t i = 0; i < kDevices.size(); ++i) {
      const bool port = i >= 4;  // of these there are nine each
      if (port ? stem.size() == 4 && stem.starts_with(kDevices[i]) && stem[3] >= '1' &&
                     stem[3] <= '9'
               : stem == kDevices[i])
        return "holds the component '" + component + "', which is a device there";
    }
    if (component.ends_with('.') || component.ends_with(' '))
      return "holds the component '" + component + "', whose end would be cut off there";
    if (component.find_first_of("<>:\"|?*") != std::string::npos)
      return "holds the component '" + component + "', which cannot be written there";
    begin = end + 1;
  }
  return "";
}

std::string path_problem(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path == kManifestName) return "is the name of the manifest";
  if (path.front() == '/') return "is absolute";
  if (path.size() > kMostPathBytes) return "has more than 4095 bytes";
  if (path.size() > 1 && path[1] == ':') return "begins with a drive letter";
  if (!is_valid_utf8(path)) return "is not valid UTF-8";
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "holds a control character";
    if (c == '\\') return "holds a backslash";
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty()) return "holds an empty component";
    if (component == "." || component == "..")
      return "holds the component '" + std::string(component) + "'";
    if (component.size() > 255) return "holds a component of more than 255 bytes";
    begin = end + 1;
  }
  return "";
}

}  // namespace ostracon::io
