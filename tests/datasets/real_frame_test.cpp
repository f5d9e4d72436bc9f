// The simulator's noise against a frame of a real instrument.
#include <gtest/gtest.h>
#include <tiffio.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/datasets/memory_plate.hpp"

namespace ostracon::sem {
namespace {

constexpr std::size_t kPatch = 16, kBlock = 4;
constexpr double kFlat = 1.8;  // variance of block means / what white noise gives
/// DN between which the frame's variance grows with its mean; above, its amplifier saturates.
constexpr double kLowest = 105, kHighest = 170;

struct Image {
  std::size_t rows = 0, cols = 0;
  std::vector<std::uint8_t> pixels;
};

Image read_tiff(const std::string& path) {
  Image image;
  TIFFSetWarningHandler(nullptr);
  TIFF* file = TIFFOpen(path.c_str(), "r");
  if (file == nullptr) return image;
  std::uint32_t rows = 0, cols = 0;
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &rows);
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &cols);
  if (TIFFScanlineSize(file) == static_cast<tmsize_t>(cols)) {
    image = {rows, cols, std::vector<std::uint8_t>(std::size_t{rows} * cols)};
    for (std::uint32_t y = 0; y < rows; ++y)
      TIFFReadScanline(file, image.pixels.data() + std::size_t{y} * cols, y);
  }
  TIFFClose(file);
  return image;
}

struct Patch {
  double mean = 0, variance = 0, fast = 0, slow = 0, flatness = 0;
};

Patch measure(const Image& image, std::size_t y0, std::size_t x0) {
  const auto at = [&](std::size_t y, std::size_t x) {
    return static_cast<double>(image.pixels[(y0 + y) * image.cols + x0 + x]);
  };
  constexpr double kCount = kPatch * kPatch;
  Patch patch;
  for (std::size_t y = 0; y < kPatch; ++y)
    for (std::size_t x = 0; x < kPatch; ++x) patch.mean += at(y, x) / kCount;
  double blocks = 0;
  for (std::size_t y = 0; y < kPatch; ++y) {
    for (std::size_t x = 0; x < kPatch; ++x) {
      const double here = at(y, x) - patch.mean;
      patch.variance += here * here / (kCount - 1);
      if (x + 1 < kPatch) patch.fast += here * (at(y, x + 1) - patch.mean);
      if (y + 1 < kPatch) patch.slow += here * (at(y + 1, x) - patch.mean);
      if (y % kBlock != 0 || x % kBlock != 0) continue;
      double sum = 0;
      for (std::size_t i = 0; i < kBlock * kBlock; ++i)
        sum += at(y + i / kBlock, x + i % kBlock) - patch.mean;
      blocks += sum * sum;
    }
  }
  const double pairs = kPatch * (kPatch - 1);
  patch.fast /= pairs * patch.variance;
  patch.slow /= pairs * patch.variance;
  patch.flatness =
      blocks / ((kPatch / kBlock) * (kPatch / kBlock) - 1) / (kBlock * kBlock) / patch.variance;
  return patch;
}

struct NoiseFigures {
  int patches = 0;
  double slope = 0;           ///< DN: variance over mean, least squares over bins of the mean
  double zero_dn = 0;         ///< mean at which the variance would vanish
  double fast = 0, slow = 0;  ///< correlation of neighbours
};

NoiseFigures noise_figures(const Image& image, std::size_t rows) {
  constexpr double kBin = 5;
  struct Bin {
    double count = 0, mean = 0, variance = 0;
  };
  std::vector<Bin> bins(static_cast<std::size_t>((kHighest - kLowest) / kBin));
  NoiseFigures figures;
  for (std::size_t y = 0; y + kPatch <= rows; y += kPatch) {
    for (std::size_t x = 0; x + kPatch <= image.cols; x += kPatch) {
      const Patch patch = measure(image, y, x);
      if (patch.flatness > kFlat || patch.mean < kLowest || patch.mean >= kHighest) continue;
      Bin& bin = bins[static_cast<std::size_t>((patch.mean - kLowest) / kBin)];
      bin.count += 1;
      bin.mean += patch.mean;
      bin.variance += patch.variance;
      figures.fast += patch.fast;
      figures.slow += patch.slow;
      ++figures.patches;
    }
  }
  figures.fast /= figures.patches;
  figures.slow /= figures.patches;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const Bin& bin : bins) {
    if (bin.count < 10) continue;
    const double x = bin.mean / bin.count, y = bin.variance / bin.count;
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  figures.slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  figures.zero_dn = sx / n - sy / n / figures.slope;
  return figures;
}

TEST(RealFrame, NoiseHasTheSlopeAndCorrelationThatASimulationOfTheInstrumentHas) {
  const char* folder = std::getenv("OSTRACON_TEST_DATA");
  const std::string path =
      std::string(folder != nullptr ? folder : OSTRACON_TEST_DATA) + "/sem-tiff/tfs_example.tif";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
  const Image frame = read_tiff(path);
  ASSERT_GT(frame.rows, 1024U);
  const NoiseFigures real = noise_figures(frame, 1008);  // the data bar lies below
  ASSERT_GT(real.patches, 200);
  RecordProperty("slope_dn", std::to_string(real.slope));

  // The instrument by these figures: gain, black level and bandwidth; levels over the same range.
  // (8 bits saturate in the tail of the brightest patches and take some of the slope.)
  Profile profile;
  profile.scan.frames = 1;
  profile.noise.detector_sigma_electrons = 0;
  profile.noise.fast_axis_correlation = real.fast;
  profile.adc = {8, real.slope, real.zero_dn, 0};
  const double middle = ((kLowest + kHighest) / 2 - real.zero_dn) / real.slope;
  profile.noise.electrons_per_module = middle * 9;
  profile.background.shading = (kHighest - kLowest) / 2 / real.slope / middle;
  profile.geometry.field_rows = 1008;
  profile.geometry.field_cols = 1536;
  profile.geometry.neighbours = false;
  MemoryPlate blank(1, 700, 700, false);
  const Rendered field = render(profile, blank);
  ASSERT_EQ(field.shape.rows, 1008);
  Image image{1008, 1536, {}};
  for (const std::byte value : field.bytes)
    image.pixels.push_back(std::to_integer<std::uint8_t>(value));
  const NoiseFigures simulated = noise_figures(image, 1008);
  ASSERT_GT(simulated.patches, 2000);
  EXPECT_NEAR(simulated.slope / real.slope, 1, 0.10);
  EXPECT_NEAR(simulated.fast, real.fast, 0.03);
  EXPECT_NEAR(simulated.slow, real.slow, 0.03);
  EXPECT_NEAR(simulated.zero_dn, real.zero_dn, 8);
}

}  // namespace
}  // namespace ostracon::sem
