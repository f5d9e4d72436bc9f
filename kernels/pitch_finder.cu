// Three transforms of a crop, of n and twice of 2 n a side, and two more for the gradient where the
// first do not settle it. Floor for n = 512 without the gradient: fields of 8.4 MB are written four
// times by kernels and read four, and each transform reads and writes one twice, 134 MB: 31 us at
// 4.3 TB/s if none of it stayed in L2. Launches, 17 of them and one download, cost more.

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/pitch_fields.hpp"
#include "kernels/pitch_finder.hpp"
#include "kernels/pitch_lines.hpp"
#include "kernels/pitch_tables.hpp"

namespace ostracon::cuda {
namespace {

using steps::kLineSources;
using steps::Line;
using steps::LineSource;

constexpr std::size_t kFirstLines = 128;  // that are fetched with their count

std::size_t size_of(std::int32_t count) { return static_cast<std::size_t>(count); }

/// The memory of a PitchScratch.
struct ScratchBuffers {
  Buffer<float> floats;
  Buffer<Complex> complex;
  Buffer<LevelSums> sums;
  Buffer<FoundLine> found;
  PitchScratch parts;
};

Result<ScratchBuffers> make_scratch(const PitchTables& tables, std::int32_t blocks,
                                    Memory& memory) {
  const std::size_t n = size_of(tables.crop), side = 2 * n, bins = size_of(tables.bins());
  const std::size_t rings = size_of(tables.highest / rules::kRing + 1);
  const std::size_t floats = n * n + side * side + kLineSources * (rings + 2 * bins) + 2;
  const std::size_t complex = n * (n / 2 + 1) + side * side + side * (n + 1);
  OSTRACON_TRY_ASSIGN(auto of_floats, Buffer<float>::create(memory, floats));
  OSTRACON_TRY_ASSIGN(auto of_complex, Buffer<Complex>::create(memory, complex));
  OSTRACON_TRY_ASSIGN(auto sums, Buffer<LevelSums>::create(memory, 2 * size_of(blocks)));
  // The first entry holds the count.
  OSTRACON_TRY_ASSIGN(auto found,
                      Buffer<FoundLine>::create(memory, 1 + std::max(bins, kFirstLines)));
  PitchScratch parts{};
  parts.pixels = of_floats.data();
  parts.sizes = parts.pixels + n * n;
  parts.power = parts.sizes + side * side;
  parts.kept = parts.power + kLineSources * bins;
  parts.levels = parts.kept + kLineSources * bins;
  parts.limits = parts.levels + kLineSources * rings;
  parts.field = of_complex.data();
  parts.fine_half = parts.field + side * side;
  parts.half = parts.fine_half + side * (n + 1);
  parts.sums = sums.data();
  parts.found_count = reinterpret_cast<std::uint32_t*>(found.data());
  parts.found = found.data() + 1;
  return ScratchBuffers{std::move(of_floats), std::move(of_complex), std::move(sums),
                        std::move(found), parts};
}

/// The three transforms of a crop.
struct Transforms {
  std::unique_ptr<Fft> crop, field, sizes;
};

class CudaLineFinder final : public steps::LineFinder {
 public:
  CudaLineFinder(PitchPlan plan, ScratchBuffers scratch, Transforms transforms, std::int32_t blocks,
                 Device& device)
      : plan_(std::move(plan)),
        buffers_(std::move(scratch)),
        transforms_(std::move(transforms)),
        most_blocks_(blocks),
        tables_(plan_.tables()),
        scratch_(buffers_.parts),
        device_(device) {}

  void begin(ImageView<const float> mean) {
    mean_ = mean;
    kept_ = 0;
  }

