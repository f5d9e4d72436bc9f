#include "io/formats/picture_file.hpp"

#include <algorithm>
#include <cstring>

#include "io/atomic_file.hpp"
#include "io/formats/bmp.hpp"
#include "io/image_decoders.hpp"
#include "io/image_file.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPictureBytes = std::size_t{512} << 20;  // of a PNG or BMP
constexpr std::size_t kMostSideCar = std::size_t{16} << 20;
constexpr std::size_t kMostChunkText = std::size_t{1} << 24;

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

/// Shape and type by the PNG's first chunk, IHDR.
Result<TiffPage> png_head(std::string_view bytes) {
  const auto bad = [](const std::string& why) {
    return Error{ErrorCode::kBadInput, "PNG: " + why};
  };
  if (bytes.size() < 33 || bytes.substr(12, 4) != "IHDR") return bad("it has no head");
  TiffPage page;
  page.cols = big_endian(bytes, 16);
  page.rows = big_endian(bytes, 20);
  const auto depth = static_cast<std::uint8_t>(bytes[24]);
  const auto colour = static_cast<std::uint8_t>(bytes[25]);
  if (colour != 0 && colour != 4) return bad("it is in colour, of which no counts can be made");
  page.type = {SampleKind::kUnsigned, static_cast<std::uint8_t>(depth == 16 ? 2 : 1)};
  OSTRACON_TRY(check_limits(1, 1, page.rows, page.cols, read_as(page.type), "PNG: it"));
  return page;
}

/// Chunks that are no picture, by name.
void add_png_texts(std::string_view bytes, PictureTexts& texts) {
  std::size_t total = 0;
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t length = big_endian(bytes, at);
    const std::string name(bytes.substr(at + 4, 4));
    if (length > bytes.size() - at - 12) return;
    const bool image = name == "IHDR" || name == "IDAT" || name == "IEND" || name == "PLTE";
    if (!image && total + length <= kMostChunkText) {
      total += length;
      texts.side_cars[name + " chunk " + std::to_string(texts.side_cars.size())] =
          std::string(bytes.substr(at + 8, length));
    }
    at += 12 + length;
  }
}

void add_side_cars(const fs::path& path, PictureTexts& texts) {
  std::vector<fs::path> names;
  const std::string end = path.extension().string();
  for (const char* suffix : {".txt", ".TXT", ".hdr"})
    names.push_back(fs::path(path).replace_extension(suffix));
  if (!end.empty()) {
    fs::path tescan = fs::path(path).replace_extension();
    tescan += '-';
    tescan += end.substr(1);
    tescan += ".hdr";
    names.push_back(tescan);
  }
  for (const fs::path& name : names) {
    std::error_code ignored;
    if (!fs::is_regular_file(name, ignored)) continue;
    auto text = read_whole_file(name, kMostSideCar);
    if (text) texts.side_cars[name.filename().string()] = std::move(text).value();
  }
}

Result<> read_png(std::string_view bytes, const TiffPage& page, std::span<std::byte> to) {
  OSTRACON_TRY_ASSIGN(const GreyImage image, decode_png(bytes));
  if (image.pixels.size() * page.type.bytes != to.size())
    return Error{ErrorCode::kBadInput, "PNG: it has changed since it was opened"};
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const auto value = static_cast<std::uint16_t>(image.pixels[i]);  // exact: 8 or 16 bits
    if (page.type.bytes == 1)
      to[i] = static_cast<std::byte>(value);
    else
      std::memcpy(to.data() + 2 * i, &value, 2);
  }
  return Ok{};
}

}  // namespace

bool is_picture_name(const fs::path& path) {
  const std::string end = lower(path.extension().string());
  return end == ".tif" || end == ".tiff" || end == ".png" || end == ".bmp";
}

Result<PictureFile> open_picture(const fs::path& path) {
  OSTRACON_TRY_ASSIGN(const ImageFormat format, image_format(path));
  PictureFile file;
  if (format == ImageFormat::kTiff) {
    OSTRACON_TRY_ASSIGN(TiffSummary summary, summarise_tiff(path));
    for (const TiffPage& page : summary.pages)
      file.pictures.push_back({path, PictureKind::kTiff, page});
    file.texts.tags = summary.tags.front();
    file.tags = std::move(summary.tags);
    file.warnings = std::move(summary.warnings);
    const TiffPage& first = file.pictures.front().page;
    if (first.white_is_zero)
      file.warnings.emplace_back("0 is white in it; samples are kept as they are");
    if (first.palette) file.warnings.emplace_back("it has a palette; samples are its indices");
  } else {
    OSTRACON_TRY_ASSIGN(const std::string bytes, read_whole_file(path, kMostPictureBytes));
    const bool png = format == ImageFormat::kPng;
    if (!png && !bytes.starts_with("BM"))
      return Error{ErrorCode::kBadInput, "it is neither a TIFF nor a PNG nor a BMP picture"};
    OSTRACON_TRY_ASSIGN(const TiffPage page, png ? png_head(bytes) : bmp_head(bytes));
    file.pictures.push_back({path, png ? PictureKind::kPng : PictureKind::kBmp, page});
    file.tags.emplace_back();
    if (png) add_png_texts(bytes, file.texts);
  }
  add_side_cars(path, file.texts);
  return file;
}

Result<> read_picture(const Picture& picture, std::span<std::byte> to) {
  if (picture.kind == PictureKind::kTiff) return read_tiff_page(picture.path, picture.page, to);
  OSTRACON_TRY_ASSIGN(const std::string bytes, read_whole_file(picture.path, kMostPictureBytes));
  return picture.kind == PictureKind::kPng ? read_png(bytes, picture.page, to)
                                           : read_bmp(bytes, picture.page, to);
}

}  // namespace ostracon::io
