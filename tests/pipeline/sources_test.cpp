// Sources and stores that fail, and scans whose fields differ in shape.

#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

using format::Rate;

Result<KnownPlate> small_plate() { return KnownPlate::write(256, 256, Rate::kFourFifths, 2); }

Result<std::vector<MemoryField>> scan_with(const KnownPlate& plate, const Settings& settings,
                                           const std::vector<std::uint32_t>& pages) {
  OSTRACON_TRY_ASSIGN(const auto profile, typical_with(settings));
  return scan(plate, profile, pages);
}

/// Cannot read one of its fields.
class BrokenScan final : public FieldSource {
 public:
  BrokenScan(MemoryScan& whole, std::int64_t broken, ErrorCode code)
      : whole_(whole), broken_(broken), code_(code) {}
  std::int64_t fields() const override { return whole_.fields(); }
  FieldShape shape(std::int64_t field) const override { return whole_.shape(field); }
  std::string describe(std::int64_t field) const override { return whole_.describe(field); }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    if (field == broken_) return Error{code_, "field 1 lies on a bad sector"};
    return whole_.read(field, frames);
  }

 private:
  MemoryScan& whole_;
  std::int64_t broken_;
  ErrorCode code_;
};

TEST(Sources, ReadErrorIsPassedOnWithItsMessage) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 1}}, {0, 1, 2}));
  MemoryScan whole(std::move(fields));
  BrokenScan source(whole, 1, ErrorCode::kIo);
  for (const std::int32_t lanes : {1, 3}) {
    RecoverOptions options;
    options.lanes = lanes;
    const auto recovered = recover_from(source, options);
    ASSERT_FALSE(recovered.has_value());
    EXPECT_EQ(recovered.error().code, ErrorCode::kIo);
    EXPECT_EQ(recovered.error().message, "field 1 lies on a bad sector");
  }
}

TEST(Sources, FieldDamagedInItsFileIsPassedOver) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 2}}, {0, 1, 2, 3}));
  MemoryScan whole(std::move(fields));
  BrokenScan source(whole, 1, ErrorCode::kBadInput);
  for (const std::int32_t lanes : {1, 3}) {
    RecoverOptions options;
    options.lanes = lanes;
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
    expect_whole(plate, recovered);
    const FieldReport& field = recovered.result.report.fields[1];
    EXPECT_FALSE(field.page_found);
    EXPECT_EQ(field.reason, "field 1 lies on a bad sector");
  }
}

TEST(Sources, AFrameThatShowsNothingIsLeftOutAndNamed) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 4}, {"damage", 0}}, {0, 1, 2}));
  const std::size_t frame = fields[1].frames.size() / 4;
  std::fill_n(fields[1].frames.begin() + static_cast<std::ptrdiff_t>(2 * frame), frame,
              std::byte{255});
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  const auto& reports = recovered.result.report.fields;
  EXPECT_TRUE(reports[0].frame_faults.empty());
  ASSERT_EQ(reports[1].frame_faults.size(), 4U);
  for (std::size_t f = 0; f < 4; ++f)
    EXPECT_EQ(reports[1].frame_faults[f], f == 2 ? FrameFault::kBlank : FrameFault::kNone) << f;
}

/// Has no room left after some bytes.
class FullStore final : public PayloadStore {
 public:
  explicit FullStore(std::uint64_t room) : room_(room) {}
  Result<> resize(std::uint32_t pages, std::uint64_t page_bytes) override {
    return memory_.resize(pages, page_bytes);
  }
  Result<> write(std::uint32_t page, std::uint64_t offset,
                 std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > room_) return Error{ErrorCode::kIo, "no space left"};
    room_ -= bytes.size();
    return memory_.write(page, offset, bytes);
  }
  Result<> read(std::uint32_t page, std::uint64_t offset,
                std::span<std::uint8_t> bytes) const override {
    return memory_.read(page, offset, bytes);
  }

 private:
  MemoryStore memory_;
  std::uint64_t room_;
};