  Result<> measure(std::int32_t top, std::int32_t left) override {
    const std::int32_t n = tables_.crop;
    const ImageView<const float> crop{mean_.data + top * mean_.row_stride + left, n, n,
                                      mean_.row_stride};
    OSTRACON_TRY(
        launch(limit_of_crop, dim3(1), dim3(kSelectThreads), 0, device_, crop, scratch_.limits));
    OSTRACON_TRY(launch(clip_crop, blocks_of(n * n), kThreads, 0, device_, crop, tables_,
                        scratch_.limits, scratch_.pixels));
    OSTRACON_TRY(transforms_.crop->forward(scratch_.pixels, scratch_.half));
    const std::int32_t seen = std::min(tables_.highest, n / 2 - 1);
    OSTRACON_TRY(launch(power_of_image, blocks_of(tables_.bins()), kThreads, 0, device_, tables_,
                        scratch_.half, n, seen, power(LineSource::kImage)));
    OSTRACON_TRY(normalise(LineSource::kImage, 1, seen));
    OSTRACON_TRY(bound<SizeOf::kParts>());
    OSTRACON_TRY(transforms_.field->forward(scratch_.field, scratch_.field));
    OSTRACON_TRY(launch(powers_of_parts, blocks_of(tables_.bins()), kThreads, 0, device_, tables_,
                        scratch_.field, power(LineSource::kFineDetail),
                        power(LineSource::kCoarseDetail)));
    return normalise(LineSource::kFineDetail, 2, tables_.highest);
  }

  Result<> measure_gradient() override {
    OSTRACON_TRY(bound<SizeOf::kWhole>());
    OSTRACON_TRY(transforms_.sizes->forward(scratch_.sizes, scratch_.fine_half));
    OSTRACON_TRY(launch(power_of_image, blocks_of(tables_.bins()), kThreads, 0, device_, tables_,
                        scratch_.fine_half, tables_.fine_side(), tables_.highest,
                        power(LineSource::kGradient)));
    return normalise(LineSource::kGradient, 1, tables_.highest);
  }

  Result<> keep() override {
    const std::int32_t count = static_cast<std::int32_t>(kLineSources) * tables_.bins();
    return launch(add_powers, blocks_of(count), kThreads, 0, device_, count, scratch_.power,
                  scratch_.kept, kept_++ == 0);
  }

  Result<std::vector<Line>> lines(std::int32_t crops, std::size_t sources) override {
    LineCall call{};
    call.power = crops > 1 ? scratch_.kept : scratch_.power;
    call.sources = static_cast<std::int32_t>(sources);
    call.crops = static_cast<float>(crops);
    call.count = scratch_.found_count;
    call.found = scratch_.found;
    OSTRACON_TRY(device_.clear(call.count, sizeof(FoundLine)));
    OSTRACON_TRY(
        launch(find_lines, blocks_of(tables_.bins()), kThreads, 0, device_, tables_, call));
    OSTRACON_TRY_ASSIGN(std::vector<FoundLine> found, fetch());
    // In the order of the spectrum, whatever the order of the threads was.
    std::sort(found.begin(), found.end(),
              [](const FoundLine& a, const FoundLine& b) { return a.bin < b.bin; });
    std::vector<Line> lines;
    for (const FoundLine& one : found) lines.push_back(one.line);
    return lines;
  }

 private:
  static constexpr dim3 kThreads{static_cast<unsigned>(kPitchThreads)};

  /// Enough for `items`, but no more than fill the device; `sources` of them.
  dim3 blocks_of(std::int32_t items, unsigned sources = 1) const {
    const std::int32_t enough = (items + kPitchThreads - 1) / kPitchThreads;
    return dim3(static_cast<unsigned>(std::min(enough, most_blocks_)), sources);
  }
  float* power(LineSource source) const {
    return scratch_.power + static_cast<std::size_t>(source) * size_of(tables_.bins());
  }

  /// Of `sources` sources from `first` on.
  Result<> normalise(LineSource first, unsigned sources, std::int32_t largest) {
    const std::int32_t rings = largest / rules::kRing + 1;
    OSTRACON_TRY(launch(level_rings, dim3(static_cast<unsigned>(rings), sources),
                        dim3(static_cast<unsigned>(kRingThreads)), 0, device_, tables_, largest,
                        power(first), scratch_.levels));
    return launch(normalise_powers, blocks_of(tables_.bins(), sources), kThreads, 0, device_,
                  tables_, largest, rings, scratch_.levels, power(first));
  }

