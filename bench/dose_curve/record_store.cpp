#include "bench/dose_curve/record_store.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ostracon::bench {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool is_whole(const Json& json, std::initializer_list<const char*> numbers) {
  for (const char* name : numbers)
    if (!json.contains(name) || !json[name].is_number()) return false;
  return json.contains("point") && json["point"].is_string();
}

/// Members were checked to be numbers; a file edited by hand may still hold other shapes.
std::optional<PageRecord> page_of(const Json& json) {
  if (!is_whole(json, {"step", "page", "codewords", "lost", "wrong", "linear_lost", "turns", "mi",
                       "erased", "cpu_s"}))
    return std::nullopt;
  PageRecord record;
  record.page = json["page"].get<std::int32_t>();
  record.codewords = json["codewords"].get<std::int32_t>();
  record.lost = json["lost"].get<std::int32_t>();
  record.wrong = json["wrong"].get<std::int32_t>();
  record.linear_lost = json["linear_lost"].get<std::int32_t>();
  record.turns = json["turns"].get<std::int32_t>();
  record.mutual_information = json["mi"].get<double>();
  record.erased = json["erased"].get<double>();
  record.cpu_seconds = json["cpu_s"].get<double>();
  if (json.contains("reason") && json["reason"].is_string())
    record.reason = json["reason"].get<std::string>();
  if (json.contains("zone_lost") && json["zone_lost"].is_array())
    for (const auto& lost : json["zone_lost"])
      if (lost.is_number()) record.zone_lost.push_back(lost.get<std::int32_t>());
  return record;
}

std::optional<SplitRecord> split_of(const Json& json) {
  if (!is_whole(json, {"step", "page"}) || !json["split"].is_object()) return std::nullopt;
  SplitRecord record;
  record.page = json["page"].get<std::int32_t>();
  for (const auto& [name, value] : json["split"].items())
    if (value.is_number()) record.values[name] = value.get<double>();
  return record;
}

}  // namespace

Result<std::unique_ptr<RecordStore>> RecordStore::open(const std::string& path) {
  auto store = std::make_unique<RecordStore>();
  store->path_ = path;
  OSTRACON_TRY(store->load(path));
  store->file_.reset(std::fopen(path.c_str(), "ab"));
  if (!store->file_)
    return Error{ErrorCode::kIo, "cannot append to '" + path + "': " + std::strerror(errno)};
  return store;
}

Result<> RecordStore::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Ok{};
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::size_t begin = 0, line = 1;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1, ++line) {
    const auto json = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    const auto wrong = [&] {
      return Error{ErrorCode::kBadInput,
                   "line " + std::to_string(line) + " of '" + path + "' is no record"};
    };
    if (!json.is_object()) return wrong();
    if (json.contains("parameters")) {
      if (!is_whole(json, {}) || !json["parameters"].is_string()) return wrong();
      points_[json["point"].get<std::string>()] = json["parameters"].get<std::string>();
    } else if (json.contains("split")) {
      const auto record = split_of(json);
      if (!record) return wrong();
      splits_[{json["point"].get<std::string>(), json["step"].get<std::int32_t>(), record->page}] =
          *record;
    } else {
      const auto record = page_of(json);
      if (!record) return wrong();
      pages_[{json["point"].get<std::string>(), json["step"].get<std::int32_t>(), record->page}] =
          *record;
    }
  }
  if (begin == text.size()) return Ok{};
  // A run was stopped in the middle of a line: take it back, or the next one would be glued to it.
  std::ofstream whole(path, std::ios::binary | std::ios::trunc);
  whole.write(text.data(), static_cast<std::streamsize>(begin));
  whole.close();
  if (!whole) return Error{ErrorCode::kIo, "cannot mend the last line of '" + path + "'"};
  return Ok{};
}

Result<> RecordStore::append(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0)
    return Error{ErrorCode::kIo, "cannot write to '" + path_ + "': " + std::strerror(errno)};
  return Ok{};
}

Result<> RecordStore::describe(const Point& point) {
  const std::scoped_lock lock(mutex_);
  if (!points_.emplace(point.key(), point.description()).second) return Ok{};
  return append(one_line({{"point", point.key()}, {"parameters", point.description()}}));
}

std::optional<PageRecord> RecordStore::page(const std::string& key, std::int32_t step,
                                            std::int32_t page) const {
  const std::scoped_lock lock(mutex_);
  const auto found = pages_.find({key, step, page});
  return found == pages_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<SplitRecord> RecordStore::split(const std::string& key, std::int32_t step,
                                              std::int32_t page) const {
  const std::scoped_lock lock(mutex_);
  const auto found = splits_.find({key, step, page});
  return found == splits_.end() ? std::nullopt : std::optional(found->second);
}

Result<> RecordStore::add(const std::string& key, std::int32_t step, const PageRecord& record) {
  Json json{{"point", key},
            {"step", step},
            {"page", record.page},
            {"codewords", record.codewords},
            {"lost", record.lost},
            {"wrong", record.wrong},
            {"zone_lost", record.zone_lost},
            {"linear_lost", record.linear_lost},
            {"turns", record.turns},
            {"mi", record.mutual_information},
            {"erased", record.erased},
            {"cpu_s", record.cpu_seconds}};
  if (!record.reason.empty()) json["reason"] = record.reason;
  const std::scoped_lock lock(mutex_);
  pages_[{key, step, record.page}] = record;
  return append(one_line(json));
}

Result<> RecordStore::add(const std::string& key, std::int32_t step, const SplitRecord& record) {
  const Json json{{"point", key}, {"step", step}, {"page", record.page}, {"split", record.values}};
  const std::scoped_lock lock(mutex_);
  splits_[{key, step, record.page}] = record;
  return append(one_line(json));
}

}  // namespace ostracon::bench
