#pragma once
#include <memory>

#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config);
}  // namespace ostracon::cpu
