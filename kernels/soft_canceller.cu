// A round reads output, evidence, prior, known and usable of a module and writes evidence: 15
// bytes, 6.5 us of HBM at 4.3 TB/s for 1365 x 1365 modules, less where L2 holds them. By the source
// it is about 250 operations, 16 us on 132 multiprocessors at 1.755 GHz. With bright edges it is
// two kernels, 34 bytes and about 1100 operations: 15 us and 70.

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kernels/channel_response_kernels.hpp"
#include "kernels/edge_canceller_kernels.hpp"
#include "kernels/page_residual_kernels.hpp"
#include "kernels/soft_canceller.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cuda {
namespace {

using namespace canceller;  // the kernels

static_assert(kMiddle == kEqualiserMargin);
constexpr std::int32_t kMostParts = 768;  // blocks whose sums are added up in a second pass
constexpr int kCleanings = 3;             // rounds of finding damage and uneven light, each clearer

struct Scratch {
  Buffer<float> output, evidence, next_evidence, rest, background, blurred_rest, blurred_usable;
  Buffer<float> tile_sums, levels;
  Buffer<double> parts, totals, findings;
  Buffer<std::uint8_t> usable, whole;
  PageMedian median;
};

Result<Scratch> make_scratch(const SoftCancellerConfig& config, Device& device) {
  auto& memory = device.memory();
  const auto tiled = [&](std::int32_t side) {
    return static_cast<std::size_t>(steps::tiles(config.rows, side)) *
           static_cast<std::size_t>(steps::tiles(config.cols, side));
  };
  const std::size_t count = tiled(1), tiles = tiled(kTile);
  const std::size_t parts = std::max(std::size_t{kMostParts} * kResponseSums, tiles * kLightSums);
  const auto plane = [&] { return Buffer<float>::create(memory, count); };
  OSTRACON_TRY_ASSIGN(auto output, plane());
  OSTRACON_TRY_ASSIGN(auto evidence, plane());
  OSTRACON_TRY_ASSIGN(auto next_evidence, plane());
  OSTRACON_TRY_ASSIGN(auto rest, plane());
  OSTRACON_TRY_ASSIGN(auto background, plane());
  OSTRACON_TRY_ASSIGN(auto blurred_rest, plane());
  OSTRACON_TRY_ASSIGN(auto blurred_usable, plane());
  OSTRACON_TRY_ASSIGN(auto tile_sums, Buffer<float>::create(memory, tiles * kResidualSums));
  OSTRACON_TRY_ASSIGN(auto levels, Buffer<float>::create(memory, tiles));
  OSTRACON_TRY_ASSIGN(auto sums, Buffer<double>::create(memory, parts));
  OSTRACON_TRY_ASSIGN(auto totals, Buffer<double>::create(memory, kResponseSums));
  OSTRACON_TRY_ASSIGN(auto findings, Buffer<double>::create(memory, kFindings));
  OSTRACON_TRY_ASSIGN(auto usable, Buffer<std::uint8_t>::create(memory, count));
  OSTRACON_TRY_ASSIGN(auto whole, Buffer<std::uint8_t>::create(memory, count));
  OSTRACON_TRY_ASSIGN(auto median, PageMedian::create(tiled(rules::kResidualSampleStep), device));
  return Scratch{std::move(output),         std::move(evidence),   std::move(next_evidence),
                 std::move(rest),           std::move(background), std::move(blurred_rest),
                 std::move(blurred_usable), std::move(tile_sums),  std::move(levels),
                 std::move(sums),           std::move(totals),     std::move(findings),
                 std::move(usable),         std::move(whole),      std::move(median)};
}

Window make_window() {
  const std::vector<float> weights = steps::background_window(Window::kReach);
  Window window{};
  std::copy(weights.begin(), weights.end(), window.weight);
  return window;
}

class CudaSoftCanceller final : public SoftCanceller {
 public:
  CudaSoftCanceller(const SoftCancellerConfig& config, Scratch scratch, Device& device)
      : config_(config), scratch_(std::move(scratch)), device_(device), window_(make_window()) {}

