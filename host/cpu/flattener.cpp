#include "host/cpu/flattener.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "host/cpu/typed_frames.hpp"
#include "host/parallel.hpp"
#include "host/steps/flat_field.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kCell = steps::kCellPx;

class CpuFlattener final : public Flattener {
 public:
  explicit CpuFlattener(const FlattenerConfig& config)
      : shape_(config.shape),
        cell_rows_((shape_.rows + kCell - 1) / kCell),
        cell_cols_((shape_.cols + kCell - 1) / kCell) {}

  Result<FlatField> run(const FrameStack& frames) override {
    if (!(frames.shape == shape_))
      return Error{ErrorCode::kInvalidArgument, "Flattener: field has another shape than planned"};
    return with_typed(frames, [&](auto stack) {
      const std::vector<bool> is_picture =
          steps::find_pictures(glance(stack, frames.black), steps::glanced_pixels(shape_));
      return steps::make_flat_field(shape_, measure(stack, frames.black, is_picture));
    });
  }

 private:
  template <class T>
  std::vector<steps::GlanceSums> glance(const StackView<const T>& stack, float black) const {
    std::vector<steps::GlanceSums> sums(static_cast<std::size_t>(shape_.frames));
    parallel_for(shape_.frames, [&](std::int64_t f) {
      steps::GlanceSums frame;
      for (std::int32_t y = steps::first_glance(shape_); y < shape_.rows; y += steps::kGlance) {
        const T* row = &stack.frame(static_cast<std::int32_t>(f))(y, 0);
        for (std::int32_t x = 0; x < shape_.cols; x += 2) {
          const double value = static_cast<double>(row[x]) - static_cast<double>(black);
          frame.sum += value;
          frame.square += value * value;
        }
      }
      sums[static_cast<std::size_t>(f)] = frame;
    });
    return sums;
  }

  template <class T>
  steps::FlatSums measure(const StackView<const T>& stack, float black,
                          const std::vector<bool>& is_picture) const {
    const auto across = static_cast<std::size_t>(cell_cols_);
    steps::FlatSums sums;
    sums.cell_rows = cell_rows_;
    sums.cell_cols = cell_cols_;
    sums.cells.assign(static_cast<std::size_t>(cell_rows_) * across, 0.0F);
    sums.pictures =
        static_cast<std::int32_t>(std::count(is_picture.begin(), is_picture.end(), true));
    sums.row_mean.resize(static_cast<std::size_t>(shape_.frames) *
                         static_cast<std::size_t>(shape_.rows));
    std::vector<double> squares(static_cast<std::size_t>(cell_rows_));
    parallel_for(cell_rows_, [&](std::int64_t strip) {
      float* out = sums.cells.data() + static_cast<std::size_t>(strip) * across;
      const auto first = static_cast<std::int32_t>(strip) * kCell;
      const std::int32_t last = std::min(first + kCell, shape_.rows);
      double square = 0;
      for (std::int32_t frame = 0; frame < shape_.frames; ++frame) {
        const bool picture = is_picture[static_cast<std::size_t>(frame)];
        for (std::int32_t y = first; y < last; ++y) {
          const T* row = &stack.frame(frame)(y, 0);
          float total = 0;
          for (std::int32_t cell = 0; cell < cell_cols_; ++cell) {
            const std::int32_t begin = cell * kCell;
            const std::int32_t end = std::min(begin + kCell, shape_.cols);
            float sum = 0;
            for (std::int32_t x = begin; x < end; ++x) sum += static_cast<float>(row[x]);
            if (picture) out[cell] += sum;
            total += sum;
          }
          // The variance needs no more than every eighth row.
          if (picture && y % steps::kSquareRows == 0)
            for (std::int32_t x = 0; x < shape_.cols; ++x)
              square += steps::kSquareRows *
                        std::pow(static_cast<double>(row[x]) - static_cast<double>(black), 2);
          sums.row_mean[static_cast<std::size_t>(frame) * static_cast<std::size_t>(shape_.rows) +
                        static_cast<std::size_t>(y)] =
              total / static_cast<float>(shape_.cols) - black;
        }
      }
      squares[static_cast<std::size_t>(strip)] = square;
      for (std::int32_t cell = 0; cell < cell_cols_; ++cell) {
        const std::int32_t width = std::min(kCell, shape_.cols - cell * kCell);
        out[cell] = out[cell] / static_cast<float>((last - first) * width * sums.pictures) - black;
      }
    });
    sums.square = std::accumulate(squares.begin(), squares.end(), 0.0);
    return sums;
  }

  FieldShape shape_;
  std::int32_t cell_rows_, cell_cols_;
};

}  // namespace

Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) {
  if (config.shape.frames <= 0 || config.shape.rows <= 0 || config.shape.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "FlattenerConfig: sizes must be positive"};
  return std::unique_ptr<Flattener>(std::make_unique<CpuFlattener>(config));
}

}  // namespace ostracon::cpu
