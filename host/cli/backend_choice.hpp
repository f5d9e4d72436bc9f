#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// What a person asked for.
struct BackendChoice {
  std::string name = "auto";  ///< "auto", "cpu", "cuda"
  std::vector<int> devices;   ///< of cuda_devices(); empty: all of them
};

/// The options --backend and --device; in a group of the verb's help, if it is named.
void add_backend_options(CLI::App& verb, BackendChoice& choice, const std::string& group = {});

/// The devices of a choice for one of several processes on this machine, which number `process`:
/// one device, taken in turn. The CPU, and "auto" where there is no device, stay as they are.
BackendChoice for_process(BackendChoice choice, int process);

/// A kind of backend, and a maker of lanes that gives them to its devices in turn.
struct ChosenBackend {
  BackendKind kind = BackendKind::kCpu;
  BackendFactory make_lane;
  std::string why_not_cuda;  ///< where "auto" came to the CPU
};

/// "auto" is CUDA where there is a device for it, else the CPU. Errors: kUnavailable for "cuda"
/// where there is none; kInvalidArgument for devices that are not there, or of the CPU.
Result<ChosenBackend> choose_backend(const BackendChoice& choice);

}  // namespace ostracon::cli
