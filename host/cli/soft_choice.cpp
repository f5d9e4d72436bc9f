#include "host/cli/soft_choice.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "host/cli/text.hpp"

namespace ostracon::cli {

void add_soft_options(CLI::App& verb, SoftChoice& choice) {
  verb.add_option("--soft", choice.earlier,
                  "Combine with what --keep-soft kept of other scans of the same plate; more than\n"
                  "one folder by naming the option again")
      ->type_name("FOLDER")
      ->allow_extra_args(false);
  verb.add_option("--keep-soft", choice.keep,
                  "Keep what this scan says of every page for --soft: 0.6 bytes a module")
      ->type_name("FOLDER");
}

Result<std::unique_ptr<io::SoftFolders>> open_soft_pages(const SoftChoice& choice,
                                                         const std::filesystem::path& spool) {
  return io::SoftFolders::open({.earlier = {choice.earlier.begin(), choice.earlier.end()},
                                .keep = choice.keep,
                                .spool = spool});
}

void print_soft_summary(const SoftChoice& choice, const RecoveryReport& report) {
  std::int32_t most = 0;
  std::uint64_t pages = 0;
  for (const PageReport& page : report.pages) {
    pages += page.readings > 1 ? 1 : 0;
    most = std::max(most, page.readings);
  }
  if (pages > 0)
    fmt::print("combined: {} of up to {} readings each\n", plural(pages, "page"), most);
  for (const std::string& remark : report.soft_remarks)
    fmt::print("soft pages passed over: {}\n", printable(remark));
  if (!choice.keep.empty()) fmt::print("soft:     {}\n", choice.keep);
}

}  // namespace ostracon::cli
