// The test vectors of docs/format.md: every value is computed, and looked up in the text.

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "format/crc.hpp"
#include "format/plate.hpp"
#include "format/pn.hpp"
#include "format/seeds.hpp"

namespace ostracon::format {
namespace {

using Bits = std::vector<std::uint8_t>;

std::string text_of(const std::string& name) {
  std::ifstream file(std::string(OSTRACON_DOCS "/") + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string hex(std::uint64_t value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const auto byte : bytes) text += hex(byte, 2);
  return text;
}

Bits packed(std::span<const std::uint8_t> bits) {
  Bits bytes((bits.size() + 7) / 8, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (bits[i] << (7 - i % 8)));
  }
  return bytes;
}

Bits unpacked(std::span<const std::uint8_t> bytes) {
  Bits bits;
  for (const auto byte : bytes) {
    for (int shift = 7; shift >= 0; --shift) {
      bits.push_back(static_cast<std::uint8_t>((byte >> shift) & 1));
    }
  }
  return bits;
}

/// Places of the first `count` code bits of codeword 0, as the text writes them.
std::string places(const PageLayout& layout, std::size_t count) {
  std::string text;
  const auto cols = static_cast<std::uint32_t>(layout.geometry().cols);
  for (const std::uint32_t module : layout.modules_of(0).first(count)) {
    text += (text.empty() ? "(" : " (") + std::to_string(module / cols) + "," +
            std::to_string(module % cols) + ")";
  }
  return text;
}

/// The page of the text: its plan, payload and modules.
class DocumentedPage : public testing::Test {
 protected:
  void SetUp() override {
    PlateParameters parameters;
    parameters.geometry = default_geometry(256, 256, Rate::kFourFifths);
    Uuid plate;
    ASSERT_TRUE(parse("01234567-89ab-8cde-8f01-23456789abcd", plate));
    auto plan = PlatePlan::create(parameters, 4212, plate);
    ASSERT_TRUE(plan);
    plan_.emplace_back(std::move(plan).value());
    for (std::size_t i = 0; i < 4212; ++i) {
      payload_.push_back(static_cast<std::uint8_t>(7 * i + i / 256));
    }
    modules_.resize(256 * 256);
    ASSERT_EQ(plan_[0].page_payload_bytes(), payload_.size());
    encode_page(plan_[0].layout(), plan_[0].header(0), payload_, modules_);
  }
  void expect_in_text(const std::string& value, const char* what) const {
    EXPECT_NE(text_.find('`' + value + '`'), std::string::npos) << what << ' ' << value;
  }

