#include "host/cpu/soft_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/cpu/channel_response.hpp"
#include "host/cpu/parallel.hpp"
#include "host/cpu/soft_canceller_kernel.hpp"
#include "pipeline/rules/soft_bit.hpp"
#include "pipeline/rules/soft_cancellation.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kMargin = ChannelResponse::kSide / 2;
static_assert(kMargin == kEqualiserMargin);
constexpr std::int32_t kLevelTile = 32;  // modules a side of the tiles whose noise is measured
// The outer ring of a response is left out below this share of the centre: its energy is then less
// than what estimating it adds.
constexpr float kLeastOuter = 0.01F;

/// Floats of a page with a margin, rows padded for whole vectors.
class Plane {
 public:
  Plane(std::int32_t rows, std::int32_t cols)
      : stride_((cols + 2 * kMargin + 2 * kCancelLanes - 1) / kCancelLanes * kCancelLanes),
        values_(static_cast<std::size_t>(rows + 2 * kMargin) * static_cast<std::size_t>(stride_) +
                static_cast<std::size_t>(kCancelLanes)) {}
  /// Module (row, 0); rows -2 .. rows + 1 exist, columns from -2.
  float* row(std::int32_t row) {
    return values_.data() + static_cast<std::ptrdiff_t>(row + kMargin) * stride_ + kMargin;
  }

 private:
  std::ptrdiff_t stride_;
  std::vector<float> values_;
};

