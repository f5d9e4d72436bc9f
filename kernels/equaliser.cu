// Of a module: grid, weight and known read, soft bit and mask written are 11 bytes, 4.8 us of HBM
// at 4.3 TB/s for 1365 x 1365 modules. The passes together move 45 bytes of it, 20 us, less where
// L2 holds them. By the source it is about 120 operations, and 750 in double for a module trained
// on.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/equaliser.hpp"
#include "kernels/equaliser_kernels.hpp"

namespace ostracon::cuda {
namespace {

using namespace equaliser;  // the kernels

constexpr std::int32_t kMostParts = 512;  // blocks whose sums are added up in a second pass

struct Scratch {
  Buffer<float> value, deviation, tile_sums, levels;
  Buffer<double> parts, totals;
  Buffer<std::uint32_t> most;
  Buffer<std::uint8_t> slipped;
  PageMedian median;
};

Result<Scratch> make_scratch(const EqualiserConfig& config, Device& device) {
  auto& memory = device.memory();
  const auto area = [&](std::int32_t rows, std::int32_t cols) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  };
  const auto tiled = [&](std::int32_t side) {
    return area(steps::tiles(config.rows, side), steps::tiles(config.cols, side));
  };
  const std::size_t tiles = tiled(kTile);
  OSTRACON_TRY_ASSIGN(auto value, Buffer<float>::create(memory, area(config.rows, config.cols)));
  OSTRACON_TRY_ASSIGN(auto deviation,
                      Buffer<float>::create(memory, area(config.rows + 2, config.cols + 2)));
  OSTRACON_TRY_ASSIGN(auto tile_sums, Buffer<float>::create(memory, tiles * kTileSums));
  OSTRACON_TRY_ASSIGN(auto levels, Buffer<float>::create(memory, tiles));
  OSTRACON_TRY_ASSIGN(auto parts,
                      Buffer<double>::create(memory, std::size_t{kMostParts} * kTapSums));
  OSTRACON_TRY_ASSIGN(auto totals, Buffer<double>::create(memory, kTapSums));
  OSTRACON_TRY_ASSIGN(auto most, Buffer<std::uint32_t>::create(memory, 1));
  OSTRACON_TRY_ASSIGN(auto slipped, Buffer<std::uint8_t>::create(memory, tiled(steps::kSlipTile)));
  OSTRACON_TRY_ASSIGN(auto median, PageMedian::create(tiled(rules::kDamageSampleStep), device));
  return Scratch{std::move(value),  std::move(deviation), std::move(tile_sums),
                 std::move(levels), std::move(parts),     std::move(totals),
                 std::move(most),   std::move(slipped),   std::move(median)};
}

/// What the host knows of a page's tiles, [tile][kTileSums].
class TileTable {
 public:
  TileTable(const EqualiserConfig& config, std::size_t numbers) : config_(config), sums_(numbers) {}
  std::vector<float>& numbers() { return sums_; }

  double total(TileSum which) const {
    double sum = 0;
    for (std::size_t i = 0; i < sums_.size(); i += kTileSums)
      sum += static_cast<double>(sums_[i + which]);
    return sum;
  }
  std::vector<float> levels() const {
    steps::LevelSums sums(config_.rows, config_.cols);
    for (std::size_t i = 0; i < sums.sum.size(); ++i) {
      sums.sum[i] = sums_[i * kTileSums + kError];
      sums.count[i] = sums_[i * kTileSums + kUsable];
    }
    return steps::error_levels(sums);
  }
  /// 1 for every slip tile in which known modules do not come out as they are.
  std::vector<std::uint8_t> slips() const {
    constexpr std::int32_t kShare = steps::kSlipTile / kTile;
    const std::int32_t rows = steps::tiles(config_.rows, kTile);
    const std::int32_t cols = steps::tiles(config_.cols, kTile);
    std::vector<std::uint8_t> slipped;
    for (std::int32_t i = 0; i < rows; i += kShare)
      for (std::int32_t j = 0; j < cols; j += kShare) {
        float agreement = 0, known = 0;
        for (std::int32_t r = i; r < std::min(i + kShare, rows); ++r)
          for (std::int32_t c = j; c < std::min(j + kShare, cols); ++c) {
            const float* tile = &sums_[static_cast<std::size_t>(r * cols + c) * kTileSums];
            agreement += tile[kAgreement];
            known += tile[kLand] + tile[kPit];
          }
        slipped.push_back(steps::has_slipped(agreement, static_cast<std::int32_t>(known)) ? 1 : 0);
      }
    return slipped;
  }
  /// Half the distance between the classes in the matched filter's output, before the taps.
  float class_distance() const {
    return static_cast<float>(0.5 * (total(kLandOutput) / std::max(total(kLand), 1.0) -
                                     total(kPitOutput) / std::max(total(kPit), 1.0)));
  }

