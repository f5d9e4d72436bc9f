// Fields that show no page, or a page of another plate.

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "format/pn.hpp"
#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

using format::Rate;

Result<KnownPlate> small_plate(std::uint8_t number = 7) {
  return KnownPlate::write(256, 256, Rate::kFourFifths, 2, number);
}

Result<std::vector<MemoryField>> short_scan(const KnownPlate& plate,
                                            const std::vector<std::uint32_t>& pages) {
  OSTRACON_TRY_ASSIGN(const auto profile, typical_with({{"frames", 2}}));
  return scan(plate, profile, pages);
}

/// A field of `shape` whose samples are value(index), counted over all frames.
template <class T, class Value>
MemoryField made_of(FieldShape shape, Value value) {
  MemoryField field{shape, std::vector<std::byte>(shape.bytes())};
  for (std::size_t i = 0; i < field.frames.size() / sizeof(T); ++i) {
    const auto sample = static_cast<T>(value(i));
    std::memcpy(field.frames.data() + i * sizeof(T), &sample, sizeof(T));
  }
  return field;
}

float uniform(std::size_t i) { return static_cast<float>(format::pn_word(3, i) >> 40) * 0x1p-24F; }

MemoryField noise(std::int32_t rows, std::int32_t cols) {
  return made_of<std::uint8_t>({2, rows, cols, PixelType::kU8},
                               [](std::size_t i) { return 256 * uniform(i); });
}

struct Case {
  const char* name;
  MemoryField (*make)();
};

constexpr FieldShape kBytes{2, 320, 352, PixelType::kU8};
constexpr FieldShape kWords{2, 320, 352, PixelType::kU16};
constexpr FieldShape kFloats{2, 320, 352, PixelType::kF32};

const Case kCases[] = {
    {"blank", [] { return made_of<std::uint8_t>(kBytes, [](std::size_t) { return 0; }); }},
    {"constant", [] { return made_of<std::uint8_t>(kBytes, [](std::size_t) { return 77; }); }},
    {"saturated", [] { return made_of<std::uint16_t>(kWords, [](std::size_t) { return 65535; }); }},
    {"noise", [] { return noise(320, 352); }},
    {"noise_in_one_frame",
     [] {
       return made_of<float>({1, 300, 400, PixelType::kF32},
                             [](std::size_t i) { return uniform(i); });
     }},
    {"below_zero",
     [] { return made_of<float>(kFloats, [](std::size_t i) { return -1 - uniform(i); }); }},
    {"about_zero",
     [] { return made_of<float>(kFloats, [](std::size_t i) { return uniform(i) - 0.5F; }); }},
    {"huge",
     [] { return made_of<float>(kFloats, [](std::size_t i) { return 3e38F * uniform(i); }); }},
    {"huge_of_both_signs",
     [] {
       return made_of<float>(kFloats, [](std::size_t i) { return 3e38F * (2 * uniform(i) - 1); });
     }},
    {"denormal",
     [] { return made_of<float>(kFloats, [](std::size_t i) { return 1e-41F * uniform(i); }); }},
    {"not_a_number",
     [] {
       return made_of<float>(kFloats,
                             [](std::size_t) { return std::numeric_limits<float>::quiet_NaN(); });
     }},
    {"infinite",
     [] {
       return made_of<float>(kFloats,
                             [](std::size_t) { return std::numeric_limits<float>::infinity(); });
     }},
    {"stripes",
     [] {
       return made_of<std::uint8_t>(kBytes, [](std::size_t i) { return i % 352 / 3 % 2 * 200; });
     }},
    {"chequers",
     [] {
       return made_of<std::uint8_t>(
           kBytes, [](std::size_t i) { return (i % 352 / 3 + i / 352 / 3) % 2 * 200; });
     }},
    {"one_by_one",
     [] {
       return made_of<std::uint8_t>({2, 1, 1, PixelType::kU8}, [](std::size_t) { return 9; });
     }},
    {"side_20", [] { return noise(20, 20); }},
    {"side_40", [] { return noise(40, 40); }},
    {"side_64", [] { return noise(64, 64); }},
    {"elongated_32_x_4096", [] { return noise(32, 4096); }},
    {"elongated_4096_x_32", [] { return noise(4096, 32); }},
    {"elongated_2_x_4096", [] { return noise(2, 4096); }},
};