  /// Filters the crop's spectrum and bounds the sizes of what comes of it.
  template <SizeOf kOf>
  Result<> bound() {
    const std::int32_t samples = tables_.fine_side() * tables_.fine_side();
    constexpr unsigned kChannels = kOf == SizeOf::kParts ? 2 : 1;
    OSTRACON_TRY(launch(filter_spectrum<kOf>, blocks_of(samples), kThreads, 0, device_, tables_,
                        scratch_.half, scratch_.field));
    OSTRACON_TRY(transforms_.field->inverse(scratch_.field, scratch_.field));
    OSTRACON_TRY(launch(limit_sizes<kOf>, dim3(kChannels),
                        dim3(static_cast<unsigned>(kSelectThreads)), 0, device_, tables_,
                        scratch_.field, scratch_.limits));
    OSTRACON_TRY(launch(sum_sizes<kOf>, blocks_of(samples, kChannels), kThreads, 0, device_,
                        tables_, scratch_.field, scratch_.limits, scratch_.sums));
    return launch(bound_sizes<kOf>, blocks_of(samples), kThreads, 0, device_, tables_,
                  scratch_.field, scratch_.limits, scratch_.sums, scratch_.sizes);
  }

  /// The lines found, most of the time in one copy.
  Result<std::vector<FoundLine>> fetch() {
    std::vector<FoundLine> found(1 + kFirstLines);
    const auto bytes = [&] { return found.size() * sizeof(FoundLine); };
    OSTRACON_TRY(device_.memory().download(found.data(), buffers_.found.data(), bytes()));
    std::uint32_t count = 0;
    std::memcpy(&count, found.data(), sizeof count);
    found.resize(1 + count);
    if (count > kFirstLines)
      OSTRACON_TRY(device_.memory().download(found.data(), buffers_.found.data(), bytes()));
    found.erase(found.begin());
    return found;
  }

  PitchPlan plan_;
  ScratchBuffers buffers_;
  Transforms transforms_;
  std::int32_t most_blocks_;
  PitchTables tables_;
  PitchScratch scratch_;
  Device& device_;
  ImageView<const float> mean_;
  std::int32_t kept_ = 0;
};

class CudaPitchFinder final : public PitchFinder {
 public:
  CudaPitchFinder(const PitchFinderConfig& config, CudaLineFinder finder)
      : config_(config), finder_(std::move(finder)) {}

  Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "PitchFinder: image has another shape"};
    finder_.begin(mean);
    return steps::find_pitch(config_, finder_);
  }

 private:
  PitchFinderConfig config_;
  CudaLineFinder finder_;
};

}  // namespace

Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config,
                                                       Device& device) {
  if (std::min(config.rows, config.cols) < 64)
    return Error{ErrorCode::kInvalidArgument, "PitchFinderConfig: image smaller than 64 px"};
  const std::int32_t blocks = 8 * device.multiprocessors();
  OSTRACON_TRY_ASSIGN(auto plan, PitchPlan::create(config, device.memory()));
  OSTRACON_TRY_ASSIGN(auto scratch, make_scratch(plan.tables(), blocks, device.memory()));
  const std::int32_t n = plan.tables().crop;
  Transforms made;
  OSTRACON_TRY_ASSIGN(made.crop, Fft::create(device, FftKind::kRealToComplex, n, n, 1));
  OSTRACON_TRY_ASSIGN(made.field, Fft::create(device, FftKind::kComplexToComplex, 2 * n, 2 * n, 1));
  OSTRACON_TRY_ASSIGN(made.sizes, Fft::create(device, FftKind::kRealToComplex, 2 * n, 2 * n, 1));
  CudaLineFinder finder(std::move(plan), std::move(scratch), std::move(made), blocks, device);
  return std::unique_ptr<PitchFinder>(std::make_unique<CudaPitchFinder>(config, std::move(finder)));
}

}  // namespace ostracon::cuda
