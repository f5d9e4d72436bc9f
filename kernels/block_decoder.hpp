#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/block_decoder.hpp"

namespace ostracon::cuda {

/// To the bit that of host/cpu/block_decoder.hpp. Must not outlive `device`. Errors: kOutOfMemory;
/// kDevice.
Result<std::unique_ptr<BlockDecoder>> make_block_decoder(const BlockDecoderConfig& config,
                                                         Device& device);

}  // namespace ostracon::cuda
