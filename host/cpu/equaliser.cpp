#include "host/cpu/equaliser.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/cpu/equaliser_taps.hpp"
#include "host/parallel.hpp"
#include "host/steps/page_tiles.hpp"
#include "pipeline/rules/damage.hpp"

namespace ostracon::cpu {
namespace {

using steps::kLevelTile;
using steps::kSlipTile;

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
    report.slipped_fraction =
        static_cast<float>(slipped.size()) / static_cast<float>(tile_rows() * tile_cols());
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
  std::int32_t tile_rows() const { return steps::tiles(config_.rows, kSlipTile); }
  std::int32_t tile_cols() const { return steps::tiles(config_.cols, kSlipTile); }

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
    for (std::int32_t r = 0; r < config_.rows; r += rules::kDamageSampleStep)
      for (std::int32_t c = 0; c < config_.cols; c += rules::kDamageSampleStep)
        if (usable_view()(r, c) != 0)
          sample.push_back(std::abs(mean.at<float>(r + kEqualiserMargin, c + kEqualiserMargin)));
    if (sample.empty()) return;
    auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), middle, sample.end());
    const float limit = rules::damage_limit(rules::kDamageSigmas, *middle);
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
    for (std::int32_t i = 0; i < tile_rows(); ++i)
      for (std::int32_t j = 0; j < tile_cols(); ++j) {
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
        if (steps::has_slipped(agreement, count)) slipped.push_back(tile);
      }
    return slipped;
  }

  /// Mean distance of a value from the class it is nearer to, squared, per tile over the page's
  /// own. At high error rates this saturates, which only makes tiles look more alike.
  std::vector<float> error_levels() {
    steps::LevelSums sums(config_.rows, config_.cols);
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        if (usable_view()(r, c) == 0) continue;
        const float off = std::min(std::abs(std::abs(value_view()(r, c)) - 1.0F), 2.0F);
        sums.sum[level_index(r, c)] += off * off;
        sums.count[level_index(r, c)] += 1;
      }
    return steps::error_levels(sums);
  }
  std::size_t level_index(std::int32_t row, std::int32_t col) const {
    return static_cast<std::size_t>(row / kLevelTile) *
               static_cast<std::size_t>(steps::tiles(config_.cols, kLevelTile)) +
           static_cast<std::size_t>(col / kLevelTile);
  }

  void write_llrs(const steps::TrainedTaps& trained, ImageView<Llr> llrs) {
    const std::vector<float> levels = error_levels();
    parallel_for(config_.rows, [&](std::int64_t row) {
      const auto r = static_cast<std::int32_t>(row);
      for (std::int32_t c = 0; c < config_.cols; ++c)
        if (usable_view()(r, c) != 0)
          llrs(r, c) =
              rules::soft_bit(value_view()(r, c), levels[level_index(r, c)], trained.classes);
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
