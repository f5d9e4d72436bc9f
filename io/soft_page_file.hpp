#pragma once
// A soft page as bytes: what a file of a soft page folder holds (docs/format.md, section 14).

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "pipeline/soft_pages.hpp"

namespace ostracon::io {

/// "OSTRSOFT", u16 version 1, u16 0, u32 reading, the 64 bytes of the page's header, the bits
/// compressed by zstd, u32 CRC-32C of all that is before it. Numbers are little-endian.
inline constexpr std::size_t kSoftPageFront = 80;

/// No soft page of any header takes more.
inline constexpr std::size_t kMostSoftPageBytes = std::size_t{24} << 20;

/// kOutOfMemory, kInvalidArgument if the bits are not as many as the header says.
Result<std::vector<std::uint8_t>> soft_page_bytes(const SoftPage& page);

/// kBadInput says what is wrong: too short or long, another format or version, the checksum, a
/// header that cannot be, bits that are not as many as it says or of no meaning. Nothing is
/// allocated beyond the bits of the header.
Result<SoftPage> parse_soft_page(std::span<const std::uint8_t> bytes);

}  // namespace ostracon::io
