#include "host/cpu/equaliser.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/cpu/equaliser_taps.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

// A 3 x 3 mean of random bits stays within 3.3 of its own standard deviations: nine equal bits.
constexpr float kDamageSigmas = 3.9F;
constexpr std::int32_t kLevelTile =
    32;  // modules a side of the tiles whose error level is measured
constexpr std::int32_t kSlipTile = 64;
constexpr std::int32_t kFewestForSlip = 12;
constexpr float kSlipAgreement = 0.45F;  // of known modules; 1 where the map is right, 0 one off

class CpuEqualiser final : public Equaliser {
 public:
  explicit CpuEqualiser(const EqualiserConfig& config)
      : config_(config),
        count_(static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols)),
        usable_(count_),
        value_(count_) {}

  Result<ChannelReport> run(ImageView<const float> grid, ImageView<const float> weight,
                            ImageView<const std::uint8_t> known, ImageView<Llr> llrs,
                            ImageView<std::uint8_t> usable) override {
    constexpr std::int32_t kBoth = 2 * kEqualiserMargin;
    if (grid.rows != config_.rows + kBoth || grid.cols != config_.cols + kBoth ||
        weight.rows != grid.rows || weight.cols != grid.cols || known.rows != config_.rows ||
        known.cols != config_.cols || llrs.rows != config_.rows || llrs.cols != config_.cols ||
        usable.rows != config_.rows || usable.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "Equaliser: shapes differ from those planned"};
    for (std::int32_t r = 0; r < config_.rows; ++r) {
      std::fill_n(&llrs(r, 0), config_.cols, Llr{0});
      std::fill_n(&usable(r, 0), config_.cols, std::uint8_t{0});
    }
    ChannelReport report;
    report.erased_fraction = 1;
    find_seen(weight);
    erase_damage(grid);
    auto trained = train_taps(grid, known, usable_view());
    if (!trained) return report;
    apply_taps(*trained, grid, value_view());
    const std::vector<Tile> slipped = find_slips(known);
    if (!slipped.empty()) {
      // What slipped or lost tiles taught, of damage and of the channel, is wrong for the others.
      find_seen(weight);
      for (const Tile& tile : slipped) erase(tile);
      erase_damage(grid);
      trained = train_taps(grid, known, usable_view());
      if (!trained) return report;
      apply_taps(*trained, grid, value_view());
    }
    report.slipped_fraction = static_cast<float>(slipped.size()) /
                              static_cast<float>(tiles(config_.rows) * tiles(config_.cols));
    write_llrs(*trained, llrs);
    for (std::int32_t r = 0; r < config_.rows; ++r)
      std::copy_n(&usable_view()(r, 0), config_.cols, &usable(r, 0));
    report.trained_on = trained->modules;
    report.signal_to_noise =
        2.0F / (trained->classes.land_variance + trained->classes.pit_variance);
    report.amplitude = class_distance(grid, known);
    std::size_t erased = 0;
    for (const std::uint8_t seen : usable_) erased += seen == 0 ? 1 : 0;
    report.erased_fraction = static_cast<float>(erased) / static_cast<float>(count_);
    return report;
  }

 private:
  ImageView<std::uint8_t> usable_view() {
    return {usable_.data(), config_.rows, config_.cols, config_.cols};
  }
  ImageView<float> value_view() {
    return {value_.data(), config_.rows, config_.cols, config_.cols};
  }

  /// A square of kSlipTile modules; those at the lower and right edge may be smaller.
  struct Tile {
    std::int32_t row, col, row_end, col_end;
  };
  static std::int32_t tiles(std::int32_t side) { return (side + kSlipTile - 1) / kSlipTile; }

  void erase(const Tile& tile) {
    for (std::int32_t r = tile.row; r < tile.row_end; ++r)
      std::fill(&usable_view()(r, tile.col),
                &usable_view()(r, tile.col) + (tile.col_end - tile.col), std::uint8_t{0});
  }

  /// usable_ = 1 where at least half of the usual number of frames saw the module.
  void find_seen(ImageView<const float> weight) {
    float most = 0;
    for (std::int32_t r = 0; r < weight.rows; ++r)
      most = std::max(most, *std::max_element(&weight(r, 0), &weight(r, 0) + weight.cols));
    const float least = std::max(0.5F, 0.5F * most);
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        bool seen = true;
        // The taps reach one module further than most of their weight; the inner 3 x 3 must be
        // seen.
        for (std::int32_t i = 1; i <= 3; ++i)
          for (std::int32_t j = 1; j <= 3; ++j) seen = seen && weight(r + i, c + j) >= least;
        usable_view()(r, c) = seen;
      }
  }

  /// usable_ = 0 where the 3 x 3 mean is further from 0 than data can bring it, judged by the
  /// modules usable so far, and around such places.
  void erase_damage(ImageView<const float> grid) {
    const cv::Mat image(grid.rows, grid.cols, CV_32F, const_cast<float*>(grid.data),
                        static_cast<std::size_t>(grid.row_stride) * sizeof(float));
    cv::Mat mean;
    cv::boxFilter(image, mean, CV_32F, {3, 3}, {-1, -1}, true, cv::BORDER_REPLICATE);
    std::vector<float> sample;
    for (std::int32_t r = 0; r < config_.rows; r += 5)
      for (std::int32_t c = 0; c < config_.cols; c += 5)
        if (usable_view()(r, c) != 0)
          sample.push_back(std::abs(mean.at<float>(r + kEqualiserMargin, c + kEqualiserMargin)));
    if (sample.empty()) return;
    auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), middle, sample.end());
    const float limit = kDamageSigmas * *middle / 0.6745F;
    cv::Mat damaged;
    cv::compare(cv::abs(mean), limit, damaged, cv::CMP_GT);
    cv::dilate(damaged, damaged, cv::Mat::ones(3, 3, CV_8U));
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c)
        if (damaged.at<std::uint8_t>(r + kEqualiserMargin, c + kEqualiserMargin) != 0)
          usable_view()(r, c) = 0;
  }

  /// Tiles in which known modules do not come out as they are.
  std::vector<Tile> find_slips(ImageView<const std::uint8_t> known) {
    std::vector<Tile> slipped;
    for (std::int32_t i = 0; i < tiles(config_.rows); ++i)
      for (std::int32_t j = 0; j < tiles(config_.cols); ++j) {
        const Tile tile{i * kSlipTile, j * kSlipTile, std::min((i + 1) * kSlipTile, config_.rows),
                        std::min((j + 1) * kSlipTile, config_.cols)};
        float agreement = 0;
        std::int32_t count = 0;
        for (std::int32_t r = tile.row; r < tile.row_end; ++r)
          for (std::int32_t c = tile.col; c < tile.col_end; ++c) {
            if (known(r, c) >= 2 || usable_view()(r, c) == 0) continue;
            const float clipped = std::clamp(value_view()(r, c), -2.0F, 2.0F);
            agreement += known(r, c) == 0 ? clipped : -clipped;
            ++count;
          }
        if (count >= kFewestForSlip && agreement < kSlipAgreement * static_cast<float>(count))
          slipped.push_back(tile);
      }
    return slipped;
  }

  /// Mean distance of a value from the class it is nearer to, squared, per tile over the page's
  /// own. At high error rates this saturates, which only makes tiles look more alike.
  cv::Mat error_levels() {
    const int rows = (config_.rows + kLevelTile - 1) / kLevelTile;
    const int cols = (config_.cols + kLevelTile - 1) / kLevelTile;
    cv::Mat sum = cv::Mat::zeros(rows, cols, CV_32F);
    cv::Mat count = cv::Mat::zeros(rows, cols, CV_32F);
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        if (usable_view()(r, c) == 0) continue;
        const float off = std::min(std::abs(std::abs(value_view()(r, c)) - 1.0F), 2.0F);
        sum.at<float>(r / kLevelTile, c / kLevelTile) += off * off;
        count.at<float>(r / kLevelTile, c / kLevelTile) += 1;
      }
    const auto mean = static_cast<float>(cv::sum(sum)[0] / std::max(cv::sum(count)[0], 1.0));
    cv::GaussianBlur(sum, sum, {}, 0.8, 0.8, cv::BORDER_REPLICATE);
    cv::GaussianBlur(count, count, {}, 0.8, 0.8, cv::BORDER_REPLICATE);
    cv::Mat level(rows, cols, CV_32F);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < cols; ++j) {
        const float local = sum.at<float>(i, j) / std::max(count.at<float>(i, j), 1.0F);
        level.at<float>(i, j) = std::clamp(local / std::max(mean, 1e-6F), 0.4F, 4.0F);
      }
    return level;
  }

  void write_llrs(const TrainedTaps& trained, ImageView<Llr> llrs) {
    const cv::Mat level = error_levels();
    parallel_for(config_.rows, [&](std::int64_t row) {
      const auto r = static_cast<std::int32_t>(row);
      for (std::int32_t c = 0; c < config_.cols; ++c)
        if (usable_view()(r, c) != 0)
          llrs(r, c) = rules::soft_bit(
              value_view()(r, c), level.at<float>(r / kLevelTile, c / kLevelTile), trained.classes);
    });
  }

  /// Half the distance between the classes in the matched filter's output, before the taps.
  float class_distance(ImageView<const float> grid, ImageView<const std::uint8_t> known) {
    double sum[2] = {}, count[2] = {};
    for (std::int32_t r = 0; r < known.rows; ++r)
      for (std::int32_t c = 0; c < known.cols; ++c) {
        if (known(r, c) >= 2 || usable_view()(r, c) == 0) continue;
        sum[known(r, c)] += static_cast<double>(grid(r + kEqualiserMargin, c + kEqualiserMargin));
        count[known(r, c)] += 1;
      }
    return static_cast<float>(
        0.5 * (sum[0] / std::max(count[0], 1.0) - sum[1] / std::max(count[1], 1.0)));
  }

  EqualiserConfig config_;
  std::size_t count_;
  std::vector<std::uint8_t> usable_;
  std::vector<float> value_;
};

}  // namespace

Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config) {
  if (config.rows <= 0 || config.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "EqualiserConfig: sizes must be positive"};
  return std::unique_ptr<Equaliser>(std::make_unique<CpuEqualiser>(config));
}

}  // namespace ostracon::cpu
