// A field of 961 codes of version 3 has 1.05 million modules with their margins, each the mean of
// some 36 px: 64 MB of pixels are read once from memory and otherwise from L1, since neighbours
// share them. A block is a tile of modules that have one inverse, a thread a module.

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "host/steps/code_dirt.hpp"
#include "host/steps/code_equalisation.hpp"
#include "kernels/code_sampler.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/core/room.hpp"
#include "pipeline/rules/code_window.hpp"
#include "pipeline/rules/output_law.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kTile = rules::kInverseTile;
constexpr std::int32_t kMargin = steps::kCodeMargin;
constexpr std::int32_t kTaps = steps::kCodeTapSide;
constexpr std::int32_t kThreads = 128;
constexpr float kMostSteps = 127;
static_assert(kTaps == 2 * kMargin + 1);

struct DeviceCode {
  rules::CodeTerms map;
  std::int32_t side, wide;
  std::uint64_t modules, sampled;  ///< indices of the first
};

struct DeviceEqualiser {
  float taps[kTaps * kTaps];
  float level, across, down;  ///< brightness, and its change a column and a row
  rules::OutputLaw law;
  bool shows;
};

/// A code a column of the grid, a tile of its modules a row.
__global__ void __launch_bounds__(kTile* kTile)
    sample_codes(const ImageView<const float> image, const DeviceCode* codes, float* means) {
  const DeviceCode& code = codes[blockIdx.x];
  const std::int32_t tiles = rules::tiles_across(code.wide);
  if (static_cast<std::int32_t>(blockIdx.y) >= tiles * tiles) return;
  const auto tile = rules::module_tile(static_cast<std::int32_t>(blockIdx.y), code.wide);
  const auto row = tile.top + static_cast<std::int32_t>(threadIdx.x) / kTile;
  const auto col = tile.left + static_cast<std::int32_t>(threadIdx.x) % kTile;
  if (row >= tile.bottom || col >= tile.end) return;
  const auto place = [](std::int32_t index) { return static_cast<float>(index - kMargin); };
  const rules::ModuleInverse inverse =
      rules::inverse_at(code.map, 0.5F * (place(tile.top) + place(tile.bottom - 1)),
                        0.5F * (place(tile.left) + place(tile.end - 1)));
  const rules::PixelPlace at = rules::place_of(code.map, place(row), place(col));
  means[code.sampled + static_cast<std::uint64_t>(row * code.wide + col)] =
      rules::module_mean(image, at, inverse);
}

/// A code a column of the grid, kThreads of its modules a row.
__global__ void __launch_bounds__(kThreads)
    equalise_codes(const DeviceCode* codes, const DeviceEqualiser* equalisers, const float* means,
                   Llr* modules) {
  const DeviceCode& code = codes[blockIdx.x];
  const DeviceEqualiser& equaliser = equalisers[blockIdx.x];
  const auto module = static_cast<std::int32_t>(blockIdx.y * kThreads + threadIdx.x);
  if (module >= code.side * code.side) return;
  const std::int32_t row = module / code.side, col = module % code.side;
  // The mean that the first tap sees: row and column count the margin.
  const float* first = means + code.sampled + static_cast<std::uint64_t>(row * code.wide + col);
  const float own = first[kMargin * code.wide + kMargin];
  float llr = 0;
  if (equaliser.shows && own == own) {
    const float middle = 0.5F * static_cast<float>(code.wide - 1);
    float output = 0;
    for (std::int32_t r = 0; r < kTaps; ++r) {
      const float level = equaliser.level + equaliser.down * (static_cast<float>(row + r) - middle);
      for (std::int32_t c = 0; c < kTaps; ++c) {
        const float mean = first[r * code.wide + c];
        const float bright = level + equaliser.across * (static_cast<float>(col + c) - middle);
        output += equaliser.taps[r * kTaps + c] * (mean == mean ? mean - bright : 0.0F);
      }
    }
    llr = rules::nats_of(equaliser.law, output) / kNatsPerLlrStep;
    llr = llr < -kMostSteps ? -kMostSteps : llr > kMostSteps ? kMostSteps : llr;
  }
  modules[code.modules + static_cast<std::uint64_t>(module)] = static_cast<Llr>(rintf(llr));
}

/// A thread one of `places`, each of which is another module.
__global__ void __launch_bounds__(kThreads)
    lower_doubtful(const std::uint64_t* places, const std::uint64_t count, Llr* modules) {
  const std::uint64_t k = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (k >= count) return;
  constexpr std::int32_t kMost = steps::kDoubtfulLlr;
  const std::int32_t llr = modules[places[k]];
  modules[places[k]] = static_cast<Llr>(llr < -kMost ? -kMost : llr > kMost ? kMost : llr);
}

