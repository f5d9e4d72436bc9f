#include "tests/support/qr_scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/random.hpp"
#include "host/parallel.hpp"

namespace ostracon::test {
namespace {

namespace qr = format::qr;

/// (y, x) pixels a module down and to the right.
struct Axes {
  std::array<double, 2> down, right;

  explicit Axes(const QrSceneOptions& options) {
    const double angle = options.angle_deg * std::numbers::pi / 180;
    const double wide = options.pitch_px * (1 + options.stretch) * (options.mirrored ? -1 : 1);
    const double high = options.pitch_px;
    right = {wide * std::sin(angle), wide * std::cos(angle)};
    down = {high * std::cos(angle) + options.shear * right[0],
            -high * std::sin(angle) + options.shear * right[1]};
  }
};

/// Coordinates within a code, -1 to 1, bent: the middle of each border goes outwards.
std::array<double, 2> bent(const QrSceneOptions& options, double v, double u, double half) {
  const double bend = options.bend;
  return {v + bend * v / half * (1 - u * u / (half * half)),
          u + bend * u / half * (1 - v * v / (half * half))};
}

void add_code(const QrScene& scene, const DrawnCode& code, std::vector<float>& dark) {
  const QrSceneOptions& options = scene.options;
  const Axes axes(options);
  const double det = axes.down[0] * axes.right[1] - axes.down[1] * axes.right[0];
  const double half = 0.5 * code.matrix.side;
  const double reach =
      half * (std::hypot(axes.down[0], axes.down[1]) + std::hypot(axes.right[0], axes.right[1])) +
      4;
  const auto low = [](double at) { return static_cast<std::int32_t>(std::max(at, 0.0)); };
  const auto high = [](double at, std::int32_t limit) {
    return static_cast<std::int32_t>(std::min(at, static_cast<double>(limit)));
  };
  const int n = options.samples;
  for (std::int32_t y = low(code.y - reach); y < high(code.y + reach, options.rows); ++y)
    for (std::int32_t x = low(code.x - reach); x < high(code.x + reach, options.cols); ++x) {
      int hits = 0;
      for (int k = 0; k < n * n; ++k) {
        const double dy = y - 0.5 + (k / n + 0.5) / n - code.y;
        const double dx = x - 0.5 + (k % n + 0.5) / n - code.x;
        double v = (dy * axes.right[1] - dx * axes.right[0]) / det;
        double u = (dx * axes.down[0] - dy * axes.down[1]) / det;
        if (options.bend != 0) {  // the bend undone: it is small, so twice is enough
          const double v0 = v, u0 = u;
          for (int turn = 0; turn < 3; ++turn) {
            const auto there = bent(options, v, u, half);
            v += v0 - there[0];
            u += u0 - there[1];
          }
        }
        const auto row = static_cast<int>(std::floor(v + half));
        const auto col = static_cast<int>(std::floor(u + half));
        if (row < 0 || col < 0 || row >= code.matrix.side || col >= code.matrix.side) continue;
        hits += code.matrix.modules[static_cast<std::size_t>(row * code.matrix.side + col)];
      }
      dark[static_cast<std::size_t>(y) * static_cast<std::size_t>(options.cols) +
           static_cast<std::size_t>(x)] += static_cast<float>(hits) / static_cast<float>(n * n);
    }
}

/// One line through a Gaussian, the border's value beyond the border.
void blur_line(float* line, std::int32_t count, std::ptrdiff_t step, const std::vector<float>& taps,
               std::vector<float>& room) {
  const auto reach = static_cast<std::int32_t>(taps.size()) - 1;
  for (std::int32_t i = 0; i < count; ++i) room[static_cast<std::size_t>(i)] = line[i * step];
  for (std::int32_t i = 0; i < count; ++i) {
    float sum = taps[0] * room[static_cast<std::size_t>(i)];
    for (std::int32_t k = 1; k <= reach; ++k)
      sum += taps[static_cast<std::size_t>(k)] *
             (room[static_cast<std::size_t>(std::max(i - k, 0))] +
              room[static_cast<std::size_t>(std::min(i + k, count - 1))]);
    line[i * step] = sum;
  }
}

void blur_image(const QrSceneOptions& options, std::vector<float>& image) {
  const double sigma = options.blur_modules * options.pitch_px;
  if (!(sigma > 0)) return;
  std::vector<float> taps;
  double total = 0;
  for (int k = 0; k <= std::ceil(4 * sigma); ++k) {
    const double tap = std::exp(-k * k / (2 * sigma * sigma));
    taps.push_back(static_cast<float>(tap));
    total += k == 0 ? tap : 2 * tap;
  }
  for (float& tap : taps) tap /= static_cast<float>(total);
  const std::int32_t rows = options.rows, cols = options.cols;
  parallel_for(rows, [&](std::int64_t y) {
    std::vector<float> room(static_cast<std::size_t>(cols));
    blur_line(image.data() + y * cols, cols, 1, taps, room);
  });
  parallel_for(cols, [&](std::int64_t x) {
    std::vector<float> room(static_cast<std::size_t>(rows));
    blur_line(image.data() + x, rows, cols, taps, room);
  });
}

}  // namespace

std::array<double, 2> QrScene::place(const DrawnCode& code, double row, double col) const {
  const Axes axes(options);
  const double middle = 0.5 * (code.matrix.side - 1);
  const auto at = bent(options, row - middle, col - middle, 0.5 * code.matrix.side);
  return {code.y + at[0] * axes.down[0] + at[1] * axes.right[0],
          code.x + at[0] * axes.down[1] + at[1] * axes.right[1]};
}

QrScene draw_qr_scene(const QrSceneOptions& options, std::vector<DrawnCode> codes) {
  QrScene scene{options, std::move(codes), {}};
  const auto count =
      static_cast<std::size_t>(options.rows) * static_cast<std::size_t>(options.cols);
  scene.pixels.assign(count, 0.0F);
  for (const DrawnCode& code : scene.codes) add_code(scene, code, scene.pixels);
  blur_image(options, scene.pixels);
  const double light = options.inverted ? options.dark : options.light;
  const double dark = options.inverted ? options.light : options.dark;
  const double sigma = options.snr > 0 ? std::abs(light - dark) / options.snr : 0;
  parallel_for(options.rows, [&](std::int64_t y) {
    sem::Random random(
        sem::stream_seed(options.seed, 0, sem::Purpose::kPixels, 0, static_cast<std::uint64_t>(y)));
    for (std::int64_t x = 0; x < options.cols; ++x) {
      float& pixel = scene.pixels[static_cast<std::size_t>(y * options.cols + x)];
      const double noise = sigma > 0 ? sigma * random.normal() : 0;
      pixel = static_cast<float>(light + (dark - light) * static_cast<double>(pixel) + noise);
    }
  });
  return scene;
}

qr::Matrix random_symbol(int version, std::uint64_t seed) {
  const qr::Symbol& symbol = qr::symbol_of(version);
  sem::Random random(seed);
  qr::Matrix matrix{symbol.side, symbol.value};
  for (const std::uint16_t module : symbol.data_modules)
    matrix.modules[module] = static_cast<std::uint8_t>(random.word() & 1);
  const std::uint64_t word = random.word();
  const auto format = qr::format_word(
      {qr::kLevels[word % qr::kLevels.size()], static_cast<int>(word >> 8) & (qr::kMasks - 1)});
  for (const auto& copy : qr::format_modules(version))
    for (std::size_t bit = 0; bit < copy.size(); ++bit)
      matrix.modules[copy[bit]] = static_cast<std::uint8_t>(format >> bit & 1);
  return matrix;
}

std::vector<DrawnCode> code_array(const QrSceneOptions& options, int version, int rows, int cols,
                                  double step_modules, std::uint64_t seed) {
  const Axes axes(options);
  const double half = 0.5 * qr::side_of(version);
  const double reach_y = half * (std::abs(axes.down[0]) + std::abs(axes.right[0]));
  const double reach_x = half * (std::abs(axes.down[1]) + std::abs(axes.right[1]));
  std::vector<DrawnCode> codes;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) {
      const double v = step_modules * (i - 0.5 * (rows - 1));
      const double u = step_modules * (j - 0.5 * (cols - 1));
      const double y = 0.5 * (options.rows - 1) + v * axes.down[0] + u * axes.right[0];
      const double x = 0.5 * (options.cols - 1) + v * axes.down[1] + u * axes.right[1];
      if (y < reach_y || x < reach_x || y > options.rows - 1 - reach_y ||
          x > options.cols - 1 - reach_x)
        continue;
      codes.push_back({random_symbol(version, seed * 1000003 + codes.size()), y, x});
    }
  return codes;
}

}  // namespace ostracon::test
