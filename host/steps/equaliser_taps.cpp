#include "host/steps/equaliser_taps.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kFewest = 200;
constexpr std::int32_t kFewestOfClass = 50;

}  // namespace

std::optional<TrainedTaps> solve_taps(const TapNormal& normal) {
  if (normal.count < kFewest) return std::nullopt;
  cv::Mat a(kTapUnknowns, kTapUnknowns, CV_64F);
  cv::Mat b(kTapUnknowns, 1, CV_64F);
  double trace = 0;
  for (std::size_t i = 0; i < kTaps; ++i) trace += normal.a[i][i];
  for (int i = 0; i < kTapUnknowns; ++i) {
    b.at<double>(i) = normal.b[static_cast<std::size_t>(i)];
    for (int j = 0; j <= i; ++j)
      a.at<double>(i, j) = a.at<double>(j, i) =
          normal.a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    a.at<double>(i, i) += 1e-6 * trace / kTaps + 1e-12;
  }
  cv::Mat solution;
  if (!cv::solve(a, b, solution, cv::DECOMP_CHOLESKY)) return std::nullopt;

  TrainedTaps trained;
  for (int i = 0; i < kTaps; ++i)
    trained.taps[static_cast<std::size_t>(i)] = static_cast<float>(solution.at<double>(i));
  trained.bias = static_cast<float>(solution.at<double>(kTaps));
  trained.modules = normal.count;
  return trained;
}

bool scale_taps(const ClassSums& sums, TrainedTaps& trained) {
  if (std::min(sums.count[0], sums.count[1]) < kFewestOfClass) return false;
  const double land = sums.sum[0] / sums.count[0];
  const double pit = sums.sum[1] / sums.count[1];
  if (!(land - pit > 1e-3)) return false;
  // MMSE shrinks; two apart makes the classes +-1 about a common threshold.
  const double gain = 2.0 / (land - pit);
  const double middle = 0.5 * (land + pit);
  for (float& tap : trained.taps) tap = static_cast<float>(static_cast<double>(tap) * gain);
  trained.bias = static_cast<float>((static_cast<double>(trained.bias) - middle) * gain);
  // The taps were fitted to these very modules: as many degrees of freedom are gone.
  const double total = sums.count[0] + sums.count[1];
  const double unbiased = total / (total - kTapUnknowns) * gain * gain;
  const double land_variance = (sums.square[0] / sums.count[0] - land * land) * unbiased;
  const double pit_variance = (sums.square[1] / sums.count[1] - pit * pit) * unbiased;
  trained.classes = {1.0F, static_cast<float>(std::max(1e-3, land_variance)), -1.0F,
                     static_cast<float>(std::max(1e-3, pit_variance))};
  return true;
}

}  // namespace ostracon::steps
