// The code sampler's kernels against the CPU's on the same pictures.

#include <algorithm>
#include <cmath>

#include "tests/support/both_backends.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

class CodeSamplerEqualTest : public BothBackendsTest {
 protected:
  struct Sampled {
    std::vector<CodeSignal> signals;
    std::vector<Llr> modules;
  };
  static void sample(Backend& backend, const QrScene& scene, const std::vector<LocatedCode>& codes,
                     Sampled& sampled) {
    const QrSceneOptions& options = scene.options;
    std::size_t count = 0;
    for (const DrawnCode& code : scene.codes) count += code.matrix.modules.size();
    auto stage = backend.make_code_sampler({options.rows, options.cols});
    auto image = Buffer<float>::from(backend.memory(), scene.pixels);
    auto modules = Buffer<Llr>::create(backend.memory(), count);
    ASSERT_TRUE(stage && image && modules);
    for (int round = 0; round < 2; ++round) {  // a stage may be used again
      auto signals =
          stage.value()->run({image.value().data(), options.rows, options.cols, options.cols},
                             codes, modules.value().data());
      ASSERT_TRUE(signals.has_value()) << signals.error().message;
      sampled.signals = std::move(signals).value();
    }
    sampled.modules.resize(count);
    ASSERT_TRUE(modules.value().download(sampled.modules).has_value());
  }
};

TEST_F(CodeSamplerEqualTest, SignalsAndLlrsAreTheSameButForRounding) {
  // Codes of several versions, one partly beyond the picture, a scratch across them.
  const QrSceneOptions options{.rows = 260,
                               .cols = 330,
                               .angle_deg = 5,
                               .bend = 0.3,
                               .blur_modules = 0.3,
                               .snr = 4,
                               .seed = 6};
  QrScene scene = draw_qr_scene(options, {{random_symbol(1, 1), 60, 62},
                                          {random_symbol(3, 2), 150, 170},
                                          {random_symbol(7, 3), 130, 300},
                                          {random_symbol(2, 4), 205, 60}});
  for (std::size_t k = 0; k < 4 * 250; ++k)
    scene.pixels[(k / 4 + 5) * 330 + k / 4 + k % 4 + 20] += 2;
  std::vector<LocatedCode> codes;
  for (const DrawnCode& code : scene.codes) {
    LocatedCode at;
    at.version = format::qr::version_of_side(code.matrix.side);
    const double middle = 0.5 * (code.matrix.side - 1);
    at.map.middle = static_cast<float>(middle);
    const auto centre = scene.place(code, middle, middle);
    const auto down = scene.place(code, middle + 1, middle);
    const auto right = scene.place(code, middle, middle + 1);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      at.map.terms[0][axis] = static_cast<float>(centre[axis]);
      at.map.terms[1][axis] = static_cast<float>(down[axis] - centre[axis]);
      at.map.terms[2][axis] = static_cast<float>(right[axis] - centre[axis]);
      at.map.terms[4][axis] = 0.002F;
    }
    codes.push_back(at);
  }
  Sampled expected, sampled;
  sample(cpu(), scene, codes, expected);
  sample(kernels(), scene, codes, sampled);
  ASSERT_EQ(sampled.modules.size(), expected.modules.size());
  ASSERT_EQ(sampled.signals.size(), expected.signals.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    EXPECT_NE(expected.signals[i].contrast, 0) << i;
    EXPECT_NEAR(sampled.signals[i].level, expected.signals[i].level, 1e-5F);
    EXPECT_NEAR(sampled.signals[i].contrast, expected.signals[i].contrast, 1e-5F);
    EXPECT_NEAR(sampled.signals[i].noise, expected.signals[i].noise, 1e-5F);
  }
  std::size_t erased = 0, certain = 0, rounded = 0;
  for (std::size_t k = 0; k < sampled.modules.size(); ++k) {
    const int difference = std::abs(sampled.modules[k] - expected.modules[k]);
    EXPECT_LE(difference, 1) << k;
    rounded += difference != 0;
    erased += expected.modules[k] == 0;
    certain += std::abs(expected.modules[k]) > 8;
  }
  EXPECT_LE(1000 * rounded, sampled.modules.size());
  EXPECT_GT(erased, 100U);
  EXPECT_GT(certain, 1500U);
}

TEST_F(CodeSamplerEqualTest, NoCodesAndCodesOfNothingAreTheSame) {
  QrScene scene = draw_qr_scene({.rows = 60, .cols = 50}, {{random_symbol(1, 8), 30, 25}});
  std::fill(scene.pixels.begin(), scene.pixels.end(), 1.5F);
  LocatedCode nowhere{.map = {}, .version = 1};
  nowhere.map.terms[0] = {-4000, 1e9F};
  nowhere.map.terms[1] = {4, 0};
  nowhere.map.terms[2] = {0, 4};
  Sampled expected, sampled;
  sample(cpu(), scene, {nowhere}, expected);
  sample(kernels(), scene, {nowhere}, sampled);
  EXPECT_EQ(sampled.signals[0].contrast, 0);
  EXPECT_EQ(sampled.modules, expected.modules);
  EXPECT_EQ(sampled.modules, std::vector<Llr>(21 * 21, Llr{0}));
  scene.codes.clear();
  sample(kernels(), scene, {}, sampled);
  EXPECT_TRUE(sampled.signals.empty());
}

}  // namespace
}  // namespace ostracon::test
