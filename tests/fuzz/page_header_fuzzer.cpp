// 64 bytes of anything: a header that is accepted stands for these bytes and no others, and all
// that follows from it is within its limits; one that is refused is refused by a sentence.
//
// Input: 1 byte how (mod 3), then
//   0  the 64 bytes
//   1  changes of single bytes of a valid header, under the right checksum
//   2  fields of a valid header moved to and over their limits

#include <algorithm>
#include <array>
#include <cctype>

#include "format/crc.hpp"
#include "format/outer_code.hpp"
#include "format/page_header.hpp"
#include "format/page_layout.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/fuzz/some_header.hpp"

namespace ostracon::fuzz {
namespace {

using Bytes = std::array<std::uint8_t, format::kHeaderBytes>;
constexpr std::size_t kCrcOffset = 60;

/// Up to four changes: a bit or more turned, or another byte of the header put there.
Bytes changed_bytes(Input& input) {
  Bytes bytes = format::serialise(some_header());
  for (std::uint32_t left = input.byte() % 5U; left > 0; --left) {
    std::uint8_t& byte = bytes[input.byte() % kCrcOffset];
    const std::uint8_t value = input.byte();
    if (input.byte() % 2 == 0)
      byte ^= value;
    else
      byte = bytes[value % kCrcOffset];
  }
  const std::uint32_t crc = format::crc32c(std::span(bytes).first(kCrcOffset));
  for (std::size_t i = 0; i < 4; ++i)
    bytes[kCrcOffset + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  return bytes;
}

/// One field moved to where the others end its range, or next to it.
void move_field(format::PageHeader& h, Input& input) {
  const std::uint8_t field = input.byte() % 11, value = input.byte();
  const auto near = [&](auto limit) {  // limit - 1, limit, limit + 1
    return static_cast<decltype(limit)>(limit + value % 3 - 1);
  };
  constexpr std::array<std::uint16_t, 4> kSides{256, 320, 4095, 4096};
  constexpr std::array<std::uint8_t, 4> kZones{0, 1, 2, 15};
  const std::uint32_t zones = std::max(1U, std::uint32_t{h.zone_rows} * h.zone_cols);
  switch (field) {
    case 0:
      h.page_index = near(h.page_count);
      break;
    case 1:
      h.page_count = near(h.page_count);
      break;
    case 2:
      h.stream_bytes = near(std::uint64_t{h.data_pages()} * h.codewords * format::kPayloadBytes);
      break;
    case 3:
      h.rows = near(kSides[input.byte() % 4]);
      break;
    case 4:
      h.cols = near(kSides[input.byte() % 4]);
      break;
    case 5:
      h.codewords = near(h.codewords);
      break;
    case 6:
      h.interleaver_step = near(static_cast<std::uint16_t>(h.codewords / zones));
      break;
    case 7:
      (value % 2 == 0 ? h.zone_rows : h.zone_cols) = kZones[input.byte() % 4];
      break;
    case 8:
      (input.byte() % 2 == 0 ? h.outer_k : h.outer_m) = near(h.outer_k);
      break;
    case 9:
      h.set_k = 200;
      h.set_m = near(std::uint8_t{55});
      h.plate_index = near(static_cast<std::uint8_t>(input.byte() % 2 == 0 ? 254 : 7));
      break;
    default:
      h.rate = static_cast<format::Rate>(value % 8);
      break;
  }
}

Bytes header_bytes(Input& input) {
  switch (input.byte() % 3) {
    case 0: {
      Bytes bytes{};
      for (std::uint8_t& byte : bytes) byte = input.byte();
      return bytes;
    }
    case 1:
      return changed_bytes(input);
    default: {
      format::PageHeader header = some_header();
      for (std::uint32_t left = 1 + input.byte() % 3U; left > 0; --left) move_field(header, input);
      return format::serialise(header);
    }
  }
}

void require_sentence(const Error& error) {
  require(error.code == ErrorCode::kBadInput, "a refused header is bad input", error.message);
  const auto& words = error.message;
  require(words.starts_with("page header: ") && words.size() > 20, "a refusal says why", words);
  require(std::all_of(words.begin(), words.end(), [](unsigned char c) { return std::isprint(c); }),
          "a refusal is printable", words);
}

/// The limits that docs/format.md states.
void require_limits(const format::PageHeader& h) {
  require(h.version == 1 && h.symbology == 1 && h.inner_code == 0, "known ids");
  require(h.scrambler == 0 && h.interleaver == 0, "known orders");
  require(static_cast<std::size_t>(h.rate) < format::kCodewordBits.size(), "a known rate");
  require(std::min(h.rows, h.cols) >= 256 && std::max(h.rows, h.cols) <= 4096, "256 to 4096");
  require(h.page_index < h.page_count && h.page_count < 1U << 24, "a page of those there are");
  require(h.set_k + h.set_m <= 255 && (h.set_k == 0 || h.plate_index < h.set_k + h.set_m),
          "a plate of its set");
  require(h.zone_rows >= 1 && h.zone_rows <= 15 && h.zone_cols >= 1 && h.zone_cols <= 15, "zones");
  require(h.codewords >= 1 && h.codewords % (h.zone_rows * h.zone_cols) == 0, "whole zones");
  require(
      std::int64_t{h.codewords} * format::codeword_bits(h.rate) <= std::int64_t{h.rows} * h.cols,
      "codewords fit");
  require(h.outer_k >= 1 && h.outer_m >= 2 && h.outer_k + h.outer_m <= 255, "a group of 255");
  require(h.stream_bytes <= std::uint64_t{h.data_pages()} * h.codewords * format::kPayloadBytes,
          "the stream fits");
}

void require_plan(const format::PageHeader& h) {
  const format::GroupPlan plan = format::plan_of(h);
  require(plan.page_count() == h.page_count, "the plan has all pages");
  require(plan.data_in_group(0) == h.outer_k, "the first group is the largest");
  const std::uint32_t group = plan.group_of(h.page_index), member = plan.member_of(h.page_index);
  require(group < plan.groups, "a page is of a group");
  require(member < plan.data_in_group(group) + plan.parity_per_group, "a page is a member");
  require(plan.page_of(group, member) == h.page_index, "member and page are one");
}

/// Small pages alone: a layout costs milliseconds.
void require_layout(const format::PageHeader& h) {
  if (std::int32_t{h.rows} * h.cols > 300 * 300) return;
  const auto layout = format::PageLayout::create({h.rows, h.cols, h.zone_rows, h.zone_cols, h.rate},
                                                 h.interleaver_step, h.codewords);
  if (!layout) {
    require(layout.error().message.size() > 20, "a layout is refused by a sentence");
    return;
  }
  require(layout.value().codewords() == h.codewords, "a layout holds the codewords it was asked");
  const std::uint32_t modules = std::uint32_t{h.rows} * h.cols;
  for (const std::uint32_t module : layout.value().modules_of(h.codewords - 1))
    require(module < modules, "a bit lies on the page");
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ostracon;
  fuzz::Input input(data, size);
  const fuzz::Bytes bytes = fuzz::header_bytes(input);
  const auto parsed = format::parse_header(bytes);
  if (!parsed) {
    fuzz::require_sentence(parsed.error());
    return 0;
  }
  fuzz::require(format::serialise(parsed.value()) == bytes, "an accepted header is these bytes");
  fuzz::require_limits(parsed.value());
  fuzz::require_plan(parsed.value());
  fuzz::require_layout(parsed.value());
  return 0;
}
