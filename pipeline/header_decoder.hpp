#pragma once
// The page header from soft bits of any of its four copies.

#include <cstdint>
#include <optional>
#include <span>

#include "format/page_header.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

/// Decodes a header from up to four copies.
///
///   copies   up to four spans of kHeaderModules LLRs, row-major as written (masked); an empty span
///            is a copy that was not seen. Index = corner.
///
/// Removes the masks, tries every copy alone and then the sum of all, belief propagation (min-sum)
/// on base graph 2 in a float or int arithmetic that copes with a rate 1/8 code near its limit.
/// The first that passes the CRC-32C and parse_header is returned; nullopt if none does.
std::optional<format::PageHeader> decode_header(std::span<const std::span<const Llr>, 4> copies);

}  // namespace ostracon
