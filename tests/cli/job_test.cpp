// Jobs: many scan files, shares, full disks, and two at once.
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/cli/job_runs.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

class Job : public JobTest {
 protected:
  /// A run that may meet a full disk, which it then says.
  Outcome expect_run_either(const std::vector<std::string>& arguments) {
    Outcome outcome = run_program(arguments, folder());
    EXPECT_TRUE(outcome.status == 0 || outcome.status == 4) << outcome.out << outcome.err;
    if (outcome.status == 4) {
      EXPECT_NE(outcome.err.find("No space left on device"), std::string::npos) << outcome.err;
    }
    return outcome;
  }
  /// The files that stand in disk/out under their own names.
  std::map<std::string, std::string> emitted() const {
    if (!fs::exists(folder() / "disk/out")) return {};
    auto tree = tree_of(folder() / "disk/out");
    std::erase_if(tree, [](const auto& entry) {
      return entry.second == "/" ||
             fs::path(entry.first).filename().string().starts_with(".ostracon-");
    });
    return tree;
  }
};

TEST_F(Job, ReadsAPlateThatIsSpreadOverFilesInFoldersAndPatterns) {
  ASSERT_NO_FATAL_FAILURE(make_scans(8, 3));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  fs::create_directories(folder() / "scans/inner");
  fs::rename(folder() / "scan0.h5", folder() / "scans/scan0.h5");
  fs::rename(folder() / "scan1.h5", folder() / "scans/inner/scan1.h5");
  write_file(folder() / "scans/notes.txt", "no scan, and not named like one");
  expect(0, {"recover", "scans", "sca?2.h5", "-o", "out"});
  EXPECT_EQ(tree_of(folder() / "out"), tree_of(folder() / "whole"));
  expect(0, {"verify", "scans", "scan2.h5"});
  const Outcome one = expect(1, {"verify", "scans/scan0.h5"});
  EXPECT_NE(one.out.find("missing"), std::string::npos) << one.out;
  expect(3, {"verify", "scans", "absent*.h5"});
  fs::create_directory(folder() / "empty");
  const Outcome none = expect(3, {"verify", "empty"});
  EXPECT_NE(none.err.find("holds no scan"), std::string::npos) << none.err;
}

TEST_F(Job, ABrokenFileAmongOthersCostsItsFieldsAndIsNamed) {
  ASSERT_NO_FATAL_FAILURE(make_scans(8, 2));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  write_file(folder() / "scan1.h5", content_of(folder() / "scan1.h5").substr(0, 700));
  const Outcome outcome = run_program(recover_into("out", {"--job", "job"}), folder());
  EXPECT_EQ(outcome.status, 1) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("scan1.h5"), std::string::npos) << outcome.out;
  const auto whole = tree_of(folder() / "whole");
  for (const auto& [path, content] : tree_of(folder() / "out"))
    EXPECT_EQ(content, whole.at(path)) << path;
  const Outcome alone = expect(3, {"verify", "scan1.h5"});
  EXPECT_NE(alone.err.find("scan1.h5"), std::string::npos) << alone.err;
}

TEST_F(Job, EveryPlateGoesIntoAFolderOfItsOwn) {
  ASSERT_NO_FATAL_FAILURE(make_scans(3, 1));
  fs::create_directory(folder() / "letters");
  write_file(folder() / "letters/one.txt", "the other plate");
  expect(0, {"encode", "letters", "-o", "other.h5", "--page", "256x256"});
  expect(0, {"simulate", "other.h5", "-o", "scan9.h5", "--profile", "clean", "--frames", "1"});
  const Outcome both = expect(3, {"recover", "scan0.h5", "scan9.h5", "-o", "out"});
  EXPECT_NE(both.err.find("2 plates"), std::string::npos) << both.err;
  for (const bool with_job : {false, true}) {
    std::vector<std::string> words{"recover", "scan0.h5", "scan9.h5", "-o", "out", "--all-plates"};
    if (with_job) words.insert(words.end(), {"--job", "job"});
    expect_run(0, words);
    std::size_t found = 0, reports = 0;
    for (const auto& entry : fs::directory_iterator(folder() / "out")) {
      if (!entry.is_directory()) {
        ++reports;
        const auto json = nlohmann::json::parse(content_of(entry.path()), nullptr, false);
        ASSERT_FALSE(json.is_discarded());
        EXPECT_TRUE(json.at("all_verified").get<bool>());
        continue;
      }
      for (const char* name : {"files", "letters"})
        if (fs::exists(entry.path() / name)) {
          ++found;
          EXPECT_EQ(tree_of(entry.path() / name), tree_of(folder() / name));
        }
    }
    EXPECT_EQ(found, 2U);
    EXPECT_EQ(reports, 2U);
    fs::remove_all(folder() / "out");
  }
}

