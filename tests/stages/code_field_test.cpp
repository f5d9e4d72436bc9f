// Fields of codes that do not stand as they should: CodeFinder on every backend.

#include <gtest/gtest.h>

#include <cmath>

#include "datasets/random.hpp"
#include "pipeline/stages/code_finder.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 1120;  // px: the lattice is learnt in the middle of as much

class CodeFieldTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto stage = backend().make_code_finder({.rows = 64, .cols = 64});
    if (!stage.has_value() && stage.error().code == ErrorCode::kUnavailable)
      GTEST_SKIP() << stage.error().message;
  }

  static QrSceneOptions options() {
    QrSceneOptions options{.rows = kSide, .cols = kSide, .angle_deg = 1, .blur_modules = 0.25};
    options.snr = 3;
    options.samples = 2;
    return options;
  }

  /// How many of the codes drawn are found, none of them elsewhere.
  std::size_t found(const QrScene& scene) {
    const auto image = Buffer<float>::from(backend().memory(), scene.pixels);
    auto finder = backend().make_code_finder({.rows = kSide, .cols = kSide});
    if (!image.has_value() || !finder.has_value()) return 0;
    const auto codes = finder.value()->run({image.value().data(), kSide, kSide, kSide});
    EXPECT_TRUE(codes.has_value());
    std::size_t count = 0;
    for (const DrawnCode& drawn : scene.codes)
      for (const LocatedCode& code : codes.value())
        if (std::hypot(code.map.terms[0][0] - drawn.y, code.map.terms[0][1] - drawn.x) < 1) ++count;
    EXPECT_EQ(count, codes.value().size());
    return count;
  }
};

TEST_P(CodeFieldTest, CodesUpToAModuleOffTheirPlacesAreFoundAll) {
  std::vector<DrawnCode> codes = code_array(options(), 3, 8, 8, 33, 2);
  ASSERT_EQ(codes.size(), 64U);
  sem::Random random(7);
  for (DrawnCode& code : codes) {
    code.y += random.uniform(-3.5, 3.5);  // px, of 4 a module
    code.x += random.uniform(-3.5, 3.5);
  }
  EXPECT_EQ(found(draw_qr_scene(options(), codes)), 64U);
}

TEST_P(CodeFieldTest, CodesBesideAnArrayAndBehindItsGapsAreFound) {
  std::vector<DrawnCode> codes;
  const std::vector<DrawnCode> array = code_array(options(), 3, 8, 8, 33, 3);
  for (std::size_t k = 0; k < array.size(); ++k) {
    const std::size_t row = k / 8, col = k % 8;
    if (col == 6) continue;              // nothing grows across
    if (row == 0 && col == 7) continue;  // nor is all there
    codes.push_back(array[k]);
    if (col == 7) codes.back().y -= 40 - 2.0 * static_cast<double>(row);  // off the rows
  }
  EXPECT_EQ(found(draw_qr_scene(options(), codes)), codes.size());
}

// One such, the first that was seen, had an array of its kind grown from it.
TEST_P(CodeFieldTest, FinderPatternsOfFourCodesWithQuietZonesAreNotTakenForASmallerOneBetweenThem) {
  QrSceneOptions look = options();
  look.angle_deg = 0;
  look.snr = 2.3;
  const std::vector<DrawnCode> codes = code_array(look, 3, 7, 7, 37, 1);
  ASSERT_EQ(codes.size(), 49U);
  EXPECT_EQ(found(draw_qr_scene(look, codes)), 49U);
}

OSTRACON_ON_EVERY_BACKEND(CodeFieldTest);

}  // namespace
}  // namespace ostracon::test
