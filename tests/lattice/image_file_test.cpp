// Pictures that are read, and those that are refused.
#include "io/image_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>

#include "io/png.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// A flat picture of the best quality.
void write_jpeg(const fs::path& path, std::uint32_t rows, std::uint32_t cols, int channels,
                std::vector<std::uint8_t> pixel) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, file);
  jpeg.image_height = rows;
  jpeg.image_width = cols;
  jpeg.input_components = channels;
  jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<std::uint8_t> line;
  for (std::uint32_t col = 0; col < cols; ++col)
    line.insert(line.end(), pixel.begin(), pixel.end());
  for (std::uint32_t row = 0; row < rows; ++row) {
    JSAMPROW start = line.data();
    jpeg_write_scanlines(&jpeg, &start, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(file);
}

class ImageFile : public ::testing::Test {
 protected:
  fs::path path() const { return folder_.path() / "picture"; }
  void refused(ErrorCode code, const std::string& words) const {
    const auto image = io::read_image(path());
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code, code);
    EXPECT_NE(image.error().message.find(words), std::string::npos) << image.error().message;
    EXPECT_NE(image.error().message.find(path().string()), std::string::npos);
  }
  /// Every proper prefix (in steps) of the file is refused, and nothing worse.
  void cut_short() const {
    std::ifstream file(path(), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), {});
    for (std::size_t size = 0; size + 1 < whole.size(); size += 1 + whole.size() / 40) {
      write(path(), std::vector<std::uint8_t>(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
      refused(ErrorCode::kBadInput, "");
    }
  }

 private:
  io::test::TemporaryFolder folder_;
};

TEST_F(ImageFile, PngOfGreyColourAndBitsIsReadAsLuminance) {
  write(path(), io::encode_png_grey(std::vector<std::uint8_t>{0, 7, 255, 3, 2, 1}, 2, 3).value());
  auto image = io::read_image(path());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image.value().rows, 2);
  EXPECT_EQ(image.value().cols, 3);
  EXPECT_EQ(image.value().pixels, (std::vector<float>{0, 7, 255, 3, 2, 1}));

  write(path(),
        io::encode_png_rgb(std::vector<std::uint8_t>{100, 0, 0, 0, 100, 200}, 1, 2).value());
  image = io::read_image(path());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  ASSERT_EQ(image.value().pixels.size(), 2U);
  EXPECT_FLOAT_EQ(image.value().pixels[0], 29.9F);
  EXPECT_FLOAT_EQ(image.value().pixels[1], 58.7F + 22.8F);

  write(path(), io::encode_png_bits(std::vector<std::uint8_t>{1, 0, 1}, 1, 3).value());
  image = io::read_image(path());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image.value().pixels, (std::vector<float>{0, 255, 0}));
  cut_short();
}

TEST_F(ImageFile, JpegOfGreyAndColourIsReadAsLuminance) {
  write_jpeg(path(), 20, 33, 1, {77});
  EXPECT_EQ(io::image_format(path()).value(), io::ImageFormat::kJpeg);
  auto image = io::read_image(path());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image.value().rows, 20);
  EXPECT_EQ(image.value().cols, 33);
  for (const float pixel : image.value().pixels) EXPECT_NEAR(pixel, 77, 1);

  write_jpeg(path(), 17, 8, 3, {200, 100, 50});
  image = io::read_image(path());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  ASSERT_EQ(image.value().pixels.size(), 17U * 8U);
  for (const float pixel : image.value().pixels) EXPECT_NEAR(pixel, 124.2, 2);
  cut_short();
}

TEST_F(ImageFile, WhatIsNoPictureIsRefused) {
  EXPECT_EQ(io::read_image(path()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(io::image_format(path()).error().code, ErrorCode::kNotFound);
  write(path(), {'t', 'e', 'x', 't'});
  EXPECT_EQ(io::image_format(path()).value(), io::ImageFormat::kOther);
  refused(ErrorCode::kBadInput, "neither a PNG nor a JPEG nor a TIFF");
  write(path(), {0xff, 0xd8, 0xff, 0xe0, 0, 0, 1, 2, 3, 4, 5, 6, 7});
  refused(ErrorCode::kBadInput, "JPEG: ");
  write(path(), {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3, 4, 5, 6, 7, 8, 9});
  refused(ErrorCode::kBadInput, "PNG: ");
}

TEST_F(ImageFile, APngThatClaimsMorePixelsThanAreReadIsRefusedBeforeTheyAreAllocated) {
  auto bytes = io::encode_png_grey(std::vector<std::uint8_t>(4), 2, 2).value();
  // IHDR: 65,000 x 65,000, with its checksum.
  const std::vector<std::uint8_t> sides{0, 0, 0xfd, 0xe8, 0, 0, 0xfd, 0xe8};
  std::copy(sides.begin(), sides.end(), bytes.begin() + 16);
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= bytes[i];
    for (int k = 0; k < 8; ++k) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  crc = ~crc;
  for (std::size_t i = 0; i < 4; ++i)
    bytes[29 + i] = static_cast<std::uint8_t>(crc >> (8 * (3 - i)));
  write(path(), bytes);
  refused(ErrorCode::kBadInput, "65000 x 65000 pixels");
}

}  // namespace
}  // namespace ostracon::test
