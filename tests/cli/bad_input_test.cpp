// Inputs that are absent, broken or of the wrong kind: one sentence, exit status 3, nothing
// written.
#include <algorithm>

#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

class BadInput : public ProgramTest {
 protected:
  /// The program must refuse the command with status 3, one line, and leave the folder as it is.
  void refused(std::initializer_list<std::string> arguments) {
    const auto before = tree_of(folder());
    const Outcome outcome = expect(3, arguments);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err.rfind("ostracon: error: ", 0), 0U) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(tree_of(folder()), before);
  }
  void refused_by_every_reader(const std::string& file) {
    SCOPED_TRACE(file);
    refused({"verify", file});
    refused({"recover", file, "-o", "out"});
    refused({"inspect", file});
    refused({"export", file, "-o", "pictures"});
    refused({"simulate", file, "-o", "new.h5"});
  }
};

TEST_F(BadInput, AFileThatIsNotThereIsNamed) {
  refused_by_every_reader("absent.h5");
  refused({"encode", "absent", "-o", "master.h5"});
  const Outcome outcome = run({"verify", "absent.h5"});
  EXPECT_NE(outcome.err.find("absent.h5"), std::string::npos) << outcome.err;
}

TEST_F(BadInput, AFileThatIsNotHdf5IsRefused) {
  write_file(folder() / "empty.h5", "");
  write_file(folder() / "text.h5", "This is a letter, not a scan.\n");
  write_file(folder() / "signature.h5",
             std::string("\x89HDF\r\n\x1a\n", 8) + std::string(4096, 'x'));
  refused_by_every_reader("empty.h5");
  refused_by_every_reader("text.h5");
  refused_by_every_reader("signature.h5");
  refused_by_every_reader(".");
}

TEST_F(BadInput, ATruncatedFileIsRefused) {
  make_scan();
  const std::string scan = content_of(folder() / "scan.h5");
  const std::string master = content_of(folder() / "master.h5");
  write_file(folder() / "half-scan.h5", scan.substr(0, scan.size() / 2));
  write_file(folder() / "half-master.h5", master.substr(0, master.size() / 2));
  write_file(folder() / "start.h5", scan.substr(0, 100));
  refused_by_every_reader("half-scan.h5");
  refused_by_every_reader("half-master.h5");
  refused_by_every_reader("start.h5");
}

TEST_F(BadInput, AMasterIsNoScanAndAScanIsNoMaster) {
  make_scan();
  refused({"verify", "master.h5"});
  refused({"simulate", "scan.h5", "-o", "new.h5"});
}

TEST_F(BadInput, AScanWithoutAnyPageIsRefused) {
  make_master();
  expect(0, {"simulate", "master.h5", "-o", "dark.h5", "--profile", "clean", "--frames", "1",
             "--contrast", "0", "--drop-fields", "2-3"});
  refused({"verify", "dark.h5"});
}

TEST_F(BadInput, AProfileThatIsNotOneIsNamed) {
  make_master();
  write_file(folder() / "broken.json", "{\"parameters\": ");
  write_file(folder() / "unknown.json", R"({"parameters": {"colour": {"value": 3}}})");
  refused({"simulate", "master.h5", "-o", "scan.h5", "--profile", "broken.json"});
  refused({"simulate", "master.h5", "-o", "scan.h5", "--profile", "unknown.json"});
  refused({"simulate", "master.h5", "-o", "scan.h5", "--profile", "nowhere"});
}

TEST_F(BadInput, AnOutputInAFolderThatIsNotThereIsRefused) {
  make_scan();
  refused({"encode", "files", "-o", "nowhere/master.h5"});
  refused({"simulate", "master.h5", "-o", "nowhere/scan.h5"});
  refused({"recover", "scan.h5", "-o", "nowhere/out"});
  refused({"export", "scan.h5", "-o", "nowhere/pictures"});
}

TEST_F(BadInput, AFullDiskIsExitStatus4AndLeavesNothing) {
  make_scan();
  const auto before = tree_of(folder());
  const std::vector<std::vector<std::string>> commands{
      {"encode", "files", "-o", "new.h5", "--page", "256x256"},
      {"simulate", "master.h5", "-o", "new.h5", "--profile", "clean", "--frames", "1"},
      {"recover", "scan.h5", "-o", "out"},
      {"export", "scan.h5", "-o", "pictures"}};
  for (const auto& command : commands) {
    const Outcome outcome = run_program(command, folder(), 4096);
    EXPECT_EQ(outcome.status, 4) << command[0] << ": " << outcome.err;
    EXPECT_EQ(outcome.err.rfind("ostracon: error: ", 0), 0U) << outcome.err;
    std::filesystem::remove(folder() / "pictures");  // made, and empty
    EXPECT_EQ(tree_of(folder()), before) << command[0];
  }
}

}  // namespace
}  // namespace ostracon::test
