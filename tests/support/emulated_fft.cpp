// kernels/core/fft.hpp without a GPU: OpenCV's transform on a copy of the emulated memory.

#include <algorithm>
#include <cassert>
#include <opencv2/core.hpp>
#include <vector>

#include "kernels/core/fft.hpp"

namespace ostracon::cuda {
namespace {

class EmulatedFft final : public Fft {
 public:
  EmulatedFft(Memory& memory, FftKind kind, std::int32_t rows, std::int32_t cols,
              std::int32_t images)
      : memory_(memory), kind_(kind), rows_(rows), cols_(cols), images_(images) {}

  Result<> forward(const float* in, Complex* out) override {
    assert(kind_ == FftKind::kRealToComplex);
    return transform(in, 1, cols_ / 2 + 1, out, cv::DFT_COMPLEX_OUTPUT);
  }
  Result<> forward(const Complex* in, Complex* out) override {
    assert(kind_ == FftKind::kComplexToComplex);
    return transform(in, 2, cols_, out, 0);
  }
  Result<> inverse(const Complex* in, Complex* out) override {
    assert(kind_ == FftKind::kComplexToComplex);
    return transform(in, 2, cols_, out, cv::DFT_INVERSE);
  }

 private:
  /// The copies check that the transforms stay within the device's buffers.
  template <class In>
  Result<> transform(const In* in, int floats, std::int32_t out_cols, Complex* out, int flags) {
    const std::size_t of_image = static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_);
    const auto images = static_cast<std::size_t>(images_);
    std::vector<In> from(of_image * images);
    std::vector<Complex> to(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(out_cols) *
                            images);
    OSTRACON_TRY(memory_.download(from.data(), in, from.size() * sizeof(In)));
    cv::Mat whole;
    auto next = to.begin();
    for (std::size_t i = 0; i < images; ++i) {
      const cv::Mat image(rows_, cols_, CV_MAKETYPE(CV_32F, floats), from.data() + i * of_image);
      cv::dft(image, whole, flags);
      for (std::int32_t row = 0; row < rows_; ++row)
        next = std::copy_n(whole.ptr<Complex>(row), out_cols, next);
    }
    return memory_.upload(out, to.data(), to.size() * sizeof(Complex));
  }

  Memory& memory_;
  [[maybe_unused]] FftKind kind_;
  std::int32_t rows_, cols_, images_;
};

}  // namespace

Result<std::unique_ptr<Fft>> Fft::create(Device& device, FftKind kind, std::int32_t rows,
                                         std::int32_t cols, std::int32_t images) {
  OSTRACON_TRY(check_fft(rows, cols, images));
  return std::unique_ptr<Fft>(
      std::make_unique<EmulatedFft>(device.memory(), kind, rows, cols, images));
}

}  // namespace ostracon::cuda
