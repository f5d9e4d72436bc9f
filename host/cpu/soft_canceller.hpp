#pragma once

#include <memory>

#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(const SoftCancellerConfig& config);
}  // namespace ostracon::cpu
