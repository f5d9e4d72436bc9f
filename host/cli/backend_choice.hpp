#pragma once

#include <string>

#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// The option --backend into `name`: auto, cpu or cuda.
void add_backend_option(CLI::App& verb, std::string& name);

/// "auto" is CUDA where there is a device for it, else the CPU; kUnavailable for "cuda" where there
/// is none.
Result<BackendKind> choose_backend(const std::string& name);

}  // namespace ostracon::cli
