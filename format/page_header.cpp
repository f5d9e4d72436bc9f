#include "format/page_header.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <string>

#include "format/crc.hpp"
#include "format/pn.hpp"
#include "format/seeds.hpp"

namespace ostracon::format {
namespace {

constexpr std::size_t kCrcOffset = 60;
constexpr std::int32_t kHeaderInformationBits = 640;
constexpr std::int32_t kHeaderMotherBits = 52 * 64;
constexpr std::int32_t kHeaderPunctured = 2 * 64;
constexpr std::int32_t kFillerBegin = 8 * kHeaderBytes;

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> to) : to_(to) {}
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      to_[at_++] = static_cast<std::uint8_t>((value >> (8 * i)) & 0xFFU);
    }
  }
  void raw(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) to_[at_++] = byte;
  }

 private:
  std::span<std::uint8_t> to_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> from) : from_(from) {}
  template <class T>
  T number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{from_[at_++]} << (8 * i);
    return static_cast<T>(value);
  }
  void raw(std::span<std::uint8_t> bytes) {
    for (std::uint8_t& byte : bytes) byte = from_[at_++];
  }

 private:
  std::span<const std::uint8_t> from_;
  std::size_t at_ = 0;
};

Error refuse(const std::string& what) {
  return Error{ErrorCode::kBadInput, "page header: " + what};
}

std::string text(std::uint64_t value) { return std::to_string(value); }

Result<> check_identity(const PageHeader& h) {
  if (h.set_k == 0) {
    const bool zero = std::all_of(h.set.begin(), h.set.end(), [](auto b) { return b == 0; });
    if (h.set_m != 0 || h.plate_index != 0 || !zero) {
      return refuse("a plate without a set names a set, an index or parity plates");
    }
  } else if (h.set_k + h.set_m > 255 || h.plate_index >= h.set_k + h.set_m) {
    return refuse("plate " + text(h.plate_index) + " of a set of " + text(h.set_k) + " + " +
                  text(h.set_m));
  }
  if (h.page_index >= h.page_count) {
    return refuse("page " + text(h.page_index) + " of " + text(h.page_count));
  }
  return Ok{};
}

Result<> check_geometry(const PageHeader& h) {
  const auto side_fits = [](std::uint16_t side) { return side >= 256 && side <= 4096; };
  if (!side_fits(h.rows) || !side_fits(h.cols)) {
    return refuse("a page of " + text(h.rows) + " x " + text(h.cols) +
                  " modules (256 to 4096 a side)");
  }
  if (h.pitch_pm == 0) return refuse("a pitch of 0 pm");
  if (h.zone_rows < 1 || h.zone_cols < 1) return refuse("a page without zones");
  const std::uint32_t zones = std::uint32_t{h.zone_rows} * h.zone_cols;
  if (h.codewords == 0 || h.codewords % zones != 0) {
    return refuse(text(h.codewords) + " codewords in " + text(zones) + " zones");
  }
  // Cheap bound only; PageLayout::create proves that every colour has its modules.
  const std::uint64_t modules = std::uint64_t{h.rows} * h.cols;
  if (std::uint64_t{h.codewords} * static_cast<std::uint64_t>(codeword_bits(h.rate)) > modules) {
    return refuse(text(h.codewords) + " codewords of rate " + std::string(to_string(h.rate)) +
                  " do not fit on " + text(modules) + " modules");
  }
  const std::uint32_t colours = h.codewords / zones;
  if (h.interleaver_step >= colours || (h.interleaver_step == 0) != (colours == 1)) {
    return refuse("interleaver step " + text(h.interleaver_step) + " with " + text(colours) +
                  " codewords in a zone");
  }
  return Ok{};
}

Result<> check_groups(const PageHeader& h) {
  if (h.groups == 0 || h.outer_m < 2 || h.outer_k == 0 || h.outer_k + h.outer_m > 255) {
    return refuse(text(h.groups) + " groups of " + text(h.outer_k) + " + " + text(h.outer_m) +
                  " pages");
  }
  if (h.parity_pages() >= h.page_count) {
    return refuse(text(h.parity_pages()) + " parity pages among " + text(h.page_count));
  }
  const std::uint32_t data = h.data_pages();
  if (h.groups > data || (data + h.groups - 1) / h.groups != h.outer_k) {
    return refuse(text(data) + " data pages in " + text(h.groups) + " groups of at most " +
                  text(h.outer_k));
  }
  const std::uint64_t capacity =
      std::uint64_t{data} * h.codewords * static_cast<std::uint64_t>(kPayloadBytes);
  if (h.stream_bytes > capacity) {
    return refuse("a stream of " + text(h.stream_bytes) + " bytes on data pages that hold " +
                  text(capacity));
  }
  return Ok{};
}

}  // namespace

