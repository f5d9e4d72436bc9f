// One page after the other, read under every condition that a microscope may be set to. The frames
// are all that recover() gets.

#include <cmath>
#include <ostream>
#include <string>

#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

using format::Rate;

struct Condition {
  const char* name;
  std::int32_t rows, cols;
  Rate rate;
  Settings settings;
};

void PrintTo(const Condition& condition, std::ostream* out) { *out << condition.name; }

std::string condition_name(const ::testing::TestParamInfo<Condition>& info) {
  return info.param.name;
}

class Conditions : public ::testing::TestWithParam<Condition> {
 protected:
  /// A data page and a parity page, each read by itself: the margins of all conditions are such
  /// that no codeword needs the outer code.
  void expect_pages_read() {
    const Condition& condition = GetParam();
    ASSERT_OK_AND_ASSIGN(const auto profile, typical_with(condition.settings));
    ASSERT_OK_AND_ASSIGN(const auto plate,
                         KnownPlate::write(condition.rows, condition.cols, condition.rate, 1));
    ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0, 1}));
    MemoryScan source(std::move(fields));
    ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
    expect_whole(plate, recovered);
    const RecoveryReport& report = recovered.result.report;
    ASSERT_EQ(report.fields.size(), 2U);
    for (const FieldReport& field : report.fields) {
      EXPECT_TRUE(field.page_found) << field.reason;
      EXPECT_EQ(field.page, field.field);
      expect_pose(field, profile);
      expect_channel(field, profile);
    }
    for (std::size_t page = 0; page < 2; ++page)
      for (const CodewordOutcome outcome : report.pages[page].outcomes)
        EXPECT_TRUE(outcome == CodewordOutcome::kClean || outcome == CodewordOutcome::kCorrected)
            << "a codeword of page " << page;
  }

 private:
  static void expect_channel(const FieldReport& field, const sem::Profile& profile) {
    const double dose = profile.noise.electrons_per_module;
    EXPECT_NEAR(static_cast<double>(field.dose), dose, 0.12 * dose);
    EXPECT_NEAR(static_cast<double>(field.contrast), profile.optics.contrast, 0.05);
    EXPECT_NEAR(static_cast<double>(field.blur_modules), profile.optics.blur_sigma_modules, 0.12);
  }
  static void expect_pose(const FieldReport& field, const sem::Profile& profile) {
    const auto pitch = static_cast<double>(field.pitch_px);
    EXPECT_NEAR(pitch, profile.scan.pixels_per_module, 0.03 * profile.scan.pixels_per_module);
    EXPECT_EQ(field.mirrored, profile.geometry.mirrored);
    EXPECT_EQ(field.inverted, profile.optics.inverted);
    EXPECT_EQ(field.drift_px.size(), static_cast<std::size_t>(profile.scan.frames));
    // A mirrored page's columns run against +x before it is turned.
    const double want = profile.geometry.rotation_deg + profile.geometry.turn_deg +
                        (profile.geometry.mirrored ? 180 : 0);
    const double off = std::remainder(static_cast<double>(field.rotation_deg) - want, 360.0);
    EXPECT_LT(std::abs(off), 1.0) << "rotation " << field.rotation_deg << ", wanted " << want;
  }
};

TEST_P(Conditions, ThePagesAreReadWhole) { expect_pages_read(); }

const Settings kTypical{};

INSTANTIATE_TEST_SUITE_P(
    Sizes, Conditions,
    ::testing::Values(Condition{"page_256x256", 256, 256, Rate::kFourFifths, kTypical},
                      Condition{"page_384x384", 384, 384, Rate::kFourFifths, kTypical},
                      Condition{"page_384x640", 384, 640, Rate::kFourFifths, kTypical},
                      Condition{"page_320x257", 320, 257, Rate::kFourFifths, kTypical}),
    condition_name);

INSTANTIATE_TEST_SUITE_P(
    Orientations, Conditions,
    ::testing::Values(
        Condition{"turned_90", 256, 256, Rate::kFourFifths, {{"turn", 90}}},
        Condition{"turned_180", 256, 256, Rate::kFourFifths, {{"turn", 180}}},
        Condition{"turned_270", 256, 320, Rate::kFourFifths, {{"turn", 270}}},
        Condition{"mirrored", 256, 256, Rate::kFourFifths, {{"mirrored", 1}}},
        Condition{
            "mirrored_turned_90", 256, 320, Rate::kFourFifths, {{"mirrored", 1}, {"turn", 90}}},
        Condition{"inverted", 256, 256, Rate::kFourFifths, {{"inverted", 1}}},
        Condition{"rotated_back_by_3", 256, 256, Rate::kFourFifths, {{"rotation", -3}}}),
    condition_name);

INSTANTIATE_TEST_SUITE_P(
    Samples, Conditions,
    ::testing::Values(Condition{"uint16", 256, 256, Rate::kFourFifths, {{"bits", 16}}},
                      Condition{"float32", 256, 256, Rate::kFourFifths, {{"bits", 32}}},
                      Condition{"four_frames", 256, 256, Rate::kFourFifths, {{"frames", 4}}},
                      Condition{"two_frames", 256, 256, Rate::kFourFifths, {{"frames", 2}}},
                      Condition{"one_frame", 256, 256, Rate::kFourFifths, {{"frames", 1}}}),
    condition_name);

INSTANTIATE_TEST_SUITE_P(
    Pitches, Conditions,
    ::testing::Values(
        Condition{"pitch_2", 256, 256, Rate::kFourFifths, {{"pixels-per-module", 2}}},
        Condition{"pitch_2_5", 256, 256, Rate::kFourFifths, {{"pixels-per-module", 2.5}}},
        Condition{"pitch_4", 256, 256, Rate::kFourFifths, {{"pixels-per-module", 4}}},
        Condition{"pitch_5", 256, 256, Rate::kFourFifths, {{"pixels-per-module", 5}}}),
    condition_name);

// At rate 8/9 the 2 % of damage (about 4 % of modules erased with their surroundings) leave little
// for noise: the least dose that any reader could do with lies above the profile's 150.
INSTANTIATE_TEST_SUITE_P(
    Rates, Conditions,
    ::testing::Values(Condition{"rate_1_3_at_60", 256, 256, Rate::kOneThird, {{"dose", 60}}},
                      Condition{"rate_1_2_at_80", 256, 256, Rate::kOneHalf, {{"dose", 80}}},
                      Condition{"rate_2_3_at_120", 256, 256, Rate::kTwoThirds, {{"dose", 120}}},
                      Condition{"rate_8_9_at_300", 256, 256, Rate::kEightNinths, {{"dose", 300}}}),
    condition_name);

}  // namespace
}  // namespace ostracon::test
