#include "host/cpu/flattener.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "host/cpu/typed_frames.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kCell = 16;
constexpr double kShadingSigmaCells = 2.5;  // 40 px: about a dozen modules, far above their noise
constexpr float kOutlierShare = 0.25F;      // a cell this far from its surroundings is damage
constexpr std::int32_t kRowNeighbourhood = 24;
constexpr std::int32_t kGlance = 16;     // every so many rows tell whether a frame is blank
constexpr double kUsualLevel = 3;        // times the median, or one part of it
constexpr double kLeastVariance = 1e-3;  // of the median: no picture scatters less

class CpuFlattener final : public Flattener {
 public:
  explicit CpuFlattener(const FlattenerConfig& config)
      : shape_(config.shape),
        cell_rows_((shape_.rows + kCell - 1) / kCell),
        cell_cols_((shape_.cols + kCell - 1) / kCell),
        cells_(cell_rows_, cell_cols_, CV_32F),
        squares_(static_cast<std::size_t>(cell_rows_)),
        is_picture_(static_cast<std::size_t>(shape_.frames)),
        row_mean_(static_cast<std::size_t>(shape_.frames) * static_cast<std::size_t>(shape_.rows)) {
  }

  Result<FlatField> run(const FrameStack& frames) override {
    if (!(frames.shape == shape_))
      return Error{ErrorCode::kInvalidArgument, "Flattener: field has another shape than planned"};
    with_typed(frames, [&](auto stack) {
      find_pictures(stack, frames.black);
      measure(stack, frames.black);
    });

    FlatField flat;
    flat.cell_px = kCell;
    flat.cell_rows = cell_rows_;
    flat.cell_cols = cell_cols_;
    flat.frames = shape_.frames;
    flat.rows = shape_.rows;
    const double level = cv::mean(cells_)[0];
    if (!(level > 0)) return Error{ErrorCode::kBadInput, "the field is blank"};
    if (!std::isfinite(level))
      return Error{ErrorCode::kBadInput, "the field's pixels are too large to be added"};
    smooth(static_cast<float>(level), flat.shading);
    const double square = std::accumulate(squares_.begin(), squares_.end(), 0.0);
    const double pixels =
        static_cast<double>(pictures_) * static_cast<double>(shape_.pixels_per_frame());
    const double variance = std::max(0.0, square / pixels - level * level);
    flat.row_gain = row_gains(variance / (level * level));
    return flat;
  }

 private:
  /// Frames that are dark, saturated or even take no part in the shading, unless all are.
  template <class T>
  void find_pictures(const StackView<const T>& stack, float black) {
    const auto count = static_cast<std::size_t>(shape_.frames);
    std::vector<double> level(count), variance(count);
    parallel_for(shape_.frames, [&](std::int64_t f) {
      double sum = 0, square = 0;
      const std::int32_t first = std::min(kGlance, shape_.rows) / 2;
      std::int64_t pixels = 0;
      for (std::int32_t y = first; y < shape_.rows; y += kGlance) {
        const T* row = &stack.frame(static_cast<std::int32_t>(f))(y, 0);
        for (std::int32_t x = 0; x < shape_.cols; x += 2, ++pixels) {
          const double value = static_cast<double>(row[x]) - static_cast<double>(black);
          sum += value;
          square += value * value;
        }
      }
      const auto at = static_cast<std::size_t>(f);
      level[at] = sum / static_cast<double>(pixels);
      variance[at] = square / static_cast<double>(pixels) - level[at] * level[at];
    });
    const auto middle = [](std::vector<double> values) {
      std::erase_if(values, [](double value) { return !std::isfinite(value); });
      std::sort(values.begin(), values.end());
      return values.empty() ? 0.0 : values[values.size() / 2];
    };
    const double usual = middle(level);
    const double least = kLeastVariance * middle(variance);
    for (std::size_t f = 0; f < count; ++f)
      is_picture_[f] =
          level[f] * kUsualLevel > usual && level[f] < kUsualLevel * usual && variance[f] >= least;
    if (std::find(is_picture_.begin(), is_picture_.end(), true) == is_picture_.end())
      std::fill(is_picture_.begin(), is_picture_.end(), true);
    pictures_ = static_cast<std::int32_t>(std::count(is_picture_.begin(), is_picture_.end(), true));
  }

