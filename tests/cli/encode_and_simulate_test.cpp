// Masters and scans: making them, looking into them, never replacing one by accident.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;
using EncodeAndSimulate = ProgramTest;

nlohmann::json parse_json(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

TEST_F(EncodeAndSimulate, InspectTellsAMasterAsJson) {
  make_master();
  const auto json = parse_json(expect(0, {"inspect", "master.h5", "--json"}).out);
  EXPECT_EQ(json.at("kind"), "master");
  EXPECT_EQ(json.at("rows"), 256);
  EXPECT_EQ(json.at("rate"), "0.8");
  EXPECT_EQ(json.at("pages"),
            json.at("data_pages").get<int>() + json.at("parity_pages").get<int>());
  EXPECT_GE(json.at("parity_pages"), 2);
  std::vector<std::string> paths;
  for (const auto& file : json.at("files")) paths.push_back(file.at("path"));
  for (const char* path : {"files/cubes.txt", "files/link", "files/inner/Ὄστρακον.txt"})
    EXPECT_NE(std::find(paths.begin(), paths.end(), path), paths.end()) << path;
}

TEST_F(EncodeAndSimulate, InspectTellsAScanAsJson) {
  make_scan();
  const auto master = parse_json(expect(0, {"inspect", "master.h5", "--json"}).out);
  const auto scan = parse_json(expect(0, {"inspect", "scan.h5", "--json"}).out);
  EXPECT_EQ(scan.at("kind"), "scan");
  EXPECT_EQ(scan.at("fields"), master.at("pages"));
  const auto& group = scan.at("groups").at(0);
  EXPECT_EQ(group.at("frames"), 2);
  EXPECT_EQ(group.at("type"), "uint8");
  EXPECT_NEAR(group.at("pixel_size_m").get<double>(), 49e-9 / 3, 1e-9);
  EXPECT_EQ(group.at("positions_m").size(), scan.at("fields").get<std::size_t>());
}

TEST_F(EncodeAndSimulate, InspectTellsBothToPeopleToo) {
  make_scan();
  EXPECT_NE(expect(0, {"inspect", "master.h5"}).out.find("files/cubes.txt"), std::string::npos);
  EXPECT_NE(expect(0, {"inspect", "scan.h5"}).out.find("uint8"), std::string::npos);
}

TEST_F(EncodeAndSimulate, TheSameFilesGiveTheSamePlate) {
  make_master();
  expect(0, {"encode", "files", "-o", "again.h5", "--page", "256x256"});
  EXPECT_EQ(expect(0, {"inspect", "master.h5", "--json"}).out,
            expect(0, {"inspect", "again.h5", "--json"}).out);
  expect(0, {"encode", "files", "-o", "other.h5", "--page", "256x256", "--parity", "50%"});
  EXPECT_NE(parse_json(expect(0, {"inspect", "master.h5", "--json"}).out).at("plate"),
            parse_json(expect(0, {"inspect", "other.h5", "--json"}).out).at("plate"));
}

TEST_F(EncodeAndSimulate, DroppedFieldsAreNotInTheScan) {
  make_master();
  expect(0, {"simulate", "master.h5", "-o", "scan.h5", "--profile", "clean", "--frames", "1",
             "--drop-fields", "0,2-3"});
  const auto master = parse_json(expect(0, {"inspect", "master.h5", "--json"}).out);
  const auto scan = parse_json(expect(0, {"inspect", "scan.h5", "--json"}).out);
  EXPECT_EQ(scan.at("fields").get<int>(), master.at("pages").get<int>() - 3);
}

TEST_F(EncodeAndSimulate, EveryParameterOfAProfileReachesTheSimulator) {
  make_master();
  expect(0, {"simulate", "master.h5", "-o", "scan.h5", "--profile", "clean", "--frames", "3",
             "--pixels-per-module", "2.5", "--bits", "16", "--field", "720x760", "--mirrored",
             "--turn", "90", "--no-neighbours"});
  const auto scan = parse_json(expect(0, {"inspect", "scan.h5", "--json"}).out);
  const auto& group = scan.at("groups").at(0);
  EXPECT_EQ(group.at("frames"), 3);
  EXPECT_EQ(group.at("type"), "uint16");
  EXPECT_EQ(group.at("rows"), 720);
  EXPECT_EQ(group.at("cols"), 760);
  EXPECT_NEAR(group.at("pixel_size_m").get<double>(), 49e-9 / 2.5, 1e-12);
}

TEST_F(EncodeAndSimulate, ParametersBeyondTheirRangeAreRefusedByName) {
  make_master();
  const Outcome outcome =
      expect(2, {"simulate", "master.h5", "-o", "scan.h5", "--contrast", "1.5"});
  EXPECT_NE(outcome.err.find("contrast"), std::string::npos) << outcome.err;
  expect(2, {"simulate", "master.h5", "-o", "scan.h5", "--drop-fields", "5000"});
  expect(2, {"simulate", "master.h5", "-o", "scan.h5", "--drop-fields", "0-4999"});
  EXPECT_FALSE(fs::exists(folder() / "scan.h5"));
}

TEST_F(EncodeAndSimulate, AnExistingOutputIsRefusedAndLeftAlone) {
  make_scan();
  const std::string master = content_of(folder() / "master.h5");
  const std::string scan = content_of(folder() / "scan.h5");
  const Outcome outcome = expect(2, {"encode", "files", "-o", "master.h5"});
  EXPECT_NE(outcome.err.find("--force"), std::string::npos) << outcome.err;
  expect(2, {"simulate", "master.h5", "-o", "scan.h5"});
  EXPECT_EQ(content_of(folder() / "master.h5"), master);
  EXPECT_EQ(content_of(folder() / "scan.h5"), scan);

  expect(0, {"encode", "files/cubes.txt", "-o", "master.h5", "--page", "256x256", "--force"});
  EXPECT_NE(content_of(folder() / "master.h5"), master);
}

TEST_F(EncodeAndSimulate, PagesAndFramesAreExportedAsPng) {
  make_scan();
  expect(0, {"export", "master.h5", "-o", "pages", "--only", "0-1"});
  expect(0, {"export", "scan.h5", "-o", "frames", "--only", "1", "--frames", "all"});
  const auto pages = tree_of(folder() / "pages");
  const auto frames = tree_of(folder() / "frames");
  EXPECT_EQ(pages.size(), 2U);
  EXPECT_EQ(frames.size(), 2U);
  for (const auto& [name, content] : pages)
    EXPECT_EQ(content.substr(0, 8), "\x89PNG\r\n\x1a\n") << name;
  EXPECT_EQ(frames.count("field0001-frame001.png"), 1U);

  expect(2, {"export", "master.h5", "-o", "pages"});
  expect(2, {"export", "master.h5", "-o", "others", "--only", "4000"});
}

}  // namespace
}  // namespace ostracon::test