DeviceEqualiser device_equaliser(const steps::CodeEqualiser& equaliser, std::int32_t side) {
  DeviceEqualiser device{};
  std::copy(equaliser.taps.begin(), equaliser.taps.end(), device.taps);
  device.level = equaliser.signal.level;
  device.across = equaliser.slope[0] / static_cast<float>(side);
  device.down = equaliser.slope[1] / static_cast<float>(side);
  device.shows = equaliser.signal.contrast != 0;
  if (device.shows) device.law = steps::output_law(equaliser);
  return device;
}

class CudaCodeSampler final : public CodeSampler {
 public:
  CudaCodeSampler(const CodeSamplerConfig& config, Device& device)
      : config_(config), device_(device) {}

  Result<std::vector<CodeSignal>> run(ImageView<const float> image,
                                      std::span<const LocatedCode> codes, Llr* modules) override {
    OSTRACON_TRY(check_sampled(config_, image.rows, image.cols, codes));
    if (codes.empty()) return std::vector<CodeSignal>{};
    Memory& memory = device_.memory();
    const std::vector<steps::CodePlace> places = steps::code_places(codes);
    std::vector<DeviceCode> told;
    std::int32_t widest = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const steps::CodePlace& place = places[i];
      told.push_back(
          {steps::terms_of(codes[i].map), place.side, place.wide, place.modules, place.sampled});
      widest = std::max(widest, place.wide);
    }
    means_.resize(places.back().end_sampled());
    OSTRACON_TRY_ASSIGN(const DeviceCode* of_device, codes_on_device_.put(memory, told));
    OSTRACON_TRY_ASSIGN(float* means, means_on_device_.make(memory, means_.size()));
    const auto count = static_cast<unsigned>(codes.size());
    const auto tiles = static_cast<unsigned>(rules::tiles_across(widest));
    OSTRACON_TRY(launch(sample_codes, dim3(count, tiles * tiles), dim3(kTile * kTile), 0, device_,
                        image, of_device, means));
    const std::size_t bytes = means_.size() * sizeof(float);
    OSTRACON_TRY(memory.download(means_.data(), means, bytes));

    std::vector<steps::CodeSums> sums = steps::sums_of(places, means_);
    const auto fitted = steps::equalisation_of(places, means_, sums);
    std::vector<DeviceEqualiser> equalisers;
    for (std::size_t i = 0; i < codes.size(); ++i)
      equalisers.push_back(device_equaliser(fitted[i].equaliser, places[i].side));
    OSTRACON_TRY_ASSIGN(const DeviceEqualiser* taps, equalisers_on_device_.put(memory, equalisers));
    OSTRACON_TRY(memory.upload(means, means_.data(), bytes));
    const std::int32_t side = widest - 2 * kMargin;
    const auto parts = static_cast<unsigned>((side * side + kThreads - 1) / kThreads);
    OSTRACON_TRY(launch(equalise_codes, dim3(count, parts), dim3(kThreads), 0, device_, of_device,
                        taps, static_cast<const float*>(means), modules));
    OSTRACON_TRY(lower(places, fitted, modules));
    std::vector<CodeSignal> signals;
    for (const auto& code : fitted) signals.push_back(code.equaliser.signal);
    return signals;
  }

 private:
  Result<> lower(std::span<const steps::CodePlace> places,
                 std::span<const steps::CodeEqualisation> fitted, Llr* modules) {
    std::vector<std::uint64_t> doubtful;
    for (std::size_t i = 0; i < places.size(); ++i)
      for (const std::size_t module : fitted[i].doubtful)
        doubtful.push_back(places[i].modules + module);
    std::sort(doubtful.begin(), doubtful.end());
    doubtful.erase(std::unique(doubtful.begin(), doubtful.end()), doubtful.end());
    if (doubtful.empty()) return Ok{};
    OSTRACON_TRY_ASSIGN(const std::uint64_t* of_device,
                        doubtful_on_device_.put(device_.memory(), doubtful));
    const auto blocks = static_cast<unsigned>((doubtful.size() + kThreads - 1) / kThreads);
    return launch(lower_doubtful, dim3(blocks), dim3(kThreads), 0, device_, of_device,
                  std::uint64_t{doubtful.size()}, modules);
  }

  CodeSamplerConfig config_;
  Device& device_;
  std::vector<float> means_;
  Room<DeviceCode> codes_on_device_;
  Room<float> means_on_device_;
  Room<DeviceEqualiser> equalisers_on_device_;
  Room<std::uint64_t> doubtful_on_device_;
};

}  // namespace

Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config,
                                                       Device& device) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeSampler>(std::make_unique<CudaCodeSampler>(config, device));
}

}  // namespace ostracon::cuda
