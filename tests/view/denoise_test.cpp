// How much less noise there is in a picture, against the same field seen with 10,000 times as many
// electrons.
#include "host/view/denoise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "host/view/frame_pixels.hpp"
#include "io/profile_file.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::view {
namespace {

using Settings = std::map<std::string, double>;

constexpr std::int32_t kSkip = 16;  // px at the border, which not every frame shows

struct Field {
  FieldShape shape;
  std::vector<std::byte> bytes;
  StatedCounts counts;
  FieldFrames frames() const { return {bytes, shape, counts}; }
};

Result<Field> simulate(const Settings& settings) {
  OSTRACON_TRY_ASSIGN(auto profile, io::load_profile("typical"));
  for (const auto& [name, value] : settings) OSTRACON_TRY(sem::set_parameter(profile, name, value));
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(256, 256, format::Rate::kFourFifths);
  OSTRACON_TRY_ASSIGN(const auto plate,
                      test::WrittenPlate::write(parameters, test::RandomBytes(100)));
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, *plate, 11));
  Field field{simulator.shape(), {}, {}};
  field.bytes.resize(field.shape.bytes());
  OSTRACON_TRY(simulator.render(0, field.bytes, nullptr));
  field.counts = {static_cast<float>(simulator.offset_dn()),
                  static_cast<float>(simulator.dn_per_electron())};
  return field;
}

/// The same field with and without noise, both in the same counts.
struct Scene {
  Field noisy, clean;
};

Result<Scene> make_scene(Settings settings, double bits = 8) {
  constexpr double kDose = 150, kMany = 1e4, kGain = 10;
  settings.insert({{"stage-error", 0},
                   {"field-rows", 432},
                   {"field-cols", 464},
                   {"damage", 0},
                   {"dose", kDose},
                   {"bits", bits},
                   {"dn-per-electron", kGain}});
  Scene scene;
  OSTRACON_TRY_ASSIGN(scene.noisy, simulate(settings));
  settings["dose"] = kDose * kMany;
  settings["dn-per-electron"] = kGain / kMany;
  settings["bits"] = 32;
  OSTRACON_TRY_ASSIGN(scene.clean, simulate(settings));
  return scene;
}

const Settings kStill{{"drift", 0}, {"row-jitter", 0}};

class DenoiseTest : public ::testing::Test {
 protected:
  Result<std::vector<float>> picture(const Field& field, const DenoiseOptions& options) {
    OSTRACON_TRY_ASSIGN(const auto backend, make_backend(BackendKind::kCpu));
    return denoise(*backend, field.frames(), options);
  }
  static double rms(const FieldShape& shape, const std::vector<float>& a,
                    const std::vector<float>& b) {
    double squares = 0, count = 0;
    for (std::int32_t y = kSkip; y < shape.rows - kSkip; ++y)
      for (std::int32_t x = kSkip; x < shape.cols - kSkip; ++x) {
        const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.cols) +
                       static_cast<std::size_t>(x);
        squares += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
        ++count;
      }
    return std::sqrt(squares / count);
  }
  /// How many times the error of a raw frame that of the picture is.
  double gain(const Scene& scene, const DenoiseOptions& options) {
    const auto out = picture(scene.noisy, options);
    EXPECT_TRUE(out.has_value()) << out.error().message;
    if (!out) return 0;
    const FieldShape& shape = scene.noisy.shape;
    const auto clean = frame_pixels(scene.clean.bytes, scene.clean.shape, options.frame);
    const auto raw = frame_pixels(scene.noisy.bytes, shape, options.frame);
    return rms(shape, raw, clean) / rms(shape, out.value(), clean);
  }
};

TEST_F(DenoiseTest, EveryMethodLessensTheNoiseOfEveryPixelType) {
  for (const double bits : {8.0, 16.0, 32.0}) {
    SCOPED_TRACE(bits);
    const auto scene = make_scene(kStill, bits);
    ASSERT_TRUE(scene.has_value()) << scene.error().message;
    EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kGaussian}), 3.2);
    EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kMedian, .size_px = 5}), 2.8);
    EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kNonLocalMeans}), 3.6);
    EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kMean}), 2.7);  // of 8 frames: 2.83
  }
}

TEST_F(DenoiseTest, NoiseThatNobodyStatedIsMeasured) {
  auto scene = make_scene(kStill);
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  scene.value().noisy.counts = {};
  EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kNonLocalMeans}), 3.4);
  EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kMean}), 2.7);
}

TEST_F(DenoiseTest, TheFrameAskedForIsTaken) {
  const auto scene = make_scene({});
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  for (const std::int32_t frame : {0, 7})
    EXPECT_GT(gain(scene.value(), {.method = DenoiseMethod::kNonLocalMeans, .frame = frame}), 3.4);
}

