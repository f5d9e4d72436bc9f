#pragma once
// Between the modules of a page and its codewords: gathering, descrambling, and what the LLRs were
// worth once the bits are known.

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

/// Descrambled LLRs in code bit order, [codeword][bit].
///   page  [rows][cols], scrambled
void gather_codewords(const format::PageLayout& layout, const format::PageHeader& header,
                      std::span<const Llr> page, std::span<Llr> codewords);

/// What the inner decoder learned, back on the page.
///   codewords, beliefs   [codeword][bit]: what went into the decoder, and what it made of it
///   decoded              [codeword]: 1 if its beliefs are its bits
///   known                [rows][cols]: bits of decoded codewords are entered
///   prior                [rows][cols] out, scrambled: of the others, beliefs less what went in,
///   damped;
///                        0 elsewhere
void scatter_beliefs(const format::PageLayout& layout, const format::PageHeader& header,
                     std::span<const Llr> codewords, std::span<const Llr> beliefs,
                     std::span<const std::uint8_t> decoded, std::span<std::uint8_t> known,
                     std::span<Llr> prior);

/// Bits per module: 1 - mean log2(1 + exp(-L)) of the LLRs of up to `most` decoded codewords spread
/// evenly over the page's zones, L signed by the bit that was written. 0 if none was decoded.
float mutual_information(const format::PageLayout& layout, std::span<const Llr> codewords,
                         std::span<const InnerOutcome> outcomes,
                         std::span<const std::uint8_t> payload, std::int32_t most);

}  // namespace ostracon
