#pragma once
#include <memory>

#include "pipeline/stages/mark_finder.hpp"

namespace ostracon::cpu {

Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config);

}  // namespace ostracon::cpu
