#include "pipeline/stages/code_finder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "datasets/random.hpp"
#include "tests/stages/code_finder_fixture.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

namespace qr = format::qr;

TEST_P(CodeFinderTest, CodesAreFoundAndFollowedToATwentiethOfAModuleWhereTheyAreBarelyLegible) {
  struct Point {
    double snr, blur;
    float most_error;
  };
  // Signal to noise at which hard decisions on a known grid read 99 % of version 3-M, 4 px a
  // module.
  constexpr std::array kPoints{Point{1.4, 0, 0.04F}, Point{2.0, 0.25, 0.045F},
                               Point{2.4, 0.35, 0.05F}, Point{4.7, 0.5, 0.06F}};
  for (const Point& point : kPoints)
    for (const double angle : {0.0, 7.0}) {
      Tally tally;
      for (std::uint64_t number = 1; number <= trials(12); ++number)
        look(one_code({.rows = side(512),
                       .cols = side(512),
                       .angle_deg = angle,
                       .blur_modules = point.blur,
                       .snr = point.snr},
                      3, number),
             tally);
      EXPECT_EQ(tally.found, tally.drawn) << point.snr << ", " << angle << " degrees";
      EXPECT_EQ(tally.others, 0) << point.snr << ", " << angle << " degrees";
      EXPECT_LT(tally.rms_error(), point.most_error) << point.snr << ", " << angle << " degrees";
    }
}

TEST_P(CodeFinderTest, EveryAngleIsFound) {
  Tally tally;
  for (int turn = 0; turn < 24; turn += kernels_are_emulated() ? 5 : 1)
    look(one_code({.rows = side(384),
                   .cols = side(384),
                   .angle_deg = 15.0 * turn + 1,
                   .blur_modules = 0.3,
                   .snr = 3},
                  2, static_cast<std::uint64_t>(turn)),
         tally);
  EXPECT_EQ(tally.found, tally.drawn);
  EXPECT_EQ(tally.others, 0);
  EXPECT_LT(tally.rms_error(), 0.05F);
}

// Finder patterns of these, midway between the angles tried first, were taken for others: 15
// degrees turned or a third smaller.
TEST_P(CodeFinderTest, FinderPatternsAreFollowedFromMoreThanTheBestOfTheAnglesAndPitchesTried) {
  Tally tally;
  const auto look_at = [&](double angle, std::uint64_t number) {
    look(one_code({.rows = 256, .cols = 256, .angle_deg = angle, .snr = 1.6}, 3, number), tally);
  };
  for (const std::uint64_t number : {30U, 60U, 121U, 195U, 218U, 225U, 381U}) look_at(6, number);
  for (const std::uint64_t number : {23U, 50U, 463U, 506U}) look_at(7, number);
  EXPECT_EQ(tally.found, tally.drawn);
  EXPECT_EQ(tally.others, 0);
}

TEST_P(CodeFinderTest, MirroredAndInvertedCodesAreToldApart) {
  Tally tally;
  std::uint64_t number = 0;
  for (const bool mirrored : {false, true})
    for (const bool inverted : {false, true})
      for (const double angle : {0.0, 100.0, 200.0})
        look(one_code({.rows = 320,
                       .cols = 320,
                       .angle_deg = angle,
                       .blur_modules = 0.25,
                       .snr = 2.5,
                       .inverted = inverted,
                       .mirrored = mirrored},
                      3, ++number),
             tally);
  EXPECT_EQ(tally.found, tally.drawn);
  EXPECT_EQ(tally.others, 0);
}