TEST_F(Job, GoesOnOnlyIfAskedToAndOnlyWithTheSameInputs) {
  ASSERT_NO_FATAL_FAILURE(make_scans(3, 2));
  expect_run(0, recover_into("out", {"--job", "job"}));
  const Outcome again = expect_run(2, recover_into("other", {"--job", "job"}));
  EXPECT_NE(again.err.find("--resume"), std::string::npos) << again.err;
  EXPECT_FALSE(fs::exists(folder() / "other"));
  expect_run(0, recover_into("other", {"--job", "job", "--resume"}));
  EXPECT_EQ(tree_of(folder() / "other"), tree_of(folder() / "out"));
  expect_run(0, recover_into("other", {"--job", "job", "--resume"}));

  const Outcome fewer =
      expect(2, {"recover", "scan0.h5", "-o", "third", "--job", "job", "--resume"});
  EXPECT_NE(fewer.err.find("other inputs: then 2 files, now 1"), std::string::npos) << fewer.err;
  fs::last_write_time(folder() / "scan1.h5", fs::file_time_type::clock::now());
  const Outcome touched = expect_run(2, recover_into("third", {"--job", "job", "--resume"}));
  EXPECT_NE(touched.err.find("scan1.h5"), std::string::npos) << touched.err;
  const Outcome no_job = expect(2, {"recover", "scan0.h5", "-o", "third", "--job", "files"});
  EXPECT_NE(no_job.err.find("other things"), std::string::npos) << no_job.err;
  expect(2, {"recover", "scan0.h5", "-o", "third", "--resume"});
  EXPECT_FALSE(fs::exists(folder() / "third"));
}

TEST_F(Job, WritesAgainWhatIsAskedForOtherwise) {
  ASSERT_NO_FATAL_FAILURE(make_scans(4, 1));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  expect_run(0, recover_into("out", {"--job", "job"}));
  const Outcome before = expect_run(0, recover_into("out", {"--job", "job", "--resume"}));
  EXPECT_NE(before.out.find("written before"), std::string::npos) << before.out;
  expect_run(2, recover_into("out", {"--job", "job", "--resume", "--keep-partial"}));
  expect_run(3, recover_into("out", {"--job", "job", "--resume", "--force", "--plate",
                                     "00000000-0000-8000-8000-000000000000"}));
  fs::remove_all(folder() / "out");
  fs::create_directory(folder() / "out");
  expect_run(0, recover_into("out", {"--job", "job", "--resume", "--force"}));
  expect_as_whole("out");
  expect_read_once("job");
}

TEST_F(Job, MayHaveDrawnItsPicturesBefore) {
  ASSERT_NO_FATAL_FAILURE(make_scans(2, 1));
  fs::create_directory(folder() / "mine");
  write_file(folder() / "mine/field0000-raw.png", "another's");
  expect_run(2, recover_into("out", {"--job", "job", "--pictures", "mine"}));
  EXPECT_EQ(content_of(folder() / "mine/field0000-raw.png"), "another's");
  expect_run(0, recover_into("out", {"--job", "job", "--pictures", "drawn", "--resume"}));
  EXPECT_TRUE(fs::exists(folder() / "drawn/field0000-raw.png"));
  expect_run(0, recover_into("other", {"--job", "job", "--pictures", "drawn", "--resume"}));
}

