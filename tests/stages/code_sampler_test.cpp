// Soft modules of QR codes whose place is told: signs, certainty, borders.
#include "pipeline/stages/code_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"
#include "pipeline/code_decoder.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

using format::qr::Level;
using format::qr::Matrix;

/// Where a code of a scene without bend lies.
LocatedCode located(const QrScene& scene, const DrawnCode& code) {
  LocatedCode at;
  at.version = format::qr::version_of_side(code.matrix.side);
  at.map.middle = 0.5F * static_cast<float>(code.matrix.side - 1);
  const double middle = 0.5 * (code.matrix.side - 1);
  const auto centre = scene.place(code, middle, middle);
  const auto down = scene.place(code, middle + 1, middle);
  const auto right = scene.place(code, middle, middle + 1);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    at.map.terms[0][axis] = static_cast<float>(centre[axis]);
    at.map.terms[1][axis] = static_cast<float>(down[axis] - centre[axis]);
    at.map.terms[2][axis] = static_cast<float>(right[axis] - centre[axis]);
  }
  at.inverted = scene.options.inverted;
  at.mirrored = scene.options.mirrored;
  return at;
}

class CodeSamplerTest : public BackendTest {
 protected:
  struct Sampled {
    std::vector<CodeSignal> signals;
    std::vector<std::vector<Llr>> modules;
  };

  Sampled sample(const QrScene& scene) {
    std::vector<LocatedCode> codes;
    std::size_t count = 0;
    for (const DrawnCode& code : scene.codes) {
      codes.push_back(located(scene, code));
      count += code.matrix.modules.size();
    }
    const QrSceneOptions& options = scene.options;
    auto stage = backend().make_code_sampler({options.rows, options.cols});
    auto image = Buffer<float>::from(backend().memory(), scene.pixels);
    auto room = Buffer<Llr>::create(backend().memory(), count);
    Sampled sampled;
    EXPECT_TRUE(stage && image && room);
    if (!stage || !image || !room) return sampled;
    auto signals =
        stage.value()->run({image.value().data(), options.rows, options.cols, options.cols}, codes,
                           room.value().data());
    EXPECT_TRUE(signals.has_value()) << signals.error().message;
    if (!signals) return sampled;
    sampled.signals = std::move(signals).value();
    std::vector<Llr> modules(count);
    EXPECT_TRUE(room.value().download(modules).has_value());
    auto from = modules.begin();
    for (const DrawnCode& code : scene.codes) {
      const auto size = static_cast<std::ptrdiff_t>(code.matrix.modules.size());
      sampled.modules.emplace_back(from, from + size);
      from += size;
    }
    return sampled;
  }

  static int wrong(const Matrix& matrix, const std::vector<Llr>& modules) {
    int errors = 0;
    for (std::size_t i = 0; i < modules.size(); ++i)
      errors += (modules[i] < 0) != (matrix.modules[i] != 0) || modules[i] == 0;
    return errors;
  }
};

TEST_P(CodeSamplerTest, EveryModuleIsRightWithoutNoise) {
  int seed = 0;
  for (const int version : {1, 3, 7, 21})
    for (const double angle : {0.0, 7.0, 33.0, 90.0, 200.0}) {
      QrSceneOptions options{.rows = 700, .cols = 720, .angle_deg = angle, .blur_modules = 0.35};
      options.pitch_px = 3.3 + 0.4 * (seed % 4);
      options.inverted = seed % 3 == 1;
      options.mirrored = seed % 3 == 2;
      ++seed;
      const QrScene scene = draw_qr_scene(
          options, {{random_symbol(version, static_cast<std::uint64_t>(seed)), 351.3, 360.8}});
      const Sampled sampled = sample(scene);
      ASSERT_EQ(sampled.modules.size(), 1U);
      EXPECT_EQ(wrong(scene.codes[0].matrix, sampled.modules[0]), 0) << version << " " << angle;
      EXPECT_EQ(sampled.signals[0].contrast < 0, options.inverted);
      EXPECT_NEAR(std::abs(sampled.signals[0].contrast), 0.5, 0.06);
      EXPECT_NEAR(sampled.signals[0].level, 0.5, 0.06);
    }
}

