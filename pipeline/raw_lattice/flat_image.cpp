#include "pipeline/raw_lattice/flat_image.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/raw_lattice/cholesky.hpp"
#include "pipeline/raw_lattice/quantile.hpp"

namespace ostracon::raw_lattice {
namespace {

constexpr int kFitRounds = 6;
constexpr double kHuber = 1.5;             // standard deviations up to which a cell counts fully
constexpr std::size_t kMostCells = 65536;  // that the surface is fitted to
constexpr double kBeyond = 1.25;           // the surface is constant from here on outwards
constexpr double kLeastBlur = 0.3;         // px
constexpr double kBlurReach = 3.5;         // standard deviations

struct CellBrightness {
  Terms terms;
  double value;
};

double value_of(const Terms& factors, const Terms& terms) {
  double sum = 0;
  for (std::size_t k = 0; k < kTerms; ++k) sum += factors[k] * terms[k];
  return sum;
}

std::vector<CellBrightness> brightness_of_cells(const Image& image, const Grid& grid) {
  std::vector<CellBrightness> cells;
  const auto stride = static_cast<std::int64_t>(
      (static_cast<std::size_t>(grid.cells()) + kMostCells - 1) / kMostCells);
  for (std::int64_t cell = 0; cell < grid.cells(); cell += stride) {
    const auto row = static_cast<std::int32_t>(cell / grid.cols.count());
    const auto col = static_cast<std::int32_t>(cell % grid.cols.count());
    double sum = 0;
    for (const double down : {-1.0 / 3, 0.0, 1.0 / 3})
      for (const double right : {-1.0 / 3, 0.0, 1.0 / 3})
        sum += static_cast<double>(image.at(grid.at(row, col, down, right)));
    const double v =
        (grid.rows.offset[static_cast<std::size_t>(row)] - grid.rows.middle) / grid.rows.half;
    const double u =
        (grid.cols.offset[static_cast<std::size_t>(col)] - grid.cols.middle) / grid.cols.half;
    cells.push_back({terms_at(v, u), sum / 9});
  }
  return cells;
}

Terms fit_surface(const std::vector<CellBrightness>& cells) {
  std::vector<float> values(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) values[i] = static_cast<float>(cells[i].value);
  Terms factors{};
  factors[0] = static_cast<double>(quantile(values, 0.5));
  for (int round = 0; round < kFitRounds; ++round) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      values[i] = static_cast<float>(std::abs(cells[i].value - value_of(factors, cells[i].terms)));
    const double sigma = 1.4826 * static_cast<double>(quantile(values, 0.5));
    std::vector<double> normal(kTerms * kTerms, 0);
    Terms right{};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double away = static_cast<double>(values[i]);
      const double weight = away > kHuber * sigma ? kHuber * sigma / away : 1;
      for (std::size_t k = 0; k < kTerms; ++k) {
        right[k] += weight * cells[i].terms[k] * cells[i].value;
        for (std::size_t m = 0; m <= k; ++m)
          normal[k * kTerms + m] += weight * cells[i].terms[k] * cells[i].terms[m];
      }
    }
    const double scale = normal[0];
    // One row or column alone leaves terms undetermined: a small ridge keeps them at 0.
    for (std::size_t k = 1; k < kTerms; ++k) normal[k * kTerms + k] += 1e-6 * scale;
    if (!(scale > 0)) return factors;
    Cholesky(std::move(normal), kTerms, 1e-12 * scale).solve(right);
    factors = right;
  }
  return factors;
}

Terms terms_at_pixel(const Grid& grid, double y, double x) {
  const double dy = y - grid.origin[0], dx = x - grid.origin[1];
  const double a = grid.cosine * dy - grid.sine * dx;
  const double b = grid.sine * dy + grid.cosine * dx;
  return terms_at(std::clamp((a - grid.rows.middle) / grid.rows.half, -kBeyond, kBeyond),
                  std::clamp((b - grid.cols.middle) / grid.cols.half, -kBeyond, kBeyond));
}

std::vector<float> gaussian(double sigma) {
  if (sigma < kLeastBlur) return {1.0F};
  const int reach = static_cast<int>(std::ceil(kBlurReach * sigma));
  std::vector<double> taps;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    taps.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
    sum += taps.back();
  }
  std::vector<float> normalised;
  for (const double tap : taps) normalised.push_back(static_cast<float>(tap / sum));
  return normalised;
}

}  // namespace

