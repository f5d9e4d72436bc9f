#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "io/image_decoders.hpp"

namespace ostracon::io {
namespace {

constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 27;
constexpr std::uint64_t kMostSide = 65535;

/// What libpng needs; in one object, so that no local variable lives across its longjmp.
struct Decoding {
  std::string_view bytes;
  std::size_t used = 0;
  std::array<char, 128> message{};
  png_uint_32 rows = 0, cols = 0;
  std::size_t channels = 0, sample_bytes = 0, row_bytes = 0;
  std::vector<std::uint8_t> samples;
  std::vector<png_bytep> row_starts;
};

void take(png_structp png, png_bytep to, png_size_t count) {
  auto& decoding = *static_cast<Decoding*>(png_get_io_ptr(png));
  if (count > decoding.bytes.size() - decoding.used) png_error(png, "the file ends too soon");
  std::memcpy(to, decoding.bytes.data() + decoding.used, count);
  decoding.used += count;
}

[[noreturn]] void give_up(png_structp png, png_const_charp message) {
  auto& kept = static_cast<Decoding*>(png_get_error_ptr(png))->message;
  std::snprintf(kept.data(), kept.size(), "%s", message);
  png_longjmp(png, 1);
}
void ignore_warning(png_structp, png_const_charp) {}

/// The head of the file, with everything turned into grey or RGB of 8 or 16 bits.
bool read_head(png_structp png, png_infop info, Decoding& decoding) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &decoding, take);
  png_set_user_limits(png, kMostSide, kMostSide);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  decoding.rows = png_get_image_height(png, info);
  decoding.cols = png_get_image_width(png, info);
  decoding.channels = png_get_channels(png, info);
  decoding.sample_bytes = png_get_bit_depth(png, info) == 16 ? 2 : 1;
  decoding.row_bytes = png_get_rowbytes(png, info);
  return true;
}

bool read_samples(png_structp png, Decoding& decoding) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, decoding.row_starts.data());
  png_read_end(png, nullptr);
  return true;
}

GreyImage grey_of(const Decoding& decoding) {
  GreyImage image{
      static_cast<std::int32_t>(decoding.rows), static_cast<std::int32_t>(decoding.cols), {}};
  image.pixels.reserve(std::size_t{decoding.rows} * decoding.cols);
  const auto sample = [&](const std::uint8_t* at) {
    return decoding.sample_bytes == 2 ? static_cast<float>(256 * at[0] + at[1])
                                      : static_cast<float>(at[0]);
  };
  for (const png_bytep row : decoding.row_starts)
    for (std::size_t col = 0; col < decoding.cols; ++col) {
      const std::uint8_t* at = row + col * decoding.channels * decoding.sample_bytes;
      const std::size_t step = decoding.sample_bytes;
      image.pixels.push_back(decoding.channels < 3
                                 ? sample(at)
                                 : luminance(sample(at), sample(at + step), sample(at + 2 * step)));
    }
  return image;
}

Result<GreyImage> decode(png_structp png, png_infop info, Decoding& decoding) {
  const auto broken = [&] {
    return Error{ErrorCode::kBadInput, std::string("PNG: ") + decoding.message.data()};
  };
  if (!read_head(png, info, decoding)) return broken();
  OSTRACON_TRY(check_image_size(decoding.rows, decoding.cols));
  decoding.samples.resize(std::size_t{decoding.rows} * decoding.row_bytes);
  for (std::size_t row = 0; row < decoding.rows; ++row)
    decoding.row_starts.push_back(decoding.samples.data() + row * decoding.row_bytes);
  if (!read_samples(png, decoding)) return broken();
  return grey_of(decoding);
}

}  // namespace

Result<> check_image_size(std::uint64_t rows, std::uint64_t cols) {
  if (rows < 1 || cols < 1 || rows > kMostSide || cols > kMostSide || rows * cols > kMostPixels)
    return Error{ErrorCode::kBadInput, "a picture of " + std::to_string(rows) + " x " +
                                           std::to_string(cols) + " pixels; at most " +
                                           std::to_string(kMostSide) + " a side and " +
                                           std::to_string(kMostPixels) + " in all are read"};
  return Ok{};
}

Result<GreyImage> decode_png(std::string_view bytes) {
  Decoding decoding;
  decoding.bytes = bytes;
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoding, give_up, ignore_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  if (info == nullptr) {
    png_destroy_read_struct(&png, nullptr, nullptr);
    return Error{ErrorCode::kOutOfMemory, "the PNG library could not begin"};
  }
  auto image = decode(png, info, decoding);
  png_destroy_read_struct(&png, &info, nullptr);
  return image;
}

}  // namespace ostracon::io
