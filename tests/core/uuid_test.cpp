#include "core/uuid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <vector>

namespace ostracon::test {
namespace {

constexpr char kText[] = "00112233-4455-6677-8899-aabbccddeeff";

Uuid counted() {
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i)
    uuid.bytes[i] = static_cast<std::uint8_t>(0x11 * i);
  return uuid;
}

TEST(Uuid, IsPrintedInLowerCaseInTheOrderOfItsBytes) { EXPECT_EQ(to_string(counted()), kText); }

TEST(Uuid, IsParsedInEitherCase) {
  std::string upper = kText;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string& text : {std::string(kText), upper}) {
    Uuid uuid;
    ASSERT_TRUE(parse(text, uuid)) << text;
    EXPECT_EQ(uuid, counted());
  }
}

TEST(Uuid, ComesBackFromItsText) {
  std::mt19937 random(1);
  for (int turn = 0; turn < 200; ++turn) {
    Uuid uuid;
    for (std::uint8_t& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random());
    Uuid back;
    ASSERT_TRUE(parse(to_string(uuid), back));
    EXPECT_EQ(back, uuid);
  }
}

TEST(Uuid, ATextThatIsNoneIsRefusedAndChangesNothing) {
  const std::string good = kText;
  std::vector<std::string> bad{"",
                               "-",
                               good.substr(1),
                               good + std::string(1, '0'),
                               std::string(1, ' ').append(good, 1),
                               std::string(1, '{').append(good).append(1, '}'),
                               "00112233445566778899aabbccddeeff",
                               std::string(36, '-'),
                               std::string(36, '0'),
                               "001122334-455-6677-8899-aabbccddeeff"};
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'g', ' ', 'x', '\0', '_'}) {
      bad.push_back(good);
      bad.back()[at] = wrong;
    }
  }
  for (const std::string& text : bad) {
    Uuid uuid = counted();
    EXPECT_FALSE(parse(text, uuid)) << text;
    EXPECT_EQ(uuid, counted()) << text;
  }
}

TEST(Uuid, IsOrderedByItsBytes) {
  Uuid low, high;
  high.bytes[0] = 1;
  low.bytes[15] = 255;
  EXPECT_LT(low, high);
  EXPECT_NE(low, high);
}

}  // namespace
}  // namespace ostracon::test
