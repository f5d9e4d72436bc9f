#include "io/soft_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "io/atomic_file.hpp"
#include "io/soft_page_file.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMostFiles = std::size_t{1} << 22;
constexpr std::string_view kSuffix = ".soft";
constexpr std::size_t kUuidLength = 36, kPlaceLength = kUuidLength + 1 + 8;  // UUID-PAGE
constexpr std::size_t kNameLength = kPlaceLength + 1 + 8 + kSuffix.size();

/// "UUID-PAGE", the front of the names of all readings of a page.
std::string place_name(const format::PageHeader& header) {
  std::array<char, 16> page{};
  std::snprintf(page.data(), page.size(), "-%08u", header.page_index);
  return to_string(header.plate) + page.data();
}

std::string file_name(const SoftPage& page) {
  std::array<char, 16> reading{};
  std::snprintf(reading.data(), reading.size(), "-%08x", page.reading);
  return place_name(page.header) + reading.data() + std::string(kSuffix);
}

bool is_soft_name(const std::string& name) {
  Uuid plate;
  return name.size() == kNameLength && name.ends_with(kSuffix) &&
         parse(name.substr(0, kUuidLength), plate) &&
         to_string(plate) == name.substr(0, kUuidLength);
}

Result<SoftPage> read_soft_file(const std::filesystem::path& path) {
  OSTRACON_TRY_ASSIGN(const std::string bytes, read_whole_file(path, kMostSoftPageBytes));
  return parse_soft_page({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

Result<std::unique_ptr<SoftFolders>> SoftFolders::open(const SoftFolderOptions& options) {
  auto store = std::make_unique<SoftFolders>();
  store->folders_ = options.earlier;
  store->keep_ = options.keep;
  store->spool_folder_ = options.spool;
  for (std::size_t folder = 0; folder < options.earlier.size(); ++folder)
    OSTRACON_TRY(store->list(folder));
  // One reading may lie in several folders: the first counts.
  std::stable_sort(store->names_.begin(), store->names_.end(),
                   [](const Found& a, const Found& b) { return a.name < b.name; });
  store->names_.erase(std::unique(store->names_.begin(), store->names_.end(),
                                  [](const Found& a, const Found& b) { return a.name == b.name; }),
                      store->names_.end());
  if (!options.keep.empty() && ::mkdir(options.keep.c_str(), 0777) != 0) {
    std::error_code error;
    if (errno != EEXIST) return errno_error("cannot make the folder " + options.keep.string());
    if (!std::filesystem::is_directory(options.keep, error))
      return Error{ErrorCode::kExists, options.keep.string() + " stands and is no folder"};
  }
  return store;
}

Result<> SoftFolders::list(std::size_t folder) {
  const std::filesystem::path& path = folders_[folder];
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return Error{ErrorCode::kNotFound, "there is no folder " + path.string()};
  std::filesystem::directory_iterator at(path, error), end;
  for (; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (!is_soft_name(name)) continue;
    if (names_.size() == kMostFiles)
      return Error{ErrorCode::kBadInput, path.string() + " holds more than the " +
                                             std::to_string(kMostFiles) +
                                             " soft pages that are handled at once"};
    names_.push_back({std::move(name), folder});
  }
  if (error)
    return Error{ErrorCode::kBadInput, "cannot list " + path.string() + ": " + error.message()};
  return Ok{};
}

void SoftFolders::visit_earlier(const format::PageHeader& header, const Visit& visit) const {
  const std::string place = place_name(header);
  auto at =
      std::lower_bound(names_.begin(), names_.end(), place,
                       [](const Found& found, const std::string& p) { return found.name < p; });
  std::size_t visited = 0;
  for (; at != names_.end() && at->name.starts_with(place) && visited < kMostReadings; ++at) {
    const std::filesystem::path path = folders_[at->folder] / at->name;
    const auto page = read_soft_file(path);
    if (!page) {
      remark(path.string() + ": " + page.error().message);
    } else if (page.value().header != header) {
      remark(path.string() + ": it is of page " + std::to_string(page.value().header.page_index) +
             " of plate " + to_string(page.value().header.plate) +
             " or of another layout, not of page " + std::to_string(header.page_index) +
             " of plate " + to_string(header.plate));
    } else {
      ++visited;
      visit(page.value());
    }
  }
}

Result<> SoftFolders::visit_own(std::uint32_t page, const Visit& visit) const {
  const auto found = own_.find(page);
  if (found == own_.end()) return Ok{};
  std::vector<std::uint8_t> bytes;
  for (const Kept& kept : found->second) {
    if (kept.name.empty()) {
      bytes.resize(kept.bytes);
      OSTRACON_TRY(read_at(*spool_, kept.offset, bytes, "the spool of soft pages"));
    }
    auto read = kept.name.empty() ? parse_soft_page(bytes) : read_soft_file(keep_ / kept.name);
    if (read) {
      visit(read.value());
    } else {
      remark((kept.name.empty() ? "the spool of soft pages" : (keep_ / kept.name).string()) + ": " +
             read.error().message);
    }
  }
  return Ok{};
}

std::size_t SoftFolders::own_readings(std::uint32_t page) const {
  const auto found = own_.find(page);
  return found == own_.end() ? 0 : found->second.size();
}

Result<SoftFolders::Kept> SoftFolders::spool(std::span<const std::uint8_t> bytes) {
  if (!spool_) {
    OSTRACON_TRY_ASSIGN(auto file, open_unnamed(spool_folder_));
    spool_.emplace(std::move(file));
  }
  OSTRACON_TRY(
      write_at(*spool_, spooled_, bytes, "the spool of soft pages in " + spool_folder_.string()));
  const Kept kept{"", spooled_, bytes.size()};
  spooled_ += bytes.size();
  return kept;
}

Result<> SoftFolders::put(const SoftPage& page) {
  std::vector<Kept>& kept = own_[page.header.page_index];
  if (kept.size() == kMostReadings) return Ok{};
  OSTRACON_TRY_ASSIGN(const auto bytes, soft_page_bytes(page));
  if (!keep_.empty()) {
    const std::string name = file_name(page);
    const auto written = write_whole_file(keep_ / name, bytes, false);
    if (written) {
      kept.push_back({name});
      return Ok{};
    }
    if (written.error().code != ErrorCode::kExists) return written;
  }
  // Nobody asked for the spool: what it cannot hold is not combined, and that is all.
  if (const auto spooled = spool(bytes))
    kept.push_back(spooled.value());
  else
    remark(spooled.error().message);
  return Ok{};
}

void SoftFolders::remark(std::string text) const {
  const std::scoped_lock lock(mutex_);
  remarks_.push_back(std::move(text));
}

std::vector<std::string> SoftFolders::remarks(const Uuid& plate) const {
  std::vector<std::string> all;
  {
    const std::scoped_lock lock(mutex_);
    all = remarks_;
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > kMostRemarks) {
    const std::size_t rest = all.size() - kMostRemarks;
    all.resize(kMostRemarks);
    all.push_back("and " + std::to_string(rest) + " more soft pages were passed over");
  }
  const std::string wanted = to_string(plate);
  const auto others = std::count_if(names_.begin(), names_.end(), [&](const Found& found) {
    return !found.name.starts_with(wanted);
  });
  if (others > 0)
    all.push_back(std::to_string(others) + " of " + std::to_string(names_.size()) +
                  " soft pages are of other plates than " + wanted);
  return all;
}

}  // namespace ostracon::io