 private:
  EqualiserConfig config_;
  std::vector<float> sums_;
};

class CudaEqualiser final : public Equaliser {
 public:
  CudaEqualiser(const EqualiserConfig& config, Scratch scratch, Device& device)
      : config_(config),
        scratch_(std::move(scratch)),
        device_(device),
        table_(config, scratch_.tile_sums.size()) {}

  Result<ChannelReport> run(ImageView<const float> grid, ImageView<const float> weight,
                            ImageView<const std::uint8_t> known, ImageView<Llr> llrs,
                            ImageView<std::uint8_t> usable) override {
    constexpr std::int32_t kBoth = 2 * kEqualiserMargin;
    if (!fits(grid, kBoth) || !fits(weight, kBoth) || !fits(known, 0) || !fits(llrs, 0) ||
        !fits(usable, 0))
      return Error{ErrorCode::kInvalidArgument, "Equaliser: shapes differ from those planned"};
    const Page page{grid, weight, known, usable};
    OSTRACON_TRY(device_.clear(scratch_.most.data(), sizeof(std::uint32_t)));
    OSTRACON_TRY(launch(find_most_weight, parts_blocks(weight.rows), dim3(kTileThreads), 0, device_,
                        weight, scratch_.most.data()));
    OSTRACON_TRY_ASSIGN(auto trained, learn(page, nullptr));
    ChannelReport report;
    if (trained) {
      const std::vector<std::uint8_t> slips = table_.slips();
      const auto slipped = std::count(slips.begin(), slips.end(), std::uint8_t{1});
      report.slipped_fraction = static_cast<float>(slipped) / static_cast<float>(slips.size());
      if (slipped > 0) {
        // What slipped or lost tiles taught, of damage and of the channel, is wrong for the others.
        OSTRACON_TRY(device_.memory().upload(scratch_.slipped.data(), slips.data(), slips.size()));
        OSTRACON_TRY_ASSIGN(trained, learn(page, scratch_.slipped.data()));
      }
    }
    if (!trained) {
      OSTRACON_TRY(launch(erase_page, blocks(0), tile_threads(), 0, device_, llrs, usable));
      report = {};
      report.erased_fraction = 1;
      return report;
    }
    OSTRACON_TRY(device_.memory().upload(scratch_.levels.data(), table_.levels().data(),
                                         scratch_.levels.size() * sizeof(float)));
    OSTRACON_TRY(launch(write_soft_bits, blocks(0), tile_threads(), 0, device_,
                        scratch_.value.data(), scratch_.levels.data(), trained->classes,
                        ConstMask(usable), llrs));
    report.trained_on = trained->modules;
    report.signal_to_noise =
        2.0F / (trained->classes.land_variance + trained->classes.pit_variance);
    report.amplitude = table_.class_distance();
    const double count = static_cast<double>(config_.rows) * static_cast<double>(config_.cols);
    report.erased_fraction = static_cast<float>((count - table_.total(kUsable)) / count);
    return report;
  }

 private:
  struct Page {
    Grid grid, weight;
    ConstMask known;
    Mask usable;
  };

