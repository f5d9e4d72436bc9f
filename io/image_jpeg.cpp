#include <csetjmp>
#include <cstdio>
#include <string>
#include <vector>

// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>

#include "io/image_decoders.hpp"

namespace ostracon::io {
namespace {

/// What libjpeg needs; in one object, so that no local variable lives across its longjmp.
struct Decoding {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  std::jmp_buf give_up{};
  char message[JMSG_LENGTH_MAX] = "";
  std::vector<std::uint8_t> line;
  GreyImage image;
};

[[noreturn]] void give_up(j_common_ptr jpeg) {
  auto& decoding = *static_cast<Decoding*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, decoding.message);
  std::longjmp(decoding.give_up, 1);
}
/// libjpeg fills what is missing with grey and only warns: what is broken is refused instead.
void take_message(j_common_ptr jpeg, int level) {
  if (level < 0) give_up(jpeg);
}

bool read_head(Decoding& decoding, std::string_view bytes) {
  if (setjmp(decoding.give_up) != 0) return false;
  jpeg_create_decompress(&decoding.jpeg);
  jpeg_mem_src(&decoding.jpeg, reinterpret_cast<const unsigned char*>(bytes.data()),
               static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&decoding.jpeg, TRUE);
  decoding.jpeg.out_color_space =
      decoding.jpeg.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  return true;
}

void add_line(Decoding& decoding) {
  const auto channels = static_cast<std::size_t>(decoding.jpeg.output_components);
  for (std::size_t at = 0; at < decoding.line.size(); at += channels) {
    const std::uint8_t* pixel = &decoding.line[at];
    decoding.image.pixels.push_back(channels < 3 ? static_cast<float>(pixel[0])
                                                 : luminance(pixel[0], pixel[1], pixel[2]));
  }
}

bool read_lines(Decoding& decoding) {
  if (setjmp(decoding.give_up) != 0) return false;
  jpeg_start_decompress(&decoding.jpeg);
  decoding.line.resize(std::size_t{decoding.jpeg.output_width} *
                       static_cast<std::size_t>(decoding.jpeg.output_components));
  while (decoding.jpeg.output_scanline < decoding.jpeg.output_height) {
    JSAMPROW line = decoding.line.data();
    jpeg_read_scanlines(&decoding.jpeg, &line, 1);
    add_line(decoding);
  }
  jpeg_finish_decompress(&decoding.jpeg);
  return true;
}

Result<GreyImage> decode(Decoding& decoding, std::string_view bytes) {
  const auto broken = [&] {
    return Error{ErrorCode::kBadInput, std::string("JPEG: ") + decoding.message};
  };
  if (!read_head(decoding, bytes)) return broken();
  OSTRACON_TRY(check_image_size(decoding.jpeg.image_height, decoding.jpeg.image_width));
  decoding.image.rows = static_cast<std::int32_t>(decoding.jpeg.image_height);
  decoding.image.cols = static_cast<std::int32_t>(decoding.jpeg.image_width);
  decoding.image.pixels.reserve(std::size_t{decoding.jpeg.image_height} *
                                decoding.jpeg.image_width);
  if (!read_lines(decoding)) return broken();
  return std::move(decoding.image);
}

}  // namespace

Result<GreyImage> decode_jpeg(std::string_view bytes) {
  Decoding decoding;
  decoding.jpeg.err = jpeg_std_error(&decoding.errors);
  decoding.jpeg.client_data = &decoding;
  decoding.errors.error_exit = give_up;
  decoding.errors.emit_message = take_message;
  auto image = decode(decoding, bytes);
  jpeg_destroy_decompress(&decoding.jpeg);
  return image;
}

}  // namespace ostracon::io
