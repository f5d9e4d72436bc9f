// A QR plate: where its codes lie, and a stream there and back with codes lost.

#include "format/qr/plate_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "format/qr/plate_assembly.hpp"
#include "format/qr/symbol_reader.hpp"

namespace ostracon::format::qr {
namespace {

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

MemorySource random_source(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> stream(bytes);
  for (auto& byte : stream) byte = static_cast<std::uint8_t>(random());
  return MemorySource(std::move(stream));
}

Uuid some_uuid(std::uint8_t first) {
  Uuid uuid;
  for (auto& byte : uuid.bytes) byte = first++;
  return uuid;
}

PlatePlan plan_of(const PlateParameters& parameters, std::uint64_t bytes) {
  auto plan = PlatePlan::create(parameters, bytes, some_uuid(1));
  EXPECT_TRUE(plan) << plan.error().message;
  return std::move(plan).value();
}

/// Cuts the code of every slot out of the fields, and reads it.
std::vector<PlateCode> read_back(const PlatePlan& plan, const ByteSource& source) {
  std::vector<std::vector<std::uint8_t>> fields;
  const auto made = encode_plate(plan, source, [&](std::uint32_t field, auto modules) -> Result<> {
    EXPECT_EQ(field, fields.size());
    fields.emplace_back(modules.begin(), modules.end());
    return Ok{};
  });
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_EQ(fields.size(), plan.fields());
  std::vector<PlateCode> codes;
  for (std::uint32_t slot = 0; slot < plan.slots(); ++slot) {
    const auto place = plan.place_of(slot);
    Matrix matrix = {.side = side_of(plan.parameters().version), .modules = {}};
    for (int row = 0; row < matrix.side; ++row) {
      const auto* from = fields[place.field].data() +
                         static_cast<std::ptrdiff_t>(place.row + row) * plan.field_columns() +
                         place.column;
      matrix.modules.insert(matrix.modules.end(), from, from + matrix.side);
    }
    const SymbolReading reading = read_symbol(matrix);
    EXPECT_TRUE(reading.proper()) << slot;
    const auto code = parse_code(reading.stream.message);
    EXPECT_TRUE(code) << slot;
    if (code) codes.push_back(*code);
  }
  return codes;
}

TEST(QrPlate, every_code_lies_in_one_slot_and_descriptions_are_spread) {
  for (const std::uint64_t bytes : {0ULL, 31ULL, 5000ULL, 100'000ULL, 1'000'000ULL}) {
    const PlatePlan plan = plan_of({}, bytes);
    std::vector<int> seen(plan.groups().page_count());
    std::vector<std::uint32_t> descriptions;
    for (std::uint32_t slot = 0; slot < plan.slots(); ++slot) {
      const SlotContent content = plan.content_of(slot);
      if (content.description) {
        descriptions.push_back(slot);
      } else {
        ++seen[content.code];
      }
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), plan.groups().page_count());
    EXPECT_EQ(descriptions.size(), plan.descriptions());
    EXPECT_GE(descriptions.size(), 4U);
    for (std::size_t i = 1; i < descriptions.size(); ++i) {
      EXPECT_LE(descriptions[i] - descriptions[i - 1], 62U);
    }
  }
}

TEST(QrPlate, neighbours_in_a_row_belong_to_different_groups) {
  const PlatePlan plan = plan_of({}, 100'000);
  ASSERT_GT(plan.groups().groups, 10U);
  std::uint32_t last = 0;
  for (std::uint32_t slot = 1; slot < plan.slots(); ++slot) {
    const SlotContent content = plan.content_of(slot);
    if (content.description || plan.content_of(slot - 1).description) continue;
    last = plan.content_of(slot - 1).code;
    EXPECT_NE(plan.groups().group_of(last), plan.groups().group_of(content.code));
  }
}

TEST(QrPlate, codes_of_a_field_keep_their_distance_and_stay_inside) {
  const PlatePlan plan = plan_of({}, 1'000'000);
  EXPECT_EQ(plan.payload_bytes(), 32U);
  EXPECT_EQ(plan.groups().data_pages, 31'250U);
  EXPECT_EQ(plan.field_rows(), 31 * 33 - 4 + 8);
  std::set<std::array<std::int64_t, 3>> places;
  for (std::uint32_t slot = 0; slot < plan.slots(); ++slot) {
    const auto place = plan.place_of(slot);
    EXPECT_LT(place.field, plan.fields());
    EXPECT_GE(std::min(place.row, place.column), 4);
    EXPECT_LE(place.row + 29 + 4, plan.field_rows());
    EXPECT_LE(place.column + 29 + 4, plan.field_columns());
    EXPECT_EQ((place.row - 4) % 33, 0);
    EXPECT_EQ((place.column - 4) % 33, 0);
    places.insert({place.field, place.row, place.column});
  }
  EXPECT_EQ(places.size(), plan.slots());
  std::set<std::array<std::int64_t, 2>> positions;
  for (std::uint32_t field = 0; field < plan.fields(); ++field) {
    const auto position = plan.position_of(field);
    EXPECT_EQ(position.row % plan.field_rows(), 0);
    EXPECT_EQ(position.column % plan.field_columns(), 0);
    positions.insert({position.row, position.column});
  }
  EXPECT_EQ(positions.size(), plan.fields());
}

TEST(QrPlate, a_stream_comes_back_from_the_codes_that_are_left) {
  const MemorySource source = random_source(60'001, 31);
  const PlatePlan plan = plan_of({}, source.size());
  std::vector<PlateCode> codes = read_back(plan, source);
  ASSERT_EQ(codes.size(), plan.slots());
  std::mt19937 random(32);
  std::shuffle(codes.begin(), codes.end(), random);
  codes.resize(codes.size() * 9 / 10);
  codes.insert(codes.end(), codes.begin(), codes.begin() + 100);  // fields overlap
  PlateCode foreign = codes.front();
  foreign.tag[0] ^= 1U;
  codes.push_back(foreign);

  const auto plates = find_plates(codes);
  ASSERT_EQ(plates.size(), 2U);
  ASSERT_TRUE(plates[0].description);
  EXPECT_FALSE(plates[1].description);
  EXPECT_EQ(plates[0].description->plate, some_uuid(1));
  const auto assembly = assemble(*plates[0].description, plan.payload_bytes(), codes);
  ASSERT_TRUE(assembly) << assembly.error().message;
  EXPECT_TRUE(assembly.value().lost.empty());
  EXPECT_GT(assembly.value().restored, 0U);
  EXPECT_EQ(assembly.value().contradicting, 0U);
  EXPECT_TRUE(assembly.value().contradictions.empty());
  EXPECT_EQ(assembly.value().stream, source.bytes());
}

TEST(QrPlate, other_versions_levels_and_fields_serve_too) {
  const MemorySource source = random_source(9'999, 33);
  for (const auto& [version, level] :
       {std::pair(5, Level::kH), std::pair(10, Level::kQ), std::pair(40, Level::kL)}) {
    PlateParameters parameters;
    parameters.version = version;
    parameters.level = level;
    parameters.mask = version % kMasks;
    parameters.field = {.code_rows = 3, .code_columns = 4, .gap_modules = 8, .quiet_modules = 0};
    const PlatePlan plan = plan_of(parameters, source.size());
    const auto codes = read_back(plan, source);
    const auto assembly = assemble(plan.description(), plan.payload_bytes(), codes);
    ASSERT_TRUE(assembly);
    EXPECT_EQ(assembly.value().read, plan.groups().page_count());
    EXPECT_EQ(assembly.value().stream, source.bytes());
  }
}

TEST(QrPlate, what_is_beyond_the_parity_is_lost_and_named) {
  const MemorySource source = random_source(3'200, 34);  // 100 data codes, one group, 20 of parity
  const PlatePlan plan = plan_of({}, source.size());
  const auto all = read_back(plan, source);
  const auto without = [&](std::uint32_t first_lost) {
    std::vector<PlateCode> codes;
    for (const PlateCode& code : all) {
      if (code.sequence < 10 || code.sequence >= first_lost) codes.push_back(code);
    }
    return assemble(plan.description(), plan.payload_bytes(), codes).value();
  };
  EXPECT_EQ(without(30).restored, 20U);
  EXPECT_EQ(without(30).stream, source.bytes());
  const PlateAssembly beyond = without(31);
  EXPECT_EQ(beyond.restored, 0U);
  ASSERT_EQ(beyond.lost.size(), 21U);
  EXPECT_EQ(beyond.lost.front(), 10U);
  EXPECT_EQ(beyond.lost.back(), 30U);
  auto expected = source.bytes();
  std::fill(expected.begin() + 10 * 32, expected.begin() + 31 * 32, std::uint8_t{0});
  EXPECT_EQ(beyond.stream, expected);
}

TEST(QrPlate, copies_that_differ_are_erased_and_wrong_codes_are_noticed) {
  const MemorySource source = random_source(3'200, 35);
  const PlatePlan plan = plan_of({}, source.size());
  auto codes = read_back(plan, source);
  const auto find = [&](std::uint32_t sequence) {
    return std::find_if(codes.begin(), codes.end(),
                        [&](const PlateCode& code) { return code.sequence == sequence; });
  };
  PlateCode other = *find(7);
  other.payload[3] ^= 0x10U;
  codes.push_back(other);
  auto assembly = assemble(plan.description(), plan.payload_bytes(), codes).value();
  EXPECT_EQ(assembly.contradicting, 1U);
  EXPECT_EQ(assembly.restored, 1U);
  EXPECT_EQ(assembly.stream, source.bytes());

  *find(7) = other;  // now wrong alone; code 8 is missing
  codes.erase(find(8));
  assembly = assemble(plan.description(), plan.payload_bytes(), codes).value();
  EXPECT_EQ(assembly.contradictions, std::vector<std::uint32_t>{0});
  EXPECT_EQ(assembly.lost, std::vector<std::uint32_t>{8});
}

TEST(QrPlate, a_description_alone_claims_no_memory) {
  PlateDescription description;
  description.groups = {10'000'000, 50'000, 40};
  description.stream_bytes = std::uint64_t{10'000'000} * 2943;
  const PlateCode code = {.tag = {}, .sequence = 0, .payload = std::vector<std::uint8_t>(2943)};
  const auto assembly = assemble(description, 2943, std::vector<PlateCode>(100, code));
  ASSERT_FALSE(assembly);
  EXPECT_EQ(assembly.error().code, ErrorCode::kBadInput);
  EXPECT_NE(assembly.error().message.find("only 100 of the 12000000"), std::string::npos);
}

TEST(QrPlate, a_stream_that_its_codes_do_not_make_is_refused) {
  PlateDescription description;
  description.groups = {10, 2, 1};
  for (const std::uint64_t bytes : {319U, 321U, 0U, 3200U}) {
    description.stream_bytes = bytes;
    const auto assembly = assemble(description, 32, {});
    ASSERT_EQ(assembly.has_value(), bytes == 319) << bytes;
    if (!assembly) {
      EXPECT_EQ(assembly.error().code, ErrorCode::kBadInput);
    }
  }
  EXPECT_FALSE(assemble(description, 0, {}));
}

TEST(QrPlate, what_is_no_plate_is_refused) {
  const auto refuses = [](auto change, std::uint64_t bytes = 1000) {
    PlateParameters parameters;
    change(parameters);
    const auto plan = PlatePlan::create(parameters, bytes, some_uuid(1));
    return !plan && plan.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.version = 0; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.version = 2; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.mask = 8; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.field.code_rows = 0; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.field.code_columns = 125; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.field.code_columns = 2'000'000'000; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.field.gap_modules = 0; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.field.quiet_modules = -1; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.parity = 0; }));
  EXPECT_TRUE(refuses([](PlateParameters& p) { p.pitch_pm = 0; }));
  EXPECT_TRUE(refuses([](PlateParameters&) {}, std::uint64_t{32} * 0xFFFFFF));
  EXPECT_TRUE(refuses([](PlateParameters&) {}, std::uint64_t{1} << 48U));
  const PlatePlan plan = plan_of({}, 100);
  const auto made = encode_plate(plan, random_source(99, 1),
                                 [](std::uint32_t, auto) -> Result<> { return Ok{}; });
  EXPECT_FALSE(made);
}

}  // namespace
}  // namespace ostracon::format::qr
