#include "core/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace ostracon::test {
namespace {

Result<int> half_of(int value) {
  if (value % 2 != 0) return Error{ErrorCode::kInvalidArgument, std::to_string(value) + " is odd"};
  return value / 2;
}

Result<int> quarter_of(int value) {
  OSTRACON_TRY_ASSIGN(const int half, half_of(value));
  OSTRACON_TRY_ASSIGN(const int quarter, half_of(half));
  return quarter;
}

Result<> check_even(int value, int& calls) {
  OSTRACON_TRY(half_of(value));
  ++calls;
  return Ok{};
}

Result<std::unique_ptr<int>> boxed(int value) {
  if (value < 0) return Error{ErrorCode::kNotFound, "negative"};
  return std::make_unique<int>(value);
}

TEST(Result, HoldsAValueOrAnError) {
  const auto good = half_of(8);
  ASSERT_TRUE(good.has_value());
  EXPECT_TRUE(static_cast<bool>(good));
  EXPECT_EQ(good.value(), 4);

  const auto bad = half_of(7);
  ASSERT_FALSE(bad.has_value());
  EXPECT_FALSE(static_cast<bool>(bad));
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(bad.error().message, "7 is odd");
}

TEST(Result, TryAssignGivesTheValueOrPassesTheFirstErrorOn) {
  ASSERT_TRUE(quarter_of(12).has_value());
  EXPECT_EQ(quarter_of(12).value(), 3);
  EXPECT_EQ(quarter_of(7).error().message, "7 is odd");
  EXPECT_EQ(quarter_of(6).error().message, "3 is odd");
}

TEST(Result, TryGoesOnOnlyWithoutAnError) {
  int calls = 0;
  EXPECT_TRUE(check_even(2, calls).has_value());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(check_even(3, calls).error().message, "3 is odd");
  EXPECT_EQ(calls, 1);
}

TEST(Result, AnErrorKnowsWhereItWasMade) {
  const Error error{ErrorCode::kIo, "disk full"};
  const int line_of_error = __LINE__ - 1;
  EXPECT_EQ(error.line, line_of_error);
  EXPECT_NE(std::string(error.file).find("result_test.cpp"), std::string::npos);
}

TEST(Result, AValueThatCannotBeCopiedIsMovedOut) {
  std::unique_ptr<int> box = boxed(5).value();
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(*box, 5);
  EXPECT_EQ(boxed(-1).error().code, ErrorCode::kNotFound);
}

TEST(Result, AValueCanBeChangedInPlace) {
  auto result = half_of(8);
  result.value() += 10;
  EXPECT_EQ(result.value(), 14);
}

TEST(ErrorCode, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (const ErrorCode code :
       {ErrorCode::kInvalidArgument, ErrorCode::kBadInput, ErrorCode::kNotFound, ErrorCode::kExists,
        ErrorCode::kIo, ErrorCode::kUnavailable, ErrorCode::kOutOfMemory, ErrorCode::kDevice})
    names.insert(to_string(code));
  EXPECT_EQ(names.size(), 8U);
  EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace ostracon::test
