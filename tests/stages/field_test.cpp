#include "pipeline/field.hpp"

#include <gtest/gtest.h>

#include "pipeline/locate_page.hpp"
#include "pipeline/page_map.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {
namespace {

TEST(FlatField, IsExactAtTheCentresOfCellsAndLinearBetween) {
  FlatField flat;
  flat.cell_rows = 2;
  flat.cell_cols = 3;
  flat.shading = {10, 20, 40, 30, 60, 90};
  EXPECT_FLOAT_EQ(flat.shading_at(7.5F, 7.5F), 10);
  EXPECT_FLOAT_EQ(flat.shading_at(7.5F, 23.5F), 20);
  EXPECT_FLOAT_EQ(flat.shading_at(23.5F, 39.5F), 90);
  EXPECT_FLOAT_EQ(flat.shading_at(7.5F, 15.5F), 15);
  EXPECT_FLOAT_EQ(flat.shading_at(15.5F, 7.5F), 20);
  EXPECT_FLOAT_EQ(flat.shading_at(15.5F, 15.5F), 30);
}

TEST(FlatField, IsConstantBeyondTheOutermostCentres) {
  FlatField flat;
  flat.cell_rows = 2;
  flat.cell_cols = 2;
  flat.shading = {10, 20, 30, 40};
  EXPECT_FLOAT_EQ(flat.shading_at(0, 0), 10);
  EXPECT_FLOAT_EQ(flat.shading_at(-1000, 1000), 20);
  EXPECT_FLOAT_EQ(flat.shading_at(1000, -1000), 30);
  EXPECT_FLOAT_EQ(flat.shading_at(31, 31), 40);
}

TEST(FlatField, ASingleCellIsEverywhereTheSame) {
  FlatField flat;
  flat.cell_rows = flat.cell_cols = 1;
  flat.shading = {7};
  EXPECT_FLOAT_EQ(flat.shading_at(0, 0), 7);
  EXPECT_FLOAT_EQ(flat.shading_at(100, -3), 7);
}

TEST(DriftField, IsLinearBetweenBandsAndHalfABandBeyond) {
  DriftField drift;
  drift.frames = 2;
  drift.band_centre_y = {100, 200, 400};
  drift.shift = {{0, 0}, {10, -20}, {10, 0}, {1, 1}, {2, 2}, {3, 3}};
  EXPECT_EQ(drift.at(0, 100), (std::array<float, 2>{0, 0}));
  EXPECT_EQ(drift.at(0, 150), (std::array<float, 2>{5, -10}));
  EXPECT_EQ(drift.at(0, 300), (std::array<float, 2>{10, -10}));
  EXPECT_EQ(drift.at(1, 400), (std::array<float, 2>{3, 3}));
  EXPECT_EQ(drift.at(0, 50), (std::array<float, 2>{-5, 10}));
  EXPECT_EQ(drift.at(0, -5000), (std::array<float, 2>{-5, 10}));
  EXPECT_EQ(drift.at(0, 500), (std::array<float, 2>{10, 10}));
  EXPECT_EQ(drift.at(0, 5000), (std::array<float, 2>{10, 10}));
}

TEST(DriftField, OneBandIsRigid) {
  DriftField drift;
  drift.frames = 2;
  drift.band_centre_y = {64};
  drift.shift = {{1, 2}, {-1, -2}};
  EXPECT_EQ(drift.at(1, 0), (std::array<float, 2>{-1, -2}));
  EXPECT_EQ(drift.at(0, 500), (std::array<float, 2>{1, 2}));
}

TEST(LatticeMap, IsExactAtNodesBilinearBetweenAndLinearBeyond) {
  LatticeMap map;
  map.step = 8;
  map.first_row = -8;
  map.first_col = 16;
  map.node_rows = 2;
  map.node_cols = 3;
  map.nodes = {{0, 0}, {0, 24}, {4, 48}, {24, 0}, {24, 24}, {28, 56}};
  EXPECT_EQ(map.at(-8, 16), (std::array<float, 2>{0, 0}));
  EXPECT_EQ(map.at(0, 32), (std::array<float, 2>{28, 56}));
  EXPECT_EQ(map.at(-4, 20), (std::array<float, 2>{12, 12}));
  EXPECT_EQ(map.at(-4, 28), (std::array<float, 2>{14, 38}));
  EXPECT_EQ(map.at(-16, 16), (std::array<float, 2>{-24, 0}));
  EXPECT_EQ(map.at(-8, 40), (std::array<float, 2>{8, 72}));
}

TEST(PagePose, IsMirroredWhenItsAxesAreLeftHanded) {
  EXPECT_FALSE((PagePose{0, 0, {1, 0}, {0, 1}, false}.mirrored()));
  EXPECT_FALSE((PagePose{0, 0, {0, -1}, {1, 0}, false}.mirrored()));
  EXPECT_TRUE((PagePose{0, 0, {1, 0}, {0, -1}, false}.mirrored()));
  EXPECT_TRUE((PagePose{0, 0, {0, 1}, {1, 0}, true}.mirrored()));
}

TEST(PageMap, ShowsEveryPageModuleWhereTheFieldHasIt) {
  const LatticeMap field = straight_map(400, 420, {5, 9}, {2.9F, 0.2F}, {-0.2F, 3.1F});
  for (const PagePose& pose :
       {PagePose{20, 31, {1, 0}, {0, 1}, false}, PagePose{20, 300, {0, -1}, {1, 0}, false},
        PagePose{300, 280, {-1, 0}, {0, -1}, true}, PagePose{20, 280, {1, 0}, {0, -1}, false}}) {
    const LatticeMap map = page_map(field, pose, 256, 260);
    for (std::int32_t r = -10; r <= 265; r += 11)
      for (std::int32_t c = -10; c <= 270; c += 7) {
        const auto at = map.at(static_cast<float>(r), static_cast<float>(c));
        const auto expected = field.at(
            static_cast<float>(pose.origin_row + r * pose.row_axis[0] + c * pose.col_axis[0]),
            static_cast<float>(pose.origin_col + r * pose.row_axis[1] + c * pose.col_axis[1]));
        ASSERT_NEAR(at[0], expected[0], 2e-3F) << r << ' ' << c;
        ASSERT_NEAR(at[1], expected[1], 2e-3F) << r << ' ' << c;
      }
    EXPECT_LE(map.first_row, -2);
    EXPECT_GE(map.first_row + (map.node_rows - 1) * map.step, 258);
    EXPECT_GE(map.first_col + (map.node_cols - 1) * map.step, 262);
  }
}

TEST(PageMap, PitchRotationAndMirrorAreDescribed) {
  struct Case {
    std::array<float, 2> down, right;
    bool mirrored;
    float rotation;
  };
  for (const Case& c : {Case{{3, 0}, {0, 3}, false, 0}, Case{{0, -3}, {3, 0}, false, 90},
                        Case{{-3, 0}, {0, -3}, false, 180}, Case{{0, 3}, {-3, 0}, false, 270}}) {
    const LatticeMap map = straight_map(256, 256, {800, 800}, c.down, c.right);
    FieldReport report;
    describe_pose(map, 256, 256, PagePose{}, report);
    EXPECT_NEAR(report.pitch_px, 3, 1e-3F);
    EXPECT_NEAR(report.rotation_deg, c.rotation, 0.01F);
    EXPECT_FALSE(report.mirrored);
  }
  FieldReport report;
  describe_pose(straight_map(256, 256, {0, 800}, {2, 0}, {0, -4}), 256, 256,
                PagePose{0, 0, {1, 0}, {0, -1}, true}, report);
  EXPECT_NEAR(report.pitch_px, 3, 1e-3F);
  EXPECT_NEAR(report.rotation_deg, 180, 0.01F);
  EXPECT_TRUE(report.mirrored);
  EXPECT_TRUE(report.inverted);
}

TEST(Orientation, TheEightAreDifferentAndHalfOfThemMirrored) {
  int mirrored = 0;
  for (std::int32_t a = 0; a < 8; ++a) {
    mirrored += orient(a).mirrored() ? 1 : 0;
    for (std::int32_t b = 0; b < a; ++b)
      EXPECT_FALSE(orient(a).row_axis == orient(b).row_axis &&
                   orient(a).col_axis == orient(b).col_axis);
  }
  EXPECT_EQ(mirrored, 4);
}

}  // namespace
}  // namespace ostracon::test
