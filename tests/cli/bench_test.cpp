// ostracon bench as a person runs it, on the smallest page.
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

using Bench = ProgramTest;

TEST_F(Bench, TellsATableAndAFileOfFigures) {
  const Outcome outcome =
      expect(0, {"bench", "--backend", "cpu", "--page", "256x256", "--fields", "2", "--folder", ".",
                 "--threads", "2", "--json", "rate.json"});
  for (const char* word : {"from memory", "from HDF5", "Mpx/s", "GB/s", "codewords",
                           "copy in memory", "share of it", "inner decode", "2 TB", "hours"})
    EXPECT_NE(outcome.out.find(word), std::string::npos) << word << "\n" << outcome.out;
  EXPECT_EQ(tree_of(folder()).size(), 1U) << "only the figures should be left";

  const auto json = nlohmann::json::parse(content_of(folder() / "rate.json"), nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json.at("format"), "ostracon-rate");
  EXPECT_EQ(json.at("backend"), "cpu");
  EXPECT_EQ(json.at("threads"), 2);
  EXPECT_EQ(json.at("page").at("rows"), 256);
  const double bytes = json.at("field").at("bytes");
  for (const auto& [run, share, plain] :
       {std::tuple{"resident", "share_of_copy", "copy_bytes_per_s"},
        std::tuple{"from_file", "share_of_file_read", "file_read_bytes_per_s"}}) {
    SCOPED_TRACE(run);
    const auto& figures = json.at(run);
    const double rate = figures.at("bytes_per_s");
    EXPECT_EQ(figures.at("fields"), 2);
    EXPECT_NEAR(rate * figures.at("seconds").get<double>(), 2 * bytes, 1e-6 * bytes);
    EXPECT_NEAR(figures.at(share).get<double>() * json.at(plain).get<double>(), rate, 1e-6 * rate);
    const double user = figures.at("user_bytes_per_s");
    EXPECT_NEAR(figures.at("hours_for_plate").get<double>(), 2e12 / user / 3600,
                1e-6 * 2e12 / user / 3600);
    EXPECT_GT(figures.at("stage_seconds").at("inner decode"), 0);
  }
}

TEST_F(Bench, AWrongCommandLineIsRefusedBeforeAnythingIsMeasured) {
  expect(2, {"bench", "--page", "100x100"});
  expect(2, {"bench", "--page", "many"});
  expect(2, {"bench", "--fields", "0"});
  expect(2, {"bench", "--seconds", "0"});
  expect(2, {"bench", "--backend", "abacus"});
  write_file(folder() / "rate.json", "kept");
  const Outcome outcome = expect(2, {"bench", "--json", "rate.json"});
  EXPECT_NE(outcome.err.find("--force"), std::string::npos) << outcome.err;
  expect(4, {"bench", "--page", "256x256", "--fields", "1", "--folder", "nowhere"});
  EXPECT_EQ(content_of(folder() / "rate.json"), "kept");
}

}  // namespace
}  // namespace ostracon::test
