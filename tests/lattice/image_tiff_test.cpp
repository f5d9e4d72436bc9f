// TIFF pictures: written here in every layout that is read, and frames of real microscopes.
#include <gtest/gtest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "io/image_file.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

struct Layout {
  const char* mode = "w";  ///< of TIFFOpen: "wb" big-endian, "w8" BigTIFF
  std::uint16_t bits = 8, samples = 1, kind = SAMPLEFORMAT_UINT, meaning = PHOTOMETRIC_MINISBLACK,
                compression = COMPRESSION_NONE;
  std::uint32_t strip = 4;  ///< rows
  std::uint32_t tile = 0;   ///< side; 0: strips
  std::uint16_t planes = PLANARCONFIG_CONTIG;
};

class TiffFile : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kRows = 21, kCols = 37;

  fs::path path() const { return folder_.path() / "picture"; }

  /// `samples`: kRows x kCols pixels of layout.samples each.
  template <class Sample>
  void write(const Layout& layout, const std::vector<Sample>& samples,
             const std::vector<std::uint16_t>& palette = {}) const {
    const std::unique_ptr<TIFF, void (*)(TIFF*)> file(TIFFOpen(path().c_str(), layout.mode),
                                                      TIFFClose);
    ASSERT_TRUE(file);
    TIFF* tiff = file.get();
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kRows);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kCols);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, layout.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.samples);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, layout.kind);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, layout.meaning);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, layout.planes);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
    if (!palette.empty())
      TIFFSetField(tiff, TIFFTAG_COLORMAP, &palette[0], &palette[256], &palette[512]);
    const std::size_t width = std::size_t{kCols} * layout.samples;
    if (layout.tile == 0) {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, layout.strip);
      for (std::uint32_t row = 0; row < kRows; ++row) {
        std::vector<Sample> line(samples.begin() + std::ptrdiff_t(row * width),
                                 samples.begin() + std::ptrdiff_t((row + 1) * width));
        ASSERT_EQ(TIFFWriteScanline(tiff, line.data(), row), 1);
      }
      return;
    }
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
    for (std::uint32_t row = 0; row < kRows; row += layout.tile)
      for (std::uint32_t col = 0; col < kCols; col += layout.tile) {
        std::vector<Sample> tile(std::size_t{layout.tile} * layout.tile, Sample{9});
        for (std::uint32_t y = row; y < std::min(kRows, row + layout.tile); ++y)
          for (std::uint32_t x = col; x < std::min(kCols, col + layout.tile); ++x)
            tile[std::size_t{y - row} * layout.tile + x - col] = samples[y * width + x];
        ASSERT_GT(TIFFWriteTile(tiff, tile.data(), col, row, 0, 0), 0);
      }
  }

  void holds(const std::vector<float>& greys) const {
    EXPECT_EQ(io::image_format(path()).value(), io::ImageFormat::kTiff);
    const auto image = io::read_image(path());
    ASSERT_TRUE(image.has_value()) << image.error().message;
    EXPECT_EQ(image.value().rows, static_cast<std::int32_t>(kRows));
    EXPECT_EQ(image.value().cols, static_cast<std::int32_t>(kCols));
    EXPECT_EQ(image.value().pixels, greys);
  }
  void refused(const std::string& words) const {
    const auto image = io::read_image(path());
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code, ErrorCode::kBadInput);
    EXPECT_NE(image.error().message.find(words), std::string::npos) << image.error().message;
    EXPECT_NE(image.error().message.find(path().string()), std::string::npos);
  }

  template <class Sample>
  static std::vector<Sample> ramp(std::uint32_t samples = 1, std::uint32_t step = 1) {
    std::vector<Sample> values(std::size_t{kRows} * kCols * samples);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<Sample>(i * step % 60013);
    return values;
  }
  template <class Sample>
  static std::vector<float> floats(const std::vector<Sample>& values) {
    return {values.begin(), values.end()};
  }

 private:
  io::test::TemporaryFolder folder_;
};

TEST_F(TiffFile, IsReadInStripsAndTilesOfEitherByteOrderAndWidth) {
  const auto octets = ramp<std::uint8_t>(1, 7);
  const auto words = ramp<std::uint16_t>(1, 977);
  const auto reals = ramp<float>(1, 3);
  for (const char* mode : {"wl", "wb", "w8"})
    for (const std::uint16_t compression :
         {std::uint16_t{COMPRESSION_NONE}, std::uint16_t{COMPRESSION_LZW}})
      for (const std::uint32_t tile : {0U, 16U}) {
        Layout layout{.mode = mode, .compression = compression, .tile = tile};
        write(layout, octets);
        holds(floats(octets));
        layout.bits = 16;
        write(layout, words);
        holds(floats(words));
        layout.bits = 32;
        layout.kind = SAMPLEFORMAT_IEEEFP;
        write(layout, reals);
        holds(reals);
      }
}

