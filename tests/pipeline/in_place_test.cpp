// Fields that lie in memory already: nobody copies them there, and what is read of them is the
// same.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/report_file.hpp"
#include "pipeline/staging_slots.hpp"
#include "tests/pipeline/memory_scan.hpp"
#include "tests/support/remote_backend.hpp"

namespace ostracon::test {
namespace {

/// Three pages of a plate, the last of other pixels, and what comes of them if they are read.
class InPlace : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 2));
    plate_ = std::make_unique<KnownPlate>(std::move(plate));
    const Settings few{{"frames", 2}, {"pixels-per-module", 2.5}};
    ASSERT_OK_AND_ASSIGN(const auto profile, typical_with(few));
    ASSERT_OK_AND_ASSIGN(auto fields, scan(*plate_, profile, {0, 1}));
    ASSERT_OK_AND_ASSIGN(const auto other, typical_with({{"frames", 1}, {"bits", 16}}));
    ASSERT_OK_AND_ASSIGN(auto last, scan(*plate_, other, {2}));
    fields.push_back(std::move(last.front()));
    for (const MemoryField& field : fields)
      bytes_ += static_cast<std::int64_t>(field.shape.bytes());
    source_ = std::make_unique<MemoryScan>(std::move(fields));
    ASSERT_OK_AND_ASSIGN(read_, recover_on(device_, *source_));
    expect_whole(*plate_, read_);
    uploaded_ = device_.uploaded_bytes.exchange(0);
    ASSERT_GE(uploaded_, bytes_);
  }

  Result<Recovered> recover_on(RemoteDevice& device, FieldSource& source, std::int32_t lanes = 2) {
    Recovered recovered;
    RecoverOptions options;
    options.lanes = lanes;
    options.pictures = [&](const FieldPictures& pictures) { first_frame_ = pictures.first_frame; };
    OSTRACON_TRY_ASSIGN(recovered.result, recover(
                                              source, [&] { return RemoteBackend::create(device); },
                                              recovered.store, options));
    return recovered;
  }

  /// The whole report as text, times apart.
  static std::string timeless(const Recovered& recovered) {
    RecoveryReport report = recovered.result.report;
    report.times = {};
    report.wall_seconds = 0;
    return io::report_text(report, nullptr, "test");
  }
  void expect_same_as_read(const Recovered& recovered) const {
    EXPECT_EQ(timeless(recovered), timeless(read_));
    EXPECT_EQ(recovered.store.bytes(), read_.store.bytes());
    EXPECT_EQ(recovered.result.report.times[Stage::kIngest], 0);
  }

  RemoteDevice device_;
  std::unique_ptr<KnownPlate> plate_;
  std::unique_ptr<MemoryScan> source_;
  Recovered read_;
  std::vector<float> first_frame_;
  std::int64_t bytes_ = 0, uploaded_ = 0;  // of all frames; by the recovery that read them
};

TEST_F(InPlace, TheHostsFramesAreUsedByTheCpuWhereTheyLie) {
  InPlaceScan source(*source_);
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_same_as_read(recovered);
}

TEST_F(InPlace, TheHostsFramesAreUploadedFromWhereTheyLie) {
  InPlaceScan source(*source_);
  device_.free_staging = 0;
  for (const std::int32_t lanes : {1, 3}) {
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device_, source, lanes));
    expect_same_as_read(recovered);
    EXPECT_GT(recovered.result.report.times[Stage::kUpload], 0);
    EXPECT_EQ(device_.uploaded_bytes.exchange(0), uploaded_);
  }
}

TEST_F(InPlace, FramesOnTheDeviceAreNotUploaded) {
  const std::vector<float> seen = std::exchange(first_frame_, {});
  ASSERT_OK_AND_ASSIGN(const auto holder, RemoteBackend::create(device_));
  ASSERT_OK_AND_ASSIGN(auto source, InPlaceScan::create(*source_, holder->memory()));
  ASSERT_EQ(device_.uploaded_bytes.exchange(0), bytes_);
  device_.free_staging = 0;
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device_, source));
  expect_same_as_read(recovered);
  EXPECT_EQ(recovered.result.report.times[Stage::kUpload], 0);
  EXPECT_EQ(device_.uploaded_bytes, uploaded_ - bytes_);
  EXPECT_EQ(first_frame_, seen);
}

TEST_F(InPlace, FramesOfAnotherDeviceAloneAreRefused) {
  RemoteDevice other;
  ASSERT_OK_AND_ASSIGN(const auto holder, RemoteBackend::create(other));
  ASSERT_OK_AND_ASSIGN(auto source, InPlaceScan::create(*source_, holder->memory()));
  const auto recovered = recover_on(device_, source);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(InPlace, LittleStagingMemoryMeansFewerFieldsAtOnce) {
  const auto largest = static_cast<std::int64_t>(source_->shape(2).bytes());
  ASSERT_GT(largest, static_cast<std::int64_t>(source_->shape(0).bytes()));
  device_.free_staging = largest;  // one slot, which grows for the last field
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device_, *source_, 1));
  expect_whole(*plate_, recovered);
  EXPECT_FALSE(recovered.result.interrupted);
  EXPECT_EQ(device_.free_staging, largest);
  device_.free_staging = 1;
  const auto none = recover_on(device_, *source_);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kOutOfMemory);
  EXPECT_NE(none.error().message.find("staging"), std::string::npos) << none.error().message;
}

TEST(StagingSlots, AreAsManyAsThereIsMemoryFor) {
  RemoteDevice device;
  device.free_staging = 250;
  ASSERT_OK_AND_ASSIGN(const auto backend, RemoteBackend::create(device));
  ASSERT_OK_AND_ASSIGN(auto slots, StagingSlots::create(backend->memory(), 4, 100));
  ASSERT_EQ(slots.count(), 2U);
  EXPECT_FALSE(StagingSlots::create(backend->memory(), 4, 100).has_value());
  const std::size_t first = slots.acquire();
  const std::size_t second = slots.acquire();
  EXPECT_NE(first, second);
  ASSERT_OK_AND_ASSIGN(const auto room, slots.room(first, 60));
  EXPECT_EQ(room.size(), 60U);
  EXPECT_FALSE(slots.room(second, 200).has_value()) << "the other slot is not free";
  slots.release(first);
  ASSERT_OK_AND_ASSIGN(const auto larger, slots.room(second, 200));
  EXPECT_EQ(larger.size(), 200U);
  EXPECT_EQ(device.free_staging, 50);
}

}  // namespace
}  // namespace ostracon::test
