#include "format/page_header.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "format/crc.hpp"

namespace ostracon::format {
namespace {

using Bytes = std::array<std::uint8_t, kHeaderBytes>;

/// A header of a plate of two groups: 300 data pages, 2 x 30 parity pages.
PageHeader sample() {
  PageHeader header;
  for (std::size_t i = 0; i < 16; ++i) {
    header.plate.bytes[i] = static_cast<std::uint8_t>(0x10 + i);
  }
  for (std::size_t i = 0; i < 8; ++i) header.set[i] = static_cast<std::uint8_t>(0xA0 + i);
  header.plate_index = 17;
  header.set_k = 16;
  header.set_m = 4;
  header.page_index = 299;
  header.page_count = 360;
  header.rows = 1280;
  header.cols = 1312;
  header.zone_rows = 2;
  header.zone_cols = 2;
  header.outer_k = 150;
  header.outer_m = 30;
  header.groups = 2;
  header.codewords = 152;
  header.interleaver_step = 9;
  header.stream_bytes = 48016000;
  return header;
}

void seal(Bytes& bytes) {
  const std::uint32_t crc = crc32c(std::span(bytes).first(60));
  for (std::size_t i = 0; i < 4; ++i) bytes[60 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
}

TEST(PageHeader, SurvivesTheWayThroughBytes) {
  const auto parsed = parse_header(serialise(sample()));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed.value(), sample());
  EXPECT_EQ(parsed.value().data_pages(), 300U);
}

TEST(PageHeader, LiesAtTheDocumentedOffsets) {
  const Bytes bytes = serialise(sample());
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes[2], 0x10);
  EXPECT_EQ(bytes[18], 0xA0);
  EXPECT_EQ(bytes[26], 17);
  EXPECT_EQ(bytes[29] + 256 * bytes[30], 299);
  EXPECT_EQ(bytes[32] + 256 * bytes[33], 360);
  EXPECT_EQ(bytes[37] + 256 * bytes[38], 1312);
  EXPECT_EQ(bytes[39] + 256 * bytes[40], 49000);
  EXPECT_EQ(bytes[42], 0x22);
  EXPECT_EQ(bytes[43], 0x03);
  EXPECT_EQ(bytes[44], 150);
  EXPECT_EQ(bytes[45], 30);
  EXPECT_EQ(bytes[46], 2);
  EXPECT_EQ(bytes[48], 152);
  EXPECT_EQ(bytes[51], 9);
  EXPECT_EQ(bytes[53] + 256 * bytes[54], 48016000 % 65536);
  EXPECT_EQ(bytes[59], 0);
}

TEST(PageHeader, IsRefusedWithAnyOneByteChanged) {
  const Bytes whole = serialise(sample());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      Bytes bytes = whole;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
      ASSERT_FALSE(parse_header(bytes)) << at << " changed by " << change;
    }
  }
}

TEST(PageHeader, IsRefusedWithAnyFieldOutOfRangeUnderAValidChecksum) {
  const std::pair<const char*, std::function<void(PageHeader&)>> cases[] = {
      {"version", [](PageHeader& h) { h.version = 2; }},
      {"symbology", [](PageHeader& h) { h.symbology = 0; }},
      {"plate index", [](PageHeader& h) { h.plate_index = 20; }},
      {"set without plates", [](PageHeader& h) { h.set_k = 0; }},
      {"page index", [](PageHeader& h) { h.page_index = 360; }},
      {"page count",
       [](PageHeader& h) {
         h.page_count = 60;
         h.page_index = 0;
       }},
      {"rows", [](PageHeader& h) { h.rows = 255; }},
      {"cols", [](PageHeader& h) { h.cols = 4097; }},
      {"pitch", [](PageHeader& h) { h.pitch_pm = 0; }},
      {"no zones", [](PageHeader& h) { h.zone_rows = 0; }},
      {"zones that share unevenly", [](PageHeader& h) { h.zone_rows = 3; }},
      {"inner code", [](PageHeader& h) { h.inner_code = 1; }},
      {"rate", [](PageHeader& h) { h.rate = static_cast<Rate>(5); }},
      {"outer k", [](PageHeader& h) { h.outer_k = 149; }},
      {"outer m", [](PageHeader& h) { h.outer_m = 29; }},
      {"members", [](PageHeader& h) { h.outer_m = 106; }},
      {"groups", [](PageHeader& h) { h.groups = 0; }},
      {"no codewords", [](PageHeader& h) { h.codewords = 0; }},
      {"codewords", [](PageHeader& h) { h.codewords = 160; }},
      {"scrambler", [](PageHeader& h) { h.scrambler = 1; }},
      {"interleaver", [](PageHeader& h) { h.interleaver = 1; }},
      {"zero step", [](PageHeader& h) { h.interleaver_step = 0; }},
      {"large step", [](PageHeader& h) { h.interleaver_step = 38; }},
      {"stream", [](PageHeader& h) { h.stream_bytes = 300ULL * 152 * 1053 + 1; }},
  };
  for (const auto& [name, change] : cases) {
    PageHeader header = sample();
    change(header);
    const auto parsed = parse_header(serialise(header));
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code, ErrorCode::kBadInput);
    EXPECT_EQ(parsed.error().message.find("checksum"), std::string::npos) << name;
  }
  Bytes reserved = serialise(sample());
  reserved[59] = 1;
  seal(reserved);
  EXPECT_FALSE(parse_header(reserved));
}

