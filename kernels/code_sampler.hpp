#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/code_sampler.hpp"

namespace ostracon::cuda {

/// Soft modules of QR codes on a GPU; their means come down to be fitted and sifted for dirt by the
/// steps that the CPU takes (host/steps/code_equalisation.hpp). As host/cpu/code_sampler.hpp but
/// for rounding: one module in 1000 may differ by a step. Must not outlive `device`. Memory grows
/// with the codes of an image. Errors, of `run` too: kInvalidArgument; kOutOfMemory; kDevice.
Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config,
                                                       Device& device);

}  // namespace ostracon::cuda
