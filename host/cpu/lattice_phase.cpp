#include "host/cpu/lattice_phase.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "host/parallel.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cpu {
namespace {

constexpr double kNoiseToSignal = 0.1;  // of the one-dimensional equaliser; about N_e 120 at c 0.5
constexpr float kReachModules = 2.25F;  // beyond it the taps hold less than 1 % of their power

double pulse_spectrum(double f, double blur) {
  const double x = std::numbers::pi * f;
  const double square = std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x;
  return square * std::exp(-2 * x * x * blur * blur);
}

/// Cosine and sine of a carrier along x, one entry a column.
struct CarrierRow {
  std::vector<float> re, im;
  CarrierRow(float frequency, std::int32_t cols, float ox)
      : re(static_cast<std::size_t>(cols)), im(static_cast<std::size_t>(cols)) {
    for (std::size_t x = 0; x < re.size(); ++x) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(frequency) *
                           (static_cast<double>(x) + static_cast<double>(ox));
      re[x] = static_cast<float>(std::cos(angle));
      im[x] = static_cast<float>(std::sin(angle));
    }
  }
};

std::complex<float> carrier_y(float frequency, float y) {
  const double angle =
      -2 * std::numbers::pi * static_cast<double>(frequency) * static_cast<double>(y);
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

/// Sum over `count` pixels of value * carrier, in eight lanes that a compiler can keep in
/// registers.
std::complex<float> dot(const float* value, const float* re, const float* im, std::int32_t count) {
  float r[8] = {}, i[8] = {};
  std::int32_t x = 0;
  for (; x + 8 <= count; x += 8)
    for (std::int32_t k = 0; k < 8; ++k) {
      r[k] += value[x + k] * re[x + k];
      i[k] += value[x + k] * im[x + k];
    }
  for (; x < count; ++x) {
    r[0] += value[x] * re[x];
    i[0] += value[x] * im[x];
  }
  for (std::int32_t k = 1; k < 8; ++k) r[0] += r[k], i[0] += i[k];
  return {r[0], i[0]};
}

float bounded(float x) { return std::clamp(x, -3.0F, 3.0F); }

/// Brightness that no module has, scaled as Demodulator::add wants it: 5 of its rms.
float most_of(Aspect aspect) { return aspect == Aspect::kContrast ? 15.0F : 5.0F; }

/// Of every 7th pixel of every 3rd row, dirt apart: a level needs no more.
float mean_of(ImageView<const float> image, Aspect aspect, float scale) {
  const float most = most_of(aspect);
  double sum = 0;
  std::size_t count = 0;
  for (std::int32_t y = 0; y < image.rows; y += 3)
    for (std::int32_t x = y % 7; x < image.cols; x += 7) {
      const float v = scale * image(y, x);
      if (!(std::abs(v) < most)) continue;
      ++count;
      sum += static_cast<double>(aspect == Aspect::kContrast ? rules::lattice_contrast(v)
                                                             : bounded(v));
    }
  return count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : 0.0F;
}

constexpr std::int32_t kCell = 4;  // px a side

/// For every row of cells, the columns of those in or next to which the image is `most` or more:
/// dirt and its edges, as bright as several modules, which would be taken for lines.
std::vector<std::vector<std::int32_t>> dirty_cells(ImageView<const float> image, float most) {
  const std::int32_t rows = (image.rows + kCell - 1) / kCell;
  const std::int32_t cols = (image.cols + kCell - 1) / kCell;
  // One cell of margin on all sides.
  const auto at = [cols](std::int64_t row, std::int32_t col) {
    return static_cast<std::size_t>(row + 1) * static_cast<std::size_t>(cols + 2) +
           static_cast<std::size_t>(col + 1);
  };
  std::vector<std::uint8_t> hit(at(rows, cols) + 1);
  parallel_for(rows, [&](std::int64_t cell_row) {
    const std::int32_t first = static_cast<std::int32_t>(cell_row) * kCell;
    for (std::int32_t y = first; y < std::min(first + kCell, image.rows); ++y) {
      const float* in = &image(y, 0);
      std::int32_t found = 0;
      for (std::int32_t x = 0; x < image.cols; ++x) found += std::abs(in[x]) < most ? 0 : 1;
      for (std::int32_t x = 0; found > 0 && x < image.cols; ++x)
        if (!(std::abs(in[x]) < most)) hit[at(cell_row, x / kCell)] = 1, --found;
    }
  });
  std::vector<std::vector<std::int32_t>> dirty(static_cast<std::size_t>(rows));
  parallel_for(rows, [&](std::int64_t row) {
    const auto column = [&](std::int32_t col) {
      return hit[at(row - 1, col)] | hit[at(row, col)] | hit[at(row + 1, col)];
    };
    for (std::int32_t col = 0; col < cols; ++col)
      if ((column(col - 1) | column(col) | column(col + 1)) != 0)
        dirty[static_cast<std::size_t>(row)].push_back(col);
  });
  return dirty;
}

/// A quarter of the other line's frequency beside a line: two turns a tile, where the line itself
/// leaves nothing.
std::array<float, 2> beside(const std::array<float, 2>& line, const std::array<float, 2>& other) {
  return {line[0] + 0.25F * other[0], line[1] + 0.25F * other[1]};
}

constexpr float kLn2 = 0.693147F;   // median of the power of noise over its mean
constexpr float kMostPower = 4.0F;  // of a tile, over the median

float median_power(const std::vector<std::complex<float>>& line) {
  std::vector<float> power;
  for (const auto& z : line) power.push_back(std::norm(z));
  const auto middle = power.begin() + static_cast<std::ptrdiff_t>(power.size() / 2);
  std::nth_element(power.begin(), middle, power.end());
  return *middle;
}

}  // namespace

