#pragma once
// The page header: 64 bytes that say all a reader must know, written four times on every page.

#include <array>
#include <cstdint>
#include <span>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "format/inner_code.hpp"

namespace ostracon::format {

inline constexpr std::int32_t kHeaderBytes = 64;
inline constexpr std::int32_t kHeaderSide = 64;        ///< modules: a copy is 64 x 64
inline constexpr std::int32_t kHeaderModules = 4096;   ///< = kHeaderSide squared
inline constexpr std::int32_t kHeaderCodeBits = 3072;  ///< BG2, Z = 64, 3200 sent less 128 filler

/// Offsets (little-endian) are in docs/format.md.
struct PageHeader {
  std::uint8_t version = 1;
  std::uint8_t symbology = 1;         ///< 1: page of modules
  Uuid plate;                         ///< derived from the content
  std::array<std::uint8_t, 8> set{};  ///< first 8 bytes of the set's UUID; zero: plate stands alone
  std::uint8_t plate_index = 0;       ///< in its set
  std::uint8_t set_k = 0, set_m = 0;
  std::uint32_t page_index = 0;               ///< 24 bits; data pages first, then parity pages
  std::uint32_t page_count = 0;               ///< 24 bits; data and parity pages
  std::uint16_t rows = 0, cols = 0;           ///< modules
  std::uint32_t pitch_pm = 49000;             ///< 24 bits
  std::uint8_t zone_rows = 1, zone_cols = 1;  ///< 1 to 15
  std::uint8_t inner_code = 0;                ///< 0: base graph 1, Z = 384
  Rate rate = Rate::kFourFifths;
  std::uint8_t outer_k = 0;  ///< data pages of the largest group
  std::uint8_t outer_m = 0;  ///< parity pages of every group
  std::uint16_t groups = 0;
  std::uint16_t codewords = 0;         ///< in this page
  std::uint8_t scrambler = 0;          ///< 0: SplitMix64
  std::uint8_t interleaver = 0;        ///< 0: lattice colouring
  std::uint16_t interleaver_step = 0;  ///< b of colour = (col + b row) mod n
  std::uint64_t stream_bytes = 0;      ///< 48 bits: length of the tar stream
  bool operator==(const PageHeader&) const = default;

  std::uint32_t parity_pages() const { return std::uint32_t{groups} * outer_m; }
  std::uint32_t data_pages() const { return page_count - parity_pages(); }
};

/// The 64 bytes, CRC-32C last.
std::array<std::uint8_t, kHeaderBytes> serialise(const PageHeader& header);

/// Checks the CRC and every field against its range and against the others (rows, cols 256..4096,
/// page_index < page_count, parity_pages() < page_count, groups >= 1, known ids, `codewords` are
/// no more than the modules could carry, stream_bytes fits the data pages, ...). kBadInput says
/// what is wrong. That every codeword has its modules is proved by PageLayout::create.
Result<PageHeader> parse_header(std::span<const std::uint8_t, kHeaderBytes> bytes);

/// The modules of the copy beside corner `corner` (0 upper left, 1 upper right, 2 lower left,
/// 3 lower right), row-major 64 x 64, one bit per byte, under that copy's own PN mask.
/// Module i carries code bit i mod kHeaderCodeBits (so the first 1024 code bits stand twice).
void encode_header_copy(const PageHeader& header, std::int32_t corner,
                        std::span<std::uint8_t, kHeaderModules> modules);

/// PN mask bit of module `i` of copy `corner`.
std::uint8_t header_mask(std::int32_t corner, std::int32_t i);

/// Where kHeaderCodeBits and filler lie in the mother code word of header_code(): code bit j is
/// mother bit header_mother_index(j). Information bits 512..639 are filler zeros, never written.
std::int32_t header_mother_index(std::int32_t code_bit);

}  // namespace ostracon::format
