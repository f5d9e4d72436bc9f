#pragma once
// What a page holds that is known without decoding, and what its LLRs were worth once the bits are
// known.

#include <cstdint>
#include <span>
#include <vector>

#include "format/page_layout.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon {

/// Known bits of a page once its header is read: 0 land, 1 pit, 2 data. [rows][cols].
std::vector<std::uint8_t> known_modules(const format::PageLayout& layout,
                                        const format::PageHeader& header);

/// Bits per module: 1 - mean log2(1 + exp(-L)) of the LLRs of up to `most` decoded codewords spread
/// evenly over the page's zones, L signed by the bit that was written. 0 if none was decoded.
float mutual_information(const format::PageLayout& layout, std::span<const Llr> codewords,
                         std::span<const InnerOutcome> outcomes,
                         std::span<const std::uint8_t> payload, std::int32_t most);

}  // namespace ostracon