class CpuSoftCanceller final : public SoftCanceller {
 public:
  explicit CpuSoftCanceller(const SoftCancellerConfig& config)
      : config_(config),
        value_(config.rows, config.cols),
        mean_(config.rows, config.cols),
        free_(config.rows, config.cols),
        fixed_(config.rows, config.cols),
        evidence_(config.rows, config.cols),
        level_(config.rows, config.cols),
        usable_(static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols)),
        prior_(static_cast<std::size_t>(config.rows) * prior_stride(), Llr{0}) {}

  Result<ChannelResponse> begin(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                                ImageView<const std::uint8_t> known,
                                ImageView<const Llr> llrs) override {
    if (grid.rows != config_.rows + 2 * kMargin || grid.cols != config_.cols + 2 * kMargin ||
        !fits(usable) || !fits(known) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    channel_ = learn_response(grid, usable, known);
    if (channel_.trained_on == 0) return channel_;
    reach_ = outer_ring() < kLeastOuter * channel_.response[ChannelResponse::kCentre] ? 1 : 2;
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      const float* values = &grid(r + kMargin, kMargin);
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        value_.row(r)[c] = values[c] - channel_.bias;
        evidence_.row(r)[c] = static_cast<float>(llrs(r, c)) * kNatsPerLlrStep;
        usable_[at(r, c)] = usable(r, c);
      }
    });
    // Known modules are taken for unknown here: what beliefs leave unexplained is less than the
    // noise, and the same share of it must be missing where the noise was learned.
    believe({}, {});
    measure_levels(known);
    return channel_;
  }

  Result<> run(ImageView<const std::uint8_t> known, ImageView<const Llr> prior,
               std::int32_t iterations, ImageView<Llr> llrs) override {
    if (!fits(known) || !fits(prior) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    if (channel_.trained_on == 0)
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: no page has been learned"};
    for (std::int32_t i = 0; i < iterations; ++i) {
      believe(known, prior);
      parallel_for(config_.rows, [&](std::int64_t index) {
        const auto r = static_cast<std::int32_t>(index);
        CancelRow row{value_.row(r), level_.row(r),   {},
                      &channel_,     reach_,          rules::kCancellationDamping,
                      config_.cols,  evidence_.row(r)};
        for (std::int32_t k = -kMargin; k <= kMargin; ++k)
          row.mean[k + kMargin] = mean_.row(r + k) - kMargin;
        cancel(row);
      });
    }
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      const auto most = static_cast<float>(rules::kMostLlrSteps);
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        const float steps =
            std::rint(evidence_.row(r)[c] * (rules::kCancellationScale / kNatsPerLlrStep));
        llrs(r, c) =
            usable_[at(r, c)] == 0 ? Llr{0} : static_cast<Llr>(std::clamp(steps, -most, most));
      }
    });
    return Ok{};
  }

 private:
  std::size_t at(std::int32_t row, std::int32_t col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(config_.cols) +
           static_cast<std::size_t>(col);
  }
  std::size_t prior_stride() const {
    return static_cast<std::size_t>((config_.cols + kCancelLanes - 1) / kCancelLanes *
                                    kCancelLanes);
  }
  template <class T>
  bool fits(ImageView<T> view) const {
    return view.rows == config_.rows && view.cols == config_.cols;
  }

  float outer_ring() const {
    float most = 0;
    for (std::int32_t i = 0; i < ChannelResponse::kSide; ++i)
      for (std::int32_t j = 0; j < ChannelResponse::kSide; ++j)
        if (std::max(std::abs(i - kMargin), std::abs(j - kMargin)) == kMargin)
          most = std::max(
              most,
              std::abs(
                  channel_.response[static_cast<std::size_t>(i * ChannelResponse::kSide + j)]));
    return most;
  }

  /// Means of all modules: of known ones their bit, of unusable ones and beyond the page 0. An
  /// empty view knows nothing.
  void believe(ImageView<const std::uint8_t> known, ImageView<const Llr> prior) {
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      float* free = free_.row(r);
      float* fixed = fixed_.row(r);
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        const std::uint8_t bit = known.data != nullptr ? known(r, c) : std::uint8_t{2};
        free[c] = bit >= 2 && usable_[at(r, c)] != 0 ? 1.0F : 0.0F;
        fixed[c] = bit == 0 ? 1.0F : (bit == 1 ? -1.0F : 0.0F);
      }
      Llr* padded = nullptr;
      if (prior.data != nullptr) {
        padded = prior_.data() + static_cast<std::size_t>(r) * prior_stride();
        std::memcpy(padded, &prior(r, 0), static_cast<std::size_t>(config_.cols));
      }
      update_means({evidence_.row(r), padded, free, fixed, config_.cols, mean_.row(r)});
      // Whole vectors wrote into the margin.
      std::fill_n(mean_.row(r) + config_.cols, kMargin, 0.0F);
    });
  }

  /// Mean square of what the beliefs do not explain, by tiles, over that of the modules the noise
  /// was learned on.
  void measure_levels(ImageView<const std::uint8_t> known) {
    const int tile_rows = (config_.rows + kLevelTile - 1) / kLevelTile;
    const int tile_cols = (config_.cols + kLevelTile - 1) / kLevelTile;
    cv::Mat sum = cv::Mat::zeros(tile_rows, tile_cols, CV_32F);
    cv::Mat count = sum.clone(), learned = sum.clone();
    parallel_for(tile_rows, [&](std::int64_t tile) {
      const auto i = static_cast<int>(tile);
      const std::int32_t end = std::min((i + 1) * kLevelTile, config_.rows);
      for (std::int32_t r = i * kLevelTile; r < end; ++r)
        for (std::int32_t c = 0; c < config_.cols; ++c) {
          if (usable_[at(r, c)] == 0) continue;
          const float residual = unexplained(r, c);
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
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      for (std::int32_t c = 0; c < config_.cols; ++c)
        level_.row(r)[c] = std::clamp(level.at<float>(r / kLevelTile, c / kLevelTile), 0.5F, 3.0F);
    });
  }

  /// Clipped, so that damage no test has seen does not speak for its tile.
  float unexplained(std::int32_t row, std::int32_t col) {
    float rest = value_.row(row)[col];
    for (std::int32_t i = -reach_; i <= reach_; ++i)
      for (std::int32_t j = -reach_; j <= reach_; ++j)
        rest -= channel_.response[static_cast<std::size_t>((i + kMargin) * ChannelResponse::kSide +
                                                           j + kMargin)] *
                mean_.row(row + i)[col + j];
    const float most = 4.0F * std::sqrt(channel_.noise);
    return std::clamp(rest, -most, most);
  }

  SoftCancellerConfig config_;
  Plane value_, mean_, free_, fixed_, evidence_, level_;
  std::vector<std::uint8_t> usable_;
  std::vector<Llr> prior_;
  ChannelResponse channel_;
  std::int32_t reach_ = 2;
};

}  // namespace

Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(const SoftCancellerConfig& config) {
  if (config.rows <= 0 || config.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "SoftCancellerConfig: sizes must be positive"};
  return std::unique_ptr<SoftCanceller>(std::make_unique<CpuSoftCanceller>(config));
}

}  // namespace ostracon::cpu
