#include "host/cpu/soft_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "host/cpu/channel_response.hpp"
#include "host/cpu/edge_canceller_kernel.hpp"
#include "host/cpu/page_plane.hpp"
#include "host/cpu/page_residual.hpp"
#include "host/cpu/soft_canceller_kernel.hpp"
#include "host/parallel.hpp"
#include "host/steps/channel_response.hpp"
#include "host/steps/page_tiles.hpp"
#include "pipeline/rules/soft_bit.hpp"
#include "pipeline/rules/soft_cancellation.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kMargin = PagePlane::kMargin;
static_assert(kMargin == kEqualiserMargin);
constexpr int kCleanings = 3;  // rounds of finding damage and uneven light, each clearer

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
        seen_(config.rows, config.cols),
        rest_(config.rows, config.cols),
        white_(config.rows, config.cols),
        grid_(static_cast<std::size_t>(config.rows + 2 * kMargin) *
              static_cast<std::size_t>(config.cols + 2 * kMargin)),
        usable_(static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols)),
        prior_(static_cast<std::size_t>(config.rows) * prior_stride(), Llr{0}) {}

  Result<ChannelResponse> begin(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                                ImageView<const std::uint8_t> known,
                                ImageView<const Llr> llrs) override {
    if (grid.rows != config_.rows + 2 * kMargin || grid.cols != config_.cols + 2 * kMargin ||
        !fits(usable) || !fits(known) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    for (std::int32_t r = 0; r < config_.rows; ++r)
      std::copy_n(&usable(r, 0), config_.cols, &usable_view()(r, 0));
    for (std::int32_t r = 0; r < grid.rows; ++r)
      std::copy_n(&grid(r, 0), grid.cols, &grid_view()(r, 0));
    uneven_ = false;
    if (!learn(known, llrs)) return channel_;
    // Damage and uneven light spoil the response, too.
    for (int round = 0; round < kCleanings; ++round) {
      believe(known, {});
      find_rest_of_page();
      const bool background = take_off_background(), damage = erase_damage();
      if (!background && !damage) break;
      uneven_ = uneven_ || background;
      if (!learn(known, llrs)) return channel_;
    }
    // Known modules are taken for unknown here: what beliefs leave unexplained is less than the
    // noise, and the same share of it must be missing where the noise was learned.
    believe({}, {});
    find_rest_of_page();
    const std::vector<float> levels =
        noise_levels(rest_.image(), usable_image(), known, 4.0F * std::sqrt(channel_.noise));
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      constexpr std::int32_t kTile = steps::kLevelTile;
      const float* row =
          levels.data() + std::ptrdiff_t{r / kTile} * steps::tiles(config_.cols, kTile);
      for (std::int32_t c = 0; c < config_.cols; ++c) level_.row(r)[c] = row[c / kTile];
    });
    return channel_;
  }

  Result<> run(ImageView<const std::uint8_t> known, ImageView<const Llr> prior,
               std::int32_t iterations, ImageView<Llr> llrs) override {
    if (!fits(known) || !fits(prior) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    if (channel_.trained_on == 0)
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: no page has been learned"};
    if (uneven_) {  // seen more clearly with what is believed by now
      believe(known, prior);
      find_rest_of_page();
      take_off_background();
    }
    for (std::int32_t i = 0; i < iterations; ++i) {
      believe(known, prior);
      if (channel_.bright_edges) listen_around();
      parallel_for(config_.rows, [&](std::int64_t index) {
        const auto r = static_cast<std::int32_t>(index);
        const CancelRow row{value_.row(r), level_.row(r),   mean_.around(r),
                            &channel_,     reach_,          rules::kCancellationDamping,
                            config_.cols,  evidence_.row(r)};
        channel_.bright_edges ? cancel_edges({row, white_.around(r), &*edges_}) : cancel(row);
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
    const std::int32_t vectors = (config_.cols + kCancelLanes - 1) / kCancelLanes;
    return static_cast<std::size_t>(vectors) * kCancelLanes;
  }
  template <class T>
  bool fits(ImageView<T> view) const {
    return view.rows == config_.rows && view.cols == config_.cols;
  }

  /// rest_: what the means of all modules leave of every usable output.
  void find_rest_of_page() {
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      find_rest({value_.row(r), seen_.row(r), mean_.around(r), &channel_, &*edges_, config_.cols,
                 rest_.row(r)});
      rest_.clear_margin(r);
    });
  }

  /// white_: the rest, whitened.
  void listen_around() {
    find_rest_of_page();
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      whiten({rest_.around(r), seen_.row(r), &channel_, config_.cols, white_.row(r)});
      white_.clear_margin(r);
    });
  }

  cv::Mat usable_image() { return {config_.rows, config_.cols, CV_8U, usable_.data()}; }
  ImageView<std::uint8_t> usable_view() {
    return {usable_.data(), config_.rows, config_.cols, config_.cols};
  }
  ImageView<float> grid_view() {
    return {grid_.data(), config_.rows + 2 * kMargin, config_.cols + 2 * kMargin,
            config_.cols + 2 * kMargin};
  }

  /// The response of what is left of the page, and `llrs` as the first beliefs.
  bool learn(ImageView<const std::uint8_t> known, ImageView<const Llr> llrs) {
    channel_ = learn_response(grid_view(), usable_view(), known);
    if (channel_.trained_on == 0) return false;
    edges_.emplace(channel_);
    reach_ = steps::response_reach(channel_);
    parallel_for(config_.rows, [&](std::int64_t index) {
      const auto r = static_cast<std::int32_t>(index);
      const float* values = &grid_view()(r + kMargin, kMargin);
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        value_.row(r)[c] = values[c] - channel_.bias;
        evidence_.row(r)[c] = static_cast<float>(llrs(r, c)) * kNatsPerLlrStep;
        seen_.row(r)[c] = usable_[at(r, c)] != 0 ? 1.0F : 0.0F;
      }
    });
    return true;
  }

  bool take_off_background() {
    const cv::Mat background = find_background(rest_.image(), usable_image());
    if (background.empty()) return false;
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c) {
        grid_view()(r + kMargin, c + kMargin) -= background.at<float>(r, c);
        value_.row(r)[c] -= background.at<float>(r, c);
      }
    return true;
  }

  bool erase_damage() {
    const cv::Mat damaged = find_damage(rest_.image(), usable_image());
    if (damaged.empty()) return false;
    for (std::int32_t r = 0; r < config_.rows; ++r)
      for (std::int32_t c = 0; c < config_.cols; ++c)
        if (damaged.at<std::uint8_t>(r, c) != 0) usable_[at(r, c)] = 0;
    return true;
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
      mean_.clear_margin(r);
    });
  }

  SoftCancellerConfig config_;
  PagePlane value_, mean_, free_, fixed_, evidence_, level_, seen_, rest_, white_;
  std::vector<float> grid_;  // with its margin, background taken off
  std::vector<std::uint8_t> usable_;
  std::vector<Llr> prior_;
  ChannelResponse channel_;
  std::optional<EdgeModel> edges_;
  std::int32_t reach_ = 2;
  bool uneven_ = false;  // light was, and is watched in every run
};

}  // namespace

Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(const SoftCancellerConfig& config) {
  if (config.rows <= 0 || config.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "SoftCancellerConfig: sizes must be positive"};
  return std::unique_ptr<SoftCanceller>(std::make_unique<CpuSoftCanceller>(config));
}

}  // namespace ostracon::cpu