/// Of `count` codes 3-M in noise, how many are read.
struct Point {
  double snr, blur, angle;
};
class CodeSamplerLimits : public CodeSamplerTest {
 protected:
  int read(const Point& point, std::size_t count) {
    int good = 0;
    for (std::size_t i = 0; i < count; ++i) {
      QrSceneOptions options{.rows = 256,
                             .cols = 256,
                             .angle_deg = point.angle,
                             .blur_modules = point.blur,
                             .snr = point.snr,
                             .seed = i + 1};
      const auto text = "clay tablet " + std::to_string(i);
      const double shift = 0.37 * static_cast<double>(i % 11);
      const QrScene scene =
          draw_qr_scene(options, {{format::qr::encode_text(text, {Level::kM, 3, {}}).value(),
                                   126 + shift, 129 - 0.7 * shift}});
      const Sampled sampled = sample(scene);
      CodeDecoder decoder(backend(), {});
      const std::vector<SoftCode> codes = {{3, sampled.modules.at(0)}};
      const auto decoded = decoder.run(codes);
      if (!decoded || decoded.value()[0].verdict != CodeVerdict::kRead) continue;
      const auto bytes = format::qr::bytes_of(decoded.value()[0].stream.message.segments);
      EXPECT_EQ(std::string(bytes.begin(), bytes.end()), text);
      ++good;
    }
    return good;
  }
};

TEST_P(CodeSamplerLimits, CodesAreReadAtTheDosesThatLinearDetectionBears) {
  // The bounds of a known grid are 1.4, 2.0, 2.4 and 4.7 for hard decisions.
  const std::size_t count = trials(40, 3);
  for (const Point& point : {Point{1.4, 0, 0}, Point{1.4, 0, 7}, Point{2.0, 0.25, 0},
                             Point{2.0, 0.25, 7}, Point{2.4, 0.35, 7}, Point{4.7, 0.5, 0}})
    EXPECT_GE(read(point, count), static_cast<int>(count) - 1)
        << point.snr << " " << point.blur << " " << point.angle;
}

TEST_P(CodeSamplerTest, CertaintyIsWorthWhatItSays) {
  QrSceneOptions options{.rows = 1200, .cols = 1200, .blur_modules = 0.35, .snr = 2.0, .seed = 4};
  const QrScene scene = draw_qr_scene(options, code_array(options, 3, 8, 8, 33, 11));
  ASSERT_EQ(scene.codes.size(), 64U);
  const Sampled sampled = sample(scene);
  double expected = 0;
  int errors = 0;
  for (std::size_t i = 0; i < scene.codes.size(); ++i) {
    errors += wrong(scene.codes[i].matrix, sampled.modules[i]);
    for (const Llr llr : sampled.modules[i])
      expected +=
          1 /
          (1 + std::exp(std::abs(static_cast<double>(llr)) * static_cast<double>(kNatsPerLlrStep)));
  }
  EXPECT_GT(errors, 500);
  EXPECT_NEAR(errors / expected, 1, 0.2);
}

/// A straight scratch across a code, through `row`, `col`, modules.
struct Scratch {
  double row, col, angle, half_width;
  float level;
  bool covers(double r, double c) const {
    return std::abs((r - row) * std::cos(angle) - (c - col) * std::sin(angle)) < half_width;
  }
};

/// Draws one over the pixels about a code of a scene that is neither turned nor bent.
void scratch(QrScene& scene, const DrawnCode& code, const Scratch& dirt) {
  const double reach = 16.5 * scene.options.pitch_px;
  const auto noise = scene.options.snr > 0 ? 1 / scene.options.snr : 0.0;
  sem::Random random(static_cast<std::uint64_t>(code.y * 1000 + code.x));
  for (int y = static_cast<int>(code.y - reach); y < static_cast<int>(code.y + reach); ++y)
    for (int x = static_cast<int>(code.x - reach); x < static_cast<int>(code.x + reach); ++x)
      if (dirt.covers(14 + (y - code.y) / scene.options.pitch_px,
                      14 + (x - code.x) / scene.options.pitch_px))
        scene.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(scene.options.cols) +
                     static_cast<std::size_t>(x)] =
            dirt.level + static_cast<float>(noise * random.normal());
}

