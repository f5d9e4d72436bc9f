#pragma once
// Soft pages on the command line: those of earlier runs, and where this run's go.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/soft_folder.hpp"
#include "pipeline/report.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// Paths as typed; empty: not wanted.
struct SoftChoice {
  std::vector<std::string> earlier;
  std::string keep;
};

/// --soft, --keep-soft.
void add_soft_options(CLI::App& verb, SoftChoice& choice);

/// Errors of io::SoftFolders::open. `spool`: the folder for what is not kept.
Result<std::unique_ptr<io::SoftFolders>> open_soft_pages(const SoftChoice& choice,
                                                         const std::filesystem::path& spool);

/// What was combined, what was passed over, and where it is kept.
void print_soft_summary(const SoftChoice& choice, const RecoveryReport& report);

}  // namespace ostracon::cli
