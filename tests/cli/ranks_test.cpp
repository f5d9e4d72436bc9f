// One job read by several ranks under mpirun.
#include "host/ranks/ranks.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/cli/job_runs.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

/// The processes whose parent is `parent`, by their command lines.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string status = content_of(entry.path() / "status");
    if (status.find("\nPPid:\t" + std::to_string(parent) + "\n") != std::string::npos)
      out.push_back(static_cast<pid_t>(std::atoi(name.c_str())));
  }
  return out;
}

class RanksTest : public JobTest {
 protected:
  void SetUp() override {
    if (std::string(mpi_name()) == "none") GTEST_SKIP() << "this build is without MPI";
    if (std::system("mpirun --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no mpirun";
    // As a container's only user, and more ranks than cores.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 0);  // MPI leaves memory behind when it ends
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    JobTest::SetUp();
  }
  /// mpirun in its own process, four ranks of two threads each; its output goes beside folder().
  pid_t start_ranks(std::vector<std::string> words) const {
    words.insert(words.begin(), {"mpirun", "--oversubscribe", "-n", "4", OSTRACON_PROGRAM});
    words.insert(words.end(), {"--threads", "2"});
    const pid_t child = fork();
    if (child != 0) return child;
    const int out = open((folder().string() + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = open((folder().string() + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (chdir(folder().c_str()) != 0) _exit(125);
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    execvp(pointers[0], pointers.data());
    _exit(126);
  }
};

TEST_F(RanksTest, GiveTheBytesOfOneProcess) {
  ASSERT_NO_FATAL_FAILURE(make_scans(20, 3));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  const Outcome outcome =
      finish_program(start_ranks(recover_into("out", {"--job", "job"})), folder());
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  expect_as_whole("out");
  expect_read_once("job");
  for (int rank = 0; rank < 4; ++rank)
    EXPECT_GT(fs::file_size(folder() / "job" / ("journal-000" + std::to_string(rank))), 4096U)
        << "rank " << rank << " has read nothing";

  // What concerns all is told once.
  const Outcome again =
      finish_program(start_ranks(recover_into("other", {"--job", "job"})), folder());
  EXPECT_EQ(again.status, 2) << again.out << again.err;
  const auto at = again.err.find("a job stands");
  ASSERT_NE(at, std::string::npos) << again.err;
  EXPECT_EQ(again.err.find("a job stands", at + 1), std::string::npos) << again.err;
}

TEST_F(RanksTest, ThatDieEndTheOthersAndTheRestartGoesOn) {
  ASSERT_NO_FATAL_FAILURE(make_scans(30, 1));
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  const auto words = recover_into("out", {"--job", "job", "--resume"});
  const pid_t ranks = start_ranks(words);
  // Killed once it has kept a field.
  const fs::path journal = folder() / "job/journal-0002";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  std::error_code absent;
  while (std::chrono::steady_clock::now() < end &&
         (!fs::exists(journal) || fs::file_size(journal, absent) < 4096))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  pid_t victim = 0;
  for (const pid_t child : children_of(ranks)) {
    const std::string environment = content_of("/proc/" + std::to_string(child) + "/environ");
    if (environment.find("OMPI_COMM_WORLD_RANK=2") != std::string::npos) victim = child;
  }
  ASSERT_GT(victim, 0);
  ASSERT_EQ(kill(victim, SIGKILL), 0);
  const Outcome outcome = finish_program(ranks, folder());
  EXPECT_NE(outcome.status, 0) << outcome.out;
  EXPECT_NE(outcome.err.find("signal 9"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("what was read is kept in job, --resume goes on"), std::string::npos)
      << outcome.err;
  EXPECT_FALSE(fs::exists(folder() / "out"));

  const std::uint64_t kept = records_in("job");
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept, static_cast<std::uint64_t>(fields()));
  const Outcome restart = finish_program(start_ranks(words), folder());
  EXPECT_EQ(restart.status, 0) << restart.out << restart.err;
  EXPECT_NE(restart.out.find(std::to_string(kept) + " were read before"), std::string::npos)
      << restart.out;
  expect_as_whole("out");
  expect_read_once("job");
}

TEST_F(RanksTest, WithoutAJobAreRefused) {
  ASSERT_NO_FATAL_FAILURE(make_scans(2, 1));
  const Outcome outcome = finish_program(start_ranks(recover_into("out", {})), folder());
  EXPECT_EQ(outcome.status, 2) << outcome.out << outcome.err;
  EXPECT_NE(outcome.err.find("--job"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace ostracon::test
