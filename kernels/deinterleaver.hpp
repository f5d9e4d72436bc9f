#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/deinterleaver.hpp"

namespace ostracon::cuda {

/// To the bit that of host/cpu/deinterleaver.hpp. Must not outlive `device`. Errors: kOutOfMemory;
/// kDevice.
Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(const DeinterleaverConfig& config,
                                                          Device& device);

}  // namespace ostracon::cuda
