#include "host/cpu/page_residual.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

constexpr double kSigma = 4;  // modules: less than the errors of a shading taken over 40 px
constexpr double kModulesInWindow = 4 * std::numbers::pi * kSigma * kSigma;
// Neighbouring outputs share pixels and interference, so that a mean of many scatters like one of
// as many fewer.
constexpr double kCorrelated = 4;
constexpr double kBeyondChance = 2;
constexpr double kLeastShare = 0.1;  // of a window that must be usable

// Of 10^7 modules without damage one or two are taken for it.
constexpr float kDamageSigmas = 5.0F;
constexpr std::int32_t kSampleStep = 3;

}  // namespace

cv::Mat find_background(const cv::Mat& rest, const cv::Mat& usable) {
  cv::Mat weight, mean, seen;
  usable.convertTo(weight, CV_32F);
  const double count = cv::sum(weight)[0];
  if (!(count > 0)) return {};
  const double variance = rest.dot(rest) / count;
  cv::GaussianBlur(rest, mean, {}, kSigma, kSigma, cv::BORDER_CONSTANT);
  cv::GaussianBlur(weight, weight, {}, kSigma, kSigma, cv::BORDER_CONSTANT);
  mean /= cv::max(weight, kLeastShare);
  mean.copyTo(seen, usable);
  const double found = seen.dot(seen) / count;
  const double by_chance = variance * kCorrelated / kModulesInWindow;
  return found > kBeyondChance * by_chance ? mean : cv::Mat();
}

cv::Mat find_damage(const cv::Mat& rest, const cv::Mat& usable) {
  cv::Mat mean;
  cv::boxFilter(rest, mean, CV_32F, {3, 3}, {-1, -1}, true, cv::BORDER_REPLICATE);
  mean = cv::abs(mean);
  std::vector<float> sample;
  for (std::int32_t r = 0; r < mean.rows; r += kSampleStep)
    for (std::int32_t c = 0; c < mean.cols; c += kSampleStep)
      if (usable.at<std::uint8_t>(r, c) != 0 && std::isfinite(mean.at<float>(r, c)))
        sample.push_back(mean.at<float>(r, c));
  if (sample.empty()) return {};
  auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
  std::nth_element(sample.begin(), middle, sample.end());
  cv::Mat damaged = mean > kDamageSigmas * *middle / 0.6745F;
  if (cv::countNonZero(damaged) == 0) return {};
  cv::dilate(damaged, damaged, cv::Mat::ones(3, 3, CV_8U));
  return damaged;
}

cv::Mat noise_levels(const cv::Mat& rest, const cv::Mat& usable,
                     ImageView<const std::uint8_t> known, float most) {
  const int tile_rows = (rest.rows + kLevelTile - 1) / kLevelTile;
  const int tile_cols = (rest.cols + kLevelTile - 1) / kLevelTile;
  cv::Mat sum = cv::Mat::zeros(tile_rows, tile_cols, CV_32F);
  cv::Mat count = sum.clone(), learned = sum.clone();
  parallel_for(tile_rows, [&](std::int64_t tile) {
    const auto i = static_cast<int>(tile);
    const std::int32_t end = std::min((i + 1) * kLevelTile, rest.rows);
    for (std::int32_t r = i * kLevelTile; r < end; ++r)
      for (std::int32_t c = 0; c < rest.cols; ++c) {
        if (usable.at<std::uint8_t>(r, c) == 0) continue;
        // Clipped, so that damage no test has seen does not speak for its tile.
        const float residual = std::clamp(rest.at<float>(r, c), -most, most);
        sum.at<float>(i, c / kLevelTile) += residual * residual;
        count.at<float>(i, c / kLevelTile) += 1;
        if (known(r, c) < 2) learned.at<float>(i, c / kLevelTile) += 1;
      }
  });
  cv::GaussianBlur(sum, sum, {}, 0.8, 0.8, cv::BORDER_REPLICATE);
  cv::GaussianBlur(count, count, {}, 0.8, 0.8, cv::BORDER_REPLICATE);
  cv::max(count, 1.0, count);
  cv::Mat level = sum / count;
  const double weight = cv::sum(learned)[0];
  const double mean = weight > 0 ? level.dot(learned) / weight : cv::mean(level)[0];
  level /= std::max(mean, 1e-12);
  cv::max(level, 0.5, level);
  cv::min(level, 3.0, level);
  return level;
}

}  // namespace ostracon::cpu
