#pragma once
#include <memory>

#include "pipeline/stages/module_sampler.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<ModuleSampler>> make_module_sampler(const ModuleSamplerConfig& config);
}  // namespace ostracon::cpu
