#include "io/png.hpp"

#include <png.h>

#include <csetjmp>
#include <new>
#include <string>

namespace ostracon::io {
namespace {

constexpr std::int32_t kMaxSide = 65536;

void append(png_structp png, png_bytep bytes, png_size_t count) {
  auto& to = *static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
  to.insert(to.end(), bytes, bytes + count);
}
void flush(png_structp) {}
void ignore_warning(png_structp, png_const_charp) {}

/// What libpng needs; in one object, so that no local variable lives across its longjmp.
struct Encoding {
  std::span<const std::uint8_t> packed;  // rows of row_bytes
  std::int32_t rows, cols;
  std::size_t row_bytes;
  int bit_depth, colour;
  std::vector<std::uint8_t> file;
};

/// False if libpng gave up, which it does by longjmp.
bool run(png_structp png, png_infop info, Encoding& encoding) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, &encoding.file, append, flush);
  png_set_user_limits(png, kMaxSide, kMaxSide);
  png_set_IHDR(png, info, static_cast<png_uint_32>(encoding.cols),
               static_cast<png_uint_32>(encoding.rows), encoding.bit_depth, encoding.colour,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, 1);  // noise does not get smaller by more effort
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_write_info(png, info);
  for (std::int32_t row = 0; row < encoding.rows; ++row)
    png_write_row(png, encoding.packed.data() + static_cast<std::size_t>(row) * encoding.row_bytes);
  png_write_end(png, info);
  return true;
}

Result<> check(std::size_t size, std::int32_t rows, std::int32_t cols, std::size_t channels) {
  if (rows < 1 || rows > kMaxSide || cols < 1 || cols > kMaxSide ||
      size != static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * channels)
    return Error{ErrorCode::kInvalidArgument, "a picture of " + std::to_string(rows) + " x " +
                                                  std::to_string(cols) + " pixels from " +
                                                  std::to_string(size) + " bytes"};
  return Ok{};
}

Result<std::vector<std::uint8_t>> encode(Encoding encoding) {
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, ignore_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  const bool good = info != nullptr && run(png, info, encoding);
  png_destroy_write_struct(&png, &info);
  if (!good) return Error{ErrorCode::kOutOfMemory, "the PNG library could not write a picture"};
  return std::move(encoding.file);
}

}  // namespace

Result<std::vector<std::uint8_t>> encode_png_grey(std::span<const std::uint8_t> pixels,
                                                  std::int32_t rows, std::int32_t cols) {
  OSTRACON_TRY(check(pixels.size(), rows, cols, 1));
  return encode({pixels, rows, cols, static_cast<std::size_t>(cols), 8, PNG_COLOR_TYPE_GRAY, {}});
}

Result<std::vector<std::uint8_t>> encode_png_rgb(std::span<const std::uint8_t> pixels,
                                                 std::int32_t rows, std::int32_t cols) {
  OSTRACON_TRY(check(pixels.size(), rows, cols, 3));
  return encode(
      {pixels, rows, cols, 3 * static_cast<std::size_t>(cols), 8, PNG_COLOR_TYPE_RGB, {}});
}

Result<std::vector<std::uint8_t>> encode_png_bits(std::span<const std::uint8_t> modules,
                                                  std::int32_t rows, std::int32_t cols) {
  OSTRACON_TRY(check(modules.size(), rows, cols, 1));
  const auto width = static_cast<std::size_t>(cols);
  const std::size_t row_bytes = (width + 7) / 8;
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(rows) * row_bytes);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    for (std::size_t col = 0; col < width; ++col)
      if (modules[row * width + col] == 0)
        packed[row * row_bytes + col / 8] |= static_cast<std::uint8_t>(0x80U >> (col % 8));
  return encode({packed, rows, cols, row_bytes, 1, PNG_COLOR_TYPE_GRAY, {}});
}

}  // namespace ostracon::io
