#include "pipeline/header_decoder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "tests/support/noisy_codewords.hpp"

namespace ostracon::test {
namespace {

format::PageHeader some_header() {
  format::PageHeader header;
  for (std::size_t i = 0; i < header.plate.bytes.size(); ++i)
    header.plate.bytes[i] = static_cast<std::uint8_t>(17 * i + 3);
  header.page_index = 41;
  header.page_count = 240;
  header.rows = header.cols = 1280;
  header.zone_rows = header.zone_cols = 2;
  header.outer_k = 200;
  header.outer_m = 40;
  header.groups = 1;
  header.codewords = 152;
  header.interleaver_step = 11;
  header.stream_bytes = 31'000'000;
  return header;
}

using Copies = std::array<std::vector<Llr>, 4>;

std::optional<format::PageHeader> decode(const Copies& copies) {
  std::array<std::span<const Llr>, 4> spans;
  for (std::size_t i = 0; i < 4; ++i) spans[i] = copies[i];
  return decode_header(spans);
}

std::vector<Llr> noisy_copy(const format::PageHeader& header, std::int32_t corner, double es_n0_db,
                            std::uint64_t seed) {
  std::array<std::uint8_t, format::kHeaderModules> modules;
  format::encode_header_copy(header, corner, modules);
  Awgn channel(es_n0_db, 4 * seed + static_cast<std::uint64_t>(corner));
  std::vector<Llr> llrs;
  for (const std::uint8_t module : modules) llrs.push_back(channel(module));
  return llrs;
}

Copies noisy_copies(const format::PageHeader& header, double es_n0_db, std::uint64_t seed) {
  Copies copies;
  for (std::int32_t corner = 0; corner < 4; ++corner)
    copies[static_cast<std::size_t>(corner)] = noisy_copy(header, corner, es_n0_db, seed);
  return copies;
}

TEST(HeaderDecoder, EveryCopyAloneGivesTheHeader) {
  const format::PageHeader header = some_header();
  for (std::size_t corner = 0; corner < 4; ++corner) {
    Copies copies;
    copies[corner] = noisy_copy(header, static_cast<std::int32_t>(corner), 10.0, 1);
    EXPECT_EQ(decode(copies), header);
  }
}

TEST(HeaderDecoder, OneCopyIsReadAtSixAndAHalfDecibelsMoreNoiseThanSignal) {
  const format::PageHeader header = some_header();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Copies copies;
    copies[seed % 4] = noisy_copy(header, static_cast<std::int32_t>(seed % 4), -6.5, seed);
    EXPECT_EQ(decode(copies), header) << seed;
  }
}

TEST(HeaderDecoder, FourCopiesAreReadTogetherAtTwelveDecibelsMoreNoiseThanSignal) {
  const format::PageHeader header = some_header();
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    EXPECT_EQ(decode(noisy_copies(header, -12.0, seed)), header) << seed;
}

TEST(HeaderDecoder, ThreeRuinedCopiesDoNotHideTheFourth) {
  const format::PageHeader header = some_header();
  Copies copies = noisy_copies(header, 0.0, 3);
  std::mt19937 random(4);
  for (const std::size_t corner : {0U, 1U, 2U})
    for (Llr& llr : copies[corner]) llr = static_cast<Llr>(static_cast<int>(random() % 255) - 127);
  EXPECT_EQ(decode(copies), header);
}

TEST(HeaderDecoder, ACopyWithHalfOfItsModulesErasedIsRead) {
  const format::PageHeader header = some_header();
  Copies copies;
  copies[2] = noisy_copy(header, 2, 0.0, 5);
  std::fill_n(copies[2].begin() + 1000, 2048, Llr{0});
  EXPECT_EQ(decode(copies), header);
}

TEST(HeaderDecoder, ACopyInThePlaceOfAnotherIsNotRead) {
  Copies copies;
  copies[1] = noisy_copy(some_header(), 0, 10.0, 6);
  EXPECT_EQ(decode(copies), std::nullopt);
}

TEST(HeaderDecoder, AnInvertedCopyIsNotRead) {
  Copies copies;
  copies[0] = noisy_copy(some_header(), 0, 10.0, 7);
  for (Llr& llr : copies[0]) llr = static_cast<Llr>(-llr);
  EXPECT_EQ(decode(copies), std::nullopt);
}

TEST(HeaderDecoder, NoiseErasuresAndNothingGiveNoHeader) {
  Copies copies;
  EXPECT_EQ(decode(copies), std::nullopt);
  std::mt19937 random(8);
  for (int turn = 0; turn < 10; ++turn) {
    for (std::vector<Llr>& copy : copies) {
      copy.resize(std::size_t{format::kHeaderModules});
      for (Llr& llr : copy) llr = static_cast<Llr>(static_cast<int>(random() % 41) - 20);
    }
    EXPECT_EQ(decode(copies), std::nullopt);
  }
  for (std::vector<Llr>& copy : copies) std::fill(copy.begin(), copy.end(), Llr{0});
  EXPECT_EQ(decode(copies), std::nullopt);
  for (std::vector<Llr>& copy : copies) std::fill(copy.begin(), copy.end(), Llr{127});
  EXPECT_EQ(decode(copies), std::nullopt);
}

}  // namespace
}  // namespace ostracon::test
