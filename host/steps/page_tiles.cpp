#include "host/steps/page_tiles.hpp"

#include <algorithm>
#include <cstddef>
#include <opencv2/imgproc.hpp>

#include "pipeline/rules/background.hpp"

namespace ostracon::steps {
namespace {

constexpr std::int32_t kFewestForSlip = 12;
constexpr float kSlipAgreement = 0.45F;  // of known modules; 1 where the map is right, 0 one off
constexpr double kSmoothing = 0.8;       // tiles

cv::Mat as_tiles(const std::vector<float>& values, const LevelSums& sums) {
  cv::Mat tiles(sums.rows, sums.cols, CV_32F);
  std::copy(values.begin(), values.end(), tiles.begin<float>());
  return tiles;
}

cv::Mat smooth(const std::vector<float>& values, const LevelSums& sums) {
  cv::Mat tiles = as_tiles(values, sums);
  cv::GaussianBlur(tiles, tiles, {}, kSmoothing, kSmoothing, cv::BORDER_REPLICATE);
  return tiles;
}

}  // namespace

LevelSums::LevelSums(std::int32_t page_rows, std::int32_t page_cols)
    : rows(tiles(page_rows, kLevelTile)),
      cols(tiles(page_cols, kLevelTile)),
      sum(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)),
      count(sum.size()) {}

std::vector<float> error_levels(const LevelSums& sums) {
  const auto total = [](const std::vector<float>& values) { return cv::sum(cv::Mat(values))[0]; };
  const auto mean = static_cast<float>(total(sums.sum) / std::max(total(sums.count), 1.0));
  const cv::Mat sum = smooth(sums.sum, sums), count = smooth(sums.count, sums);
  std::vector<float> levels;
  levels.reserve(sums.sum.size());
  for (int i = 0; i < sums.rows; ++i)
    for (int j = 0; j < sums.cols; ++j) {
      const float local = sum.at<float>(i, j) / std::max(count.at<float>(i, j), 1.0F);
      levels.push_back(std::clamp(local / std::max(mean, 1e-6F), 0.4F, 4.0F));
    }
  return levels;
}

std::vector<float> noise_levels(const LevelSums& sums, const std::vector<float>& learned) {
  const cv::Mat sum = smooth(sums.sum, sums);
  cv::Mat count = smooth(sums.count, sums);
  cv::max(count, 1.0, count);
  cv::Mat level = sum / count;
  const cv::Mat share = as_tiles(learned, sums);
  const double weight = cv::sum(share)[0];
  const double mean = weight > 0 ? level.dot(share) / weight : cv::mean(level)[0];
  level /= std::max(mean, 1e-12);
  cv::max(level, 0.5, level);
  cv::min(level, 3.0, level);
  return {level.begin<float>(), level.end<float>()};
}

std::vector<float> background_window(std::int32_t reach) {
  const cv::Mat kernel = cv::getGaussianKernel(2 * reach + 1, rules::kBackgroundSigma, CV_32F);
  return {kernel.begin<float>() + reach, kernel.end<float>()};
}

bool has_slipped(float agreement, std::int32_t known_modules) {
  return known_modules >= kFewestForSlip &&
         agreement < kSlipAgreement * static_cast<float>(known_modules);
}

}  // namespace ostracon::steps
