#include "io/image_file.hpp"

#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include "io/atomic_file.hpp"
#include "io/image_decoders.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMostBytes = std::size_t{512} << 20;
constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view kJpegSignature("\xff\xd8\xff", 3);
// TIFF and BigTIFF, of either byte order.
constexpr std::array<std::string_view, 4> kTiffSignatures = {
    std::string_view("II*\0", 4), std::string_view("MM\0*", 4), std::string_view("II+\0", 4),
    std::string_view("MM\0+", 4)};

ImageFormat format_of(std::string_view bytes) {
  if (bytes.starts_with(kPngSignature)) return ImageFormat::kPng;
  if (bytes.starts_with(kJpegSignature)) return ImageFormat::kJpeg;
  for (const std::string_view signature : kTiffSignatures)
    if (bytes.starts_with(signature)) return ImageFormat::kTiff;
  return ImageFormat::kOther;
}

}  // namespace

Result<ImageFormat> image_format(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed))
    return Error{ErrorCode::kNotFound, path.string() + " is not there"};
  std::string start(kPngSignature.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (file.bad() || !file.is_open()) return Error{ErrorCode::kIo, "cannot read " + path.string()};
  start.resize(static_cast<std::size_t>(file.gcount()));
  return format_of(start);
}

Result<GreyImage> read_image(const std::filesystem::path& path) {
  OSTRACON_TRY_ASSIGN(const std::string bytes, read_whole_file(path, kMostBytes));
  const auto decode = [&]() -> Result<GreyImage> {
    switch (format_of(bytes)) {
      case ImageFormat::kPng:
        return decode_png(bytes);
      case ImageFormat::kJpeg:
        return decode_jpeg(bytes);
      case ImageFormat::kTiff:
        return decode_tiff(bytes);
      case ImageFormat::kOther:
        break;
    }
    return Error{ErrorCode::kBadInput, "it is neither a PNG nor a JPEG nor a TIFF picture"};
  };
  auto image = decode();
  if (!image) return Error{image.error().code, path.string() + ": " + image.error().message};
  return image;
}

}  // namespace ostracon::io
