#include "host/cli/text.hpp"

#include <gtest/gtest.h>

namespace ostracon::cli {
namespace {

TEST(Text, ReadsASizeWithOneOrTwoSides) {
  const auto both = parse_size("1280x960", "--page");
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both.value().rows, 1280);
  EXPECT_EQ(both.value().cols, 960);
  const auto square = parse_size("512", "--page");
  ASSERT_TRUE(square.has_value());
  EXPECT_EQ(square.value().rows, 512);
  EXPECT_EQ(square.value().cols, 512);
}

TEST(Text, RefusesWhatIsNoSizeAndNamesIt) {
  for (const char* text :
       {"", "x", "12x", "x12", "12y7", "0x5", "-3x4", "5x5x5", "1e3", "99999999999", " 12x12"}) {
    const auto size = parse_size(text, "--page");
    ASSERT_FALSE(size.has_value()) << text;
    EXPECT_EQ(size.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(size.error().message.find("--page"), std::string::npos);
  }
}

TEST(Text, ReadsAShareAsPercentOrAsFraction) {
  EXPECT_DOUBLE_EQ(parse_share("20%", "--parity").value(), 0.2);
  EXPECT_DOUBLE_EQ(parse_share("0.35", "--parity").value(), 0.35);
  for (const char* text : {"", "%", "twenty", "nan", "inf", "20%%", "0.2 "})
    EXPECT_FALSE(parse_share(text, "--parity").has_value()) << text;
}

TEST(Text, ReadsNumbersAndRangesAscendingAndOnce) {
  const auto list = parse_list("11-13,3,8,12", "--drop-fields");
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list.value(), (std::vector<std::int64_t>{3, 8, 11, 12, 13}));
}

TEST(Text, RefusesAListThatIsMalformedOrTooLong) {
  for (const char* text : {"", ",", "3,", "a", "-1", "5-3", "3-", "0-99999999999", "1,,2"})
    EXPECT_FALSE(parse_list(text, "--drop-fields").has_value()) << text;
}

TEST(Text, WritesAmountsForPeople) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1600000), "1.6 MB");
  EXPECT_EQ(human_bytes(999999999), "1.0 GB");
  EXPECT_EQ(human_duration(0.4217), "0.42 s");
  EXPECT_EQ(human_duration(59.4), "59 s");
  EXPECT_EQ(human_duration(67), "1:07");
  EXPECT_EQ(human_duration(7391), "2:03:11");
  EXPECT_EQ(plural(1, "page"), "1 page");
  EXPECT_EQ(plural(3, "page"), "3 pages");
}

}  // namespace
}  // namespace ostracon::cli
