#pragma once
// Scenes of codes, and what a code finder finds in them.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "datasets/random.hpp"
#include "pipeline/stages/code_finder.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {

/// Rms distance of the map from where the modules were drawn, modules.
inline float map_error(const QrScene& scene, const DrawnCode& drawn, const LocatedCode& found) {
  double sum = 0;
  int count = 0;
  for (int row = 0; row < drawn.matrix.side; row += 4)
    for (int col = 0; col < drawn.matrix.side; col += 4, ++count) {
      const auto truth = scene.place(drawn, row, col);
      const auto place = found.map.at(static_cast<float>(row), static_cast<float>(col));
      const double dy = place[0] - truth[0], dx = place[1] - truth[1];
      sum += dy * dy + dx * dx;
    }
  return static_cast<float>(std::sqrt(sum / count) / scene.options.pitch_px);
}

/// What was found of what was drawn.
struct Tally {
  int drawn = 0, found = 0;
  int others = 0;           ///< found where there was none, or with a wrong version or side
  float squared_error = 0;  ///< of the maps of those found, summed

  float rms_error() const { return std::sqrt(squared_error / static_cast<float>(found)); }
};

class CodeFinderTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto stage = backend().make_code_finder({.rows = 64, .cols = 64});
    if (!stage.has_value() && stage.error().code == ErrorCode::kUnavailable)
      GTEST_SKIP() << stage.error().message;
  }

  Result<std::vector<LocatedCode>> find(std::int32_t rows, std::int32_t cols,
                                        const std::vector<float>& pixels) {
    OSTRACON_TRY_ASSIGN(const auto image, Buffer<float>::from(backend().memory(), pixels));
    OSTRACON_TRY_ASSIGN(auto finder, backend().make_code_finder({.rows = rows, .cols = cols}));
    return finder->run({image.data(), rows, cols, cols});
  }

  void look(const QrScene& scene, Tally& tally) {
    const auto result = find(scene.options.rows, scene.options.cols, scene.pixels);
    ASSERT_OK(result);
    tally.drawn += static_cast<int>(scene.codes.size());
    for (const LocatedCode& code : result.value()) {
      const DrawnCode* nearest = nullptr;
      float error = 0.5F;
      for (const DrawnCode& drawn : scene.codes) {
        if (format::qr::side_of(code.version) != drawn.matrix.side) continue;
        if (const float one = map_error(scene, drawn, code); one < error) {
          error = one;
          nearest = &drawn;
        }
      }
      if (nearest == nullptr || code.inverted != scene.options.inverted ||
          code.mirrored != scene.options.mirrored) {
        ++tally.others;
        continue;
      }
      ++tally.found;
      tally.squared_error += error * error;
    }
  }

  /// Sides of a picture: where kernels are emulated half as long, if codes fit in it all the same.
  static std::int32_t side(std::int32_t px) { return kernels_are_emulated() ? px / 2 : px; }

  /// One code near the middle.
  static QrScene one_code(QrSceneOptions options, int version, std::uint64_t number) {
    sem::Random random(number + 1);
    options.seed = number;
    const double y = 0.5 * options.rows + random.uniform(-6, 6);
    const double x = 0.5 * options.cols + random.uniform(-6, 6);
    return draw_qr_scene(options, {{random_symbol(version, number + 100), y, x}});
  }
};

}  // namespace ostracon::test
