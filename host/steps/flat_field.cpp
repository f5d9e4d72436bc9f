#include "host/steps/flat_field.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace ostracon::steps {
namespace {

constexpr double kShadingSigmaCells = 2.5;  // 40 px: about a dozen modules, far above their noise
constexpr float kOutlierShare = 0.25F;      // a cell this far from its surroundings is damage
constexpr std::int32_t kRowNeighbourhood = 24;
constexpr double kUsualLevel = 3;        // times the median, or one part of it
constexpr double kLeastVariance = 1e-3;  // of the median: no picture scatters less

double median_of_finite(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  return values.empty() ? 0.0 : values[values.size() / 2];
}

/// Masked Gaussian mean of the cells: first over all, then without those that stand out.
std::vector<float> smoothed(const cv::Mat& cells, float level) {
  const auto blur = [](const cv::Mat& in) {
    cv::Mat out;
    cv::GaussianBlur(in, out, {}, kShadingSigmaCells, kShadingSigmaCells, cv::BORDER_REPLICATE);
    return out;
  };
  cv::Mat local = blur(cells);
  for (int round = 0; round < 2; ++round) {
    cv::Mat mask(cells.size(), CV_32F);
    cv::Mat masked(cells.size(), CV_32F);
    for (int i = 0; i < cells.rows; ++i)
      for (int j = 0; j < cells.cols; ++j) {
        const float value = cells.at<float>(i, j);
        const bool usual =
            std::abs(value / std::max(local.at<float>(i, j), 1e-6F) - 1.0F) < kOutlierShare;
        mask.at<float>(i, j) = usual ? 1.0F : 1e-3F;
        masked.at<float>(i, j) = value * mask.at<float>(i, j);
      }
    local = blur(masked) / blur(mask);
  }
  std::vector<float> shading;
  shading.reserve(cells.total());
  for (int i = 0; i < cells.rows; ++i)
    for (int j = 0; j < cells.cols; ++j)
      shading.push_back(std::max(local.at<float>(i, j), 1e-3F * level));
  return shading;
}

/// One over the row's mean against the running mean of its frame, shrunk by the variance that
/// noise and pattern explain: `pixel_variance` is relative to the mean^2.
std::vector<float> row_gains(const FieldShape& shape, const std::vector<float>& row_mean,
                             double pixel_variance) {
  const std::int32_t rows = shape.rows;
  std::vector<float> ratio(row_mean.size());
  double variance = 0;
  for (std::int32_t frame = 0; frame < shape.frames; ++frame) {
    const std::size_t first = static_cast<std::size_t>(frame) * static_cast<std::size_t>(rows);
    const float* mean = row_mean.data() + first;
    std::vector<double> sums(static_cast<std::size_t>(rows) + 1, 0.0);
    for (std::int32_t y = 0; y < rows; ++y)
      sums[static_cast<std::size_t>(y) + 1] = sums[static_cast<std::size_t>(y)] + mean[y];
    for (std::int32_t y = 0; y < rows; ++y) {
      const std::int32_t begin = std::max(0, y - kRowNeighbourhood);
      const std::int32_t end = std::min(rows, y + kRowNeighbourhood + 1);
      const double local =
          (sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)]) /
          (end - begin);
      const double r = local > 0 ? mean[y] / local : 1.0;
      ratio[first + static_cast<std::size_t>(y)] = static_cast<float>(r);
      variance += (r - 1) * (r - 1);
    }
  }
  variance /= static_cast<double>(ratio.size());
  // Neighbouring pixels share modules, so a row's mean scatters more than white pixels would.
  const double explained = 2.0 * pixel_variance / shape.cols;
  const auto shrink =
      static_cast<float>(variance > 0 ? std::max(0.0, 1.0 - explained / variance) : 0.0);
  for (float& r : ratio) r = 1.0F / std::clamp(1.0F + shrink * (r - 1.0F), 0.5F, 2.0F);
  return ratio;
}

}  // namespace

std::vector<bool> find_pictures(const std::vector<GlanceSums>& sums, std::int64_t pixels) {
  std::vector<double> level, variance;
  for (const GlanceSums& frame : sums) {
    level.push_back(frame.sum / static_cast<double>(pixels));
    variance.push_back(frame.square / static_cast<double>(pixels) - level.back() * level.back());
  }
  const double usual = median_of_finite(level);
  const double least = kLeastVariance * median_of_finite(variance);
  std::vector<bool> is_picture;
  for (std::size_t f = 0; f < sums.size(); ++f)
    is_picture.push_back(level[f] * kUsualLevel > usual && level[f] < kUsualLevel * usual &&
                         variance[f] >= least);
  if (std::find(is_picture.begin(), is_picture.end(), true) == is_picture.end())
    std::fill(is_picture.begin(), is_picture.end(), true);
  return is_picture;
}

Result<FlatField> make_flat_field(const FieldShape& shape, FlatSums sums) {
  const cv::Mat cells(sums.cell_rows, sums.cell_cols, CV_32F, sums.cells.data());
  const double level = cv::mean(cells)[0];
  if (!(level > 0)) return Error{ErrorCode::kBadInput, "the field is blank"};
  if (!std::isfinite(level))
    return Error{ErrorCode::kBadInput, "the field's pixels are too large to be added"};
  FlatField flat;
  flat.cell_px = kCellPx;
  flat.cell_rows = sums.cell_rows;
  flat.cell_cols = sums.cell_cols;
  flat.frames = shape.frames;
  flat.rows = shape.rows;
  flat.shading = smoothed(cells, static_cast<float>(level));
  const double pixels =
      static_cast<double>(sums.pictures) * static_cast<double>(shape.pixels_per_frame());
  const double variance = std::max(0.0, sums.square / pixels - level * level);
  flat.row_gain = row_gains(shape, sums.row_mean, variance / (level * level));
  return flat;
}

}  // namespace ostracon::steps
