// A bulk recovery that is killed at random moments, and goes on.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/cli/job_runs.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A number from the environment, at least 1.
int wish(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::max(1, std::atoi(text)) : otherwise;
}

class JobKills : public JobTest {
 protected:
  /// True if the program had to be killed: it had not ended by then.
  bool run_for(std::chrono::duration<double> time, const std::vector<std::string>& arguments) {
    const pid_t child = start_program(arguments, folder());
    const auto end = Clock::now() + time;
    // Asked without reaping, so that the number stays the child's until it is killed.
    const auto runs = [&] {
      siginfo_t info{};
      return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
             info.si_pid == 0;
    };
    while (Clock::now() < end && runs())
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    const bool running = runs();
    kill(child, SIGKILL);
    const Outcome outcome = finish_program(child, folder());
    EXPECT_TRUE(outcome.status == 0 || outcome.status == 128 + SIGKILL) << outcome.err;
    return running;
  }
  std::string journal(const std::string& job) const {
    return content_of(folder() / job / "journal-0000");
  }
};

TEST_F(JobKills, EndWithTheSameBytesAndReadNoFinishedFieldAgain) {
  ASSERT_NO_FATAL_FAILURE(make_scans(42, 3));
  ASSERT_GE(fields(), 50);
  ASSERT_NO_FATAL_FAILURE(recover_whole());
  const auto begin = Clock::now();
  expect_run(0, recover_into("timed", {"--job", "timed.job"}));
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  expect_as_whole("timed");

  const int points = wish("OSTRACON_KILL_POINTS", 12);
  std::mt19937 random(static_cast<unsigned>(wish("OSTRACON_KILL_SEED", 20)));
  std::uniform_real_distribution<double> share(0, 1);
  int killed = 0, killed_twice = 0, torn = 0, while_writing = 0;
  for (int point = 0; point < points && !HasFailure(); ++point) {
    const std::vector<std::string> again = recover_into("out", {"--job", "job", "--resume"});
    std::uint64_t read_before = 0;
    // Every third is killed once more on the way.
    for (int kills = point % 3 == 0 ? 2 : 1; kills > 0; --kills) {
      const bool was_killed =
          run_for(std::chrono::duration<double>(seconds * share(random)), again);
      killed += was_killed ? 1 : 0;
      killed_twice += was_killed && kills == 1 && point % 3 == 0 ? 1 : 0;
      // The journal only grows: what was finished stays, byte for byte, as it was.
      EXPECT_GE(records_in("job"), read_before);
      read_before = records_in("job");
    }
    const std::string then = journal("job");
    while_writing += fs::exists(folder() / "job/output.json") ? 1 : 0;
    const Outcome end = expect_run(0, again);
    const std::string told =
        std::to_string(fields() - static_cast<std::int64_t>(read_before)) +
        (fields() - static_cast<std::int64_t>(read_before) == 1 ? " field of " : " fields of ") +
        std::to_string(fields());
    EXPECT_NE(end.out.find(told), std::string::npos) << "not '" << told << "': " << end.out;
    const bool cut = end.out.find("cut off") != std::string::npos;
    torn += cut ? 1 : 0;
    if (!cut) {
      EXPECT_EQ(journal("job").compare(0, then.size(), then), 0);
    }
    expect_as_whole("out");
    expect_read_once("job");
    for (const char* name : {"out", "out.report.json", "job"}) fs::remove_all(folder() / name);
  }
  EXPECT_GT(killed, 0);
  std::printf(
      "%d points of %.1f s: killed %d times (%d of them a resumed run), %d with a torn "
      "record, %d while files were written\n",
      points, seconds, killed, killed_twice, torn, while_writing);
}

}  // namespace
}  // namespace ostracon::test
