// The way back: what recover and verify write, say, and return.
#include <hdf5.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

class Recover : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_scan();
    if (HasFatalFailure()) return;
    written_ = tree_of(folder() / "files");
  }
  /// What make_files() made: path to content.
  const std::map<std::string, std::string>& written() const { return written_; }
  std::map<std::string, std::string> recovered(const std::string& output) const {
    return tree_of(folder() / output / "files");
  }
  /// A plate keeps whole seconds.
  auto modified(const std::string& file) const {
    return std::chrono::floor<std::chrono::seconds>(fs::last_write_time(folder() / file));
  }
  nlohmann::json report(const std::string& file) const {
    auto json = nlohmann::json::parse(content_of(folder() / file), nullptr, false);
    EXPECT_FALSE(json.is_discarded());
    return json;
  }

 private:
  std::map<std::string, std::string> written_;
};

TEST_F(Recover, GivesBackEveryFileModeAndLink) {
  const Outcome outcome = expect(0, {"recover", "scan.h5", "-o", "out"});
  EXPECT_EQ(recovered("out"), written());
  EXPECT_EQ(fs::status(folder() / "out/files/run.sh").permissions(), fs::perms(0755));
  EXPECT_EQ(modified("out/files/cubes.txt"), modified("files/cubes.txt"));
  EXPECT_NE(outcome.out.find("verified"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("Mpx/s"), std::string::npos) << outcome.out;
}

TEST_F(Recover, WritesAReportBesideTheFolder) {
  expect(0, {"recover", "scan.h5", "-o", "out/"});
  const auto json = report("out.report.json");
  EXPECT_EQ(json.at("format"), "ostracon-report");
  EXPECT_EQ(json.at("files").size(), written().size() + 1);  // and the folder they lie in
  expect(0, {"recover", "scan.h5", "-o", "other", "--report", "told.json"});
  EXPECT_TRUE(fs::exists(folder() / "told.json"));
  EXPECT_FALSE(fs::exists(folder() / "other.report.json"));
}

TEST_F(Recover, VerifySaysTheSameAndWritesNothing) {
  const auto before = tree_of(folder());
  const Outcome outcome = expect(0, {"verify", "scan.h5"});
  EXPECT_EQ(tree_of(folder()), before);
  EXPECT_NE(outcome.out.find("files/cubes.txt"), std::string::npos) << outcome.out;
}

TEST_F(Recover, PagesWithinTheParityMayBeMissing) {
  expect(0, {"simulate", "master.h5", "-o", "holes.h5", "--profile", "clean", "--frames", "2",
             "--drop-fields", "0,2"});
  expect(0, {"recover", "holes.h5", "-o", "out"});
  EXPECT_EQ(recovered("out"), written());
}

TEST_F(Recover, WhatIsLostIsNamedAndNeverWrittenWrong) {
  expect(0, {"simulate", "master.h5", "-o", "holes.h5", "--profile", "clean", "--frames", "2",
             "--drop-fields", "1-3"});
  const Outcome outcome = expect(1, {"recover", "holes.h5", "-o", "out", "--keep-partial"});
  EXPECT_NE(outcome.out.find("missing"), std::string::npos) << outcome.out;
  std::size_t whole = 0;
  for (const auto& [path, content] : tree_of(folder() / "out")) {
    if (path.ends_with(".partial") || content == "/") continue;
    ASSERT_EQ(path.substr(0, 6), "files/");
    ASSERT_EQ(written().count(path.substr(6)), 1U) << path;
    EXPECT_EQ(content, written().at(path.substr(6))) << path;
    ++whole;
  }
  EXPECT_LT(whole, written().size());
  expect(1, {"verify", "holes.h5"});
}

TEST_F(Recover, AnExistingOutputIsRefusedAndLeftAlone) {
  fs::create_directory(folder() / "out");
  write_file(folder() / "out/mine", "kept");
  const Outcome outcome = expect(2, {"recover", "scan.h5", "-o", "out"});
  EXPECT_NE(outcome.err.find("--force"), std::string::npos) << outcome.err;
  EXPECT_EQ(tree_of(folder() / "out").size(), 1U);

  write_file(folder() / "new.report.json", "kept");
  expect(2, {"recover", "scan.h5", "-o", "new"});
  EXPECT_EQ(content_of(folder() / "new.report.json"), "kept");
  EXPECT_FALSE(fs::exists(folder() / "new"));

  expect(0, {"recover", "scan.h5", "-o", "out", "--force"});
  EXPECT_EQ(recovered("out"), written());
  EXPECT_EQ(content_of(folder() / "out/mine"), "kept");
}

TEST_F(Recover, AnEmptyFolderMayBeFilled) {
  fs::create_directory(folder() / "out");
  expect(0, {"recover", "scan.h5", "-o", "out"});
  EXPECT_EQ(recovered("out"), written());
}

/// Takes the truth out of a scan, and puts `lie` in its place unless it is null.
void replace_truth(const fs::path& scan, const std::int32_t* lie) {
  const hid_t file = H5Fopen(scan.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  ASSERT_GE(H5Ldelete(file, "/truth", H5P_DEFAULT), 0);
  if (lie != nullptr) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t set =
        H5Dcreate2(file, "/truth", H5T_NATIVE_INT32, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(set, 0);
    ASSERT_GE(H5Dwrite(set, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, lie), 0);
    H5Dclose(set);
    H5Sclose(space);
  }
  ASSERT_GE(H5Fclose(file), 0);
}

TEST_F(Recover, TheTruthInASimulatedScanIsNeverUsed) {
  const std::int32_t lie = 42;
  expect(0, {"recover", "scan.h5", "-o", "told"});
  ASSERT_NO_FATAL_FAILURE(replace_truth(folder() / "scan.h5", &lie));
  expect(0, {"recover", "scan.h5", "-o", "falsified"});
  ASSERT_NO_FATAL_FAILURE(replace_truth(folder() / "scan.h5", nullptr));
  expect(0, {"recover", "scan.h5", "-o", "removed"});
  for (const std::string output : {"falsified", "removed"}) {
    EXPECT_EQ(recovered(output), written()) << output;
    EXPECT_EQ(report(output + ".report.json").at("pages"), report("told.report.json").at("pages"));
  }
}

TEST_F(Recover, TheNumberOfThreadsChangesNothing) {
  expect(0, {"simulate", "master.h5", "-o", "noisy.h5", "--profile", "typical", "--frames", "3",
             "--dose", "140"});
  const Outcome one = run({"recover", "noisy.h5", "-o", "one", "--threads", "1"});
  const Outcome many = run({"recover", "noisy.h5", "-o", "many", "--threads", "4"});
  EXPECT_EQ(one.status, many.status) << one.err << many.err;
  EXPECT_EQ(report("one.report.json").at("pages"), report("many.report.json").at("pages"));
  EXPECT_EQ(tree_of(folder() / "one"), tree_of(folder() / "many"));
}

TEST_F(Recover, PicturesShowEveryField) {
  const Outcome outcome = expect(0, {"recover", "scan.h5", "-o", "out", "--pictures", "pictures"});
  const auto pictures = tree_of(folder() / "pictures");
  for (const char* name : {"field0000-raw.png", "field0000-aligned.png", "field0000-lattice.png",
                           "field0000-reliability.png"})
    EXPECT_EQ(pictures.count(name), 1U) << name;
  EXPECT_NE(outcome.out.find("pictures"), std::string::npos);
}

TEST_F(Recover, APlateThatIsNotInTheScanIsNotFound) {
  expect(2, {"verify", "scan.h5", "--plate", "not-a-uuid"});
  const Outcome outcome =
      expect(3, {"verify", "scan.h5", "--plate", "01234567-89ab-8def-8123-456789abcdef"});
  EXPECT_NE(outcome.err.find("01234567-89ab"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace ostracon::test
