#pragma once
// Running the program, and a folder of its own for every test.

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ostracon::test {

/// What a run of the program left behind.
struct Outcome {
  int status = -1;  ///< exit status; 128 + the signal if it was killed
  std::string out;
  std::string err;
};

/// Runs the program with `arguments` in `folder`, without a terminal. No file that it writes can
/// grow beyond `file_bytes` (0: no limit), as if the disk were full then.
Outcome run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                    std::size_t file_bytes = 0);

/// run_program() in two parts, in between of which the program can be killed. One at a time in a
/// folder, beside which its output is kept.
pid_t start_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                    std::size_t file_bytes = 0);
Outcome finish_program(pid_t child, const std::filesystem::path& folder);

/// Every entry below `folder`: relative path to content ("-> target" for a link, "/" for a folder).
std::map<std::string, std::string> tree_of(const std::filesystem::path& folder);

std::string content_of(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view content);

/// Works in a fresh folder that goes when the test ends.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  const std::filesystem::path& folder() const { return folder_; }
  Outcome run(std::initializer_list<std::string> arguments) {
    return run_program(arguments, folder_);
  }
  /// As run(); the test fails, with what the program said, unless it ends with `status`.
  Outcome expect(int status, std::initializer_list<std::string> arguments);

  /// `files`: text, an executable, a link, a folder and a Unicode name, about 3 kB.
  void make_files();
  /// make_files(), then `master.h5` of small pages.
  void make_master();
  /// make_master(), then `scan.h5`: two low-noise frames of every page.
  void make_scan();

 private:
  std::filesystem::path folder_;
};

}  // namespace ostracon::test
