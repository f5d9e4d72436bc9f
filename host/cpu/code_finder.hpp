#pragma once
#include <memory>

#include "pipeline/stages/code_finder.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config);
}  // namespace ostracon::cpu
