// Two scans of one plate, each too weak alone, by the program.
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

class Soft : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_master();
    if (HasFatalFailure()) return;
    for (const std::string seed : {"1", "2"})
      expect(0, {"simulate", "master.h5", "-o", "scan" + seed + ".h5", "--profile", "typical",
                 "--sigma", "0.3", "--damage", "0", "--shading", "0", "--frames", "2", "--dose",
                 "62", "--seed", seed});
  }
  nlohmann::json report(const std::string& file) const {
    auto json = nlohmann::json::parse(content_of(folder() / file), nullptr, false);
    EXPECT_FALSE(json.is_discarded());
    return json;
  }
  std::map<std::string, std::string> recovered(const std::string& output) const {
    const fs::path files = folder() / output / "files";
    return fs::exists(files) ? tree_of(files) : std::map<std::string, std::string>();
  }
};

TEST_F(Soft, TwoScansThatBothFailGiveEverythingTogether) {
  expect(1, {"recover", "scan1.h5", "-o", "one", "--keep-soft", "soft"});
  EXPECT_EQ(recovered("one").size(), 0U);
  expect(1, {"recover", "scan2.h5", "-o", "two"});
  EXPECT_EQ(recovered("two").size(), 0U);

  const Outcome both = expect(0, {"recover", "scan2.h5", "-o", "both", "--soft", "soft"});
  EXPECT_EQ(recovered("both"), tree_of(folder() / "files"));
  EXPECT_NE(both.out.find("of up to 2 readings each"), std::string::npos) << both.out;
  const auto of_both = report("both.report.json"), of_one = report("two.report.json");
  std::size_t combined = 0;
  for (const auto& page : of_both.at("pages"))
    combined += page.at("readings_combined") == 2 ? 1 : 0;
  EXPECT_GT(combined, 0U);
  for (const auto& page : of_one.at("pages")) EXPECT_EQ(page.at("readings_combined"), 0);
  expect(0, {"verify", "scan2.h5", "--soft", "soft"});
  // The other way round as well.
  expect(1, {"verify", "scan2.h5", "--keep-soft", "other"});
  expect(0, {"verify", "scan1.h5", "--soft", "other"});
}

TEST_F(Soft, TheNumberOfThreadsChangesNothing) {
  run({"verify", "scan1.h5", "--keep-soft", "soft"});
  for (const std::string threads : {"1", "3"})
    expect(0, {"recover", "scan2.h5", "-o", "by" + threads, "--soft", "soft", "--keep-soft",
               "kept" + threads, "--threads", threads});
  EXPECT_EQ(recovered("by1"), recovered("by3"));
  EXPECT_EQ(report("by1.report.json").at("pages"), report("by3.report.json").at("pages"));
  EXPECT_EQ(tree_of(folder() / "kept1"), tree_of(folder() / "kept3"));
  EXPECT_FALSE(tree_of(folder() / "kept1").empty());
}

TEST_F(Soft, DamagedOnesAreNamedAndPassedOver) {
  expect(1, {"verify", "scan1.h5", "--keep-soft", "soft"});
  for (const auto& entry : fs::directory_iterator(folder() / "soft"))
    fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
  const Outcome outcome = expect(1, {"recover", "scan2.h5", "-o", "out", "--soft", "soft"});
  EXPECT_NE(outcome.out.find("torn or damaged"), std::string::npos) << outcome.out;
  EXPECT_FALSE(report("out.report.json").at("soft_pages_passed_over").empty());
}

TEST_F(Soft, AFolderThatIsAbsentIsAnErrorBeforeAnythingIsRead) {
  const Outcome outcome = expect(3, {"verify", "scan1.h5", "--soft", "absent"});
  EXPECT_NE(outcome.err.find("absent"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace ostracon::test
