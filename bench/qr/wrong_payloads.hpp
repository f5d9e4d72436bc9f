#pragma once
// Payloads that nobody wrote: what readers say of images without a code that can be read.

#include <cstdint>
#include <vector>

#include "bench/qr/peers.hpp"
#include "core/result.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::bench {

/// `images` from number `first` on, of 152 to 260 px a side, by turns: white noise; modules of page
/// plates at any pitch and angle, blurred and noisy; codes of versions 1 to 6 at any level, whose
/// modules are wrong in 5 to 30 % or covered by blocks and scratches or inverted in parts. Prints a
/// line a kind and reader: images, codes read as they were written, wrong payloads (95 % upper
/// bound of their share); and on stderr each image of which Ostracon says a wrong one.
Result<> run_wrong_payloads(Backend& backend, const std::vector<Peer>& peers, std::int64_t first,
                            std::int64_t images);

}  // namespace ostracon::bench
