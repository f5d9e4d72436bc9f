#include "host/cpu/page_residual.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/parallel.hpp"
#include "host/steps/page_tiles.hpp"
#include "pipeline/rules/background.hpp"
#include "pipeline/rules/damage.hpp"

namespace ostracon::cpu {

cv::Mat find_background(const cv::Mat& rest, const cv::Mat& usable) {
  cv::Mat weight, mean, seen;
  usable.convertTo(weight, CV_32F);
  const double count = cv::sum(weight)[0];
  if (!(count > 0)) return {};
  constexpr double kSigma = rules::kBackgroundSigma;
  cv::GaussianBlur(rest, mean, {}, kSigma, kSigma, cv::BORDER_CONSTANT);
  cv::GaussianBlur(weight, weight, {}, kSigma, kSigma, cv::BORDER_CONSTANT);
  mean /= cv::max(weight, rules::kLeastBackgroundShare);
  mean.copyTo(seen, usable);
  return rules::light_is_uneven(seen.dot(seen), rest.dot(rest), count) ? mean : cv::Mat();
}

cv::Mat find_damage(const cv::Mat& rest, const cv::Mat& usable) {
  cv::Mat mean;
  cv::boxFilter(rest, mean, CV_32F, {3, 3}, {-1, -1}, true, cv::BORDER_REPLICATE);
  mean = cv::abs(mean);
  std::vector<float> sample;
  for (std::int32_t r = 0; r < mean.rows; r += rules::kResidualSampleStep)
    for (std::int32_t c = 0; c < mean.cols; c += rules::kResidualSampleStep)
      if (usable.at<std::uint8_t>(r, c) != 0 && std::isfinite(mean.at<float>(r, c)))
        sample.push_back(mean.at<float>(r, c));
  if (sample.empty()) return {};
  auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
  std::nth_element(sample.begin(), middle, sample.end());
  cv::Mat damaged = mean > rules::damage_limit(rules::kResidualDamageSigmas, *middle);
  if (cv::countNonZero(damaged) == 0) return {};
  cv::dilate(damaged, damaged, cv::Mat::ones(3, 3, CV_8U));
  return damaged;
}

std::vector<float> noise_levels(const cv::Mat& rest, const cv::Mat& usable,
                                ImageView<const std::uint8_t> known, float most) {
  constexpr std::int32_t kTile = steps::kLevelTile;
  steps::LevelSums sums(rest.rows, rest.cols);
  std::vector<float> learned(sums.sum.size());
  parallel_for(sums.rows, [&](std::int64_t tile) {
    const auto i = static_cast<std::int32_t>(tile);
    const std::int32_t end = std::min((i + 1) * kTile, rest.rows);
    for (std::int32_t r = i * kTile; r < end; ++r)
      for (std::int32_t c = 0; c < rest.cols; ++c) {
        if (usable.at<std::uint8_t>(r, c) == 0) continue;
        // Clipped, so that damage no test has seen does not speak for its tile.
        const float residual = std::clamp(rest.at<float>(r, c), -most, most);
        const auto at = static_cast<std::size_t>(i) * static_cast<std::size_t>(sums.cols) +
                        static_cast<std::size_t>(c / kTile);
        sums.sum[at] += residual * residual;
        sums.count[at] += 1;
        if (known(r, c) < 2) learned[at] += 1;
      }
  });
  return steps::noise_levels(sums, learned);
}

}  // namespace ostracon::cpu
