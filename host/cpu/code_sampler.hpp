#pragma once

#include <memory>

#include "pipeline/stages/code_sampler.hpp"

namespace ostracon::cpu {

Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config);

}  // namespace ostracon::cpu
