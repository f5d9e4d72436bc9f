#include "format/inner_code.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>

#include "format/crc.hpp"

namespace ostracon::format {
namespace {

using Bits = std::vector<std::uint8_t>;

Bits random_bits(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Bits bits(count);
  for (auto& bit : bits) bit = static_cast<std::uint8_t>(random() & 1U);
  return bits;
}

Bits bits_of_hex(const std::string& hex) {
  Bits bits;
  for (const char digit : hex) {
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    for (int shift = 3; shift >= 0; --shift) {
      bits.push_back(static_cast<std::uint8_t>((value >> shift) & 1));
    }
  }
  return bits;
}

/// Number of violated checks among the first `rows` check blocks.
int violated(const QcCode& code, const Bits& mother, std::int32_t rows) {
  Bits sums(static_cast<std::size_t>(rows * code.lifting), 0);
  for (const BaseEdge& edge : code.edges) {
    if (edge.row >= rows) continue;
    for (std::int32_t i = 0; i < code.lifting; ++i) {
      const auto from = edge.col * code.lifting + (i + edge.shift) % code.lifting;
      sums[static_cast<std::size_t>(edge.row * code.lifting + i)] ^=
          mother[static_cast<std::size_t>(from)];
    }
  }
  int count = 0;
  for (const auto sum : sums) count += sum;
  return count;
}

TEST(InnerCode, ReproducesThePublishedVectorsAndTheirPrefixes) {
  std::ifstream file(OSTRACON_TEST_DATA "/ldpc/bg1_z384_vectors.txt");
  if (!file) GTEST_SKIP() << "no LDPC vectors in " OSTRACON_TEST_DATA;
  std::string word, hex;
  std::getline(file, word);  // two lines of comment
  std::getline(file, word);
  int vectors = 0;
  Bits mother(68 * 384);
  while (file >> word) {
    if (word == "info") {
      file >> hex;
      const Bits information = bits_of_hex(hex);
      ASSERT_EQ(information.size(), static_cast<std::size_t>(kInformationBits));
      encode_mother(payload_code(), information, mother);
    } else if (word == "coded") {
      file >> hex;
      const Bits coded = bits_of_hex(hex);
      ASSERT_EQ(coded.size(), 25344U);
      EXPECT_TRUE(std::equal(coded.begin(), coded.end(), mother.begin() + kPuncturedBits));
      ++vectors;
    }
  }
  EXPECT_GE(vectors, 3);
}

TEST(InnerCode, WritesAPrefixOfTheMotherCodeWordAtEveryRate) {
  std::vector<std::uint8_t> payload(kPayloadBytes);
  Bits information;
  std::mt19937 random(5);
  for (auto& byte : payload) {
    byte = static_cast<std::uint8_t>(random());
    for (int shift = 7; shift >= 0; --shift) {
      information.push_back(static_cast<std::uint8_t>((byte >> shift) & 1));
    }
  }
  const std::uint32_t crc = crc24b(information);
  for (int shift = 23; shift >= 0; --shift) {
    information.push_back(static_cast<std::uint8_t>((crc >> shift) & 1U));
  }
  EXPECT_TRUE(check_information(information));
  Bits mother(68 * 384);
  encode_mother(payload_code(), information, mother);
  for (int index = 0; index < 5; ++index) {
    const auto rate = static_cast<Rate>(index);
    Bits codeword(static_cast<std::size_t>(codeword_bits(rate)));
    encode_codeword(payload, rate, codeword);
    EXPECT_TRUE(std::equal(codeword.begin(), codeword.end(), mother.begin() + kPuncturedBits))
        << to_string(rate);
  }
  information[17] ^= 1U;
  EXPECT_FALSE(check_information(information));
}

TEST(InnerCode, SatisfiesEveryCheckOfBothCodes) {
  for (const QcCode* code : {&payload_code(), &header_code()}) {
    Bits mother(static_cast<std::size_t>(code->base_cols * code->lifting));
    encode_mother(*code,
                  random_bits(static_cast<std::size_t>(code->information_cols * code->lifting), 9),
                  mother);
    EXPECT_EQ(violated(*code, mother, code->base_rows), 0);
    mother[100] ^= 1U;
    EXPECT_GT(violated(*code, mother, code->base_rows), 0);
  }
}

TEST(InnerCode, HasTheDocumentedShape) {
  EXPECT_EQ(payload_code().edges.size(), 316U);
  EXPECT_EQ(header_code().edges.size(), 197U);
  const std::array<std::int32_t, 5> rows{46, 24, 13, 8, 5};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(active_check_rows(static_cast<Rate>(i)), rows[i]);
  }
  for (const QcCode* code : {&payload_code(), &header_code()}) {
    for (std::size_t i = 0; i < code->edges.size(); ++i) {
      const BaseEdge& edge = code->edges[i];
      EXPECT_LT(edge.shift, code->lifting);
      EXPECT_LT(edge.row, code->base_rows);
      EXPECT_LT(edge.col, code->base_cols);
      if (i == 0) continue;
      const BaseEdge& last = code->edges[i - 1];
      EXPECT_TRUE(last.row < edge.row || (last.row == edge.row && last.col < edge.col));
    }
  }
}

TEST(Rates, AreParsedFromTheirNamesAndRefusedOtherwise) {
  for (int index = 0; index < 5; ++index) {
    const auto parsed = parse_rate(to_string(static_cast<Rate>(index)));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed.value(), static_cast<Rate>(index));
  }
  EXPECT_EQ(parse_rate("4/5").value(), Rate::kFourFifths);
  EXPECT_EQ(parse_rate("0.333").value(), Rate::kOneThird);
  const auto refused = parse_rate("0.79");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("0.79"), std::string::npos);
}

}  // namespace
}  // namespace ostracon::format