void PrintTo(const Case& which, std::ostream* out) { *out << which.name; }

std::string case_name(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

class FieldWithoutPage : public ::testing::TestWithParam<Case> {};

TEST_P(FieldWithoutPage, IsPassedOverWithAReason) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(plate, {0, 1}));
  fields.insert(fields.begin() + 1, GetParam().make());
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  const FieldReport& field = recovered.result.report.fields[1];
  EXPECT_FALSE(field.page_found);
  EXPECT_FALSE(field.reason.empty());
  EXPECT_EQ(field.page, -1);
}

INSTANTIATE_TEST_SUITE_P(, FieldWithoutPage, ::testing::ValuesIn(kCases), case_name);

TEST(ForeignFields, ScanWithoutAnyPageIsNotFound) {
  MemoryScan source({kCases[0].make(), kCases[3].make()});
  const auto recovered = recover_from(source);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kNotFound);
  MemoryScan empty({});
  const auto nothing = recover_from(empty);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
}

/// Two plates side by side in one scan.
class TwoPlates : public ::testing::Test {
 protected:
  Result<MemoryScan> mixed(const KnownPlate& one, const KnownPlate& other) {
    OSTRACON_TRY_ASSIGN(auto fields, short_scan(one, {0, 1}));
    OSTRACON_TRY_ASSIGN(auto foreign, short_scan(other, {1, 0}));
    fields.insert(fields.begin() + 1, foreign[0]);
    fields.insert(fields.begin(), foreign[1]);
    return MemoryScan(std::move(fields));
  }
};

TEST_F(TwoPlates, AreListedByTheirUuidsUnlessOneIsChosen) {
  ASSERT_OK_AND_ASSIGN(const auto one, small_plate(7));
  ASSERT_OK_AND_ASSIGN(const auto other, small_plate(200));
  ASSERT_OK_AND_ASSIGN(auto source, mixed(one, other));
  const auto recovered = recover_from(source);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kBadInput);
  EXPECT_NE(recovered.error().message.find(to_string(one.uuid())), std::string::npos);
  EXPECT_NE(recovered.error().message.find(to_string(other.uuid())), std::string::npos);
}

TEST_F(TwoPlates, GiveTheBytesOfTheOneChosen) {
  ASSERT_OK_AND_ASSIGN(const auto one, small_plate(7));
  ASSERT_OK_AND_ASSIGN(const auto other, small_plate(200));
  ASSERT_OK_AND_ASSIGN(auto source, mixed(one, other));
  for (const KnownPlate* chosen : {&one, &other}) {
    RecoverOptions options;
    options.plate = chosen->uuid();
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
    expect_whole(*chosen, recovered);
    ASSERT_EQ(recovered.result.report.other_plates.size(), 1U);
    EXPECT_EQ(recovered.result.report.other_plates[0].pages, 2U);
    EXPECT_EQ(recovered.result.report.other_plates[0].header.plate,
              (chosen == &one ? other : one).uuid());
  }
}

TEST_F(TwoPlates, DoNotStandInForAnUnknownOne) {
  ASSERT_OK_AND_ASSIGN(const auto one, small_plate(7));
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(one, {0}));
  MemoryScan source(std::move(fields));
  RecoverOptions options;
  options.plate.emplace().bytes.fill(99);
  const auto recovered = recover_from(source, options);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kNotFound);
  EXPECT_NE(recovered.error().message.find(to_string(*options.plate)), std::string::npos);
  EXPECT_NE(recovered.error().message.find(to_string(one.uuid())), std::string::npos);
}

TEST(ForeignFields, NeighboursInViewAreNotTakenForThePage) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 7));
  ASSERT_EQ(plate.plan().groups().page_count(), 9U);
  ASSERT_EQ(plate.plan().pages_per_row(), 3U);
  ASSERT_OK_AND_ASSIGN(const auto profile,
                       typical_with({{"frames", 2}, {"stage-error", 4}, {"neighbours", 1}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  for (const FieldReport& field : recovered.result.report.fields)
    EXPECT_EQ(field.page, field.field) << field.reason;
}

}  // namespace
}  // namespace ostracon::test
