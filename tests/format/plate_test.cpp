#include "format/plate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ostracon::format {
namespace {

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::size_t bytes) : bytes_(bytes) {
    std::uint32_t state = 5;
    for (auto& byte : bytes_) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<std::uint8_t>(state >> 24);
    }
  }
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    if (offset + to.size() > bytes_.size()) return Error{ErrorCode::kIo, "read behind the end"};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

PlateParameters small_pages() {
  PlateParameters parameters;
  parameters.geometry = default_geometry(256, 256, Rate::kFourFifths);
  return parameters;
}

TEST(PlatePlan, MakesHeadersThatParse) {
  const Uuid plate{{9, 8, 7}};
  for (const std::uint64_t stream : {0ULL, 1ULL, 160056ULL, 160057ULL, 100000000ULL}) {
    const auto plan = PlatePlan::create({}, stream, plate);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan.value().page_payload_bytes(), 160056U);
    const auto data = std::max<std::uint64_t>(1, (stream + 160055) / 160056);
    EXPECT_EQ(plan.value().groups().data_pages, data);
    for (const std::uint32_t page : {0U, plan.value().groups().page_count() - 1}) {
      const PageHeader header = plan.value().header(page);
      const auto parsed = parse_header(serialise(header));
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(parsed.value(), header);
      EXPECT_EQ(header.data_pages(), data);
      EXPECT_EQ(header.stream_bytes, stream);
      EXPECT_EQ(plan_of(header).page_count(), plan.value().groups().page_count());
    }
  }
}

TEST(PlatePlan, GivesEveryPageItsOwnPlaceAndNeighboursOtherGroups) {
  // 1 to 4 groups, with and without a group that is one page shorter.
  for (const std::uint64_t pages : {1U, 150U, 200U, 201U, 202U, 399U, 400U, 401U, 601U, 799U}) {
    const auto made = PlatePlan::create({}, pages * 160056, Uuid{});
    ASSERT_TRUE(made);
    const PlatePlan& plan = made.value();
    std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> group_at;
    for (std::uint32_t page = 0; page < plan.groups().page_count(); ++page) {
      const auto place = plan.position(page);
      EXPECT_EQ(place.row % 1296, 0);
      EXPECT_EQ(place.col % 1296, 0);
      EXPECT_LT(place.col / 1296, plan.pages_per_row());
      const bool fresh =
          group_at.insert({{place.row / 1296, place.col / 1296}, plan.groups().group_of(page)})
              .second;
      EXPECT_TRUE(fresh) << page;
    }
    if (plan.groups().groups == 1) continue;
    for (const auto& [place, group] : group_at) {
      for (const auto& next :
           {std::pair{place.first + 1, place.second}, std::pair{place.first, place.second + 1}}) {
        const auto found = group_at.find(next);
        if (found != group_at.end()) {
          EXPECT_NE(found->second, group) << pages;
        }
      }
    }
  }
}

TEST(PlatePlan, RefusesWhatNoHeaderCanSay) {
  EXPECT_FALSE(PlatePlan::create({}, std::uint64_t{1} << 48, Uuid{}));
  EXPECT_FALSE(PlatePlan::create({}, std::uint64_t{1} << 43, Uuid{}));  // 55 million pages
  EXPECT_FALSE(PlatePlan::create(small_pages(), (std::uint64_t{1} << 48) - 1, Uuid{}));
  PlateParameters parameters;
  parameters.pitch_pm = 1 << 24;
  EXPECT_FALSE(PlatePlan::create(parameters, 1, Uuid{}));
  parameters = {};
  parameters.gap_modules = -1;
  EXPECT_FALSE(PlatePlan::create(parameters, 1, Uuid{}));
  parameters = {};
  parameters.parity = 0;
  EXPECT_FALSE(PlatePlan::create(parameters, 1, Uuid{}));
}

TEST(EncodePlate, HandsOverEveryPageOnceWithItsRangeOfTheStream) {
  const std::size_t page_bytes = 4 * 1053;
  const MemorySource source(7 * page_bytes + 100);  // 8 data pages, the last one mostly padding
  const auto made = PlatePlan::create(small_pages(), source.size(), Uuid{{4}});
  ASSERT_TRUE(made);
  const PlatePlan& plan = made.value();
  ASSERT_EQ(plan.page_payload_bytes(), page_bytes);
  std::vector<std::uint8_t> modules(256 * 256);
  std::vector<std::vector<std::uint8_t>> payloads;
  std::vector<const std::uint8_t*> data;
  for (std::size_t page = 0; page < 8; ++page) {
    payloads.emplace_back(page_bytes, std::uint8_t{0});
    const auto rest = source.bytes().subspan(page * page_bytes);
    std::copy_n(rest.begin(), std::min(rest.size(), page_bytes), payloads.back().begin());
  }
  for (const auto& payload : payloads) data.push_back(payload.data());
  std::vector<std::vector<std::uint8_t>> parity(2, std::vector<std::uint8_t>(page_bytes));
  const std::vector<std::uint8_t*> parity_shards{parity[0].data(), parity[1].data()};
  encode_parity(data, parity_shards, page_bytes);
  payloads.insert(payloads.end(), parity.begin(), parity.end());
  std::set<std::uint32_t> seen;
  const auto done = encode_plate(
      plan, source, [&](std::uint32_t page, std::span<const std::uint8_t> bits) -> Result<> {
        EXPECT_TRUE(seen.insert(page).second);
        encode_page(plan.layout(), plan.header(page), payloads.at(page), modules);
        EXPECT_TRUE(std::equal(bits.begin(), bits.end(), modules.begin(), modules.end())) << page;
        return Ok{};
      });
  EXPECT_TRUE(done);
  EXPECT_EQ(seen.size(), 10U);
}

TEST(EncodePlate, PassesErrorsOn) {
  const MemorySource source(1000);
  const auto plan = PlatePlan::create(small_pages(), source.size(), Uuid{});
  ASSERT_TRUE(plan);
  const auto stopped = encode_plate(plan.value(), source,
                                    [](std::uint32_t, std::span<const std::uint8_t>) -> Result<> {
                                      return Error{ErrorCode::kIo, "the disk is full"};
                                    });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "the disk is full");
  const auto other =
      encode_plate(plan.value(), MemorySource(999),
                   [](std::uint32_t, std::span<const std::uint8_t>) -> Result<> { return Ok{}; });
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kInvalidArgument);
}

TEST(PlateUuid, IsAVersion8Uuid) {
  std::array<std::uint8_t, 32> digest;
  digest.fill(0xFF);
  EXPECT_EQ(to_string(uuid_from_digest(digest)), "ffffffff-ffff-8fff-bfff-ffffffffffff");
  digest.fill(0);
  EXPECT_EQ(to_string(uuid_from_digest(digest)), "00000000-0000-8000-8000-000000000000");
}

}  // namespace
}  // namespace ostracon::format
