#pragma once
#include <memory>

#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon::cpu {

/// Codewords run side by side on oneTBB's threads, the rows of a layer in SIMD lanes (Highway).
/// `run` returns when the work is done and may be called from any thread, one call at a time.
Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(const InnerDecoderConfig& config);

}  // namespace ostracon::cpu