TEST_F(TiffFile, TurnsColourAndPalettesToLuminanceAndWhiteAtZeroRound) {
  const auto octets = ramp<std::uint8_t>(1, 7);
  write({.meaning = PHOTOMETRIC_MINISWHITE}, octets);
  std::vector<float> expected = floats(octets);
  for (float& value : expected) value = 255.0F - value;
  holds(expected);

  const auto colours = ramp<std::uint8_t>(3, 5);
  write({.samples = 3, .meaning = PHOTOMETRIC_RGB}, colours);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] =
        0.299F * colours[3 * i] + 0.587F * colours[3 * i + 1] + 0.114F * colours[3 * i + 2];
  holds(expected);

  std::vector<std::uint16_t> palette(768);  // red counts down, green stays, blue is off
  for (std::size_t i = 0; i < 256; ++i) {
    palette[i] = static_cast<std::uint16_t>(257 * (255 - i));
    palette[256 + i] = 257 * 100;
  }
  write({.meaning = PHOTOMETRIC_PALETTE}, octets, palette);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = 0.299F * static_cast<float>(255 - octets[i]) + 0.587F * 100.0F;
  holds(expected);
}

TEST_F(TiffFile, WhatCannotBeReadIsRefusedWithItsValues) {
  write({.bits = 32}, ramp<std::uint32_t>());
  refused("samples of 32 bits (format 1), 1 a pixel");
  write({.samples = 4, .meaning = PHOTOMETRIC_SEPARATED}, ramp<std::uint8_t>(4));
  refused("meaning 5");
  std::ofstream(path(), std::ios::binary) << std::string("II*\0\x08\0\0\0", 8);
  refused("TIFF: ");
}

TEST_F(TiffFile, CutShortOrWithWrongBytesItIsRefusedOrReadButNeverWorse) {
  write({.compression = COMPRESSION_LZW, .strip = 5}, ramp<std::uint8_t>(1, 7));
  std::ifstream file(path(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t size = 4; size < whole.size(); size += 1 + whole.size() / 60) {
    std::ofstream(path(), std::ios::binary) << whole.substr(0, size);
    refused("TIFF: ");
  }
  int read = 0;
  for (std::size_t at = 4; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (at % 2 == 0 ? 0xff : 0x10));
    std::ofstream(path(), std::ios::binary) << changed;
    const auto image = io::read_image(path());
    if (!image) continue;
    ++read;
    ASSERT_EQ(image.value().pixels.size(), static_cast<std::size_t>(image.value().rows) *
                                               static_cast<std::size_t>(image.value().cols));
  }
  EXPECT_GT(read, 0);
}

TEST(RealTiff, FramesOfRealMicroscopesAreReadToTheLastPixel) {
  const fs::path folder = fs::path(OSTRACON_TEST_DATA) / "sem-tiff";
  if (!fs::is_directory(folder)) GTEST_SKIP() << folder << " is not here";
  struct Frame {
    const char* file;
    std::int32_t rows, cols;
    double sum;
    float middle;
  };
  // Sums and middles by numpy, and by Pillow of the two with a palette.
  for (const Frame& frame :
       {Frame{"FEI-Helios-Ebeam-16bits.tif", 471, 512, 189324800, 0},
        Frame{"FEI-Helios-navcam-with-no-IRBeam-bad-floats.tif", 551, 768, 0, 0},
        Frame{"jeol_example_sem.tif", 960, 1280, 127459708, 115},
        Frame{"test_tiff_Zeiss_SEM_512pix.tif", 384, 512, 29589782.4, 172},
        Frame{"tfs_example.tif", 1092, 1536, 285335478, 240}}) {
    const auto image = io::read_image(folder / frame.file);
    ASSERT_TRUE(image.has_value()) << image.error().message;
    const io::GreyImage& grey = image.value();
    EXPECT_EQ(grey.rows, frame.rows) << frame.file;
    EXPECT_EQ(grey.cols, frame.cols) << frame.file;
    EXPECT_NEAR(std::accumulate(grey.pixels.begin(), grey.pixels.end(), 0.0), frame.sum,
                1e-6 * frame.sum)
        << frame.file;
    EXPECT_NEAR(grey.pixels[std::size_t(grey.rows / 2) * std::size_t(grey.cols) +
                            std::size_t(grey.cols / 2)],
                frame.middle, 1e-4)
        << frame.file;
  }
}

}  // namespace
}  // namespace ostracon::test
