// The figures of `ostracon bench`: only what was read rightly is measured.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/inner_code.hpp"
#include "host/rate/bandwidth.hpp"
#include "host/rate/rate_json.hpp"
#include "host/rate/read_back.hpp"
#include "host/rate/standard_field.hpp"
#include "host/rate/temporary_folder.hpp"
#include "io/scan_file.hpp"
#include "tests/support/remote_backend.hpp"

namespace ostracon::rate {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kSide = 256;  // modules of the smallest page

Result<std::unique_ptr<Backend>> make_cpu() { return make_backend(BackendKind::kCpu); }

/// Decodes as it should, and then turns one bit of the payload over.
class WrongDecoder final : public InnerDecoder {
 public:
  explicit WrongDecoder(std::unique_ptr<InnerDecoder> right) : right_(std::move(right)) {}
  Result<> run(const Llr* llrs, std::int32_t codewords, std::uint8_t* payload,
               InnerOutcome* outcomes, const InnerDecoderExtras& extras) override {
    OSTRACON_TRY(right_->run(llrs, codewords, payload, outcomes, extras));
    payload[0] ^= 1U;
    return Ok{};
  }

 private:
  std::unique_ptr<InnerDecoder> right_;
};

/// The CPU's stages, but for the inner decoder.
class WrongBackend final : public Backend {
 public:
  explicit WrongBackend(std::unique_ptr<Backend> right) : right_(std::move(right)) {}
  BackendKind kind() const override { return right_->kind(); }
  Memory& memory() override { return right_->memory(); }
  Result<> synchronize() override { return right_->synchronize(); }
  Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) override {
    return right_->make_flattener(config);
  }
  Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(
      const DriftEstimatorConfig& config) override {
    return right_->make_drift_estimator(config);
  }
  Result<std::unique_ptr<FrameAligner>> make_frame_aligner(
      const FrameAlignerConfig& config) override {
    return right_->make_frame_aligner(config);
  }
  Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) override {
    return right_->make_pitch_finder(config);
  }
  Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(
      const LatticeTrackerConfig& config) override {
    return right_->make_lattice_tracker(config);
  }
  Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config) override {
    return right_->make_mark_finder(config);
  }
  Result<std::unique_ptr<ModuleSampler>> make_module_sampler(
      const ModuleSamplerConfig& config) override {
    return right_->make_module_sampler(config);
  }
  Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config) override {
    return right_->make_equaliser(config);
  }
  Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(
      const SoftCancellerConfig& config) override {
    return right_->make_soft_canceller(config);
  }
  Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(
      const DeinterleaverConfig& config) override {
    return right_->make_deinterleaver(config);
  }
  Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(
      const InnerDecoderConfig& config) override {
    OSTRACON_TRY_ASSIGN(auto right, right_->make_inner_decoder(config));
    return std::unique_ptr<InnerDecoder>(std::make_unique<WrongDecoder>(std::move(right)));
  }
  Result<std::unique_ptr<BlockDecoder>> make_block_decoder(
      const BlockDecoderConfig& config) override {
    return right_->make_block_decoder(config);
  }
  Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) override {
    return right_->make_code_finder(config);
  }
  Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) override {
    return right_->make_code_sampler(config);
  }

 private:
  std::unique_ptr<Backend> right_;
};

class RateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::create(fs::temp_directory_path());
    ASSERT_TRUE(made.has_value()) << made.error().message;
    folder_ = std::make_unique<TemporaryFolder>(std::move(made).value());
  }
  fs::path folder() const { return folder_->path(); }
  RateOptions options(std::int64_t fields) const {
    return {.rows = kSide, .cols = kSide, .fields = fields, .folder = folder()};
  }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(RateTest, FiguresFollowFromFieldsAndTime) {
  const auto report = measure_rate(make_cpu, options(3));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  const RateReport& r = report.value();
  EXPECT_EQ(r.shape.frames, 8);
  EXPECT_GT(r.copy_bytes_per_s, 0);
  EXPECT_GT(r.file_bytes_per_s, 0);
  EXPECT_EQ(r.file_fields, 3);
  EXPECT_EQ(r.payload_bytes, static_cast<std::uint64_t>(r.codewords) * format::kPayloadBytes);
  EXPECT_FALSE(r.over_a_link);
  EXPECT_FALSE(r.from_pinned) << "on the CPU it is the resident one";
  EXPECT_EQ(r.resident.times[Stage::kIngest], 0) << "frames in memory should not be copied";
  EXPECT_GT(r.from_file.times[Stage::kIngest], 0);
  for (const ReadBack& run : {r.resident, r.from_file}) {
    EXPECT_EQ(run.fields, 3);
    EXPECT_GT(run.seconds, 0);
    EXPECT_GT(run.start_seconds, 0);
    EXPECT_GT(run.times[Stage::kInnerDecode], 0);
    const double fields_per_s = 3 / run.seconds;
    EXPECT_DOUBLE_EQ(r.bytes_per_s(run), fields_per_s * static_cast<double>(r.shape.bytes()));
    EXPECT_DOUBLE_EQ(r.pixels_per_s(run), r.bytes_per_s(run));  // uint8
    EXPECT_DOUBLE_EQ(r.modules_per_s(run), fields_per_s * kSide * kSide);
    EXPECT_DOUBLE_EQ(r.codewords_per_s(run), fields_per_s * r.codewords);
    EXPECT_DOUBLE_EQ(r.user_bytes_per_s(run),
                     fields_per_s * static_cast<double>(r.payload_bytes) / 1.2);
    EXPECT_NEAR(r.hours(run, 2e12) * 3600 * r.user_bytes_per_s(run), 2e12, 1e3);
  }
  EXPECT_TRUE(fs::is_empty(folder())) << "the scan file should be gone";
}

TEST_F(RateTest, OverALinkFramesAreTakenFromTheDeviceFromPinnedMemoryAndFromTheFile) {
  test::RemoteDevice device;
  const auto make_remote = [&] { return test::RemoteBackend::create(device); };
  const auto report = measure_rate(make_remote, options(2));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  const RateReport& r = report.value();
  EXPECT_TRUE(r.over_a_link);
  ASSERT_TRUE(r.from_pinned);
  EXPECT_EQ(r.resident.fields, 2);
  EXPECT_EQ(r.from_pinned->fields, 2);
  EXPECT_EQ(r.resident.times[Stage::kUpload], 0);
  EXPECT_GT(r.from_pinned->times[Stage::kUpload], 0);
  EXPECT_EQ(r.from_pinned->times[Stage::kIngest], 0);
  EXPECT_GT(r.from_file.times[Stage::kUpload], 0);
  EXPECT_EQ(device.free_bytes, test::RemoteDevice::kPlenty);
  EXPECT_EQ(device.free_staging, test::RemoteDevice::kPlenty);

  const std::string json = rate_json(r, {"cuda", "a processor", 2, "test"});
  const auto resident = json.find("\"resident\""), pinned = json.find("\"from_pinned\"");
  ASSERT_NE(resident, std::string::npos);
  ASSERT_NE(pinned, std::string::npos);
  const auto share = json.find("share_of_copy");
  EXPECT_GT(share, pinned) << "what is on the device is not copied";
  EXPECT_EQ(json.find("share_of_copy", share + 1), std::string::npos);
}