TEST_P(CodeFinderTest, PitchesFromTwoToTwentyPixelsAreFoundWhateverTheScaleOfBrightness) {
  for (const double pitch : {2.0, 2.6, 3.4, 5.0, 7.3, 11.0, 15.5, 20.0}) {
    if (kernels_are_emulated() && (pitch == 2.6 || pitch == 5.0 || pitch > 16)) continue;
    const auto side = static_cast<std::int32_t>(40 * pitch) + 60;
    QrSceneOptions options{.rows = side, .cols = side + 10, .pitch_px = pitch, .angle_deg = 3};
    options.blur_modules = 0.2;
    options.snr = 4;
    options.light = -2000;
    options.dark = -9000;
    Tally tally;
    look(one_code(options, 3, 5), tally);
    EXPECT_EQ(tally.found, 1) << pitch;
    EXPECT_EQ(tally.others, 0) << pitch;
  }
}

TEST_P(CodeFinderTest, VersionsFromOneToFortyAreToldApart) {
  for (const int version : {1, 2, 4, 6, 7, 10, 14, 19, 25, 32, 40}) {
    if (kernels_are_emulated() && version > 14 && version < 40) continue;
    const auto side = static_cast<std::int32_t>(3 * (qr::side_of(version) + 12));
    Tally tally;
    look(one_code({.rows = side,
                   .cols = side,
                   .pitch_px = 2.7,
                   .angle_deg = 1.5,
                   .blur_modules = 0.25,
                   .snr = 3},
                  version, static_cast<std::uint64_t>(version)),
         tally);
    EXPECT_EQ(tally.found, 1) << version;
    EXPECT_EQ(tally.others, 0) << version;
    EXPECT_LT(tally.rms_error(), 0.06F) << version;
  }
}

TEST_P(CodeFinderTest, StretchedShearedAndBentCodesAreFollowed) {
  Tally tally;
  for (std::uint64_t number = 1; number <= trials(6); ++number)
    look(one_code({.rows = side(512),
                   .cols = side(512),
                   .angle_deg = 5,
                   .stretch = 0.04,
                   .shear = 0.03,
                   .bend = 0.3,
                   .blur_modules = 0.25,
                   .snr = 4},
                  6, number),
         tally);
  EXPECT_EQ(tally.found, tally.drawn);
  EXPECT_EQ(tally.others, 0);
  EXPECT_LT(tally.rms_error(), 0.12F);
}

TEST_P(CodeFinderTest, AFieldOfAHundredCodesIsFoundWhole) {
  QrSceneOptions options{.rows = 1400, .cols = 1400, .angle_deg = 2, .blur_modules = 0.25};
  options.snr = 2.3;
  options.samples = 2;
  Tally tally;
  look(draw_qr_scene(options, code_array(options, 3, 10, 10, 33, 9)), tally);
  EXPECT_EQ(tally.drawn, 100);
  EXPECT_EQ(tally.found, 100);
  EXPECT_EQ(tally.others, 0);
  EXPECT_LT(tally.rms_error(), 0.04F);
}

TEST_P(CodeFinderTest, CodesOfAnArrayAreFoundWithoutOneOfTheirFinderPatterns) {
  QrSceneOptions options{.rows = 1200, .cols = 1200, .angle_deg = -3, .blur_modules = 0.25};
  options.snr = 3;
  options.samples = 2;
  std::vector<DrawnCode> codes = code_array(options, 3, 8, 8, 33, 4);
  ASSERT_EQ(codes.size(), 64U);
  for (std::size_t k = 5; k < codes.size(); k += 13)
    for (int row = 0; row < 7; ++row)
      for (int col = 0; col < 7; ++col) {
        const int side = codes[k].matrix.side, left = k % 2 == 0 ? 0 : side - 7;
        codes[k].matrix.modules[static_cast<std::size_t>(row * side + left + col)] = 0;
      }
  Tally tally;
  look(draw_qr_scene(options, codes), tally);
  EXPECT_EQ(tally.found, 64);
  EXPECT_EQ(tally.others, 0);
}

