// A device that is lost while a scan is read: what is whole is written, and another run has the
// rest.
#include <filesystem>
#include <map>
#include <string>

#include "host/cli/bulk_recovery.hpp"
#include "host/cli/recovery_job.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/remote_backend.hpp"

namespace ostracon::cli {
namespace {

namespace fs = std::filesystem;

class LostDevice : public test::ProgramTest {
 protected:
  /// Eight files, each of about a page of 256 x 256 modules.
  void SetUp() override {
    ProgramTest::SetUp();
    fs::create_directory(folder() / "files");
    for (int k = 0; k < 8; ++k)
      test::write_file(folder() / "files" / std::to_string(k),
                       std::string(3000, static_cast<char>('a' + k)));
    expect(0, {"encode", "files", "-o", "master.h5", "--page", "256x256"});
    expect(0, {"simulate", "master.h5", "-o", "scan.h5", "--profile", "clean", "--frames", "1"});
    written_ = test::tree_of(folder() / "files");
  }

  RecoveryJob job(const std::string& output) const {
    RecoveryJob job;
    job.scans = {(folder() / "scan.h5").string()};
    job.folder = (folder() / output).string();
    job.report = (folder() / (output + ".json")).string();
    return job;
  }
  static ChosenBackend on(test::RemoteDevice& device) {
    return {BackendKind::kCuda, [&] { return test::RemoteBackend::create(device); }, {}};
  }
  std::map<std::string, std::string> recovered(const std::string& output) const {
    return test::tree_of(folder() / output / "files");
  }

  std::map<std::string, std::string> written_;
};

TEST_F(LostDevice, LeavesWhatIsWholeAndAnotherRunHasTheRest) {
  constexpr int kMany = 100000;
  test::RemoteDevice device;
  device.uploads_left = kMany;
  const auto whole = run_recovery_on(on(device), job("whole"));
  ASSERT_TRUE(whole.has_value()) << whole.error().message;
  EXPECT_EQ(whole.value(), ExitStatus::kVerified);
  EXPECT_EQ(recovered("whole"), written_);

  device.uploads_left = (kMany - device.uploads_left) / 2;
  const auto broken = run_recovery_on(on(device), job("broken"));
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, ErrorCode::kDevice);
  for (const char* part : {"were read before this: the device is lost",
                           "what is whole has been written", "another run"})
    EXPECT_NE(broken.error().message.find(part), std::string::npos) << broken.error().message;
  EXPECT_TRUE(fs::exists(folder() / "broken.json"));
  const auto some = recovered("broken");
  EXPECT_GT(some.size(), 0U);
  EXPECT_LT(some.size(), written_.size());
  for (const auto& [path, content] : some) EXPECT_EQ(content, written_.at(path)) << path;

  device.uploads_left = kMany;
  const auto again = run_recovery_on(on(device), job("again"));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(recovered("again"), written_);
}

TEST_F(LostDevice, OfAJobCostsNothingThatWasRead) {
  constexpr int kMany = 100000;
  test::RemoteDevice device;
  device.uploads_left = kMany;
  auto whole = job("whole");
  whole.job_folder = (folder() / "whole.job").string();
  const auto read = run_bulk_recovery_on(on(device), whole);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const int all = kMany - device.uploads_left;

  auto broken = job("broken");
  broken.job_folder = (folder() / "broken.job").string();
  broken.resume = true;
  device.uploads_left = all / 2;
  const auto lost = run_bulk_recovery_on(on(device), broken);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kDevice);
  for (const char* part : {"could not be read: the device is lost", "--resume goes on"})
    EXPECT_NE(lost.error().message.find(part), std::string::npos) << lost.error().message;
  EXPECT_FALSE(fs::exists(folder() / "broken"));
  const std::string kept = test::content_of(folder() / "broken.job/journal-0000");

  device.uploads_left = kMany;
  const auto again = run_bulk_recovery_on(on(device), broken);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again.value(), ExitStatus::kVerified);
  EXPECT_EQ(recovered("broken"), written_);
  EXPECT_LT(kMany - device.uploads_left, all);  // what was read is not read again
  const std::string journal = test::content_of(folder() / "broken.job/journal-0000");
  EXPECT_EQ(journal.substr(0, kept.size()), kept);
  EXPECT_GT(journal.size(), kept.size());
}

TEST_F(LostDevice, TooLittleMemoryForAllLanesCostsNothingButTime) {
  test::RemoteDevice device;
  device.free_bytes = 5 << 20;  // of which a lane takes 3, and a page 1
  device.free_staging = 1 << 20;
  const auto read = run_recovery_on(on(device), job("read"));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(recovered("read"), written_);
  EXPECT_EQ(device.free_bytes, 5 << 20);
}

}  // namespace
}  // namespace ostracon::cli