Carriers Carriers::of(const LatticeSeed& seed) {
  const float det = seed.down[0] * seed.right[1] - seed.right[0] * seed.down[1];
  return {{seed.right[1] / det, -seed.right[0] / det}, {-seed.down[1] / det, seed.down[0] / det}};
}

std::vector<float> equalising_taps(float pitch_px, float blur_modules, float offset_px) {
  const auto reach = static_cast<std::int32_t>(std::ceil(kReachModules * pitch_px));
  std::vector<float> taps(static_cast<std::size_t>(2 * reach + 1));
  const double blur = static_cast<double>(blur_modules);
  constexpr int kSteps = 300;  // of the inverse transform over +-1.5 cycles per module
  for (std::int32_t k = -reach; k <= reach; ++k) {
    const double t =
        (static_cast<double>(k) - static_cast<double>(offset_px)) / static_cast<double>(pitch_px);
    double sum = 0;
    for (int s = 0; s < kSteps; ++s) {
      const double f = 1.5 * (s + 0.5) / kSteps;
      double folded = kNoiseToSignal;
      for (int fold = -2; fold <= 2; ++fold) folded += std::pow(pulse_spectrum(f + fold, blur), 2);
      sum += pulse_spectrum(f, blur) / folded * std::cos(2 * std::numbers::pi * f * t);
    }
    const double edge = std::abs(t) / static_cast<double>(kReachModules + 0.5F);
    const double window = edge < 1 ? 0.5 + 0.5 * std::cos(std::numbers::pi * edge) : 0;
    const std::int32_t at = k + reach;
    taps[static_cast<std::size_t>(at)] =
        static_cast<float>(3.0 / kSteps * sum * window / static_cast<double>(pitch_px));
  }
  return taps;
}