TEST_P(CodeFinderTest, CodesOfDifferentPitchAndAngleInALargeImageAreFoundWhereAskedFor) {
  constexpr std::int32_t kSide = 1100;
  const QrSceneOptions first{.rows = kSide, .cols = kSide, .angle_deg = 10, .snr = 5};
  QrScene scene = draw_qr_scene(first, {{random_symbol(2, 1), 200, 250}});
  QrSceneOptions second{.rows = kSide, .cols = kSide, .pitch_px = 7, .angle_deg = -30, .snr = 5};
  second.seed = 2;
  const QrScene other = draw_qr_scene(second, {{random_symbol(5, 2), 780, 700}});
  for (std::size_t k = 0; k < scene.pixels.size(); ++k) scene.pixels[k] += other.pixels[k];
  const auto image = Buffer<float>::from(backend().memory(), scene.pixels);
  ASSERT_TRUE(image.has_value());
  const auto finder =
      backend().make_code_finder({.rows = kSide, .cols = kSide, .one_lattice = false});
  ASSERT_TRUE(finder.has_value());
  const auto found = finder.value()->run({image.value().data(), kSide, kSide, kSide});
  ASSERT_OK(found);
  ASSERT_EQ(found.value().size(), 2U);
  EXPECT_LT(map_error(scene, scene.codes[0], found.value()[0]), 0.05F);
  EXPECT_LT(map_error(other, other.codes[0], found.value()[1]), 0.05F);
}

TEST_P(CodeFinderTest, NoiseHasNoCodes) {
  for (std::uint64_t seed = 1; seed <= trials(12); ++seed) {
    const std::int32_t px = side(512);
    const QrScene scene = draw_qr_scene({.rows = px, .cols = px, .snr = 1, .seed = seed}, {});
    const auto found = find(px, px, scene.pixels);
    ASSERT_OK(found);
    EXPECT_TRUE(found.value().empty()) << seed;
  }
}

TEST_P(CodeFinderTest, RandomModulesOfAPageHaveNoCodes) {
  for (const double pitch : {2.0, 3.0, 4.0}) {
    if (kernels_are_emulated() && pitch != 3) continue;
    const int side = static_cast<int>(512 / pitch);
    DrawnCode page{{side, {}}, 255.5, 255.5};
    sem::Random random(3);
    for (int k = 0; k < side * side; ++k)
      page.matrix.modules.push_back(static_cast<std::uint8_t>(random.word() & 1));
    const QrScene scene =
        draw_qr_scene({.pitch_px = pitch, .blur_modules = 0.25, .snr = 3}, {page});
    const auto found = find(512, 512, scene.pixels);
    ASSERT_OK(found);
    EXPECT_TRUE(found.value().empty()) << pitch;
  }
}

TEST_P(CodeFinderTest, AnEvenImageHasNoCodes) {
  const auto found = find(100, 140, std::vector<float>(14000, 7.0F));
  ASSERT_OK(found);
  EXPECT_TRUE(found.value().empty());
}

TEST_P(CodeFinderTest, TheSmallestImagesAndOddSizesAreTaken) {
  for (const std::int32_t side : {32, 33, 47, 65}) {
    const QrScene scene = draw_qr_scene({.rows = side, .cols = side + 3, .snr = 2}, {});
    ASSERT_OK(find(side, side + 3, scene.pixels));
  }
}

TEST_P(CodeFinderTest, AnotherShapeThanPlannedAndImpossiblePlansAreRefused) {
  const std::vector<float> pixels(64 * 80, 0.0F);
  const auto image = Buffer<float>::from(backend().memory(), pixels);
  ASSERT_TRUE(image.has_value());
  const auto finder = backend().make_code_finder({.rows = 80, .cols = 64});
  ASSERT_TRUE(finder.has_value());
  const auto found = finder.value()->run({image.value().data(), 64, 80, 80});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(backend().make_code_finder({.rows = 31, .cols = 64}).has_value());
  EXPECT_FALSE(backend()
                   .make_code_finder({.rows = 64, .cols = 64, .min_pitch_px = 5, .max_pitch_px = 4})
                   .has_value());
}

OSTRACON_ON_EVERY_BACKEND(CodeFinderTest);

}  // namespace
}  // namespace ostracon::test
