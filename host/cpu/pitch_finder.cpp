#include "host/cpu/pitch_finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "host/cpu/pitch_spectrum.hpp"
#include "host/steps/pitch_search.hpp"
#include "pipeline/rules/line_evidence.hpp"

namespace ostracon::cpu {
namespace {

using steps::kLineSources;
using steps::Line;

class CpuLineFinder final : public steps::LineFinder {
 public:
  explicit CpuLineFinder(const PitchFinderConfig& config)
      : crop_(steps::crop_side(config)),
        lowest_(static_cast<float>(crop_) / config.max_pitch_px),
        spectrum_(crop_, steps::highest_line(config, crop_)) {
    for (cv::Mat& sum : sums_) sum.create(spectrum_.power(LineSource::kImage).size(), CV_32F);
    evidence_.create(sums_[0].size(), CV_32F);
  }

  void begin(ImageView<const float> mean) {
    mean_ = mean;
    for (cv::Mat& sum : sums_) sum.setTo(0);
  }

  Result<> measure(std::int32_t top, std::int32_t left) override {
    spectrum_.measure({&mean_(top, left), crop_, crop_, mean_.row_stride});
    return Ok{};
  }
  Result<> measure_gradient() override {
    spectrum_.measure_gradient();
    return Ok{};
  }
  Result<> keep() override {
    for (std::size_t s = 0; s < kLineSources; ++s)
      sums_[s] += spectrum_.power(static_cast<LineSource>(s));
    return Ok{};
  }

  Result<std::vector<Line>> lines(std::int32_t crops, std::size_t sources) override {
    crops_ = static_cast<float>(crops);
    evidence_.setTo(0);
    for (std::size_t s = 0; s < sources; ++s) {
      const cv::Mat& power = power_of(static_cast<LineSource>(s));
      for (std::int32_t i = 0; i < evidence_.rows; ++i)
        for (std::int32_t j = 0; j < evidence_.cols; ++j) {
          const float a = power.at<float>(i, j) / crops_;
          if (!(a > 2)) continue;  // NaN is no line
          float& nats = evidence_.at<float>(i, j);
          nats = std::max(nats, rules::line_nats(a, crops_));
        }
    }
    const std::int32_t highest = spectrum_.highest();
    std::vector<Line> found;
    for (std::int32_t ky = -highest; ky <= highest; ++ky)
      for (std::int32_t kx = 0; kx <= highest; ++kx) {
        const float radius = std::hypot(static_cast<float>(ky), static_cast<float>(kx));
        if (!(at(ky, kx) >= steps::kLeastLine) || radius < lowest_ || !is_peak(ky, kx)) continue;
        found.push_back(centred(ky, kx));
      }
    return found;
  }

 private:
  const cv::Mat& power_of(LineSource source) const {
    return crops_ > 1 ? sums_[static_cast<std::size_t>(source)] : spectrum_.power(source);
  }

  float at(const cv::Mat& half_plane, std::int32_t ky, std::int32_t kx) const {
    // Mirrored in the origin where x is negative.
    const std::int32_t y = (kx < 0 ? -ky : ky) + spectrum_.highest();
    const std::int32_t x = std::abs(kx);
    return y < 0 || y >= half_plane.rows || x >= half_plane.cols ? 0.0F
                                                                 : half_plane.at<float>(y, x);
  }
  float at(std::int32_t ky, std::int32_t kx) const { return at(evidence_, ky, kx); }

  float in_image(std::int32_t ky, std::int32_t kx) const {
    const cv::Mat& power = power_of(LineSource::kImage);
    float most = 0;
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = -1; j <= 1; ++j)
        most = std::max(most, at(power, ky + i, kx + j) / crops_);
    return rules::line_nats(most, crops_);
  }

  bool is_peak(std::int32_t ky, std::int32_t kx) const {
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = -1; j <= 1; ++j)
        if ((i != 0 || j != 0) && at(ky + i, kx + j) > at(ky, kx)) return false;
    return true;
  }

  Line centred(std::int32_t ky, std::int32_t kx) const {
    const auto level = [&](std::int32_t i, std::int32_t j) { return std::log(at(i, j) + 1.0F); };
    const float here = level(ky, kx);
    const float y = rules::peak_offset(level(ky - 1, kx), here, level(ky + 1, kx));
    const float x = rules::peak_offset(level(ky, kx - 1), here, level(ky, kx + 1));
    const auto n = static_cast<float>(crop_);
    return {(static_cast<float>(ky) + y) / n, (static_cast<float>(kx) + x) / n, at(ky, kx),
            in_image(ky, kx)};
  }

  std::int32_t crop_;
  float lowest_;  // cycles a crop
  PitchSpectrum spectrum_;
  ImageView<const float> mean_;
  std::array<cv::Mat, kLineSources> sums_;  // over crops
  float crops_ = 1;                         // that are in what is looked at
  cv::Mat evidence_;                        // nats, as PitchSpectrum::power
};

class CpuPitchFinder final : public PitchFinder {
 public:
  explicit CpuPitchFinder(const PitchFinderConfig& config) : config_(config), finder_(config) {}

  Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "PitchFinder: image has another shape"};
    finder_.begin(mean);
    return steps::find_pitch(config_, finder_);
  }

 private:
  PitchFinderConfig config_;
  CpuLineFinder finder_;
};

}  // namespace

Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) {
  if (std::min(config.rows, config.cols) < 64)
    return Error{ErrorCode::kInvalidArgument, "PitchFinderConfig: image smaller than 64 px"};
  return std::unique_ptr<PitchFinder>(std::make_unique<CpuPitchFinder>(config));
}

}  // namespace ostracon::cpu
