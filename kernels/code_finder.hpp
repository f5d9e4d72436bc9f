#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/code_finder.hpp"

namespace ostracon::cuda {

/// QR codes found on a GPU: what is per pixel or per module runs there, what it means is decided by
/// the steps that the CPU takes (host/steps/code_search.hpp). As host/cpu/code_finder.hpp but for
/// rounding: maps agree to a thousandth of a pixel, and of peaks at the limit one in some thousand
/// may be missing or there besides. Must not outlive `device`. Errors, of `run` too:
/// kInvalidArgument; kOutOfMemory; kDevice.
Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config,
                                                     Device& device);

}  // namespace ostracon::cuda
