// Transforms of the device against their definition: cuFFT on a GPU, its stand-in elsewhere.

#include "kernels/core/fft.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "format/pn.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {
namespace {

using cuda::Complex;
using cuda::Device;
using cuda::Fft;
using cuda::FftKind;

struct Size {
  std::int32_t rows, cols, images;
  std::size_t of_image() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  }
};
void PrintTo(const Size& size, std::ostream* out) {
  *out << size.images << " of " << size.rows << " x " << size.cols;
}

/// In [-1, 1).
std::vector<float> noise(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(format::pn_word(seed, i) >> 40) / 8388608.0F - 1.0F;
  return values;
}
std::vector<Complex> complex_noise(std::size_t count) {
  const auto re = noise(count, 1), im = noise(count, 2);
  std::vector<Complex> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = {re[i], im[i]};
  return values;
}

/// One row or column by the definition, unscaled.
std::vector<std::complex<double>> line(const std::vector<std::complex<double>>& in, double sign) {
  const std::size_t n = in.size();
  std::vector<std::complex<double>> out(n);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      out[k] +=
          in[i] * std::polar(1.0, sign * 2 * std::numbers::pi * static_cast<double>(k * i % n) /
                                      static_cast<double>(n));
  return out;
}
template <class At>  // At: the complex number of (row, column) of one image
std::vector<std::complex<double>> direct(const Size& size, double sign, const At& at) {
  const auto rows = static_cast<std::size_t>(size.rows), cols = static_cast<std::size_t>(size.cols);
  std::vector<std::complex<double>> out(rows * cols);
  for (std::size_t y = 0; y < rows; ++y) {
    std::vector<std::complex<double>> row(cols);
    for (std::size_t x = 0; x < cols; ++x) row[x] = at(y * cols + x);
    row = line(row, sign);
    std::copy(row.begin(), row.end(), out.begin() + static_cast<std::ptrdiff_t>(y * cols));
  }
  for (std::size_t x = 0; x < cols; ++x) {
    std::vector<std::complex<double>> column(rows);
    for (std::size_t y = 0; y < rows; ++y) column[y] = out[y * cols + x];
    column = line(column, sign);
    for (std::size_t y = 0; y < rows; ++y) out[y * cols + x] = column[y];
  }
  return out;
}

class FftTest : public ::testing::TestWithParam<Size> {
 protected:
  void SetUp() override {
    auto made = Device::create();
    if (made) {
      device_ = std::move(made).value();
      return;
    }
    const bool may_skip =
        made.error().code == ErrorCode::kUnavailable && !std::getenv("OSTRACON_REQUIRE_CUDA");
    if (may_skip) GTEST_SKIP() << made.error().message;
    FAIL() << made.error().message;
  }
  Result<std::unique_ptr<Fft>> make(FftKind kind) {
    return Fft::create(*device_, kind, GetParam().rows, GetParam().cols, GetParam().images);
  }
  /// Of one image, out of float rounding: 1e-6 of the root of its size and values about 1.
  static double tolerance() { return 2e-6 * std::sqrt(static_cast<double>(GetParam().of_image())); }

  std::unique_ptr<Device> device_;
};

TEST_P(FftTest, RealImagesBecomeTheirHalfPlanes) {
  const Size size = GetParam();
  const auto fft = make(FftKind::kRealToComplex);
  ASSERT_TRUE(fft.has_value()) << fft.error().message;
  const auto half = static_cast<std::size_t>(size.cols) / 2 + 1;
  const std::size_t of_half = static_cast<std::size_t>(size.rows) * half;
  const auto images = static_cast<std::size_t>(size.images);
  const auto pixels = noise(size.of_image() * images, 3);
  auto& memory = device_->memory();
  const auto in = Buffer<float>::from(memory, pixels);
  const auto out = Buffer<Complex>::create(memory, of_half * images);
  ASSERT_TRUE(in.has_value() && out.has_value());
  ASSERT_OK(fft.value()->forward(in.value().data(), out.value().data()));
  std::vector<Complex> found(of_half * images);
  ASSERT_OK(out.value().download(found));
  std::vector<float> kept(pixels.size());
  ASSERT_OK(in.value().download(kept));
  EXPECT_EQ(kept, pixels);
  double worst = 0;
  for (std::size_t i = 0; i < images; ++i) {
    const auto expected = direct(size, -1, [&](std::size_t at) {
      return std::complex<double>(static_cast<double>(pixels[i * size.of_image() + at]), 0);
    });
    for (std::size_t k = 0; k < of_half; ++k) {
      const Complex& one = found[i * of_half + k];
      const auto& right = expected[k / half * static_cast<std::size_t>(size.cols) + k % half];
      worst = std::max({worst, std::abs(static_cast<double>(one.re) - right.real()),
                        std::abs(static_cast<double>(one.im) - right.imag())});
    }
  }
  EXPECT_LT(worst, tolerance());
}

