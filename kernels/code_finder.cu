// An image of 4096 x 4096 px and its halved sizes: 64 MB read and 21 written, 20 us. The passes
// over them are counted where they stand: finder_peaks.cu, finder_look.cu, code_fit.cu.

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "host/steps/code_equalisation.hpp"
#include "host/steps/code_patch_scale.hpp"
#include "host/steps/code_search.hpp"
#include "kernels/code_finder.hpp"
#include "kernels/code_fit.hpp"
#include "kernels/code_tables.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/finder_look.hpp"
#include "kernels/finder_peaks.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kHalvedCols = 32, kHalvedRows = 8;

/// A thread a pixel of the smaller image.
__global__ void __launch_bounds__(kHalvedCols* kHalvedRows)
    halve_image(const ImageView<const float> from, const ImageView<float> to) {
  const auto x = static_cast<std::int32_t>(blockIdx.x * kHalvedCols + threadIdx.x % kHalvedCols);
  // No more rows of blocks than a grid may have.
  const std::int32_t step = static_cast<std::int32_t>(gridDim.y) * kHalvedRows;
  if (x >= to.cols) return;
  for (auto y = static_cast<std::int32_t>(blockIdx.y * kHalvedRows + threadIdx.x / kHalvedCols);
       y < to.rows; y += step) {
    const float* above = &from(2 * y, 2 * x);
    const float* below = above + from.row_stride;
    to(y, x) = 0.25F * ((above[0] + below[0]) + (above[1] + below[1]));
  }
}

class CudaCodePasses final : public steps::CodePasses {
 public:
  static Result<std::unique_ptr<CudaCodePasses>> create(const CodeFinderConfig& config,
                                                        Device& device) {
    OSTRACON_TRY_ASSIGN(CodeTables tables, CodeTables::create(device.memory()));
    OSTRACON_TRY_ASSIGN(FinderPeaks peaks, FinderPeaks::create(device));
    std::unique_ptr<CudaCodePasses> passes(
        new CudaCodePasses(config, device, std::move(tables), std::move(peaks)));
    for (std::size_t l = 1; l < passes->levels().size(); ++l) {
      const auto [rows, cols] = passes->levels()[l];
      OSTRACON_TRY_ASSIGN(
          auto pixels, Buffer<float>::create(device.memory(), static_cast<std::size_t>(rows) *
                                                                  static_cast<std::size_t>(cols)));
      passes->views_.of[l] = {pixels.data(), rows, cols, cols};
      passes->pixels_.push_back(std::move(pixels));
    }
    return Result<std::unique_ptr<CudaCodePasses>>(std::move(passes));
  }

  /// `image` must live as long as its levels are read.
  void set(ImageView<const float> image) {
    views_.of[0] = image;
    start_levels();
  }

  Result<std::vector<steps::FinderPeak>> find_peaks(
      std::span<const steps::PeakSearch> searches) override {
    return peaks_.run(views_, searches);
  }

  Result<std::vector<steps::CodeMark>> look_closely(
      std::span<const steps::FinderPeak> peaks) override {
    std::vector<steps::PeakLook> looks;
    looks.reserve(peaks.size());
    for (const steps::FinderPeak& peak : peaks) {
      const std::int32_t level = steps::coarse_scale(peak.pitch, level_count()).level;
      looks.push_back(steps::look_at(peak, level, levels()[static_cast<std::size_t>(level)].rows));
    }
    return look_.look_closely(views_, looks);
  }

  Result<std::vector<steps::CodeEvidence>> weigh(std::span<const LocatedCode> codes) override {
    std::vector<DeviceCode> told;
    told.reserve(codes.size());
    for (const LocatedCode& code : codes)
      told.push_back({steps::terms_of(code.map), code.version,
                      steps::coarse_scale(code.map.pitch_px(), level_count()).level,
                      code.inverted ? -1.0F : 1.0F});
    return look_.weigh(views_, tables_.view(), told);
  }

  Result<> fit(std::span<LocatedCode> codes, steps::FitStart start) override {
    const std::span<const steps::LevelSize> formed(levels().data(),
                                                   static_cast<std::size_t>(level_count()));
    return fits_.run(views_, tables_.view(), formed, codes, start);
  }

  std::size_t fits_ahead() const override { return 256; }  // needless ones cost no time

 private:
  CudaCodePasses(const CodeFinderConfig& config, Device& device, CodeTables tables,
                 FinderPeaks peaks)
      : CodePasses(config),
        device_(device),
        tables_(std::move(tables)),
        peaks_(std::move(peaks)),
        look_(device),
        fits_(device) {}

  Result<> form_level(std::int32_t level) override {
    const auto l = static_cast<std::size_t>(level);
    const auto [rows, cols] = levels()[l];
    const auto across = static_cast<unsigned>((cols + kHalvedCols - 1) / kHalvedCols);
    const auto down = static_cast<unsigned>((rows + kHalvedRows - 1) / kHalvedRows);
    return launch(halve_image, dim3(across, std::min(down, 32768U)),
                  dim3(kHalvedCols * kHalvedRows), 0, device_, views_.of[l - 1],
                  ImageView<float>{pixels_[l - 1].data(), rows, cols, cols});
  }

  Device& device_;
  CodeTables tables_;
  FinderPeaks peaks_;
  FinderLook look_;
  CodeFits fits_;
  std::vector<Buffer<float>> pixels_;  // from level 1
  CodeLevelViews views_{};
};

class CudaCodeFinder final : public CodeFinder {
 public:
  CudaCodeFinder(const CodeFinderConfig& config, std::unique_ptr<CudaCodePasses> passes)
      : config_(config), passes_(std::move(passes)) {}

  Result<std::vector<LocatedCode>> run(ImageView<const float> image) override {
    OSTRACON_TRY(check_image(config_, image.rows, image.cols));
    passes_->set(image);
    return steps::search_codes(config_, *passes_);
  }

 private:
  CodeFinderConfig config_;
  std::unique_ptr<CudaCodePasses> passes_;
};

}  // namespace

Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config,
                                                     Device& device) {
  OSTRACON_TRY(check(config));
  OSTRACON_TRY_ASSIGN(auto passes, CudaCodePasses::create(config, device));
  return std::unique_ptr<CodeFinder>(std::make_unique<CudaCodeFinder>(config, std::move(passes)));
}

}  // namespace ostracon::cuda
