#pragma once
// A scan of any kind as the input of a verb.

#include <memory>
#include <string>

#include "core/result.hpp"
#include "io/open_scan.hpp"
#include "io/scan_set.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// --dataset, --axes and --frames-per-field, in a group of their own.
void add_scan_hints(CLI::App& verb, io::ScanHints& hints);

/// "--axes y,x --frames-per-field 4"; empty where nothing is said.
std::string in_words(const io::ScanHints& hints);

/// io::open_scan(), and says on standard error what is odd in it.
Result<std::unique_ptr<io::ScanSource>> open_scan_input(const std::string& path,
                                                        const io::ScanHints& hints);

/// The same for each of many scans; what is odd is said when a scan is opened for the first time.
io::ScanOpener scan_opener(const io::ScanHints& hints);

}  // namespace ostracon::cli