  template <class T>
  void measure(const StackView<const T>& stack, float black) {
    parallel_for(cell_rows_, [&](std::int64_t strip) {
      float* out = cells_.ptr<float>(static_cast<int>(strip));
      std::fill(out, out + cell_cols_, 0.0F);
      const auto first = static_cast<std::int32_t>(strip) * kCell;
      const std::int32_t last = std::min(first + kCell, shape_.rows);
      double square = 0;
      for (std::int32_t frame = 0; frame < shape_.frames; ++frame) {
        const bool picture = is_picture_[static_cast<std::size_t>(frame)];
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
          if (picture && y % 8 == 0)
            for (std::int32_t x = 0; x < shape_.cols; ++x)
              square += 8.0 * std::pow(static_cast<double>(row[x]) - static_cast<double>(black), 2);
          row_mean_[row_index(frame, y)] = total / static_cast<float>(shape_.cols) - black;
        }
      }
      squares_[static_cast<std::size_t>(strip)] = square;
      for (std::int32_t cell = 0; cell < cell_cols_; ++cell) {
        const std::int32_t width = std::min(kCell, shape_.cols - cell * kCell);
        out[cell] = out[cell] / static_cast<float>((last - first) * width * pictures_) - black;
      }
    });
  }

  std::size_t row_index(std::int32_t frame, std::int32_t y) const {
    return static_cast<std::size_t>(frame) * static_cast<std::size_t>(shape_.rows) +
           static_cast<std::size_t>(y);
  }

  /// Masked Gaussian mean of the cells: first over all, then without those that stand out.
  void smooth(float level, std::vector<float>& shading) const {
    const auto blur = [](const cv::Mat& in) {
      cv::Mat out;
      cv::GaussianBlur(in, out, {}, kShadingSigmaCells, kShadingSigmaCells, cv::BORDER_REPLICATE);
      return out;
    };
    cv::Mat local = blur(cells_);
    for (int round = 0; round < 2; ++round) {
      cv::Mat mask(cells_.size(), CV_32F);
      cv::Mat masked(cells_.size(), CV_32F);
      for (int i = 0; i < cells_.rows; ++i)
        for (int j = 0; j < cells_.cols; ++j) {
          const float value = cells_.at<float>(i, j);
          const bool usual =
              std::abs(value / std::max(local.at<float>(i, j), 1e-6F) - 1.0F) < kOutlierShare;
          mask.at<float>(i, j) = usual ? 1.0F : 1e-3F;
          masked.at<float>(i, j) = value * mask.at<float>(i, j);
        }
      local = blur(masked) / blur(mask);
    }
    shading.resize(cells_.total());
    for (int i = 0; i < cells_.rows; ++i)
      for (int j = 0; j < cells_.cols; ++j)
        shading[static_cast<std::size_t>(i) * static_cast<std::size_t>(cells_.cols) +
                static_cast<std::size_t>(j)] = std::max(local.at<float>(i, j), 1e-3F * level);
  }

  /// One over the row's mean against the running mean of its frame, shrunk by the variance that
  /// noise and pattern explain: `pixel_variance` is relative to the mean^2.
  std::vector<float> row_gains(double pixel_variance) const {
    const std::int32_t rows = shape_.rows;
    std::vector<float> ratio(row_mean_.size());
    double variance = 0;
    for (std::int32_t frame = 0; frame < shape_.frames; ++frame) {
      const float* mean = row_mean_.data() + row_index(frame, 0);
      std::vector<double> sums(static_cast<std::size_t>(rows) + 1, 0.0);
      for (std::int32_t y = 0; y < rows; ++y)
        sums[static_cast<std::size_t>(y) + 1] = sums[static_cast<std::size_t>(y)] + mean[y];
      for (std::int32_t y = 0; y < rows; ++y) {
        const std::int32_t begin = std::max(0, y - kRowNeighbourhood);
        const std::int32_t end = std::min(rows, y + kRowNeighbourhood + 1);
        const double local =
            (sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)]) /
            (end - begin);
        const double r = local > 0 ? mean[y] / local : 1.0;
        ratio[row_index(frame, y)] = static_cast<float>(r);
        variance += (r - 1) * (r - 1);
      }
    }
    variance /= static_cast<double>(ratio.size());
    // Neighbouring pixels share modules, so a row's mean scatters more than white pixels would.
    const double explained = 2.0 * pixel_variance / shape_.cols;
    const auto shrink =
        static_cast<float>(variance > 0 ? std::max(0.0, 1.0 - explained / variance) : 0.0);
    for (float& r : ratio) r = 1.0F / std::clamp(1.0F + shrink * (r - 1.0F), 0.5F, 2.0F);
    return ratio;
  }

  FieldShape shape_;
  std::int32_t cell_rows_, cell_cols_;
  cv::Mat cells_;
  std::vector<double> squares_;
  std::vector<bool> is_picture_;
  std::int32_t pictures_ = 0;
  std::vector<float> row_mean_;
};

}  // namespace

Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) {
  if (config.shape.frames <= 0 || config.shape.rows <= 0 || config.shape.cols <= 0)
    return Error{ErrorCode::kInvalidArgument, "FlattenerConfig: sizes must be positive"};
  return std::unique_ptr<Flattener>(std::make_unique<CpuFlattener>(config));
}

}  // namespace ostracon::cpu