TEST_F(RateTest, ACopyOfTheFieldLiesOnEveryDevice) {
  const auto field = make_standard_field(kSide, kSide);
  ASSERT_TRUE(field.has_value()) << field.error().message;
  test::RemoteDevice devices[2];
  std::size_t turn = 0;
  const auto scan = ResidentScan::on_devices(
      field.value(), [&] { return test::RemoteBackend::create(devices[turn++ % 2]); });
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  const FieldFrames frames = scan.value().in_place(0);
  EXPECT_EQ(frames.on_host, nullptr);
  ASSERT_EQ(frames.on_devices.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_TRUE(devices[k].allocations.hold(frames.on_devices[k]));
    EXPECT_EQ(devices[k].uploaded_bytes, static_cast<std::int64_t>(field.value().shape.bytes()));
  }
  const auto on_host = ResidentScan::on_devices(field.value(), make_cpu);
  ASSERT_FALSE(on_host.has_value());
  EXPECT_EQ(on_host.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(RateTest, WithoutANumberOfFieldsAMeasurementLastsLongEnough) {
  RateOptions some = options(0);
  some.least_seconds = 0.3;
  const auto report = measure_rate(make_cpu, some);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_GE(report.value().resident.seconds, 0.3);
  EXPECT_GE(report.value().from_file.seconds, 0.3);
}

TEST_F(RateTest, AReaderThatReadsWrongHasNoFigures) {
  const auto make_wrong = []() -> Result<std::unique_ptr<Backend>> {
    OSTRACON_TRY_ASSIGN(auto right, make_cpu());
    return std::unique_ptr<Backend>(std::make_unique<WrongBackend>(std::move(right)));
  };
  const auto report = measure_rate(make_wrong, options(1));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kDevice) << report.error().message;
}

TEST_F(RateTest, ErrorsOfTheBackendAndTheFolderArePassedOn) {
  const auto absent = [] {
    return Result<std::unique_ptr<Backend>>(Error{ErrorCode::kUnavailable, "no such device"});
  };
  const auto no_backend = measure_rate(absent, options(1));
  ASSERT_FALSE(no_backend.has_value());
  EXPECT_EQ(no_backend.error().code, ErrorCode::kUnavailable);
  RateOptions nowhere = options(1);
  nowhere.folder = folder() / "nowhere";
  const auto no_folder = measure_rate(make_cpu, nowhere);
  ASSERT_FALSE(no_folder.has_value());
  EXPECT_EQ(no_folder.error().code, ErrorCode::kIo);
  EXPECT_NE(no_folder.error().message.find("nowhere"), std::string::npos);
  RateOptions small = options(1);
  small.rows = 100;
  const auto no_page = measure_rate(make_cpu, small);
  ASSERT_FALSE(no_page.has_value());
  EXPECT_EQ(no_page.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(RateTest, TheFileHoldsTheSameFieldAsMemory) {
  const auto field = make_standard_field(kSide, kSide);
  ASSERT_TRUE(field.has_value()) << field.error().message;
  const auto path = folder() / "scan.h5";
  ASSERT_TRUE(write_scan(field.value(), 2, path).has_value());
  auto scan = io::ScanReader::open(path);
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  EXPECT_EQ(scan.value().fields(), 2);
  const auto backend = make_cpu();
  ASSERT_TRUE(backend.has_value());
  auto staged = ResidentScan::in_staging(field.value(), backend.value()->memory());
  ASSERT_TRUE(staged.has_value()) << staged.error().message;
  RepeatedScan resident(staged.value(), 5);
  RepeatedScan repeated(scan.value(), 5);
  ASSERT_EQ(resident.fields(), repeated.fields());
  std::vector<std::byte> bytes(field.value().shape.bytes());
  for (std::int64_t k = 0; k < 5; k += 2) {
    ASSERT_EQ(resident.shape(k), repeated.shape(k));
    EXPECT_EQ(resident.black_level(k), repeated.black_level(k));
    EXPECT_TRUE(repeated.in_place(k).empty());
    ASSERT_TRUE(repeated.read(k, bytes).has_value());
    EXPECT_EQ(bytes, field.value().frames) << k;
    const FieldFrames there = resident.in_place(k);
    ASSERT_NE(there.on_host, nullptr);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), there.on_host)) << k;
    EXPECT_FALSE(resident.read(k, bytes).has_value());
  }
  EXPECT_EQ(repeated.describe(3), scan.value().describe(1));
}

TEST_F(RateTest, PlainTransfersAreMeasuredOrRefused) {
  const auto copy = copy_bandwidth(10 << 20);
  ASSERT_TRUE(copy.has_value());
  EXPECT_GT(copy.value(), 1e7);
  test::RemoteDevice device;
  const auto remote = test::RemoteBackend::create(device);
  ASSERT_TRUE(remote.has_value());
  const auto link = link_bandwidth(remote.value()->memory(), 10 << 20);
  ASSERT_TRUE(link.has_value());
  EXPECT_GT(link.value(), 1e7);
  device.uploads_left = 0;
  EXPECT_FALSE(link_bandwidth(remote.value()->memory(), 10 << 20).has_value());
  const auto path = folder() / "file";
  std::ofstream(path, std::ios::binary) << std::string(9 << 20, 'x');
  const auto file = file_bandwidth(path);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_GT(file.value(), 1e7);
  const auto absent = file_bandwidth(folder() / "absent");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  std::ofstream(folder() / "empty").flush();
  const auto empty = file_bandwidth(folder() / "empty");
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().code, ErrorCode::kBadInput);
}

}  // namespace
}  // namespace ostracon::rate
