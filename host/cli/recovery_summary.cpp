#include "host/cli/recovery_summary.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "host/cli/text.hpp"

namespace ostracon::cli {
namespace {

constexpr std::size_t kMostVerifiedFilesListed = 40;
constexpr std::size_t kMostRangesListed = 3;
constexpr std::size_t kMostFieldsListed = 20;

void print_pages(const RecoveryReport& report) {
  const auto& plate = report.plate;
  fmt::print("plate {}: {} of {} seen\n", to_string(plate.header.plate), plate.pages,
             plural(plate.header.page_count, "page"));
  for (const auto& other : report.other_plates)
    fmt::print("also in the scan: plate {} ({})\n", to_string(other.header.plate),
               plural(other.pages, "page"));

  std::size_t dark = 0;
  for (const auto& field : report.fields) {
    if (field.page_found || ++dark > kMostFieldsListed) continue;
    fmt::print("no page on {}: {}\n", field.source, field.reason);
  }
  if (dark > kMostFieldsListed) fmt::print("... {} fields without a page in all\n", dark);

  std::array<std::uint64_t, 5> counts{};
  for (const auto& page : report.pages)
    for (const auto outcome : page.outcomes) ++counts.at(static_cast<std::size_t>(outcome));
  const auto count = [&](CodewordOutcome outcome) {
    return counts.at(static_cast<std::size_t>(outcome));
  };
  fmt::print("codewords: {} clean, {} corrected, {} restored by the outer code, {} not read\n",
             count(CodewordOutcome::kClean), count(CodewordOutcome::kCorrected),
             count(CodewordOutcome::kRestored),
             count(CodewordOutcome::kErased) + count(CodewordOutcome::kLost));
}

std::string missing_bytes(const io::ExtractedFile& file) {
  std::uint64_t bytes = 0;
  for (const auto& range : file.missing) bytes += range.end - range.begin;
  std::string text = human_bytes(bytes) + " missing, bytes";
  for (std::size_t i = 0; i < std::min(file.missing.size(), kMostRangesListed); ++i)
    text +=
        fmt::format("{} {}-{}", i > 0 ? "," : "", file.missing[i].begin, file.missing[i].end - 1);
  if (file.missing.size() > kMostRangesListed)
    text += fmt::format(" and {} more", plural(file.missing.size() - kMostRangesListed, "range"));
  return text;
}

void print_times(const RecoveryReport& report) {
  const double all = report.times.sum();
  for (std::size_t i = 0; i < kStages; ++i) {
    const double seconds = report.times.seconds[i];
    if (seconds <= 0) continue;
    fmt::print("  {:<13} {:>9.3f} s  {:4.1f} %\n", to_string(static_cast<Stage>(i)), seconds,
               100 * seconds / all);
  }
  fmt::print("{:.1f} Mpx", static_cast<double>(report.pixels) / 1e6);
  if (report.wall_seconds > 0)
    fmt::print(" in {}: {:.1f} Mpx/s", human_duration(report.wall_seconds),
               static_cast<double>(report.pixels) / 1e6 / report.wall_seconds);
  fmt::print("\n");
}

}  // namespace

void print_files(const io::ExtractReport* found) {
  if (found == nullptr) {
    fmt::print("so much is lost that no file could be made out\n");
    return;
  }
  const io::ExtractReport& files = *found;
  const auto verified = static_cast<std::size_t>(std::count_if(
      files.files.begin(), files.files.end(),
      [](const io::ExtractedFile& file) { return file.status == io::FileStatus::kVerified; }));
  for (const auto& file : files.files) {
    if (file.status == io::FileStatus::kVerified && verified > kMostVerifiedFilesListed) continue;
    std::string remark;
    if (!file.missing.empty()) remark = missing_bytes(file);
    if (!file.reason.empty()) remark = file.reason;
    const std::string size =
        file.type == io::EntryType::kFile ? human_bytes(file.size) : to_string(file.type).data();
    fmt::print("  {:<9} {:>9}  {}{}{}\n", to_string(file.status), size, printable(file.path),
               remark.empty() ? "" : ": ", remark);
  }
  if (!files.manifest_found)
    fmt::print("both lists of files are lost: there may be files that are not named here\n");
  fmt::print("{} of {} files, folders and links verified\n", verified, files.files.size());
}

void print_summary(const RecoveryReport& report, const io::ExtractReport* files) {
  print_pages(report);
  print_times(report);
  print_files(files);
}

}  // namespace ostracon::cli
