#include "host/cli/scan_input.hpp"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <set>
#include <utility>

#include "host/cli/text.hpp"

namespace ostracon::cli {
namespace {

constexpr std::size_t kMostWarnings = 10;

void warn_of(const io::ScanSource& scan) {
  const auto& warnings = scan.warnings();
  for (std::size_t i = 0; i < warnings.size() && i < kMostWarnings; ++i)
    spdlog::warn("{}", printable(warnings[i]));
  if (warnings.size() > kMostWarnings)
    spdlog::warn("and {} more; inspect tells them", warnings.size() - kMostWarnings);
}

}  // namespace

void add_scan_hints(CLI::App& verb, io::ScanHints& hints) {
  const char* const group = "Scans of others";
  verb.add_option("--dataset", hints.dataset, "HDF5: the data set that holds the frames")
      ->type_name("PATH")
      ->group(group);
  verb.add_option("--axes", hints.axes,
                  "HDF5: its axes, slowest first: field, frame, y, x in their order")
      ->type_name("LIST")
      ->group(group);
  verb.add_option("--frames-per-field", hints.frames_per_field,
                  "Pictures: so many in a row are the frames of a field (default: by their names)")
      ->check(CLI::Range(std::int64_t{1}, io::kMaxFrames))
      ->group(group);
}

std::string in_words(const io::ScanHints& hints) {
  std::string words;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) words += (words.empty() ? "" : " ") + std::string(option) + " " + value;
  };
  add("--dataset", hints.dataset);
  add("--axes", hints.axes);
  if (hints.frames_per_field != 0)
    add("--frames-per-field", std::to_string(hints.frames_per_field));
  return words;
}

Result<std::unique_ptr<io::ScanSource>> open_scan_input(const std::string& path,
                                                        const io::ScanHints& hints) {
  OSTRACON_TRY_ASSIGN(auto scan, io::open_scan(path, hints));
  warn_of(*scan);
  return scan;
}

io::ScanOpener scan_opener(const io::ScanHints& hints) {
  return [hints, told = std::set<std::filesystem::path>()](
             const std::filesystem::path& path) mutable -> Result<std::unique_ptr<FieldSource>> {
    OSTRACON_TRY_ASSIGN(auto scan, io::open_scan(path, hints));
    if (told.insert(path).second) warn_of(*scan);
    return std::unique_ptr<FieldSource>(std::move(scan));
  };
}

}  // namespace ostracon::cli
