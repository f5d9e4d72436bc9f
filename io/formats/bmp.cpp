// Windows bitmaps: BITMAPFILEHEADER (14 bytes), BITMAPINFOHEADER (40 or more), a palette of 4 bytes
// a colour, rows padded to 4 bytes, from the bottom up unless the height is negative.
#include "io/formats/bmp.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "io/scan_source.hpp"

namespace ostracon::io {
namespace {

Error bad_bmp(const std::string& why) { return Error{ErrorCode::kBadInput, "BMP: " + why}; }

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

struct Head {
  TiffPage page;
  std::size_t pixels_at = 0, row_bytes = 0;
  bool from_top = false;
};

Result<Head> head_of(std::string_view bytes) {
  if (bytes.size() < 54 || !bytes.starts_with("BM")) return bad_bmp("it has no head");
  const std::uint32_t info = little_endian(bytes, 14, 4);
  const auto width = static_cast<std::int32_t>(little_endian(bytes, 18, 4));
  const auto height =
      static_cast<std::int64_t>(static_cast<std::int32_t>(little_endian(bytes, 22, 4)));
  const std::uint32_t bits = little_endian(bytes, 28, 2), packing = little_endian(bytes, 30, 4);
  if (info < 40 || bits != 8 || packing != 0 || width < 1)
    return bad_bmp("of " + std::to_string(bits) + " bits a pixel, compression " +
                   std::to_string(packing) + "; read are plain ones of 8 bits");
  Head head;
  head.from_top = height < 0;
  head.page.rows = static_cast<std::uint32_t>(std::abs(height));
  head.page.cols = static_cast<std::uint32_t>(width);
  OSTRACON_TRY(check_limits(1, 1, head.page.rows, head.page.cols, PixelType::kU8, "BMP: it"));
  head.pixels_at = little_endian(bytes, 10, 4);
  head.row_bytes = (std::size_t{head.page.cols} + 3) / 4 * 4;
  const std::uint32_t told = little_endian(bytes, 46, 4);
  const std::size_t colours = std::min<std::size_t>(told == 0 ? 256 : told, 256);
  const std::size_t palette = 14 + std::size_t{info};
  if (palette + 4 * colours > bytes.size() || head.pixels_at > bytes.size() ||
      head.row_bytes * head.page.rows > bytes.size() - head.pixels_at)
    return bad_bmp("it ends too soon");
  for (std::size_t i = 0; i < colours; ++i)
    for (std::size_t colour = 0; colour < 3; ++colour)
      if (static_cast<std::uint8_t>(bytes[palette + 4 * i + colour]) != i)
        return bad_bmp("its palette is no ramp of greys");
  return head;
}

}  // namespace

Result<TiffPage> bmp_head(std::string_view bytes) {
  OSTRACON_TRY_ASSIGN(const Head head, head_of(bytes));
  return head.page;
}

Result<> read_bmp(std::string_view bytes, const TiffPage& page, std::span<std::byte> to) {
  OSTRACON_TRY_ASSIGN(const Head head, head_of(bytes));
  if (head.page.rows != page.rows || head.page.cols != page.cols ||
      to.size() != std::size_t{page.rows} * page.cols)
    return bad_bmp("it has changed since it was opened");
  for (std::size_t row = 0; row < page.rows; ++row) {
    const std::size_t stored = head.from_top ? row : page.rows - 1 - row;
    std::memcpy(to.data() + row * page.cols,
                bytes.data() + head.pixels_at + stored * head.row_bytes, page.cols);
  }
  return Ok{};
}

}  // namespace ostracon::io
