// Codes of an array that were not read: where they must be, and that they are read there.
#include "pipeline/code_completion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"
#include "format/qr/text.hpp"
#include "host/cpu/cpu_backend.hpp"
#include "pipeline/code_reader.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 29, kStep = 33;

/// A smooth field: pixel (y, x) of a module of the plate.
std::array<double, 2> bent(double row, double col) {
  const double wave = 0.35 * std::sin(row / 48 + 1) * std::cos(col / 55);
  return {60 + 3.1 * row + 0.07 * col + 3 * wave, 55 - 0.06 * row + 3.0 * col - 2 * wave};
}

/// The map of the code whose upper left module is (top, left), as a good fit has it.
LocatedCode code_at(double top, double left, sem::Random* noise = nullptr) {
  const double middle = 0.5 * (kSide - 1), v = top + middle, u = left + middle;
  const auto centre = bent(v, u);
  LocatedCode code;
  code.version = 3;
  code.map.middle = static_cast<float>(middle);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    code.map.terms[0][axis] = static_cast<float>(centre[axis]);
    code.map.terms[1][axis] =
        static_cast<float>(0.5 * (bent(v + 1, u)[axis] - bent(v - 1, u)[axis]));
    code.map.terms[2][axis] =
        static_cast<float>(0.5 * (bent(v, u + 1)[axis] - bent(v, u - 1)[axis]));
    if (noise == nullptr) continue;
    code.map.terms[0][axis] += static_cast<float>(0.05 * noise->normal());
    code.map.terms[1][axis] += static_cast<float>(0.004 * noise->normal());
    code.map.terms[2][axis] += static_cast<float>(0.004 * noise->normal());
  }
  return code;
}

/// Rms over the code.
double error_modules(const CodeMap& map, double top, double left) {
  double sum = 0;
  for (const int row : {0, 14, 28})
    for (const int col : {0, 14, 28}) {
      const auto truth = bent(top + row, left + col);
      const auto place = map.at(static_cast<float>(row), static_cast<float>(col));
      sum += std::pow(std::hypot(place[0] - truth[0], place[1] - truth[1]) / 3, 2);
    }
  return std::sqrt(sum / 9);
}

TEST(CodeCompletion, EveryUnreadPlaceOfABentArrayIsToldWithinAnEighthOfAModule) {
  sem::Random random(3);
  std::set<std::pair<int, int>> missing;
  std::vector<LocatedCode> read;
  for (int row = 0; row < 14; ++row)
    for (int col = 0; col < 12; ++col) {
      if (random.uniform() < 0.25)
        missing.emplace(row, col);
      else
        read.push_back(code_at(kStep * row, kStep * col, &random));
    }
  ASSERT_GT(missing.size(), 25U);
  const auto places = unread_places(read, 1700, 1500);
  EXPECT_EQ(places.size(), missing.size());
  for (const LocatedCode& place : places) {
    EXPECT_EQ(place.version, 3);
    double least = 10;
    std::pair<int, int> at;
    for (const auto& one : missing)
      if (const double error = error_modules(place.map, kStep * one.first, kStep * one.second);
          error < least) {
        least = error;
        at = one;
      }
    EXPECT_LT(least, 0.125) << at.first << ", " << at.second;
    missing.erase(at);
  }
}

TEST(CodeCompletion, AnArrayIsNotContinuedBeyondItsCodesNorAcrossAnotherGap) {
  std::vector<LocatedCode> read;
  for (int row = 0; row < 6; ++row)
    for (int col = 0; col < 4; ++col) {
      read.push_back(code_at(kStep * row, kStep * col));
      if (row != 2 || col != 1) read.push_back(code_at(kStep * row, kStep * (col + 4) + 4));
    }
  const auto places = unread_places(read, 2000, 2000);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_LT(error_modules(places[0].map, kStep * 2, kStep * 5 + 4), 0.06);
  EXPECT_TRUE(unread_places(std::span(read).first(5), 2000, 2000).empty());
  read.erase(read.begin() + 9);
  EXPECT_EQ(unread_places(read, 2000, 2000).size(), 2U);
  EXPECT_TRUE(unread_places(read, 150, 150).empty());  // none of them is within
}

TEST(CodeCompletion, CodesWithoutFinderPatternsAreReadAmongOthers) {
  QrSceneOptions options{.rows = 820, .cols = 820, .angle_deg = 3, .blur_modules = 0.3, .snr = 4};
  std::vector<DrawnCode> codes = code_array(options, 3, 5, 5, kStep, 1);
  ASSERT_EQ(codes.size(), 25U);
  const auto text = [](std::size_t i) { return "without finders " + std::to_string(i); };
  for (std::size_t i = 0; i < codes.size(); ++i)
    codes[i].matrix = format::qr::encode_text(text(i), {format::qr::Level::kM, 3, {}}).value();
  QrScene scene = draw_qr_scene(options, codes);
  const std::set<std::size_t> blinded = {0, 6, 7, 12, 14, 24};
  for (const std::size_t i : blinded)
    for (const auto& [row, col] :
         {std::pair{3, 3}, i % 4 == 0 ? std::pair{3, 25} : std::pair{25, 3}}) {
      const auto [y, x] = scene.place(codes[i], row, col);
      for (int dy = -14; dy <= 14; ++dy)
        for (int dx = -14; dx <= 14; ++dx)
          scene.pixels[static_cast<std::size_t>(std::lround(y) + dy) * 820 +
                       static_cast<std::size_t>(std::lround(x) + dx)] = 2.8F;
    }
  const auto backend = cpu::make_backend();
  ASSERT_TRUE(backend.has_value());
  auto reader = CodeReader::create(*backend.value(), options.rows, options.cols);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  const auto readings =
      reader.value().run({scene.pixels.data(), options.rows, options.cols, options.cols});
  ASSERT_TRUE(readings.has_value()) << readings.error().message;
  std::set<std::string> read;
  float last = 0;
  for (const CodeReading& reading : readings.value()) {
    EXPECT_GE(reading.located.map.terms[0][0], last);
    last = reading.located.map.terms[0][0];
    if (reading.decoded.verdict != CodeVerdict::kRead) continue;
    const auto bytes = format::qr::bytes_of(reading.decoded.stream.message.segments);
    EXPECT_TRUE(read.emplace(bytes.begin(), bytes.end()).second);
  }
  EXPECT_EQ(read.size(), codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_TRUE(read.contains(text(i))) << i;
}

}  // namespace
}  // namespace ostracon::test
