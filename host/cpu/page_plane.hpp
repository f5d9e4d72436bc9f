#pragma once
// Floats of a page with a margin, as the kernels of soft cancellation want them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "host/cpu/soft_canceller_kernel.hpp"

namespace ostracon::cpu {

/// Rows are padded for whole vectors.
class PagePlane {
 public:
  static constexpr std::int32_t kMargin = ChannelResponse::kSide / 2;

  PagePlane(std::int32_t rows, std::int32_t cols)
      : rows_(rows),
        cols_(cols),
        stride_((cols + 2 * kMargin + 2 * kCancelLanes - 1) / kCancelLanes * kCancelLanes),
        values_(static_cast<std::size_t>(rows + 2 * kMargin) * static_cast<std::size_t>(stride_) +
                static_cast<std::size_t>(kCancelLanes)) {}

  /// Module (row, 0); rows -2 .. rows + 1 exist, columns from -2.
  float* row(std::int32_t row) {
    return values_.data() + static_cast<std::ptrdiff_t>(row + kMargin) * stride_ + kMargin;
  }
  RowsAround around(std::int32_t row) {
    RowsAround rows;
    std::int32_t at = row - kMargin;
    for (const float*& around : rows) around = this->row(at++) - kMargin;
    return rows;
  }
  /// Whole vectors write into the margin, which must stay 0.
  void clear_margin(std::int32_t row) { std::fill_n(this->row(row) + cols_, kMargin, 0.0F); }
  /// The page alone, shared.
  cv::Mat image() {
    return {rows_, cols_, CV_32F, row(0), static_cast<std::size_t>(stride_) * sizeof(float)};
  }

 private:
  std::int32_t rows_, cols_;
  std::ptrdiff_t stride_;
  std::vector<float> values_;
};

}  // namespace ostracon::cpu