TEST_P(FftTest, ComplexImagesAreTransformedBothWays) {
  const Size size = GetParam();
  const auto fft = make(FftKind::kComplexToComplex);
  ASSERT_TRUE(fft.has_value()) << fft.error().message;
  const auto numbers = complex_noise(size.of_image() * static_cast<std::size_t>(size.images));
  auto& memory = device_->memory();
  const auto in = Buffer<Complex>::from(memory, numbers);
  const auto out = Buffer<Complex>::create(memory, numbers.size());
  ASSERT_TRUE(in.has_value() && out.has_value());
  for (const double sign : {-1.0, 1.0}) {
    ASSERT_OK(sign < 0 ? fft.value()->forward(in.value().data(), out.value().data())
                       : fft.value()->inverse(in.value().data(), out.value().data()));
    std::vector<Complex> found(numbers.size());
    ASSERT_OK(out.value().download(found));
    double worst = 0;
    for (std::size_t first = 0; first < numbers.size(); first += size.of_image()) {
      const auto expected = direct(size, sign, [&](std::size_t at) {
        return std::complex<double>(static_cast<double>(numbers[first + at].re),
                                    static_cast<double>(numbers[first + at].im));
      });
      for (std::size_t k = 0; k < size.of_image(); ++k)
        worst = std::max({worst,
                          std::abs(static_cast<double>(found[first + k].re) - expected[k].real()),
                          std::abs(static_cast<double>(found[first + k].im) - expected[k].imag())});
    }
    EXPECT_LT(worst, tolerance()) << sign;
  }
}

TEST_P(FftTest, ThereAndBackInPlaceIsTheImageTimesItsSize) {
  const Size size = GetParam();
  const auto fft = make(FftKind::kComplexToComplex);
  ASSERT_TRUE(fft.has_value()) << fft.error().message;
  const auto numbers = complex_noise(size.of_image() * static_cast<std::size_t>(size.images));
  const auto buffer = Buffer<Complex>::from(device_->memory(), numbers);
  ASSERT_TRUE(buffer.has_value());
  Complex* data = buffer.value().data();
  ASSERT_OK(fft.value()->forward(data, data));
  ASSERT_OK(fft.value()->inverse(data, data));
  std::vector<Complex> found(numbers.size());
  ASSERT_OK(buffer.value().download(found));
  const auto scale = static_cast<float>(size.of_image());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i].re / scale, numbers[i].re, 1e-5F) << i;
    ASSERT_NEAR(found[i].im / scale, numbers[i].im, 1e-5F) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FftTest,
                         ::testing::Values(Size{1, 1, 1}, Size{1, 30, 2}, Size{16, 32, 3},
                                           Size{15, 25, 2}, Size{24, 1, 1}, Size{36, 50, 4},
                                           Size{64, 48, 1}));

class FftSizeTest : public FftTest {};

TEST_P(FftSizeTest, NoImageAtAllIsRefused) {
  const auto fft = make(FftKind::kRealToComplex);
  ASSERT_FALSE(fft.has_value());
  EXPECT_EQ(fft.error().code, ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Sizes, FftSizeTest,
                         ::testing::Values(Size{0, 8, 1}, Size{8, -1, 1}, Size{8, 8, 0},
                                           Size{1 << 16, 1 << 15, 1}));

}  // namespace
}  // namespace ostracon::test
