#include "host/cpu/lattice_demodulator.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "host/parallel.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cpu {
namespace {

/// Cosine and sine of a carrier along x, one entry a column.
struct CarrierRow {
  std::vector<float> re, im;
  CarrierRow(float frequency, std::int32_t cols, float ox)
      : re(static_cast<std::size_t>(cols)), im(static_cast<std::size_t>(cols)) {
    for (std::size_t x = 0; x < re.size(); ++x) {
      const auto turn = rules::carrier(frequency, static_cast<double>(x) + static_cast<double>(ox));
      re[x] = turn.re;
      im[x] = turn.im;
    }
  }
};

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

/// Brightness that no module has, scaled as Demodulator::add wants it.
float most_of(Aspect aspect) {
  return aspect == Aspect::kContrast ? rules::kMostContrast : rules::kMostDetail;
}

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
                                                             : rules::bounded_detail(v));
    }
  return count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : 0.0F;
}

constexpr std::int32_t kCell = rules::kDirtCell;

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

}  // namespace

void equalise_image(ImageView<const float> image, float pitch_px, float blur_modules, float oy,
                    float ox, ImageView<float> out) {
  const auto along_y = steps::equalising_taps(pitch_px, blur_modules, oy);
  const auto along_x = steps::equalising_taps(pitch_px, blur_modules, ox);
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

Demodulator::Demodulator(const steps::Carriers& carriers, steps::PhaseTiles& tiles)
    : tiles_(tiles),
      noise_step_(steps::noise_step(tiles)),
      frequency_(steps::line_frequencies(carriers)) {
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
        for (std::size_t x = 0; x < seen.size(); ++x)
          seen[x] = rules::bounded_detail(scale * in[x]) - level;
      for (const std::int32_t cell : dirty[static_cast<std::size_t>(y / kCell)])
        for (std::int32_t x = cell * kCell; x < std::min((cell + 1) * kCell, width); ++x)
          seen[static_cast<std::size_t>(x)] = 0;
      for (std::size_t k = 0; k < lines; ++k) {
        const auto [turn_re, turn_im] =
            rules::carrier(frequency_[k][0], static_cast<double>(y) + static_cast<double>(oy));
        const std::complex<float> turn{turn_re, turn_im};
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

}  // namespace ostracon::cpu