TEST(PageHeader, OfRandomBytesIsRefusedOrConsistentEvenUnderAValidChecksum) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 200000; ++trial) {
    Bytes bytes = serialise(sample());
    const unsigned changes = 1 + random() % 4;
    for (unsigned i = 0; i < changes; ++i) {
      bytes[random() % 60] = static_cast<std::uint8_t>(random());
    }
    if (trial % 4 == 0) {
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    }
    seal(bytes);
    const auto parsed = parse_header(bytes);
    if (!parsed) continue;
    const PageHeader& h = parsed.value();
    ASSERT_EQ(serialise(h), bytes);
    ASSERT_LT(h.page_index, h.page_count);
    ASSERT_LT(h.parity_pages(), h.page_count);
    ASSERT_LE(h.groups, h.data_pages());
    ASSERT_LE(h.outer_k + h.outer_m, 255);
    ASSERT_LE(h.codewords * codeword_bits(h.rate), h.rows * h.cols);
    ASSERT_LE(h.stream_bytes, std::uint64_t{h.data_pages()} * h.codewords * 1053U);
  }
}

TEST(HeaderCopy, CarriesTheCodeBitsUnderFourDifferentMasks) {
  std::array<std::array<std::uint8_t, kHeaderModules>, 4> copies;
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    encode_header_copy(sample(), corner, copies[static_cast<std::size_t>(corner)]);
  }
  for (std::size_t a = 0; a < 4; ++a) {
    int ones = 0;
    for (const auto bit : copies[a]) ones += bit;
    EXPECT_NEAR(ones, 2048, 160);  // five sigma
    for (std::size_t b = a + 1; b < 4; ++b) {
      int equal = 0;
      for (std::size_t i = 0; i < 4096; ++i) {
        equal += copies[a][i] == copies[b][i] ? 1 : 0;
        const auto index = static_cast<std::int32_t>(i);
        ASSERT_EQ(copies[a][i] ^ header_mask(static_cast<std::int32_t>(a), index),
                  copies[b][i] ^ header_mask(static_cast<std::int32_t>(b), index));
      }
      EXPECT_NEAR(equal, 2048, 160);
    }
  }
}

TEST(HeaderCopy, HoldsTheHeaderBitsWhereTheMotherIndexSays) {
  std::array<std::uint8_t, kHeaderModules> copy;
  encode_header_copy(sample(), 2, copy);
  const Bytes bytes = serialise(sample());
  for (std::int32_t j = 0; j < 384; ++j) {  // the systematic part, information bits 128..511
    const std::int32_t bit = header_mother_index(j);
    ASSERT_EQ(bit, 128 + j);
    const int sent = (bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1;
    ASSERT_EQ(copy[static_cast<std::size_t>(j)] ^ header_mask(2, j), sent);
    ASSERT_EQ(copy[static_cast<std::size_t>(j + 3072)] ^ header_mask(2, j + 3072), sent);
  }
  EXPECT_EQ(header_mother_index(384), 640);
  EXPECT_EQ(header_mother_index(kHeaderCodeBits - 1), 52 * 64 - 1);
}

}  // namespace
}  // namespace ostracon::format
