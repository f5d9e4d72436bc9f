#pragma once
#include <memory>

#include "pipeline/stages/block_decoder.hpp"

namespace ostracon::cpu {

/// Blocks run side by side on oneTBB's threads, polynomials and columns of matrices in SIMD lanes
/// (Highway). `run` returns when the work is done and may be called from any thread, one call at a
/// time.
Result<std::unique_ptr<BlockDecoder>> make_block_decoder(const BlockDecoderConfig& config);

}  // namespace ostracon::cpu