TEST_F(DenoiseTest, TheMeanFollowsTheDriftAndKeepsTheBrightness) {
  const auto scene = make_scene({{"row-jitter", 0}});
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  const auto noisy = picture(scene.value().noisy, {});
  const auto clean = picture(scene.value().clean, {});
  ASSERT_TRUE(noisy.has_value() && clean.has_value());
  const FieldShape& shape = scene.value().noisy.shape;
  const auto raw = frame_pixels(scene.value().noisy.bytes, shape, 0);
  const auto still = frame_pixels(scene.value().clean.bytes, scene.value().clean.shape, 0);
  EXPECT_GT(rms(shape, raw, still) / rms(shape, noisy.value(), clean.value()), 3.9);
  double off = 0, sum = 0;
  for (std::size_t i = 0; i < still.size(); ++i) {
    off += static_cast<double>(noisy.value()[i]) - static_cast<double>(clean.value()[i]);
    sum += static_cast<double>(clean.value()[i]);
  }
  EXPECT_LT(std::abs(off) / sum, 0.01);
}

TEST_F(DenoiseTest, OneFrameHasAMeanToo) {
  const auto scene = make_scene({{"frames", 1}});
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  const double factor = gain(scene.value(), {});
  EXPECT_GT(factor, 0.95);
  EXPECT_LT(factor, 1.1);
}

TEST_F(DenoiseTest, TinyFieldsAreFilteredAndTooSmallToAverage) {
  for (const FieldShape shape :
       {FieldShape{1, 1, 1, PixelType::kU8}, FieldShape{2, 3, 7, PixelType::kU16},
        FieldShape{1, 9, 2, PixelType::kF32}}) {
    const Field field{shape, std::vector<std::byte>(shape.bytes()), {}};
    for (const auto method :
         {DenoiseMethod::kGaussian, DenoiseMethod::kMedian, DenoiseMethod::kNonLocalMeans}) {
      const auto out = picture(field, {.method = method, .size_px = 5});
      ASSERT_TRUE(out.has_value()) << out.error().message;
      ASSERT_EQ(out.value().size(), shape.pixels_per_frame());
      for (const float pixel : out.value()) EXPECT_NEAR(pixel, 0, 1e-6);
    }
    const auto mean = picture(field, {});
    ASSERT_FALSE(mean.has_value());
    EXPECT_EQ(mean.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST_F(DenoiseTest, LargeFloatsStayFinite) {
  const FieldShape shape{1, 40, 50, PixelType::kF32};
  std::vector<float> pixels(shape.pixels_per_frame());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 7 == 0 ? 3e38F : -3e38F;
  Field field{shape, std::vector<std::byte>(shape.bytes()), {}};
  std::memcpy(field.bytes.data(), pixels.data(), field.bytes.size());
  for (const StatedCounts& counts : {StatedCounts{}, StatedCounts{5.0F, 1e-3F}}) {
    field.counts = counts;
    const auto out = picture(field, {.method = DenoiseMethod::kNonLocalMeans});
    ASSERT_TRUE(out.has_value()) << out.error().message;
    for (const float pixel : out.value()) ASSERT_TRUE(std::isfinite(pixel)) << pixel;
  }
}

TEST_F(DenoiseTest, OptionsBeyondTheirRangeAreRefused) {
  const FieldShape shape{2, 70, 80, PixelType::kU8};
  Field field{shape, std::vector<std::byte>(shape.bytes(), std::byte{9}), {}};
  const auto refused = [&](const DenoiseOptions& options) {
    const auto out = picture(field, options);
    ASSERT_FALSE(out.has_value());
    EXPECT_EQ(out.error().code, ErrorCode::kInvalidArgument) << out.error().message;
  };
  const float nan = std::nanf("");
  refused({.method = DenoiseMethod::kGaussian, .sigma_px = nan});
  refused({.method = DenoiseMethod::kGaussian, .sigma_px = 200});
  refused({.method = DenoiseMethod::kMedian, .size_px = 4});
  refused({.method = DenoiseMethod::kNonLocalMeans, .strength = 0});
  refused({.method = DenoiseMethod::kNonLocalMeans, .frame = 2});
  refused({.method = DenoiseMethod::kNonLocalMeans, .frame = -1});
  field.bytes.pop_back();
  refused({.method = DenoiseMethod::kMedian});
}

TEST_F(DenoiseTest, OpenCvOnAGpuAgreesWithTheCpuOrSaysThatItIsNotThere) {
  const auto scene = make_scene(kStill);
  ASSERT_TRUE(scene.has_value()) << scene.error().message;
  for (const auto method : {DenoiseMethod::kGaussian, DenoiseMethod::kMedian}) {
    const auto cpu = picture(scene.value().noisy, {.method = method});
    const auto gpu =
        picture(scene.value().noisy, {.method = method, .filters = FilterLibrary::kOpenCvCuda});
    ASSERT_TRUE(cpu.has_value());
    if (!gpu) {
      EXPECT_EQ(gpu.error().code, ErrorCode::kUnavailable) << gpu.error().message;
      EXPECT_NE(gpu.error().message.find("OpenCV"), std::string::npos);
      continue;
    }
    EXPECT_LT(rms(scene.value().noisy.shape, cpu.value(), gpu.value()), 0.5);
  }
}

}  // namespace
}  // namespace ostracon::view
