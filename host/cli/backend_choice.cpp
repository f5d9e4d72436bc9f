#include "host/cli/backend_choice.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

namespace ostracon::cli {
namespace {

ChosenBackend cpu_backend(std::string why_not_cuda = {}) {
  return {BackendKind::kCpu, [] { return make_backend(BackendKind::kCpu); },
          std::move(why_not_cuda)};
}

/// The devices asked for, all if none is; each must be there.
Result<std::vector<int>> chosen_devices(const BackendChoice& choice,
                                        const std::vector<DeviceInfo>& there) {
  for (const int device : choice.devices)
    if (std::none_of(there.begin(), there.end(),
                     [&](const DeviceInfo& info) { return info.index == device; }))
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("--device {}: there are GPUs 0 to {}", device, there.size() - 1)};
  if (!choice.devices.empty()) return choice.devices;
  std::vector<int> all;
  for (const DeviceInfo& info : there) all.push_back(info.index);
  return all;
}

}  // namespace

void add_backend_options(CLI::App& verb, BackendChoice& choice, const std::string& group) {
  CLI::Option* backend =
      verb.add_option("--backend", choice.name, "What computes: auto, cpu or cuda")
          ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
          ->capture_default_str();
  CLI::Option* device = verb.add_option("--device", choice.devices,
                                        "Which GPUs, of `ostracon devices` (default: all)")
                            ->type_name("N,...")
                            ->delimiter(',')
                            ->check(CLI::NonNegativeNumber);
  if (group.empty()) return;
  backend->group(group);
  device->group(group);
}

Result<ChosenBackend> choose_backend(const BackendChoice& choice) {
  if (choice.name == "cpu") {
    if (!choice.devices.empty())
      return Error{ErrorCode::kInvalidArgument, "--device names GPUs, but --backend is cpu"};
    return cpu_backend();
  }
  const auto there = cuda_devices();
  const bool must = choice.name == "cuda" || !choice.devices.empty();
  if (!there) {
    if (must) return there.error();
    return cpu_backend(there.error().message);
  }
  OSTRACON_TRY_ASSIGN(const std::vector<int> devices, chosen_devices(choice, there.value()));
  // Tried once, so that what is amiss is known before any output is begun.
  if (const auto first = make_backend(BackendKind::kCuda, devices.front()); !first) {
    if (must) return first.error();
    return cpu_backend(first.error().message);
  }
  return ChosenBackend{BackendKind::kCuda,
                       [devices, turn = std::make_shared<std::size_t>(0)] {
                         const int device = devices[(*turn)++ % devices.size()];
                         return make_backend(BackendKind::kCuda, device);
                       },
                       {}};
}

BackendChoice for_process(BackendChoice choice, int process) {
  if (choice.name == "cpu") return choice;
  if (choice.devices.empty()) {
    const auto there = cuda_devices();
    if (!there) return choice;
    for (const DeviceInfo& info : there.value()) choice.devices.push_back(info.index);
  }
  if (choice.devices.empty()) return choice;
  choice.devices = {choice.devices[static_cast<std::size_t>(process) % choice.devices.size()]};
  return choice;
}

}  // namespace ostracon::cli