TEST_F(Job, TheSecondOfTwoAtOnceIsRefused) {
  ASSERT_NO_FATAL_FAILURE(make_scans(20, 1));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  const pid_t first = start_program(recover_into("out", {"--job", "job"}), folder());
  while (!fs::exists(folder() / "job/journal-0000"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // In another folder, for a run keeps its output beside its own.
  const Outcome second =
      run_program({"recover", "../scan0.h5", "-o", "../two", "--job", "../job", "--resume"},
                  folder() / "files");
  EXPECT_EQ(second.status, 2) << second.out << second.err;
  EXPECT_NE(second.err.find("locked by process " + std::to_string(first)), std::string::npos)
      << second.err;
  const Outcome merge = run_program({"merge", "../job", "-o", "../two"}, folder() / "files");
  EXPECT_EQ(merge.status, 2) << merge.err;
  const Outcome outcome = finish_program(first, folder());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_FALSE(fs::exists(folder() / "two"));
  expect_as_whole("out");
  expect_read_once("job");
}

TEST_F(Job, SharesAreMergedOnceAllAreRead) {
  ASSERT_NO_FATAL_FAILURE(make_scans(8, 2));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  for (const std::string k : {"1", "3"})
    expect_run(0, recover_into("", {"--job", "job" + k, "--shard", k + "/3"}));
  const Outcome early = expect(3, {"merge", "job1", "job3", "-o", "out"});
  EXPECT_NE(early.err.find("no job has read field"), std::string::npos) << early.err;
  EXPECT_FALSE(fs::exists(folder() / "out"));
  expect_run(0, recover_into("", {"--job", "job2", "--shard", "2/3"}));
  // The scans are not looked at any more.
  for (const char* scan : {"scan0.h5", "scan1.h5"})
    fs::rename(folder() / scan, folder() / (std::string("gone-") + scan));
  expect(0, {"merge", "job1", "job2", "job3", "-o", "out"});
  expect_as_whole("out");
  for (const char* scan : {"scan0.h5", "scan1.h5"})
    fs::rename(folder() / (std::string("gone-") + scan), folder() / scan);

  expect_run(2, recover_into("", {"--job", "job4", "--shard", "4/3"}));
  expect_run(2, recover_into("", {"--job", "job3", "--shard", "1/3", "--resume"}));
  expect_run(2, recover_into("more", {"--job", "job5", "--shard", "1/3"}));
  expect(2, {"recover", "scan0.h5"});
  expect(0, {"recover", "scan0.h5", "--job", "foreign", "--shard", "1/1"});
  const Outcome foreign = expect(2, {"merge", "job1", "foreign", "-o", "more"});
  EXPECT_NE(foreign.err.find("different inputs"), std::string::npos) << foreign.err;
}

TEST_F(Job, AFullDiskIsTheEndOfARunAndNotOfTheJob) {
  ASSERT_NO_FATAL_FAILURE(make_scans(20, 1));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  expect_run(0, recover_into("timed", {"--job", "timed.job"}));
  const auto all = fs::file_size(folder() / "timed.job/journal-0000");
  // No file can grow beyond so much: the description of the job cannot, the journal, what is last.
  for (const std::size_t room : {std::size_t{300}, std::size_t{3000}, all / 4, all / 2, all - 1}) {
    const Outcome full =
        run_program(recover_into("out", {"--job", "job", "--resume"}), folder(), room);
    EXPECT_EQ(full.status, 4) << room << full.out << full.err;
    EXPECT_NE(full.err.find("File too large"), std::string::npos) << full.err;
    EXPECT_FALSE(fs::exists(folder() / "out.report.json"));
  }
  EXPECT_GT(records_in("job"), 0U);
  expect_run(0, recover_into("out", {"--job", "job", "--resume"}));
  expect_as_whole("out");
  expect_read_once("job");
}

/// A file system of so many bytes, until it goes.
class SmallDisk {
 public:
  SmallDisk(fs::path at, std::size_t bytes) : at_(std::move(at)) {
    fs::create_directory(at_);
    mounted_ =
        mount("tmpfs", at_.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path at_;
  bool mounted_ = false;
};

TEST_F(Job, ADiskThatIsFullAtARandomMomentLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(make_scans(20, 1));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  constexpr std::size_t kDisk = 4 << 20;
  const SmallDisk disk(folder() / "disk", kDisk);
  if (!disk.mounted()) GTEST_SKIP() << "needs to mount a small file system: root";
  std::mt19937 random(5);
  int full = 0;
  for (int round = 0; round < 8; ++round) {
    // What the run may still write, from nothing to all that it needs (about 0.4 MB).
    const std::size_t room = random() % 500000;
    write_file(folder() / "disk/ballast", std::string(kDisk - room, 'x'));
    const Outcome outcome =
        expect_run_either(recover_into("disk/out", {"--job", "disk/job", "--resume"}));
    full += outcome.status == 4 ? 1 : 0;
    for (const auto& [path, content] : emitted())
      EXPECT_EQ(content, tree_of(folder() / "whole").at(path)) << path;
    fs::remove(folder() / "disk/ballast");
    if (round % 2 == 0) continue;  // another full disk for the same job
    expect_run(0, recover_into("disk/out", {"--job", "disk/job", "--resume"}));
    expect_as_whole("disk/out");
    expect_read_once("disk/job");
    for (const char* name : {"out", "out.report.json", "job"})
      fs::remove_all(folder() / "disk" / name);
  }
  EXPECT_GT(full, 0);
}

}  // namespace
}  // namespace ostracon::test
