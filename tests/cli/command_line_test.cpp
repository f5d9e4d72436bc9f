// What the program says of itself, and of a command line that is wrong.
#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

using CommandLine = ProgramTest;

const std::vector<std::string>& verbs() {
  static const std::vector<std::string> kVerbs{"encode",  "simulate", "recover", "verify",
                                               "inspect", "export",   "lattice", "denoise",
                                               "bench",   "devices"};
  return kVerbs;
}

TEST_F(CommandLine, HelpNamesEveryVerbAndShowsTheWayOfAFile) {
  const Outcome help = expect(0, {"--help"});
  for (const auto& verb : verbs()) EXPECT_NE(help.out.find("  " + verb), std::string::npos) << verb;
  EXPECT_NE(help.out.find("ostracon recover scan.h5 -o files"), std::string::npos);
  EXPECT_NE(help.out.find("Exit status"), std::string::npos);
}

TEST_F(CommandLine, HelpOfEveryVerbShowsAnExampleOfIt) {
  for (const auto& verb : verbs()) {
    const Outcome help = expect(0, {verb, "--help"});
    // Most examples go on with what they read; devices has nothing to be told.
    const std::string example = "\n  ostracon " + verb + (verb == "devices" ? "\n" : " ");
    EXPECT_NE(help.out.find(example), std::string::npos) << help.out;
    EXPECT_NE(help.out.find("--threads"), std::string::npos);
  }
}

TEST_F(CommandLine, HelpOfSimulateListsTheParametersOfAProfile) {
  const Outcome help = expect(0, {"simulate", "--help"});
  for (const char* name : {"--dose", "--sigma", "--contrast", "--rotation", "--frames", "--damage",
                           "--pixels-per-module", "--stage-error", "--drop-fields", "--seed"})
    EXPECT_NE(help.out.find(name), std::string::npos) << name;
}

TEST_F(CommandLine, DevicesTellsOfTheCpuAndOfCudaInALineEach) {
  const Outcome devices = expect(0, {"devices", "--threads", "2"});
  EXPECT_EQ(devices.out.rfind("cpu: 2 threads\ncuda", 0), 0U) << devices.out;
}

TEST_F(CommandLine, AGpuThatIsNotThereIsRefusedBeforeAnyWork) {
  expect(2, {"verify", "absent.h5", "--backend", "cpu", "--device", "0"});
  const Outcome none = run({"verify", "absent.h5", "--backend", "cuda", "--device", "999"});
  EXPECT_NE(none.status, 0);
  EXPECT_NE(none.status, 3) << "the scan must not be looked for first: " << none.err;
}

TEST_F(CommandLine, VersionIsTold) {
  const Outcome version = expect(0, {"--version"});
  EXPECT_EQ(version.out.rfind("ostracon ", 0), 0U) << version.out;
}

TEST_F(CommandLine, AWrongCommandLineIsExitStatus2) {
  expect(2, {});
  expect(2, {"decode"});
  expect(2, {"encode"});
  expect(2, {"recover", "scan.h5"});
  expect(2, {"recover", "scan.h5", "-o", "files", "--backend", "abacus"});
  expect(2, {"verify", "scan.h5", "--no-such-option"});
  expect(2, {"verify", "scan.h5", "--threads", "0"});
  expect(2, {"simulate", "master.h5", "-o", "scan.h5", "--dose", "much"});
}

TEST_F(CommandLine, AValueThatMakesNoPlateIsRefusedWithASentence) {
  make_files();
  const auto refused = [&](const std::string& option, const std::string& value) {
    const Outcome outcome = expect(2, {"encode", "files", "-o", "master.h5", option, value});
    EXPECT_NE(outcome.err.find("ostracon: error: "), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder() / "master.h5"));
  };
  refused("--page", "12by7");
  refused("--page", "100x100");
  refused("--page", "5000x5000");
  refused("--zones", "3x");
  refused("--zones", "99x99");
  refused("--rate", "0.7");
  refused("--parity", "none");
  refused("--parity", "0%");
  refused("--parity", "300%");
}

TEST_F(CommandLine, TheCudaBackendSaysThatItIsNotThere) {
  write_file(folder() / "scan.h5", "");
  const Outcome outcome = expect(4, {"verify", "scan.h5", "--backend", "cuda"});
  EXPECT_NE(outcome.err.find("CUDA"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace ostracon::test
