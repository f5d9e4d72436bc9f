#include "host/cpu/band_work.hpp"

#include <algorithm>

#include "host/cpu/typed_frames.hpp"

namespace ostracon::cpu {

BandWork::BandWork(const BandPlan& plan)
    : frames(static_cast<std::size_t>(plan.field.frames), Spectrum(plan.shape.size())),
      sum(plan.shape.size()),
      reference(plan.shape.size()),
      product(plan.shape.size()) {
  pixels.create(plan.shape.rows, plan.shape.cols, CV_32F);
  transformed.create(plan.shape.rows, plan.shape.cols, CV_32F);
  coarse.create(plan.shape.rows / 2, plan.shape.cols / 2, CV_32FC2);
}

void BandWork::transform(const BandPlan& plan, std::size_t band, const FrameStack& stack,
                         const FlatField& flat, std::size_t f, CropOffset offset) {
  const BandShape& shape = plan.shape;
  const std::int32_t top = plan.first_row[band] + offset.y;
  const std::int32_t left = plan.first_col + offset.x;
  with_typed(stack, [&](auto view) {
    for (std::int32_t i = 0; i < shape.rows; ++i) {
      const std::int32_t y = top + i;
      const auto* row = &view.frame(static_cast<std::int32_t>(f))(y, left);
      float* out = pixels.ptr<float>(i);
      const float gain =
          flat.row_gain[f * static_cast<std::size_t>(flat.rows) + static_cast<std::size_t>(y)];
      const float wy = plan.window_y.weight[static_cast<std::size_t>(i)];
      // One shade a band row and 16 px: the shading is smooth over 40 px.
      for (std::int32_t x0 = 0; x0 < shape.cols; x0 += 16) {
        const float scale =
            wy * gain /
            flat.shading_at(static_cast<float>(y), static_cast<float>(left + x0) + 7.5F);
        const float dark = stack.black * scale + wy;
        const float* wx = plan.window_x.weight.data();
        for (std::int32_t x = x0; x < std::min(x0 + 16, shape.cols); ++x)
          out[x] = (static_cast<float>(row[x]) * scale - dark) * wx[x];
      }
    }
  });
  // Packed: columns 2 kx - 1 and 2 kx of row ky hold the real and the imaginary part.
  cv::dft(pixels, transformed);
  const auto half = static_cast<std::size_t>(shape.half_cols());
  for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
    const float* in = transformed.ptr<float>(ky);
    float* re = frames[f].re.data() + static_cast<std::size_t>(ky) * half;
    float* im = frames[f].im.data() + static_cast<std::size_t>(ky) * half;
    re[0] = im[0] = re[half - 1] = im[half - 1] = 0;
    for (std::size_t kx = 1; kx + 1 < half; ++kx) {
      re[kx] = in[2 * kx - 1];
      im[kx] = in[2 * kx];
    }
  }
}

}  // namespace ostracon::cpu
