#include "host/cpu/module_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/cpu/module_sampler_kernel.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

class CpuModuleSampler final : public ModuleSampler {
 public:
  explicit CpuModuleSampler(const ModuleSamplerConfig& config)
      : config_(config),
        shift_(static_cast<std::size_t>(config.shape.frames) *
               static_cast<std::size_t>(config.shape.rows)),
        padded_gain_(static_cast<std::size_t>(config.shape.frames) * padded_rows(), 1.0F) {}

  Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
               const LatticeMap& map, const Pulse& pulse, std::int32_t first_row,
               std::int32_t first_col, ImageView<float> grid, ImageView<float> weight) override {
    if (!(frames.shape == config_.shape) || weight.rows != grid.rows || weight.cols != grid.cols ||
        static_cast<std::int64_t>(grid.rows) * grid.cols > config_.max_modules)
      return Error{ErrorCode::kInvalidArgument, "ModuleSampler: shapes differ from those planned"};
    const std::int32_t rows = config_.shape.rows;
    parallel_for(config_.shape.frames, [&](std::int64_t f) {
      for (std::int32_t y = 0; y < rows; ++y)
        shift_[static_cast<std::size_t>(f) * static_cast<std::size_t>(rows) +
               static_cast<std::size_t>(y)] =
            drift.at(static_cast<std::int32_t>(f), static_cast<float>(y));
    });
    for (std::int32_t frame = 0; frame < config_.shape.frames; ++frame) {
      const auto f = static_cast<std::size_t>(frame);
      const float* gain = flat.row_gain.data() + f * static_cast<std::size_t>(rows);
      std::transform(gain, gain + rows,
                     padded_gain_.data() + f * padded_rows() + PulseTable::kWidest,
                     [weight = drift.weight_of(frame)](float g) { return weight * g; });
    }
    const PulseTable table = PulseTable::make(pulse.blur_modules, pulse.pitch_px);
    parallel_for(grid.rows, [&](std::int64_t i) {
      sample_modules(frames, flat, drift, map, table, first_row + static_cast<std::int32_t>(i),
                     first_col, &grid(static_cast<std::int32_t>(i), 0),
                     &weight(static_cast<std::int32_t>(i), 0), grid.cols);
    });
    return Ok{};
  }

 private:
  /// Rows of gains with room on both sides, so that the kernel reads whole vectors.
  std::size_t padded_rows() const {
    return static_cast<std::size_t>(config_.shape.rows) + 2 * PulseTable::kWidest;
  }

  void sample_modules(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
                      const LatticeMap& map, const PulseTable& table, std::int32_t row,
                      std::int32_t first_col, float* grid, float* seen, std::int32_t cols) const {
    const auto count = static_cast<std::size_t>(cols);
    std::vector<float> common_y(count), common_x(count), y(count), x(count);
    std::vector<float> sum(count, 0.0F), square_sum(count, 0.0F);
    for (std::size_t j = 0; j < count; ++j) {
      const auto at = map.at(static_cast<float>(row),
                             static_cast<float>(first_col + static_cast<std::int32_t>(j)));
      common_y[j] = at[0];
      common_x[j] = at[1];
    }
    std::fill(grid, grid + cols, 0.0F);
    std::fill(seen, seen + cols, 0.0F);
    const FieldShape& shape = config_.shape;
    for (std::int32_t f = 0; f < shape.frames; ++f) {
      if (!(drift.weight_of(f) > 0)) continue;
      const auto* shift =
          shift_.data() + static_cast<std::size_t>(f) * static_cast<std::size_t>(shape.rows);
      for (std::size_t j = 0; j < count; ++j) {
        // Written so that a place that is no number is taken for row 0; its window fails the test.
        const float below = common_y[j] + 0.5F;
        const float nearest = below > 0 ? std::min(below, static_cast<float>(shape.rows - 1)) : 0;
        const auto& s = shift[static_cast<std::size_t>(nearest)];
        y[j] = common_y[j] + s[0];
        x[j] = common_x[j] + s[1];
      }
      const auto* bytes =
          static_cast<const std::byte*>(frames.data) +
          static_cast<std::size_t>(f) * shape.pixels_per_frame() * bytes_of(shape.type);
      sample_row(
          {bytes, shape.type, shape.rows, shape.cols, frames.black,
           padded_gain_.data() + static_cast<std::size_t>(f) * padded_rows() + PulseTable::kWidest,
           drift.weight_of(f), &table, cols, y.data(), x.data(), grid, sum.data(),
           square_sum.data(), seen});
    }
    for (std::size_t j = 0; j < count; ++j) {
      if (!(seen[j] > 0)) continue;
      const float shade = flat.shading_at(common_y[j], common_x[j]);
      grid[j] = (grid[j] / shade - sum[j]) / square_sum[j];
      if (!std::isfinite(grid[j])) grid[j] = seen[j] = 0.0F;  // pixels near the largest float
    }
  }

  ModuleSamplerConfig config_;
  std::vector<std::array<float, 2>> shift_;
  std::vector<float> padded_gain_;
};

}  // namespace

Result<std::unique_ptr<ModuleSampler>> make_module_sampler(const ModuleSamplerConfig& config) {
  if (config.shape.frames <= 0 || config.shape.rows <= 0 || config.shape.cols <= 0 ||
      config.max_modules <= 0)
    return Error{ErrorCode::kInvalidArgument, "ModuleSamplerConfig: sizes must be positive"};
  return std::unique_ptr<ModuleSampler>(std::make_unique<CpuModuleSampler>(config));
}

}  // namespace ostracon::cpu
