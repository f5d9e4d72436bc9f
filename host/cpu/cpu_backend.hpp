#pragma once
#include "pipeline/backend.hpp"

namespace ostracon::cpu {

/// Always available. Loops run on oneTBB's threads.
Result<std::unique_ptr<Backend>> make_backend();

}  // namespace ostracon::cpu
