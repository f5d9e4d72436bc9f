#pragma once
#include <memory>

#include "pipeline/stages/flattener.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config);
}  // namespace ostracon::cpu
