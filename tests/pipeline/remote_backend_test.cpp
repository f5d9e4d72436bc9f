// What a recovery does where memory is a device's: too little of it, and devices that are lost.

#include "tests/support/remote_backend.hpp"

#include <algorithm>

#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

/// Three pages of a plate whose fourth is parity.
class RemoteRecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto plate = KnownPlate::write(256, 256, format::Rate::kFourFifths, 3);
    ASSERT_TRUE(plate.has_value()) << plate.error().message;
    plate_ = std::make_unique<KnownPlate>(std::move(plate).value());
    ASSERT_OK_AND_ASSIGN(const auto profile,
                         typical_with({{"frames", 2}, {"pixels-per-module", 2.5}}));
    auto fields = scan(*plate_, profile, {0, 1, 2});
    ASSERT_TRUE(fields.has_value()) << fields.error().message;
    source_ = std::make_unique<MemoryScan>(std::move(fields).value());
    const FieldShape shape = source_->shape(0);
    // Frames and their mean; the page's own buffers are about as large.
    field_bytes_ = static_cast<std::int64_t>(shape.bytes() + 4 * shape.pixels_per_frame());
  }

  Result<Recovered> recover_on(RemoteDevice& device) { return recover_on(device, *source_, 3); }
  Result<Recovered> recover_on(RemoteDevice& device, FieldSource& source, std::int32_t lanes) {
    Recovered recovered;
    RecoverOptions options;
    options.lanes = lanes;
    OSTRACON_TRY_ASSIGN(recovered.result, recover(
                                              source, [&] { return RemoteBackend::create(device); },
                                              recovered.store, options));
    return recovered;
  }

  std::unique_ptr<KnownPlate> plate_;
  std::unique_ptr<MemoryScan> source_;
  std::int64_t field_bytes_ = 0;
};

TEST_F(RemoteRecoveryTest, IsWholeWhereAllLanesHaveRoom) {
  RemoteDevice device;
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device));
  expect_whole(*plate_, recovered);
  EXPECT_FALSE(recovered.result.interrupted);
  EXPECT_EQ(device.backends, 3);
  EXPECT_GT(recovered.result.report.start_seconds, 0);
  EXPECT_LT(recovered.result.report.start_seconds, recovered.result.report.wall_seconds);
  EXPECT_GT(recovered.result.report.times[Stage::kUpload], 0);
  EXPECT_EQ(device.free_bytes, std::numeric_limits<std::int64_t>::max());
}

TEST_F(RemoteRecoveryTest, TakesFewerFieldsAtOnceWhereMemoryIsShort) {
  RemoteDevice device;
  device.free_bytes = 2 * field_bytes_ + field_bytes_ / 2;
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device));
  expect_whole(*plate_, recovered);
  EXPECT_FALSE(recovered.result.interrupted);
}

TEST_F(RemoteRecoveryTest, GoesOnWithTheOthersWhereAPageNeedsMoreThanIsLeft) {
  RemoteDevice device;
  device.free_bytes = 3 * field_bytes_ + field_bytes_ / 4;  // all lanes, but no page beside them
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device));
  expect_whole(*plate_, recovered);
  EXPECT_FALSE(recovered.result.interrupted);
}

TEST_F(RemoteRecoveryTest, SaysWhatItNeededWhereNotOneFieldHasRoom) {
  RemoteDevice device;
  device.free_bytes = field_bytes_ / 2;
  const auto recovered = recover_on(device);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kOutOfMemory);
  EXPECT_NE(recovered.error().message.find("bytes of device memory"), std::string::npos);
}

TEST_F(RemoteRecoveryTest, KeepsWhatWasReadWhenTheDeviceIsLost) {
  RemoteDevice whole;
  constexpr int kMany = 1000;
  whole.uploads_left = kMany;
  ASSERT_OK_AND_ASSIGN(const auto undisturbed, recover_on(whole));
  expect_whole(*plate_, undisturbed);
  const int uploads = kMany - whole.uploads_left;

  RemoteDevice device;
  device.uploads_left = uploads - 1;  // lost in the last field
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device));
  ASSERT_TRUE(recovered.result.interrupted);
  EXPECT_EQ(recovered.result.interrupted->code, ErrorCode::kDevice);
  EXPECT_EQ(recovered.result.interrupted->message, "the device is lost");
  expect_nothing_wrong(*plate_, recovered);
  EXPECT_LT(recovered.result.report.fields.size(), 3U);
  EXPECT_GT(recovered.result.report.fields.size(), 0U);
}

/// The first `count` fields of another scan.
class FirstFields final : public FieldSource {
 public:
  FirstFields(FieldSource& all, std::int64_t count) : all_(all), count_(count) {}
  std::int64_t fields() const override { return count_; }
  FieldShape shape(std::int64_t field) const override { return all_.shape(field); }
  std::string describe(std::int64_t field) const override { return all_.describe(field); }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    return all_.read(field, frames);
  }

 private:
  FieldSource& all_;
  std::int64_t count_;
};

TEST_F(RemoteRecoveryTest, KeepsAllFieldsReadBeforeTheOneInWhichTheDeviceIsLost) {
  constexpr int kMany = 1000;
  for (const std::int64_t whole_fields : {1, 2}) {
    RemoteDevice device;
    device.uploads_left = kMany;
    FirstFields first(*source_, whole_fields);
    ASSERT_OK_AND_ASSIGN(const auto undisturbed, recover_on(device, first, 1));
    const int uploads = kMany - device.uploads_left;

    device.uploads_left = uploads;
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_on(device, *source_, 1));
    ASSERT_TRUE(recovered.result.interrupted);
    EXPECT_EQ(recovered.result.interrupted->code, ErrorCode::kDevice);
    expect_nothing_wrong(*plate_, recovered);
    const RecoveryReport& report = recovered.result.report;
    ASSERT_EQ(report.fields.size(), static_cast<std::size_t>(whole_fields));
    for (const FieldReport& field : report.fields) {
      ASSERT_TRUE(field.page_found);
      for (const CodewordOutcome outcome :
           report.pages[static_cast<std::size_t>(field.page)].outcomes)
        EXPECT_TRUE(outcome == CodewordOutcome::kClean || outcome == CodewordOutcome::kCorrected);
    }
    EXPECT_FALSE(recovered.result.holes.empty());
  }
}

TEST_F(RemoteRecoveryTest, IsAnErrorWhereTheDeviceIsLostBeforeAnythingWasRead) {
  RemoteDevice device;
  device.uploads_left = 0;
  const auto recovered = recover_on(device);
  ASSERT_FALSE(recovered.has_value());
  EXPECT_EQ(recovered.error().code, ErrorCode::kDevice);
}

}  // namespace
}  // namespace ostracon::test
