#include "host/cli/backend_choice.hpp"

#include <CLI/CLI.hpp>

namespace ostracon::cli {

void add_backend_option(CLI::App& verb, std::string& name) {
  verb.add_option("--backend", name, "What computes: auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
}

Result<BackendKind> choose_backend(const std::string& name) {
  if (name == "cpu") return BackendKind::kCpu;
  const auto cuda = make_backend(BackendKind::kCuda);
  if (cuda) return BackendKind::kCuda;
  if (name == "cuda") return cuda.error();
  return BackendKind::kCpu;
}

}  // namespace ostracon::cli
