#pragma once
// What the suite of the module sampler is made of: scenes, the sum by its definition, a run.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pipeline/rules/pulse.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

struct Sampled {
  std::vector<float> grid, weight;
};

/// Everything a run of the sampler needs, but the pixels.
struct Scene {
  FieldShape shape;
  FlatField flat;
  DriftField drift;
  LatticeMap map;
  Pulse pulse;
  std::int32_t first_row = 0, first_col = 0, rows = 0, cols = 0;
  float black = 0;

  std::size_t index(std::int32_t i, std::int32_t j) const {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(j);
  }
  std::size_t pixel(std::int32_t f, std::int32_t y, std::int32_t x) const {
    return (static_cast<std::size_t>(f) * static_cast<std::size_t>(shape.rows) +
            static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(shape.cols) +
           static_cast<std::size_t>(x);
  }
};

/// 20 x 22 modules in the middle of one frame of 96 x 104 px, none of them cut.
inline Scene small_scene(float pitch = 3.0F, float blur = 0.3F) {
  Scene scene;
  scene.shape = {1, 96, 104, PixelType::kF32};
  scene.flat = even_field(scene.shape, 80);
  scene.drift = no_drift(scene.shape);
  scene.map = straight_map(24, 24, {14.3F, 15.6F}, {pitch, 0.04F * pitch}, {-0.04F * pitch, pitch});
  scene.pulse = {blur, pitch};
  scene.rows = 20;
  scene.cols = 22;
  return scene;
}

/// The contract's sum in double precision over the pixels within `reach` px; as if every pixel
/// outside the frames were 0, so for modules inside only.
inline double direct_sum(const Scene& scene, const std::vector<float>& pixels, std::int32_t row,
                         std::int32_t col) {
  const auto reach =
      static_cast<double>((0.5F + 3.0F * scene.pulse.blur_modules) * scene.pulse.pitch_px);
  const auto at = scene.map.at(static_cast<float>(row), static_cast<float>(col));
  double product = 0, square = 0;
  for (std::int32_t f = 0; f < scene.shape.frames; ++f) {
    const auto shift = scene.drift.at(f, at[0]);
    const double cy = static_cast<double>(at[0] + shift[0]);
    const double cx = static_cast<double>(at[1] + shift[1]);
    for (std::int32_t y = 0; y < scene.shape.rows; ++y)
      for (std::int32_t x = 0; x < scene.shape.cols; ++x) {
        if (std::abs(y - cy) > reach || std::abs(x - cx) > reach) continue;
        const auto along = [&](double distance) {
          return static_cast<double>(rules::pulse(
              static_cast<float>(distance) / scene.pulse.pitch_px, scene.pulse.blur_modules));
        };
        const double pulse = along(y - cy) * along(x - cx);
        const auto gain = static_cast<double>(
            scene.flat.row_gain[static_cast<std::size_t>(f * scene.shape.rows + y)]);
        const auto shade = static_cast<double>(
            scene.flat.shading_at(static_cast<float>(y), static_cast<float>(x)));
        const double raw = static_cast<double>(pixels[scene.pixel(f, y, x)] - scene.black);
        product += pulse * (raw * gain / shade - 1);
        square += pulse * pulse;
      }
  }
  return product / square;
}

class ModuleSamplerTest : public BackendTest {
 protected:
  Result<Sampled> sample(const Scene& scene, const std::vector<float>& pixels) {
    OSTRACON_TRY_ASSIGN(const auto field,
                        upload_pixels(backend(), scene.shape, pixels, scene.black));
    OSTRACON_TRY_ASSIGN(const auto grid, filled_image(backend(), scene.rows, scene.cols, 99.0F));
    OSTRACON_TRY_ASSIGN(const auto weight, filled_image(backend(), scene.rows, scene.cols, 99.0F));
    OSTRACON_TRY_ASSIGN(auto sampler,
                        backend().make_module_sampler({scene.shape, scene.rows * scene.cols}));
    OSTRACON_TRY(sampler->run(field.stack(), scene.flat, scene.drift, scene.map, scene.pulse,
                              scene.first_row, scene.first_col, grid.view(), weight.view()));
    OSTRACON_TRY_ASSIGN(auto grid_values, grid.download());
    OSTRACON_TRY_ASSIGN(auto weight_values, weight.download());
    return Sampled{std::move(grid_values), std::move(weight_values)};
  }
};

}  // namespace ostracon::test
