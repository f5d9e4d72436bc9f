#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/profile_file.hpp"
#include "io/report_file.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

TEST(ProfileFile, EveryBuiltInProfileIsReadAndWrittenBack) {
  ASSERT_FALSE(sem::builtin_profile_names().empty());
  for (const std::string_view name : sem::builtin_profile_names()) {
    const auto profile = load_profile(std::string(name));
    ASSERT_TRUE(profile.has_value()) << profile.error().message;
    const auto again = parse_profile(profile_text(profile.value(), name), "text");
    ASSERT_TRUE(again.has_value()) << again.error().message;
    for (const sem::ParameterInfo& info : sem::parameters())
      EXPECT_EQ(info.get(profile.value()), info.get(again.value())) << info.name;
  }
}

TEST(ProfileFile, AFileChangesOnlyWhatItNames) {
  TemporaryFolder folder;
  test::write_file(folder / "p.json",
                   R"({"parameters": {"dose": 77, "mirrored": true, "frames": {"value": 3}}})");
  const auto profile = load_profile((folder / "p.json").string());
  ASSERT_TRUE(profile.has_value()) << profile.error().message;
  EXPECT_EQ(profile.value().noise.electrons_per_module, 77);
  EXPECT_TRUE(profile.value().geometry.mirrored);
  EXPECT_EQ(profile.value().scan.frames, 3);
  EXPECT_EQ(profile.value().optics.contrast, sem::Profile().optics.contrast);
}

TEST(ProfileFile, WhatIsWrongIsNamed) {
  const auto refused = [](const char* text, const char* what) {
    const auto profile = parse_profile(text, "p.json");
    ASSERT_FALSE(profile.has_value()) << text;
    EXPECT_EQ(profile.error().code, ErrorCode::kBadInput);
    EXPECT_NE(profile.error().message.find("p.json"), std::string::npos);
    EXPECT_NE(profile.error().message.find(what), std::string::npos) << profile.error().message;
  };
  refused("{", "not valid JSON");
  refused("[]", "no object 'parameters'");
  refused(R"({"parameters": {"dosis": 1}})", "'dosis' is not known");
  refused(R"({"parameters": {"dose": "1"}})", "'dose' is string, not a number");
  refused(R"({"parameters": {"dose": {"unit": "x"}}})", "has no 'value'");
  refused(R"({"parameters": {"dose": {"value": 1, "unit": "litre"}}})", "not in \"litre\"");
  refused(R"({"parameters": {"dose": -1}})", "dose");
  refused(R"({"parameters": {"frames": 1.5}})", "frames");
  const auto absent = load_profile("no such profile");
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  EXPECT_NE(absent.error().message.find("typical"), std::string::npos);
}

TEST(ReportFile, SaysEverythingTheReportKnows) {
  RecoveryReport report;
  report.plate.header.page_count = 12;
  report.plate.header.groups = 1;
  report.plate.header.outer_m = 2;
  report.times[Stage::kDrift] = 1.5;
  FieldReport field;
  field.field = 3;
  field.reason = "no lattice line";
  field.dose = std::numeric_limits<float>::quiet_NaN();
  field.contrast = 0.1f;
  field.drift_px = {{0.5f, -1.25f}};
  field.frame_faults = {FrameFault::kNone, FrameFault::kBlank};
  report.fields.push_back(field);
  PageReport page;
  page.page = 1;
  page.fields = {3};
  page.outcomes = {CodewordOutcome::kClean, CodewordOutcome::kCorrected, CodewordOutcome::kRestored,
                   CodewordOutcome::kLost, CodewordOutcome::kErased};
  page.iterations = {0, 4, 20, 20, 20};
  report.pages.push_back(page);
  report.groups.push_back({.group = 0, .k = 10, .m = 2, .erasures = {0, 1, 3}});
  ExtractReport files;
  files.manifest_found = true;
  ExtractedFile file;
  file.path = "a/\"b\"";
  file.size = 10;
  file.status = FileStatus::kLost;
  file.missing = {{2, 5}};
  files.files.push_back(file);

  const auto json = nlohmann::json::parse(report_text(report, &files, "1.2.3"));
  EXPECT_EQ(json["format"], "ostracon-report");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["program_version"], "1.2.3");
  EXPECT_EQ(json["plate"]["data_pages"], 10);
  EXPECT_EQ(json["seconds"][std::string(to_string(Stage::kDrift))], 1.5);
  EXPECT_EQ(json["seconds"].size(), kStages);
  EXPECT_EQ(json["fields"][0]["reason"], "no lattice line");
  EXPECT_TRUE(json["fields"][0]["dose"].is_null());
  EXPECT_EQ(json["fields"][0]["contrast"], 0.1);
  EXPECT_EQ(json["fields"][0]["drift_px"][0][1], -1.25);
  EXPECT_EQ(json["fields"][0]["frame_faults"][1], "blank");
  EXPECT_EQ(json["pages"][0]["codewords"], "CcRLe");
  EXPECT_EQ(json["pages"][0]["restored"], 1);
  EXPECT_EQ(json["pages"][0]["iterations_max"], 20);
  EXPECT_DOUBLE_EQ(json["pages"][0]["iterations_mean"], 12.8);
  EXPECT_EQ(json["groups"][0]["erasures"][2], 3);
  EXPECT_EQ(json["files"][0]["path"], "a/\"b\"");
  EXPECT_EQ(json["files"][0]["status"], "lost");
  EXPECT_EQ(json["files"][0]["missing"][0][1], 5);
  EXPECT_EQ(json["all_verified"], false);
  EXPECT_FALSE(nlohmann::json::parse(report_text(report, nullptr, "1")).contains("files"));
}

}  // namespace
}  // namespace ostracon::io