  const std::string text_ = text_of("format.md");
  std::vector<PlatePlan> plan_;  ///< one
  Bits payload_, modules_;
};

TEST_F(DocumentedPage, HasTheHeaderOfTheText) {
  const PageHeader header = plan_[0].header(0);
  expect_in_text(hex(serialise(header)), "header");
  std::array<std::uint8_t, kHeaderModules> copy;
  encode_header_copy(header, 0, copy);
  const Bits bytes = packed(copy);
  expect_in_text(hex(std::span(bytes).first(16)), "header copy");
  expect_in_text(hex(std::span(bytes).subspan(48, 16)), "header copy, parity");
  expect_in_text(hex(scrambler_seed(header.plate, 0), 16), "scrambler seed");
}

TEST_F(DocumentedPage, HasTheCodewordOfTheText) {
  const auto first = std::span(payload_).first(kPayloadBytes);
  Bits codeword(10560);
  encode_codeword(first, Rate::kFourFifths, codeword);
  expect_in_text(hex(crc24b(unpacked(first)), 6), "CRC-24B");
  const Bits bytes = packed(codeword);
  expect_in_text(hex(std::span(bytes).first(16)), "code bits");
  expect_in_text(hex(std::span(bytes).subspan(960, 16)), "parity bits");
  expect_in_text(hex(std::span(bytes).last(8)), "last code bits");
}

TEST_F(DocumentedPage, HasTheModulesOfTheText) {
  EXPECT_EQ(plan_[0].layout().codewords(), 4);
  EXPECT_EQ(plan_[0].layout().interleaver_step(), 2);
  EXPECT_NE(text_.find(places(plan_[0].layout(), 6)), std::string::npos);
  const Bits bytes = packed(modules_);
  expect_in_text(hex(std::span(bytes).first(32)), "row 0");
  expect_in_text(hex(std::span(bytes).subspan(128 * 32, 32)), "row 128");
  expect_in_text(hex(crc32c(bytes), 8), "CRC-32C of the page");
}

TEST_F(DocumentedPage, HasTheParityOfTheText) {
  std::vector<const std::uint8_t*> data;
  for (std::size_t i = 0; i < 4; ++i) data.push_back(payload_.data() + i * kPayloadBytes);
  std::vector<Bits> parity(2, Bits(kPayloadBytes));
  const std::vector<std::uint8_t*> shards{parity[0].data(), parity[1].data()};
  encode_parity(data, shards, kPayloadBytes);
  expect_in_text(hex(std::span(parity[0]).first(16)), "parity 0");
  expect_in_text(hex(std::span(parity[1]).first(16)), "parity 1");
}

TEST_F(DocumentedPage, StandsBesideTheNoiseMarksAndChecksOfTheText) {
  expect_in_text(hex(pn_word(0, 0), 16), "word(0, 0)");
  for (std::uint64_t i = 0; i < 3; ++i) expect_in_text(hex(pn_word(kBorderSeed, i), 16), "border");
  Bits gap;
  for (std::int64_t col = -16; col < 16; ++col) gap.push_back(gap_bit(-1, col));
  expect_in_text(hex(packed(gap)), "gap");
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    for (std::int32_t row = 0; row < 4; ++row) {
      Bits bits;
      for (std::int32_t col = 0; col < 32; ++col) bits.push_back(finder_bit(corner, row, col));
      expect_in_text(hex(packed(bits)), "finder row");
    }
  }
  const std::string digits = "123456789";
  const Bits bytes(digits.begin(), digits.end());
  expect_in_text(hex(crc32c(bytes), 8), "CRC-32C");
  expect_in_text(hex(crc24b(unpacked(bytes)), 6), "CRC-24B");
}

TEST_F(DocumentedPage, IsFollowedByTheDefaultPageOfTheText) {
  const auto layout = PageLayout::create(PageGeometry{});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout.value().interleaver_step(), 16);
  EXPECT_NE(text_.find(places(layout.value(), 4)), std::string::npos);
}

/// The seeds and tables stand in the text as numbers; a reader has nothing else.
TEST(Documentation, StatesEverySeed) {
  const std::string text = text_of("format.md");
  std::vector<std::uint64_t> seeds{kBorderSeed, kPilotSeed, kFillerSeed, kGapSeed, kScramblerSeed};
  seeds.insert(seeds.end(), kFinderSeeds.begin(), kFinderSeeds.end());
  seeds.insert(seeds.end(), kHeaderMaskSeeds.begin(), kHeaderMaskSeeds.end());
  for (const std::uint64_t seed : seeds) {
    EXPECT_EQ(seed >> 16, kSeedBase >> 16);
    char digits[8];
    std::snprintf(digits, sizeof digits, "0x%04X", static_cast<unsigned>(seed & 0xFFFF));
    EXPECT_NE(text.find(digits), std::string::npos) << digits;
  }
}

TEST(Documentation, TabulatesBothParityCheckMatrices) {
  std::istringstream text(text_of("format-tables.md"));
  std::vector<BaseEdge> found[2];
  int table = -1;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("## ")) ++table;
    std::istringstream words(line);
    std::string bar, word;
    int row = 0, col = 0, shift = 0;
    if (!(words >> bar >> row) || bar != "|") continue;
    ASSERT_TRUE(table == 0 || table == 1);
    while (words >> word) {
      if (std::sscanf(word.c_str(), "%d:%d", &col, &shift) != 2) continue;
      found[table].push_back({static_cast<std::uint8_t>(row), static_cast<std::uint8_t>(col),
                              static_cast<std::uint16_t>(shift)});
    }
  }
  for (int i = 0; i < 2; ++i) {
    const QcCode& code = i == 0 ? payload_code() : header_code();
    ASSERT_EQ(found[i].size(), code.edges.size());
    for (std::size_t e = 0; e < code.edges.size(); ++e) {
      EXPECT_EQ(found[i][e].row, code.edges[e].row);
      EXPECT_EQ(found[i][e].col, code.edges[e].col);
      EXPECT_EQ(found[i][e].shift, code.edges[e].shift);
    }
  }
}

}  // namespace
}  // namespace ostracon::format
