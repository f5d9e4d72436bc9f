#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/formats/tiff_source.hpp"
#include "io/image_decoders.hpp"

namespace ostracon::io {
namespace {

constexpr tmsize_t kMostBuffer = tmsize_t{1} << 30;
constexpr std::uint32_t kMostTile = 65536;

/// How the samples of the first picture of the file lie.
struct Layout {
  std::uint32_t rows = 0, cols = 0;
  std::uint16_t samples = 1, bits = 1, kind = SAMPLEFORMAT_UINT, meaning = PHOTOMETRIC_MINISBLACK,
                planes = PLANARCONFIG_CONTIG;
  std::array<std::vector<float>, 3> palette{};  ///< of a palette's picture: 0..255

  std::size_t pixel_bytes() const { return std::size_t{samples} * bits / 8; }
  bool colour() const { return meaning == PHOTOMETRIC_RGB || meaning == PHOTOMETRIC_YCBCR; }
};

Result<Layout> layout_of(TIFF* tiff) {
  Layout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.rows);
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.cols);
  OSTRACON_TRY(check_image_size(layout.rows, layout.cols));
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.kind);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planes);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.meaning);

  const bool whole = layout.kind == SAMPLEFORMAT_UINT && (layout.bits == 8 || layout.bits == 16);
  const bool real = layout.kind == SAMPLEFORMAT_IEEEFP && layout.bits == 32;
  const bool palette = layout.meaning == PHOTOMETRIC_PALETTE;
  const bool grey =
      layout.meaning == PHOTOMETRIC_MINISBLACK || layout.meaning == PHOTOMETRIC_MINISWHITE;
  if (!(whole || real) || !(grey || layout.colour() || (palette && layout.bits == 8)) ||
      layout.samples < (layout.colour() ? 3 : 1) || layout.samples > 8 ||
      (layout.samples > 1 && layout.planes != PLANARCONFIG_CONTIG))
    return Error{ErrorCode::kBadInput,
                 "TIFF: samples of " + std::to_string(layout.bits) + " bits (format " +
                     std::to_string(layout.kind) + "), " + std::to_string(layout.samples) +
                     " a pixel, planes " + std::to_string(layout.planes) + ", meaning " +
                     std::to_string(layout.meaning) +
                     "; read are 8 and 16 bits and 32-bit floats, grey, RGB or a palette"};
  if (layout.meaning == PHOTOMETRIC_YCBCR) {
    std::uint16_t compression = COMPRESSION_NONE;
    TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression);
    if (compression != COMPRESSION_JPEG ||
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) != 1)
      return Error{ErrorCode::kBadInput, "TIFF: YCbCr colours are read of JPEG compression alone"};
  }
  if (palette) {
    std::array<const std::uint16_t*, 3> map{};
    if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) != 1)
      return Error{ErrorCode::kBadInput, "TIFF: a palette's picture without its palette"};
    for (std::size_t colour = 0; colour < 3; ++colour)
      for (const std::uint16_t value : std::span(map[colour], 256))
        layout.palette[colour].push_back(static_cast<float>(value) / 257.0F);
  }
  return layout;
}

float sample(const std::uint8_t* at, const Layout& layout) {
  if (layout.bits == 8) return *at;
  if (layout.bits == 16) {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  float value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

float grey(const std::uint8_t* at, const Layout& layout) {
  const std::size_t step = layout.bits / 8U;
  if (layout.colour())
    return luminance(sample(at, layout), sample(at + step, layout), sample(at + 2 * step, layout));
  if (layout.meaning == PHOTOMETRIC_PALETTE)
    return luminance(layout.palette[0][*at], layout.palette[1][*at], layout.palette[2][*at]);
  const float value = sample(at, layout);
  if (layout.meaning != PHOTOMETRIC_MINISWHITE) return value;
  return layout.kind == SAMPLEFORMAT_IEEEFP ? -value
                                            : (layout.bits == 8 ? 255.0F : 65535.0F) - value;
}

/// One strip or tile: `rows` x `cols` pixels whose upper left one is (row, col) of the picture.
struct Part {
  std::uint32_t row = 0, col = 0, rows = 0, cols = 0;
};

/// Greys of a part, without what lies beyond the picture's border.
void set_part(const std::vector<std::uint8_t>& bytes, const Layout& layout, const Part& part,
              GreyImage& image) {
  const std::uint32_t last_row = std::min(layout.rows, part.row + part.rows);
  const std::uint32_t last_col = std::min(layout.cols, part.col + part.cols);
  for (std::uint32_t row = part.row; row < last_row; ++row) {
    const std::uint8_t* at =
        bytes.data() + std::size_t{row - part.row} * part.cols * layout.pixel_bytes();
    float* to = image.pixels.data() + std::size_t{row} * layout.cols + part.col;
    for (std::uint32_t col = part.col; col < last_col; ++col, at += layout.pixel_bytes())
      *to++ = grey(at, layout);
  }
}

/// Why the pixels cannot be read, where libtiff does not say.
std::optional<std::string> read_pixels(TIFF* tiff, const Layout& layout, GreyImage& image) {
  const bool tiled = TIFFIsTiled(tiff) != 0;
  Part part{0, 0, layout.rows, layout.cols};
  if (tiled) {
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &part.rows);
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &part.cols);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &part.rows);
    part.rows = std::min(part.rows, layout.rows);
  }
  const tmsize_t bytes = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
  const auto wanted = std::uint64_t{part.rows} * part.cols * layout.pixel_bytes();
  if (bytes <= 0 || bytes > kMostBuffer || part.rows > kMostTile || part.cols > kMostTile ||
      wanted != static_cast<std::uint64_t>(bytes))
    return "strips or tiles of " + std::to_string(part.rows) + " x " + std::to_string(part.cols) +
           " pixels in " + std::to_string(bytes) + " bytes";
  std::vector<std::uint8_t> buffer(static_cast<std::size_t>(bytes));
  std::uint32_t index = 0;
  for (std::uint64_t row = 0; row < layout.rows; row += part.rows)
    for (std::uint64_t col = 0; col < layout.cols; col += part.cols, ++index) {
      part.row = static_cast<std::uint32_t>(row);
      part.col = static_cast<std::uint32_t>(col);
      const std::uint32_t rows = tiled ? part.rows : std::min(part.rows, layout.rows - part.row);
      const auto expected =
          static_cast<tmsize_t>(std::uint64_t{rows} * part.cols * layout.pixel_bytes());
      const tmsize_t read = tiled ? TIFFReadEncodedTile(tiff, index, buffer.data(), bytes)
                                  : TIFFReadEncodedStrip(tiff, index, buffer.data(), expected);
      if (read != expected)
        return "strip or tile " + std::to_string(index) + " is broken or ends too soon";
      set_part(buffer, layout, part, image);
    }
  return std::nullopt;
}

}  // namespace

Result<GreyImage> decode_tiff(std::string_view bytes) {
  TiffSource source(bytes);
  const auto broken = [&](const std::string& otherwise) {
    return Error{ErrorCode::kBadInput,
                 "TIFF: " + (source.message().empty() ? otherwise : source.message())};
  };
  const TiffHandle tiff = source.open();
  if (!tiff) return broken("it cannot be opened");
  OSTRACON_TRY_ASSIGN(const Layout layout, layout_of(tiff.get()));
  GreyImage image{static_cast<std::int32_t>(layout.rows), static_cast<std::int32_t>(layout.cols),
                  std::vector<float>(std::size_t{layout.rows} * layout.cols)};
  if (const auto why = read_pixels(tiff.get(), layout, image)) return broken(*why);
  return image;
}

}  // namespace ostracon::io