TEST_P(CodeSamplerTest, ScratchesBrightOrDarkAreErasedAndTheCodesBelowThemRead) {
  QrSceneOptions options{.rows = 700, .cols = 700, .blur_modules = 0.3, .snr = 3, .seed = 9};
  std::vector<DrawnCode> codes = code_array(options, 3, 5, 5, 33, 1);
  ASSERT_EQ(codes.size(), 25U);
  const auto text = [](std::size_t i) { return "a scratch over code " + std::to_string(i); };
  for (std::size_t i = 0; i < codes.size(); ++i)
    codes[i].matrix = format::qr::encode_text(text(i), {Level::kM, 3, {}}).value();
  QrScene scene = draw_qr_scene(options, codes);
  std::vector<Scratch> scratches;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto k = static_cast<double>(i);
    scratches.push_back({10 + 0.4 * k, 18 - 0.4 * k, 0.7 * k, 0.8 + 0.03 * k,
                         i % 2 == 0 ? -0.5F : 2.6F});  // of dark 0 and light 1
    scratch(scene, codes[i], scratches.back());
  }
  const Sampled sampled = sample(scene);
  ASSERT_EQ(sampled.modules.size(), codes.size());

  int covered = 0, believed = 0, clean = 0, erased = 0;
  std::vector<SoftCode> soft;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    soft.push_back({3, sampled.modules[i]});
    for (int row = 0; row < 29; ++row)
      for (int col = 0; col < 29; ++col) {
        const Llr llr = sampled.modules[i][static_cast<std::size_t>(29 * row + col)];
        Scratch wider = scratches[i];
        wider.half_width += 1.5;
        if (scratches[i].covers(row, col)) {
          ++covered;
          believed += std::abs(llr) > 5;
        } else if (!wider.covers(row, col)) {
          ++clean;
          erased += llr == 0;
        }
      }
  }
  EXPECT_GT(covered, 1000);
  EXPECT_LT(believed, covered / 100);
  EXPECT_LT(erased, clean / 100);

  CodeDecoder decoder(backend(), {});
  const auto decoded = decoder.run(soft);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  std::size_t read = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const DecodedCode& code = decoded.value()[i];
    if (code.verdict != CodeVerdict::kRead) continue;
    ++read;
    const auto bytes = format::qr::bytes_of(code.stream.message.segments);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), text(i));
  }
  EXPECT_GE(read, codes.size() - 1);
}

TEST_P(CodeSamplerTest, ModulesBeyondTheImageAreErased) {
  QrSceneOptions options{.rows = 130, .cols = 130, .snr = 20};
  const QrScene scene = draw_qr_scene(options, {{random_symbol(3, 8), 64.5, 50}});
  const Sampled sampled = sample(scene);
  ASSERT_EQ(sampled.modules.size(), 1U);
  for (int row = 0; row < 29; ++row)
    for (int col = 0; col < 29; ++col) {
      const double x = scene.place(scene.codes[0], row, col)[1];
      const auto module = static_cast<std::size_t>(29 * row + col);
      const Llr llr = sampled.modules[0][module];
      if (x < -2.5) {
        EXPECT_EQ(llr, 0) << row << " " << col;
      }
      if (x > 2.5) {
        EXPECT_EQ(llr < 0, scene.codes[0].matrix.modules[module] != 0) << row << " " << col;
      }
    }
}

TEST_P(CodeSamplerTest, AnImageOfNothingGivesNothing) {
  QrSceneOptions options{.rows = 200, .cols = 200};
  QrScene scene = draw_qr_scene(options, {{random_symbol(3, 8), 100, 100}});
  for (float& pixel : scene.pixels) pixel = 3;
  const Sampled sampled = sample(scene);
  ASSERT_EQ(sampled.modules.size(), 1U);
  for (const Llr llr : sampled.modules[0]) EXPECT_LE(std::abs(llr), 8);
}

TEST_P(CodeSamplerTest, OtherImagesAndVersionsThanThereAreAreRefused) {
  EXPECT_FALSE(backend().make_code_sampler({0, 5}).has_value());
  auto stage = backend().make_code_sampler({40, 50});
  ASSERT_TRUE(stage.has_value()) << stage.error().message;
  auto image = Buffer<float>::create(backend().memory(), 40 * 50);
  auto room = Buffer<Llr>::create(backend().memory(), 40 * 50);
  ASSERT_TRUE(image && room);
  EXPECT_FALSE(stage.value()->run({image.value().data(), 50, 40, 40}, {}, room.value().data()));
  const std::vector<LocatedCode> codes(1);
  const auto refused =
      stage.value()->run({image.value().data(), 40, 50, 50}, codes, room.value().data());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("version 0"), std::string::npos);
}

OSTRACON_ON_EVERY_BACKEND(CodeSamplerTest);
OSTRACON_ON_EVERY_BACKEND(CodeSamplerLimits);

}  // namespace
}  // namespace ostracon::test