float Image::at(double y, double x) const {
  y = std::clamp(y, 0.0, static_cast<double>(rows - 1));
  x = std::clamp(x, 0.0, static_cast<double>(cols - 1));
  const auto top = std::min(static_cast<std::int32_t>(y), std::max(rows - 2, 0));
  const auto left = std::min(static_cast<std::int32_t>(x), std::max(cols - 2, 0));
  const auto fy = static_cast<float>(y - top), fx = static_cast<float>(x - left);
  const auto width = static_cast<std::size_t>(cols);
  const std::size_t here = static_cast<std::size_t>(top) * width + static_cast<std::size_t>(left);
  const std::size_t right = cols > 1 ? here + 1 : here;
  const std::size_t down = rows > 1 ? width : 0;
  return (1 - fy) * ((1 - fx) * pixels[here] + fx * pixels[right]) +
         fy * ((1 - fx) * pixels[here + down] + fx * pixels[right + down]);
}

Result<Image> flatten(ImageView<const float> image, const Grid& grid) {
  if (image.rows < 1 || image.cols < 1)
    return Error{ErrorCode::kInvalidArgument, "the image of a lattice is empty"};
  Image flat{image.rows, image.cols, {}};
  flat.pixels.reserve(static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.cols));
  bool negative = false;
  for (std::int32_t y = 0; y < image.rows; ++y)
    for (std::int32_t x = 0; x < image.cols; ++x) {
      const float pixel = image(y, x);
      if (!std::isfinite(pixel) || std::abs(pixel) > 1e18F)
        return Error{ErrorCode::kBadInput, "the image of a lattice: pixel (" + std::to_string(y) +
                                               ", " + std::to_string(x) +
                                               ") is not finite, or beyond 1e18"};
      negative = negative || pixel < 0;
      flat.pixels.push_back(pixel);
    }
  const auto cells = brightness_of_cells(flat, grid);
  const Terms surface = fit_surface(cells);
  double lowest = cells.front().value, mean = 0;
  for (const CellBrightness& cell : cells) {
    const double value = value_of(surface, cell.terms);
    lowest = std::min(lowest, value);
    mean += value / static_cast<double>(cells.size());
  }
  const bool scaled = !negative && lowest > 0.25 * mean;
  for (std::int32_t y = 0; y < image.rows; ++y)
    for (std::int32_t x = 0; x < image.cols; ++x) {
      float& pixel =
          flat.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.cols) +
                      static_cast<std::size_t>(x)];
      const double level = value_of(surface, terms_at_pixel(grid, y, x));
      const double gain = scaled ? std::max(level, 0.25 * mean) / mean : 1;
      pixel = static_cast<float>((static_cast<double>(pixel) - level) / gain);
    }
  return flat;
}

Image blur(const Image& image, const Grid& grid, double share) {
  const double down = share * grid.rows.pitch, right = share * grid.cols.pitch;
  const auto vertical = gaussian(std::hypot(grid.cosine * down, grid.sine * right));
  const auto horizontal = gaussian(std::hypot(grid.sine * down, grid.cosine * right));
  const auto width = static_cast<std::size_t>(image.cols);
  const auto clamp = [](std::int32_t i, std::int32_t count) {
    return static_cast<std::size_t>(std::clamp(i, 0, count - 1));
  };
  Image across{image.rows, image.cols, std::vector<float>(image.pixels.size())};
  Image result{image.rows, image.cols, std::vector<float>(image.pixels.size())};
  const auto reach_x = static_cast<std::int32_t>(horizontal.size() / 2);
  for (std::int32_t y = 0; y < image.rows; ++y)
    for (std::int32_t x = 0; x < image.cols; ++x) {
      const float* row = &image.pixels[static_cast<std::size_t>(y) * width];
      float sum = 0;
      auto tap = horizontal.begin();
      for (std::int32_t i = -reach_x; i <= reach_x; ++i, ++tap)
        sum += *tap * row[clamp(x + i, image.cols)];
      across.pixels[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)] = sum;
    }
  const auto reach_y = static_cast<std::int32_t>(vertical.size() / 2);
  for (std::int32_t y = 0; y < image.rows; ++y) {
    float* row = &result.pixels[static_cast<std::size_t>(y) * width];
    auto tap = vertical.begin();
    for (std::int32_t i = -reach_y; i <= reach_y; ++i, ++tap) {
      const float* source = &across.pixels[clamp(y + i, image.rows) * width];
      for (std::size_t x = 0; x < width; ++x) row[x] += *tap * source[x];
    }
  }
  return result;
}

}  // namespace ostracon::raw_lattice
