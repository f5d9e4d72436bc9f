#pragma once
// A closer look at peaks, and the weighing of proposed codes: passes of the code finder over a few
// pixels each.

#include <span>
#include <vector>

#include "host/steps/code_marks.hpp"
#include "kernels/code_tables.hpp"
#include "kernels/core/device.hpp"
#include "kernels/core/room.hpp"

namespace ostracon::cuda {

class FinderLook {
 public:
  explicit FinderLook(Device& device) : device_(&device) {}

  /// As steps::CodePasses. Errors: kOutOfMemory, kDevice.
  Result<std::vector<steps::CodeMark>> look_closely(const CodeLevelViews& levels,
                                                    std::span<const steps::PeakLook> looks);
  Result<std::vector<steps::CodeEvidence>> weigh(const CodeLevelViews& levels,
                                                 const PatternTables& tables,
                                                 std::span<const DeviceCode> codes);

 private:
  Device* device_;
  Room<steps::PeakLook> looks_on_device_;
  Room<rules::Looked> looked_on_device_;
  Room<DeviceCode> codes_on_device_;
  Room<steps::CodeEvidence> evidence_on_device_;
};

}  // namespace ostracon::cuda