  Result<ChannelResponse> begin(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                                ImageView<const std::uint8_t> known,
                                ImageView<const Llr> llrs) override {
    if (grid.rows != config_.rows + 2 * kMiddle || grid.cols != config_.cols + 2 * kMiddle ||
        !fits(usable) || !fits(known) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    channel_ = {};
    uneven_ = false;
    OSTRACON_TRY(launch(take_in, blocks(), tile_threads(), 0, device_, grid, usable, llrs,
                        scratch_.output.data(), scratch_.usable.data(), scratch_.evidence.data()));
    OSTRACON_TRY_ASSIGN(bool learned, learn(known));
    // Damage and uneven light spoil the response, too.
    for (int round = 0; learned && round < kCleanings; ++round) {
      OSTRACON_TRY(find_rest_of_page(known, {}));
      OSTRACON_TRY(find_background());
      OSTRACON_TRY(take_off_background());
      OSTRACON_TRY(find_damage());
      double findings[kFindings] = {};
      OSTRACON_TRY(scratch_.findings.download(findings));
      const bool background = is_uneven(findings), damage = findings[kDamaged] > 0;
      if (!background && !damage) break;
      uneven_ = uneven_ || background;
      OSTRACON_TRY_ASSIGN(learned, learn(known));
    }
    if (learned) OSTRACON_TRY(find_levels(known));
    return channel_;
  }

  Result<> run(ImageView<const std::uint8_t> known, ImageView<const Llr> prior,
               std::int32_t iterations, ImageView<Llr> llrs) override {
    if (!fits(known) || !fits(prior) || !fits(llrs))
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: shapes differ from those planned"};
    if (channel_.trained_on == 0)
      return Error{ErrorCode::kInvalidArgument, "SoftCanceller: no page has been learned"};
    if (uneven_) {  // seen more clearly with what is believed by now
      OSTRACON_TRY(find_rest_of_page(known, prior));
      OSTRACON_TRY(find_background());
      OSTRACON_TRY(take_off_background());
    }
    for (std::int32_t i = 0; i < iterations; ++i) {
      if (channel_.bright_edges) OSTRACON_TRY(find_rest_of_page(known, prior));
      const PageState page = state(known, prior);
      float* next = scratch_.next_evidence.data();
      OSTRACON_TRY(channel_.bright_edges
                       ? launch(cancel_edges, blocks(), tile_threads(), 0, device_, page,
                                Channel(channel_), scratch_.rest.data(), next)
                       : launch(reach_ == 1 ? cancel<1> : cancel<2>, blocks(), tile_threads(), 0,
                                device_, page, Channel(channel_), next));
      std::swap(scratch_.evidence, scratch_.next_evidence);
    }
    return launch(write_evidence, blocks(), tile_threads(), 0, device_, scratch_.evidence.data(),
                  scratch_.usable.data(), llrs);
  }

 private:
  template <class T>
  bool fits(const ImageView<T>& view) const {
    return view.rows == config_.rows && view.cols == config_.cols;
  }
  dim3 blocks() const { return tile_blocks(config_.rows, config_.cols); }
  PageState state(ImageView<const std::uint8_t> known, ImageView<const Llr> prior) const {
    return {config_.rows,
            config_.cols,
            scratch_.output.data(),
            scratch_.usable.data(),
            scratch_.evidence.data(),
            scratch_.levels.data(),
            known,
            prior};
  }

  /// The response of what is left of the page.
  Result<bool> learn(ImageView<const std::uint8_t> known) {
    const Training page{scratch_.output.data(), scratch_.usable.data(), known};
    const std::int64_t strips =
        std::int64_t{steps::tiles(config_.rows, kStripRows)} * steps::tiles(config_.cols, kTile);
    const auto parts = static_cast<std::int32_t>(std::min<std::int64_t>(strips, kMostParts));
    const dim3 some_blocks(static_cast<unsigned>(parts)), threads(kTileThreads);
    double* to = scratch_.parts.data();
    OSTRACON_TRY(launch(accumulate_response, some_blocks, threads, 0, device_, page, to));
    OSTRACON_TRY_ASSIGN(const auto sums, total(parts, kResponseSums));
    steps::ResponseFit fit;
    const bool shaped = steps::fit_forward(as_normal(sums), fit);
    channel_ = fit.learned;
    if (!shaped) return false;

    OSTRACON_TRY(launch(measure_noise, some_blocks, threads, 0, device_, page, Expectation(fit),
                        scratch_.rest.data(), scratch_.whole.data(), to));
    OSTRACON_TRY_ASSIGN(const auto n, total(parts, kNoiseSums));
    steps::Normal<3> spread;
    spread.a[0][0] = spread.a[1][1] = n[kNumber];
    spread.a[1][0] = n[kBit];
    spread.a[2] = {n[kLight], n[kBitLight], n[kLightLight]};
    spread.b = {n[kSquare], n[kSquareBit], n[kSquareLight]};
    spread.square = n[kSquareSquare];
    spread.count = static_cast<std::int32_t>(n[kNumber]);
    const bool trained = steps::fit_noise(spread, fit);
    if (trained && fit.learned.bright_edges) {
      OSTRACON_TRY(launch(sum_lags, some_blocks, threads, 0, device_, scratch_.rest.data(),
                          scratch_.whole.data(), config_.rows, config_.cols, to));
      OSTRACON_TRY_ASSIGN(const auto lags, total(parts, kLagSums));
      steps::LagSums products;
      for (std::size_t k = 0; k < kLagCount; ++k) {
        products.product[k / kLagCols][k % kLagCols] = lags[k];
        products.count[k / kLagCols][k % kLagCols] = lags[kLagCount + k];
      }
      fit.learned.whitener = steps::fit_whitener(products);
    }
    channel_ = fit.learned;
    reach_ = steps::response_reach(channel_);
    return trained;
  }

  static steps::Normal<steps::kUnknowns> as_normal(const std::vector<double>& sums) {
    steps::Normal<steps::kUnknowns> normal;
    std::size_t next = 0;
    for (std::size_t i = 0; i < steps::kUnknowns; ++i)
      for (std::size_t j = 0; j <= i; ++j) normal.a[i][j] = sums[next++];
    for (double& b : normal.b) b = sums[next++];
    normal.square = sums[next++];
    normal.count = static_cast<std::int32_t>(sums[next]);
    return normal;
  }

  /// The sums over the parts that blocks have left.
  Result<std::vector<double>> total(std::int32_t parts, std::int32_t values) {
    OSTRACON_TRY(sum_parts(scratch_.parts.data(), parts, values, scratch_.totals.data(), device_));
    std::vector<double> sums(static_cast<std::size_t>(values));
    OSTRACON_TRY(device_.memory().download(sums.data(), scratch_.totals.data(),
                                           sums.size() * sizeof(double)));
    return sums;
  }

  /// What the means of all modules leave of every usable output.
  Result<> find_rest_of_page(ImageView<const std::uint8_t> known, ImageView<const Llr> prior) {
    return launch(channel_.bright_edges ? find_rest<true> : find_rest<false>, blocks(),
                  tile_threads(), 0, device_, state(known, prior), Channel(channel_),
                  scratch_.rest.data());
  }

  Result<> find_background() {
    const float* rest = scratch_.rest.data();
    float *of_rest = scratch_.blurred_rest.data(), *of_usable = scratch_.blurred_usable.data();
    OSTRACON_TRY(launch(blur_rows, blocks(), tile_threads(), 0, device_, rest,
                        scratch_.usable.data(), config_.rows, config_.cols, window_, of_rest,
                        of_usable));
    OSTRACON_TRY(launch(blur_columns, blocks(), tile_threads(), 0, device_, of_rest, of_usable,
                        rest, scratch_.usable.data(), config_.rows, config_.cols, window_,
                        scratch_.background.data(), scratch_.parts.data()));
    OSTRACON_TRY(device_.clear(scratch_.findings.data(), kFindings * sizeof(double)));
    return sum_parts(scratch_.parts.data(), static_cast<std::int32_t>(scratch_.levels.size()),
                     kLightSums, scratch_.findings.data(), device_);
  }

  Result<> take_off_background() {
    return launch(take_off, blocks(), tile_threads(), 0, device_, scratch_.background.data(),
                  scratch_.findings.data(), config_.rows, config_.cols, scratch_.output.data());
  }

  /// Where the rest is damage, modules are no longer usable.
  Result<> find_damage() {
    float* deviation = scratch_.blurred_rest.data();  // whose turn is over
    OSTRACON_TRY(launch(find_deviation, blocks(), tile_threads(), 0, device_, scratch_.rest.data(),
                        scratch_.usable.data(), config_.rows, config_.cols, deviation,
                        scratch_.median.keys()));
    OSTRACON_TRY(scratch_.median.find(device_));
    return launch(erase_unexplained, blocks(), tile_threads(), 0, device_, deviation,
                  scratch_.median.median(), config_.rows, config_.cols, scratch_.usable.data(),
                  scratch_.findings.data());
  }

  Result<> find_levels(ImageView<const std::uint8_t> known) {
    // Known modules are taken for unknown here: what beliefs leave unexplained is less than the
    // noise, and the same share of it must be missing where the noise was learned.
    OSTRACON_TRY(find_rest_of_page({}, {}));
    OSTRACON_TRY(launch(sum_residuals, blocks(), tile_threads(), 0, device_, scratch_.rest.data(),
                        scratch_.usable.data(), known, 4.0F * std::sqrt(channel_.noise),
                        scratch_.tile_sums.data()));
    std::vector<float> sums(scratch_.tile_sums.size());
    OSTRACON_TRY(scratch_.tile_sums.download(sums));
    steps::LevelSums squares(config_.rows, config_.cols);
    std::vector<float> learned(squares.sum.size());
    for (std::size_t i = 0; i < learned.size(); ++i) {
      squares.sum[i] = sums[i * kResidualSums + kClippedSquares];
      squares.count[i] = sums[i * kResidualSums + kSeen];
      learned[i] = sums[i * kResidualSums + kLearned];
    }
    const std::vector<float> levels = steps::noise_levels(squares, learned);
    return device_.memory().upload(scratch_.levels.data(), levels.data(),
                                   levels.size() * sizeof(float));
  }

  SoftCancellerConfig config_;
  Scratch scratch_;
  Device& device_;
  Window window_;
  ChannelResponse channel_;
  std::int32_t reach_ = 2;
  bool uneven_ = false;  // light was, and is watched in every run
};

}  // namespace

Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(const SoftCancellerConfig& config,
                                                           Device& device) {
  OSTRACON_TRY(check_page("SoftCancellerConfig", config.rows, config.cols));
  OSTRACON_TRY_ASSIGN(Scratch scratch, make_scratch(config, device));
  return std::unique_ptr<SoftCanceller>(
      std::make_unique<CudaSoftCanceller>(config, std::move(scratch), device));
}

}  // namespace ostracon::cuda