void equalise_image(ImageView<const float> image, float pitch_px, float blur_modules, float oy,
                    float ox, ImageView<float> out) {
  const auto along_y = equalising_taps(pitch_px, blur_modules, oy);
  const auto along_x = equalising_taps(pitch_px, blur_modules, ox);
  const cv::Mat in(image.rows, image.cols, CV_32F, const_cast<float*>(image.data),
                   static_cast<std::size_t>(image.row_stride) * sizeof(float));
  cv::Mat to(out.rows, out.cols, CV_32F, out.data,
             static_cast<std::size_t>(out.row_stride) * sizeof(float));
  const auto reach = static_cast<std::int32_t>(along_y.size() / 2);
  constexpr std::int32_t kStrip = 256;
  parallel_for((image.rows + kStrip - 1) / kStrip, [&](std::int64_t strip) {
    const std::int32_t begin = static_cast<std::int32_t>(strip) * kStrip;
    const std::int32_t end = std::min(begin + kStrip, image.rows);
    const std::int32_t above = std::min(begin, reach);
    const std::int32_t below = std::min(image.rows - end, reach);
    cv::Mat filtered;
    cv::sepFilter2D(in.rowRange(begin - above, end + below), filtered, CV_32F, along_x, along_y,
                    {-1, -1}, 0, cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
    filtered.rowRange(above, above + end - begin).copyTo(to.rowRange(begin, end));
  });
}

Demodulator::Demodulator(const Carriers& carriers, PhaseTiles& tiles)
    : tiles_(tiles),
      noise_step_(std::min(4, std::max(1, tiles.rows / 4))),
      frequency_{carriers.row_of, carriers.col_of, beside(carriers.row_of, carriers.col_of),
                 beside(carriers.col_of, carriers.row_of)} {
  const auto cols = static_cast<std::size_t>(tiles.cols);
  const auto count = static_cast<std::size_t>(tiles.rows) * cols;
  tiles.row_line.assign(count, 0);
  tiles.col_line.assign(count, 0);
  const auto noise_rows = static_cast<std::size_t>((tiles.rows + noise_step_ - 1) / noise_step_);
  for (auto& line : beside_line_) line.assign(noise_rows * cols, 0);
}

void Demodulator::add(ImageView<const float> image, Aspect aspect, float scale, float oy,
                      float ox) {
  const float level = mean_of(image, aspect, scale);
  const auto dirty = dirty_cells(image, most_of(aspect) / scale);
  std::vector<CarrierRow> carrier;
  for (const auto& f : frequency_) carrier.emplace_back(f[1], image.cols, ox);
  const std::int32_t side = tiles_.tile_px;
  const std::int32_t width = tiles_.cols * side;
  parallel_for(tiles_.rows, [&](std::int64_t tile_row) {
    std::vector<float> seen(static_cast<std::size_t>(width));
    const auto i = static_cast<std::int32_t>(tile_row);
    const std::size_t first = tiles_.index(i, 0);
    const std::array<std::complex<float>*, 4> line{
        &tiles_.row_line[first], &tiles_.col_line[first],
        &beside_line_[0][tiles_.index(i / noise_step_, 0)],
        &beside_line_[1][tiles_.index(i / noise_step_, 0)]};
    const std::size_t lines = i % noise_step_ == 0 ? 4 : 2;
    for (std::int32_t y = i * side; y < (i + 1) * side; ++y) {
      const float* in = &image(y, 0);
      if (aspect == Aspect::kContrast)
        for (std::size_t x = 0; x < seen.size(); ++x)
          seen[x] = rules::lattice_contrast(scale * in[x]) - level;
      else
        for (std::size_t x = 0; x < seen.size(); ++x) seen[x] = bounded(scale * in[x]) - level;
      for (const std::int32_t cell : dirty[static_cast<std::size_t>(y / kCell)])
        for (std::int32_t x = cell * kCell; x < std::min((cell + 1) * kCell, width); ++x)
          seen[static_cast<std::size_t>(x)] = 0;
      for (std::size_t k = 0; k < lines; ++k) {
        const auto turn = carrier_y(frequency_[k][0], static_cast<float>(y) + oy);
        const float* re = carrier[k].re.data();
        const float* im = carrier[k].im.data();
        for (std::int32_t j = 0; j < tiles_.cols; ++j) {
          const std::int32_t x = j * side;
          line[k][j] += turn * dot(seen.data() + x, re + x, im + x, side);
        }
      }
    }
  });
}

void Demodulator::finish() {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    auto& line = axis == 0 ? tiles_.row_line : tiles_.col_line;
    const float unit = 1 / std::sqrt(std::max(median_power(beside_line_[axis]) / kLn2, 1e-24F));
    // A tile that outshines the others by far is damage, and has only its share of a say.
    const float most = unit * unit * kMostPower * median_power(line);
    for (auto& z : line) {
      z *= unit;
      if (std::norm(z) > most) z *= std::sqrt(most / std::norm(z));
    }
  }
}

void join(PhaseTiles& tiles, const PhaseTiles& other) {
  const std::array<std::vector<std::complex<float>>*, 2> mine{&tiles.row_line, &tiles.col_line};
  const std::array<const std::vector<std::complex<float>>*, 2> its{&other.row_line,
                                                                   &other.col_line};
  double correlation = 0;
  std::array<std::array<float, 2>, 2> amplitude{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::array<double, 2> power{};
    for (std::size_t k = 0; k < mine[axis]->size(); ++k) {
      const auto a = (*mine[axis])[k];
      const auto b = (*its[axis])[k];
      power[0] += static_cast<double>(std::norm(a));
      power[1] += static_cast<double>(std::norm(b));
      correlation += static_cast<double>((a * std::conj(b)).real());
    }
    const auto count = static_cast<double>(mine[axis]->size());
    for (std::size_t k = 0; k < 2; ++k)
      amplitude[axis][k] = static_cast<float>(std::sqrt(std::max(0.0, power[k] / count - 1)));
  }
  const float sign = correlation < 0 ? -1.0F : 1.0F;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto [a, b] = amplitude[axis];
    const float unit = a * a + b * b > 0 ? 1 / std::sqrt(a * a + b * b) : 0.0F;
    for (std::size_t k = 0; k < mine[axis]->size(); ++k)
      (*mine[axis])[k] = unit * (a * (*mine[axis])[k] + sign * b * (*its[axis])[k]);
  }
}

}  // namespace ostracon::cpu
