#pragma once

#include <cstdint>

#include "core/buffer.hpp"
#include "core/view.hpp"
#include "kernels/core/device.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cuda {

struct ImageSurvey;

/// Equalised images have no taps further away: 2.25 modules of 16 px.
inline constexpr std::int32_t kMostReach = 36;

/// What lines are looked for in: rules::lattice_contrast of the equalised image, or the image.
enum class LatticeAspect : std::uint8_t { kContrast, kPlain };

/// The scale of an image as its pixels have it, in device memory.
struct ImageScale {
  float rms;    ///< without what stands out
  float scale;  ///< times the image is what the aspect looks at
  float level;  ///< the mean of the aspect
  float most;   ///< of the image's own units; what has it is dirt
};

/// The equaliser of one size of images, and what it or the image itself tells of scale and dirt. As
/// host/cpu/lattice_demodulator.cpp does it. Must not outlive its device.
class LatticeFilter {
 public:
  /// Errors: kInvalidArgument where the grid would not fit; kOutOfMemory; kDevice.
  static Result<LatticeFilter> create(std::int32_t rows, std::int32_t cols, Device& device);

  /// image() becomes the equalised `mean` at offset (oy, ox) px; scale() and peaks() are of it.
  /// kInvalidArgument if the pitch is more than 16 px.
  Result<> equalise(ImageView<const float> mean, float pitch_px, float blur_modules, float oy,
                    float ox);
  /// scale() and peaks() become those of `mean` itself. image() stays.
  Result<> look_at(ImageView<const float> mean);

  ImageView<const float> image() const { return {image_.data(), rows_, cols_, cols_}; }
  const ImageScale* scale() const { return scale_.data(); }
  /// Largest |pixel| of every cell of rules::kDirtCell px a side.
  ImageView<const float> peaks() const {
    return {peaks_.data(), cells(rows_), cells(cols_), cells(cols_)};
  }

 private:
  LatticeFilter(std::int32_t rows, std::int32_t cols, Device& device, Buffer<float> image,
                Buffer<float> samples, Buffer<float> peaks, Buffer<double> sums,
                Buffer<std::int32_t> counts, Buffer<ImageScale> scale);
  static std::int32_t cells(std::int32_t px) {
    return (px + rules::kDirtCell - 1) / rules::kDirtCell;
  }
  ImageSurvey survey() const;
  Result<> measure_scale(LatticeAspect aspect);

  std::int32_t rows_, cols_;
  Device* device_;
  Buffer<float> image_, samples_, peaks_;
  Buffer<double> sums_;          // [pass][part]
  Buffer<std::int32_t> counts_;  // of what is in each sum
  Buffer<ImageScale> scale_;     // one
};

}  // namespace ostracon::cuda
