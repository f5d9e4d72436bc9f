#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon::cuda {

/// The inner decoder on a GPU, to the bit that of host/cpu/inner_decoder.hpp. Must not outlive
/// `device`. Errors: those of check(); kOutOfMemory; kDevice.
Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(const InnerDecoderConfig& config,
                                                         Device& device);

}  // namespace ostracon::cuda