TEST(Sources, FullStoreIsAnErrorWhileReadingAndWhileRestoring) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 1}}, {0, 2, 3}));
  MemoryScan source(std::move(fields));
  const std::uint64_t page_bytes = plate.plan().page_payload_bytes();
  // Three pages are read, then page 1 is restored.
  for (const std::uint64_t room : {std::uint64_t{0}, page_bytes, 3 * page_bytes}) {
    FullStore store(room);
    const auto recovered =
        recover(source, [] { return make_backend(BackendKind::kCpu); }, store, {});
    ASSERT_FALSE(recovered.has_value()) << room << " bytes of room";
    EXPECT_EQ(recovered.error().code, ErrorCode::kIo);
    EXPECT_EQ(recovered.error().message, "no space left");
  }
  FullStore store(4 * page_bytes);
  EXPECT_TRUE(
      recover(source, [] { return make_backend(BackendKind::kCpu); }, store, {}).has_value());
}

TEST(Sources, BackendThatCannotBeMadeIsAnError) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 1}}, {0}));
  MemoryScan source(std::move(fields));
  MemoryStore store;
  const auto none = []() -> Result<std::unique_ptr<Backend>> {
    return Error{ErrorCode::kUnavailable, "no device"};
  };
  const auto recovered = recover(source, none, store, {});
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kUnavailable);
}

TEST(Sources, FieldsMayDifferInFramesSizeTypeAndPitch) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 4));
  std::vector<MemoryField> fields;
  const Settings settings[] = {
      {{"frames", 2}},
      {{"frames", 1}, {"bits", 16}, {"pixels-per-module", 2.5}},
      {{"frames", 4}, {"bits", 32}, {"turn", 90}},
      {{"frames", 2}, {"field-rows", 1000}, {"field-cols", 900}, {"mirrored", 1}},
  };
  for (std::uint32_t page = 0; page < 4; ++page) {
    ASSERT_OK_AND_ASSIGN(auto one, scan_with(plate, settings[page], {page}));
    fields.push_back(std::move(one.front()));
  }
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  for (const FieldReport& field : recovered.result.report.fields)
    EXPECT_EQ(field.page, field.field) << field.reason;
}

TEST(Sources, PicturesShowTheFirstPagesFoundAsManyAsAskedFor) {
  ASSERT_OK_AND_ASSIGN(const auto plate, small_plate());
  ASSERT_OK_AND_ASSIGN(auto fields, scan_with(plate, {{"frames", 1}}, {0, 1}));
  const FieldShape shape = fields.front().shape;
  fields.insert(fields.begin(), cropped(fields.front(), 0, 40, 0, 40));  // shows none
  MemoryScan source(std::move(fields));
  std::vector<std::int64_t> seen;
  RecoverOptions options;
  options.pictures = [&](const FieldPictures& pictures) {
    seen.push_back(pictures.field);
    EXPECT_EQ(pictures.rows, shape.rows);
    EXPECT_EQ(pictures.cols, shape.cols);
    EXPECT_EQ(pictures.first_frame.size(), shape.pixels_per_frame());
    EXPECT_EQ(pictures.aligned_mean.size(), shape.pixels_per_frame());
    EXPECT_EQ(pictures.lattice.size(), static_cast<std::size_t>(pictures.lattice_rows) *
                                           static_cast<std::size_t>(pictures.lattice_cols));
    EXPECT_EQ(pictures.page_rows, 256);
    EXPECT_EQ(pictures.page_cols, 256);
    EXPECT_EQ(pictures.llrs.size(), std::size_t{256 * 256});
  };
  for (const std::int64_t wanted : {1, 2}) {
    seen.clear();
    options.picture_fields = wanted;
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
    expect_whole(plate, recovered);
    EXPECT_EQ(seen, wanted == 1 ? std::vector<std::int64_t>{1} : (std::vector<std::int64_t>{1, 2}));
  }
}

}  // namespace
}  // namespace ostracon::test
