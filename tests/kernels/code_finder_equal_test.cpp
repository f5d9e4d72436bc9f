// The code finder's kernels against the CPU's passes on the same pictures.

#include <algorithm>
#include <cmath>
#include <tuple>

#include "datasets/random.hpp"
#include "host/cpu/finder_search.hpp"
#include "kernels/finder_peaks.hpp"
#include "tests/support/both_backends.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

class CodeFinderEqualTest : public BothBackendsTest {
 protected:
  static std::vector<LocatedCode> find(Backend& backend, const QrScene& scene, bool one_lattice) {
    const QrSceneOptions& options = scene.options;
    auto finder = backend.make_code_finder(
        {.rows = options.rows, .cols = options.cols, .one_lattice = one_lattice});
    const auto image = Buffer<float>::from(backend.memory(), scene.pixels);
    EXPECT_TRUE(finder && image);
    if (!finder || !image) return {};
    std::vector<LocatedCode> codes;
    for (int round = 0; round < 2; ++round) {  // a stage may be used again
      auto found =
          finder.value()->run({image.value().data(), options.rows, options.cols, options.cols});
      EXPECT_TRUE(found.has_value()) << found.error().message;
      if (found) codes = std::move(found).value();
    }
    return codes;
  }

  /// The same codes, their maps nowhere farther apart than `most_px`; how many.
  std::size_t expect_same(const QrScene& scene, float most_px, bool one_lattice = true) {
    const auto expected = find(cpu(), scene, one_lattice);
    const auto found = find(kernels(), scene, one_lattice);
    EXPECT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
      const LocatedCode &a = found[i], &b = expected[i];
      EXPECT_EQ(a.version, b.version) << i;
      EXPECT_EQ(a.inverted, b.inverted) << i;
      EXPECT_EQ(a.mirrored, b.mirrored) << i;
      EXPECT_NEAR(a.score, b.score, 1e-4F) << i;
      for (const float row : {0.0F, 2 * b.map.middle})
        for (const float col : {0.0F, 2 * b.map.middle})
          for (std::size_t axis = 0; axis < 2; ++axis)
            EXPECT_NEAR(a.map.at(row, col)[axis], b.map.at(row, col)[axis], most_px) << i;
    }
    return expected.size();
  }
};

TEST_F(CodeFinderEqualTest, AnArrayWithGapsAndLostFinderPatternsIsTheSame) {
  QrSceneOptions options{.rows = 1056, .cols = 1041, .angle_deg = 2, .blur_modules = 0.25};
  options.snr = 3;
  options.samples = 2;
  std::vector<DrawnCode> codes = code_array(options, 3, 7, 7, 33, 9);
  ASSERT_EQ(codes.size(), 49U);
  sem::Random random(7);
  for (DrawnCode& code : codes) {  // some are searched for about their places
    code.y += random.uniform(-3, 3);
    code.x += random.uniform(-3, 3);
  }
  for (const std::size_t k : {8U, 21U, 40U})
    for (int row = 0; row < 7; ++row)
      for (int col = 0; col < 7; ++col)
        codes[k].matrix.modules[static_cast<std::size_t>(row * codes[k].matrix.side + col)] = 0;
  codes.erase(codes.begin() + 30);
  EXPECT_GE(expect_same(draw_qr_scene(options, codes), 0.001F), 46U);
}

TEST_F(CodeFinderEqualTest, CodesOfAllKindsOfAnyPitchAreTheSame) {
  std::uint64_t number = 0;
  for (const double pitch : {2.0, 3.3, 5.2, 9.0})
    for (const bool other : {false, true}) {
      ++number;
      const int version = pitch > 6 ? 1 : other ? 7 : 2;
      const auto side = static_cast<std::int32_t>((28 + 6 * version) * pitch);
      QrSceneOptions options{.rows = side, .cols = side + 5, .pitch_px = pitch};
      options.angle_deg = 37.0 * static_cast<double>(number);
      options.blur_modules = 0.25;
      options.snr = 3;
      options.inverted = number % 3 == 0;
      options.mirrored = other;
      options.light = -2000;
      options.dark = -9000;
      const QrScene scene =
          draw_qr_scene(options, {{random_symbol(version, number), 0.5 * side, 0.5 * side + 3}});
      EXPECT_EQ(expect_same(scene, 0.001F), 1U) << pitch << ", " << version;
    }
}

TEST_F(CodeFinderEqualTest, NothingIsTheSame) {
  EXPECT_EQ(expect_same(draw_qr_scene({.rows = 150, .cols = 170, .snr = 1}, {}), 0), 0U);
  QrScene even = draw_qr_scene({.rows = 33, .cols = 47}, {});
  std::fill(even.pixels.begin(), even.pixels.end(), 3.0F);
  EXPECT_EQ(expect_same(even, 0), 0U);
}

TEST_F(CodeFinderEqualTest, PeaksAreTheSameButForThoseAtTheLimitHoweverManyComeDownTogether) {
  const QrScene scene = draw_qr_scene({.rows = 201, .cols = 263, .angle_deg = 9, .snr = 2},
                                      {{random_symbol(2, 3), 90, 120}});
  const auto device = cuda::Device::create();
  ASSERT_TRUE(device.has_value());
  const auto image = Buffer<float>::from(device.value()->memory(), scene.pixels);
  ASSERT_TRUE(image.has_value());
  cuda::CodeLevelViews views{};
  views.of[0] = {image.value().data(), 201, 263, 263};
  const steps::FinderTemplate ring = steps::ring_template(2.3F);
  const steps::FinderTemplate square = steps::square_template({3.6F, 1.0F}, {-1.0F, 3.6F});
  const steps::FinderTemplate small = steps::ring_template(1.8F);
  // One of them has no room for a peak.
  const std::array searches{steps::PeakSearch{0, {0, 0, 201, 263}, &ring, 2.3F, 0, 0.4F},
                            steps::PeakSearch{0, {20, 30, 30, 90}, &square, 3.7F, 0, 0.1F},
                            steps::PeakSearch{0, {17, 9, 130, 150}, &square, 3.7F, 0.2F, 0},
                            steps::PeakSearch{0, {100, 90, 101, 173}, &small, 1.8F, 0.1F, 0.5F}};
  std::vector<steps::FinderPeak> expected;
  for (const steps::PeakSearch& search : searches)
    for (steps::FinderPeak peak : cpu::find_peaks(
             {&scene.pixels[static_cast<std::size_t>(search.part.top * 263 + search.part.left)],
              search.part.rows, search.part.cols, 263},
             0, *search.finder, search.pitch, search.least_contrast, search.least_rms)) {
      peak.y += static_cast<float>(search.part.top);
      peak.x += static_cast<float>(search.part.left);
      expected.push_back(peak);
    }
  EXPECT_GT(expected.size(), 300U);
  for (const std::int64_t together : {1 << 18, 0}) {
    auto peaks = cuda::FinderPeaks::create(*device.value(), together);
    ASSERT_TRUE(peaks.has_value());
    const auto found = peaks.value().run(views, searches);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_EQ(found.value().size(), expected.size());  // none happens to be at the limit
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const steps::FinderPeak &a = found.value()[k], &b = expected[k];
      EXPECT_EQ(std::tie(a.y, a.x, a.contrast, a.pitch), std::tie(b.y, b.x, b.contrast, b.pitch));
      EXPECT_NEAR(a.strength, b.strength, 1e-5F * b.strength);
    }
  }
}

}  // namespace
}  // namespace ostracon::test