  template <class T>
  bool fits(const ImageView<T>& view, std::int32_t more) const {
    return view.rows == config_.rows + more && view.cols == config_.cols + more;
  }
  dim3 blocks(std::int32_t more) const {
    return tile_blocks(config_.rows + more, config_.cols + more);
  }
  static dim3 parts_blocks(std::int64_t work) {
    return dim3(static_cast<unsigned>(std::clamp<std::int64_t>(work / 4, 1, kMostParts)));
  }

  /// Finds what is usable, trains the taps on it and applies them; the table then knows of all
  /// tiles. nullopt if nothing could be trained.
  Result<std::optional<steps::TrainedTaps>> learn(const Page& page, const std::uint8_t* slipped) {
    const SeenCall call{page.grid,
                        page.weight,
                        scratch_.most.data(),
                        slipped,
                        page.usable,
                        scratch_.deviation.data(),
                        scratch_.median.keys()};
    OSTRACON_TRY(launch(find_seen, blocks(2), tile_threads(), 0, device_, call));
    OSTRACON_TRY(scratch_.median.find(device_));
    OSTRACON_TRY(launch(erase_damage, blocks(0), tile_threads(), 0, device_,
                        scratch_.deviation.data(), scratch_.median.median(), page.usable));
    OSTRACON_TRY_ASSIGN(auto trained, train(page));
    if (!trained) return trained;
    OSTRACON_TRY(launch(apply_taps, blocks(0), tile_threads(), 0, device_, page.grid, page.known,
                        ConstMask(page.usable), Taps(*trained), scratch_.value.data(),
                        scratch_.tile_sums.data()));
    OSTRACON_TRY(scratch_.tile_sums.download(table_.numbers()));
    return trained;
  }

  Result<std::optional<steps::TrainedTaps>> train(const Page& page) {
    const ConstMask usable = page.usable;
    const std::int64_t tiles = static_cast<std::int64_t>(scratch_.levels.size());
    const auto parts = static_cast<std::int32_t>(std::min<std::int64_t>(tiles, kMostParts));
    OSTRACON_TRY(launch(accumulate_taps, dim3(static_cast<unsigned>(parts)), dim3(kTapThreads), 0,
                        device_, page.grid, page.known, usable, scratch_.parts.data()));
    OSTRACON_TRY_ASSIGN(const std::vector<double> sums, total(parts, kTapSums));
    steps::TapNormal normal;
    std::size_t next = 0;
    for (std::size_t i = 0; i < normal.b.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) normal.a[i][j] = sums[next++];
    for (double& b : normal.b) b = sums[next++];
    normal.count = static_cast<std::int32_t>(normal.a[steps::kTaps][steps::kTaps]);
    auto trained = steps::solve_taps(normal);
    if (!trained) return trained;

    OSTRACON_TRY(launch(measure_classes, dim3(static_cast<unsigned>(parts)), dim3(kTileThreads), 0,
                        device_, page.grid, page.known, usable, Taps(*trained),
                        scratch_.parts.data()));
    OSTRACON_TRY_ASSIGN(const std::vector<double> found, total(parts, kClassSums));
    const steps::ClassSums classes{
        {found[0], found[1]}, {found[2], found[3]}, {found[4], found[5]}};
    if (!steps::scale_taps(classes, *trained)) trained.reset();
    return trained;
  }

  /// The sums over the parts that blocks have left.
  Result<std::vector<double>> total(std::int32_t parts, std::int32_t values) {
    OSTRACON_TRY(sum_parts(scratch_.parts.data(), parts, values, scratch_.totals.data(), device_));
    std::vector<double> sums(static_cast<std::size_t>(values));
    OSTRACON_TRY(device_.memory().download(sums.data(), scratch_.totals.data(),
                                           sums.size() * sizeof(double)));
    return sums;
  }

  EqualiserConfig config_;
  Scratch scratch_;
  Device& device_;
  TileTable table_;
};

}  // namespace

Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config, Device& device) {
  OSTRACON_TRY(check_page("EqualiserConfig", config.rows, config.cols));
  OSTRACON_TRY_ASSIGN(Scratch scratch, make_scratch(config, device));
  return std::unique_ptr<Equaliser>(
      std::make_unique<CudaEqualiser>(config, std::move(scratch), device));
}

}  // namespace ostracon::cuda
