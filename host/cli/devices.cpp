// ostracon devices: what can compute here.
#include <fmt/core.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>

#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::cli {
namespace {

Result<ExitStatus> list_devices() {
  const auto threads =
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  fmt::print("cpu: {}\n", plural(threads, "thread"));
  const auto devices = cuda_devices();
  if (!devices) {
    if (devices.error().code != ErrorCode::kUnavailable) return devices.error();
    fmt::print("cuda: {}\n", devices.error().message);
    return ExitStatus::kVerified;
  }
  for (const DeviceInfo& device : devices.value())
    fmt::print("cuda {}: {}, {} of {} free, {} multiprocessors, compute capability {}.{}\n",
               device.index, device.name, human_bytes(device.free_bytes),
               human_bytes(device.memory_bytes), device.multiprocessors, device.major,
               device.minor);
  return ExitStatus::kVerified;
}

}  // namespace

void add_devices(CLI::App& app, Run& run) {
  CLI::App* verb = app.add_subcommand("devices", "List what can compute here: the CPU and GPUs");
  verb->footer(
      "The numbers are those of --device. Without a GPU, driver or CUDA backend one line says so.\n"
      "Examples:\n"
      "  ostracon devices\n"
      "  ostracon recover scan.h5 -o files --backend cuda --device 0,1");
  verb->callback([&run] { run = list_devices; });
}

}  // namespace ostracon::cli