std::array<std::uint8_t, kHeaderBytes> serialise(const PageHeader& h) {
  std::array<std::uint8_t, kHeaderBytes> bytes{};
  Writer to(bytes);
  to.number(h.version, 1);
  to.number(h.symbology, 1);
  to.raw(h.plate.bytes);
  to.raw(h.set);
  to.number(h.plate_index, 1);
  to.number(h.set_k, 1);
  to.number(h.set_m, 1);
  to.number(h.page_index, 3);
  to.number(h.page_count, 3);
  to.number(h.rows, 2);
  to.number(h.cols, 2);
  to.number(h.pitch_pm, 3);
  to.number(static_cast<std::uint64_t>(h.zone_rows) << 4 | (h.zone_cols & 0xFU), 1);
  to.number(static_cast<std::uint64_t>(h.inner_code) << 4 | static_cast<std::uint64_t>(h.rate), 1);
  to.number(h.outer_k, 1);
  to.number(h.outer_m, 1);
  to.number(h.groups, 2);
  to.number(h.codewords, 2);
  to.number(static_cast<std::uint64_t>(h.scrambler) << 4 | (h.interleaver & 0xFU), 1);
  to.number(h.interleaver_step, 2);
  to.number(h.stream_bytes, 6);
  to.number(0, 1);
  to.number(crc32c(std::span(bytes).first(kCrcOffset)), 4);
  return bytes;
}

Result<PageHeader> parse_header(std::span<const std::uint8_t, kHeaderBytes> bytes) {
  Reader crc_from(bytes.subspan(kCrcOffset));
  const auto crc = crc_from.number<std::uint32_t>(4);
  if (crc32c(bytes.first(kCrcOffset)) != crc) return refuse("the checksum differs");
  PageHeader h;
  Reader from(bytes);
  h.version = from.number<std::uint8_t>(1);
  if (h.version != 1) return refuse("format version " + text(h.version) + " is not known (1)");
  h.symbology = from.number<std::uint8_t>(1);
  if (h.symbology != 1) return refuse("symbology " + text(h.symbology) + " is not known (1)");
  from.raw(h.plate.bytes);
  from.raw(h.set);
  h.plate_index = from.number<std::uint8_t>(1);
  h.set_k = from.number<std::uint8_t>(1);
  h.set_m = from.number<std::uint8_t>(1);
  h.page_index = from.number<std::uint32_t>(3);
  h.page_count = from.number<std::uint32_t>(3);
  h.rows = from.number<std::uint16_t>(2);
  h.cols = from.number<std::uint16_t>(2);
  h.pitch_pm = from.number<std::uint32_t>(3);
  const auto zones = from.number<std::uint8_t>(1);
  h.zone_rows = static_cast<std::uint8_t>(zones >> 4);
  h.zone_cols = static_cast<std::uint8_t>(zones & 0xFU);
  const auto inner = from.number<std::uint8_t>(1);
  h.inner_code = static_cast<std::uint8_t>(inner >> 4);
  const auto rate_index = static_cast<std::uint8_t>(inner & 0xFU);
  if (h.inner_code != 0 || rate_index >= kCodewordBits.size()) {
    return refuse("inner code " + text(h.inner_code) + " at rate " + text(rate_index) +
                  " is not known");
  }
  h.rate = static_cast<Rate>(rate_index);
  h.outer_k = from.number<std::uint8_t>(1);
  h.outer_m = from.number<std::uint8_t>(1);
  h.groups = from.number<std::uint16_t>(2);
  h.codewords = from.number<std::uint16_t>(2);
  const auto order = from.number<std::uint8_t>(1);
  h.scrambler = static_cast<std::uint8_t>(order >> 4);
  h.interleaver = static_cast<std::uint8_t>(order & 0xFU);
  if (order != 0) {
    return refuse("scrambler " + text(h.scrambler) + " or interleaver " + text(h.interleaver) +
                  " is not known");
  }
  h.interleaver_step = from.number<std::uint16_t>(2);
  h.stream_bytes = from.number<std::uint64_t>(6);
  if (from.number<std::uint8_t>(1) != 0) return refuse("the reserved byte is not zero");
  OSTRACON_TRY(check_identity(h));
  OSTRACON_TRY(check_geometry(h));
  OSTRACON_TRY(check_groups(h));
  return h;
}

std::int32_t header_mother_index(std::int32_t code_bit) {
  const std::int32_t bit = kHeaderPunctured + code_bit;
  return bit < kFillerBegin ? bit : bit + (kHeaderInformationBits - kFillerBegin);
}

std::uint8_t header_mask(std::int32_t corner, std::int32_t i) {
  return pn_bit(kHeaderMaskSeeds[static_cast<std::size_t>(corner)], static_cast<std::uint64_t>(i));
}

void encode_header_copy(const PageHeader& header, std::int32_t corner,
                        std::span<std::uint8_t, kHeaderModules> modules) {
  assert(corner >= 0 && corner < 4);
  std::array<std::uint8_t, kHeaderInformationBits> information{};
  std::size_t bit = 0;
  for (const std::uint8_t byte : serialise(header)) {
    for (int shift = 7; shift >= 0; --shift) {
      information[bit++] = static_cast<std::uint8_t>((byte >> shift) & 1);
    }
  }
  std::array<std::uint8_t, kHeaderMotherBits> mother;
  encode_mother(header_code(), information, mother);
  for (std::int32_t i = 0; i < kHeaderModules; ++i) {
    const auto from = static_cast<std::size_t>(header_mother_index(i % kHeaderCodeBits));
    modules[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(mother[from] ^ header_mask(corner, i));
  }
}

}  // namespace ostracon::format
