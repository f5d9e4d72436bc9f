#include "io/soft_page_file.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "format/crc.hpp"
#include "pipeline/rules/combined_bit.hpp"

namespace ostracon::io {
namespace {

constexpr std::string_view kSoftMagic = "OSTRSOFT";
constexpr std::uint32_t kSoftVersion = 1;
constexpr int kZstdLevel = 1;  // noise: higher levels gain nothing
constexpr std::size_t kCrcBytes = 4;

void put_number(std::vector<std::uint8_t>& to, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint32_t number_at(std::span<const std::uint8_t> from, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint32_t{from[at + i]} << (8 * i);
  return value;
}

Error no_soft_page(const std::string& why) {
  return Error{ErrorCode::kBadInput, "it is no soft page: " + why};
}

/// Every codeword is certain throughout or nowhere.
bool bits_make_sense(const SoftPage& page) {
  const auto length = static_cast<std::size_t>(format::codeword_bits(page.header.rate));
  for (std::size_t first = 0; first < page.bits.size(); first += length) {
    const auto of = std::span(page.bits).subspan(first, length);
    const bool certain = std::abs(int{of[0]}) == rules::kCertainSteps;
    const bool alike = std::all_of(of.begin(), of.end(), [&](Llr bit) {
      const int size = std::abs(int{bit});
      return certain ? size == rules::kCertainSteps : size <= rules::kMostLlrSteps;
    });
    if (!alike) return false;
  }
  return true;
}

}  // namespace

Result<std::vector<std::uint8_t>> soft_page_bytes(const SoftPage& page) {
  if (page.bits.size() != soft_bits_of(page.header))
    return Error{ErrorCode::kInvalidArgument, "a soft page of " + std::to_string(page.bits.size()) +
                                                  " bits, its header says " +
                                                  std::to_string(soft_bits_of(page.header))};
  std::vector<std::uint8_t> bytes(kSoftMagic.begin(), kSoftMagic.end());
  put_number(bytes, kSoftVersion, 4);
  put_number(bytes, page.reading, 4);
  const auto header = format::serialise(page.header);
  bytes.insert(bytes.end(), header.begin(), header.end());
  const std::size_t front = bytes.size();
  bytes.resize(front + ZSTD_compressBound(page.bits.size()));
  const std::size_t packed = ZSTD_compress(bytes.data() + front, bytes.size() - front,
                                           page.bits.data(), page.bits.size(), kZstdLevel);
  if (ZSTD_isError(packed) != 0)
    return Error{ErrorCode::kOutOfMemory,
                 std::string("a soft page cannot be compressed: ") + ZSTD_getErrorName(packed)};
  bytes.resize(front + packed);
  put_number(bytes, format::crc32c(bytes), kCrcBytes);
  return bytes;
}

Result<SoftPage> parse_soft_page(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kSoftPageFront + kCrcBytes || bytes.size() > kMostSoftPageBytes)
    return no_soft_page("it has " + std::to_string(bytes.size()) + " bytes");
  if (!std::equal(kSoftMagic.begin(), kSoftMagic.end(), bytes.begin()))
    return no_soft_page("it begins otherwise");
  if (const std::uint32_t version = number_at(bytes, 8, 4); version != kSoftVersion)
    return no_soft_page("it is of version " + std::to_string(version) + ", this program reads " +
                        std::to_string(kSoftVersion));
  const auto body = bytes.first(bytes.size() - kCrcBytes);
  if (format::crc32c(body) != number_at(bytes, body.size(), kCrcBytes))
    return no_soft_page("its checksum is wrong, it is torn or damaged");
  SoftPage page;
  page.reading = number_at(bytes, 12, 4);
  auto header = format::parse_header(bytes.subspan(16).first<format::kHeaderBytes>());
  if (!header) return no_soft_page(header.error().message);
  page.header = header.value();
  const std::size_t wanted = soft_bits_of(page.header);
  const auto packed = body.subspan(kSoftPageFront);
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != wanted)
    return no_soft_page("its bits are not the " + std::to_string(wanted) + " of its header");
  page.bits.resize(wanted);
  if (ZSTD_decompress(page.bits.data(), wanted, packed.data(), packed.size()) != wanted)
    return no_soft_page("its bits cannot be unpacked");
  if (!bits_make_sense(page)) return no_soft_page("its bits are none that a reading gives");
  return page;
}

}  // namespace ostracon::io
