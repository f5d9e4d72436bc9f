// PNG, JPEG and TIFF pictures that nobody vouches for: refused by a sentence, or as many pixels as
// they say, all of them within the range of their samples, and the same when read again.
//
// Input: a file that begins with a signature, or changes of a seed (foreign_file.hpp).

#include <cmath>

#include "io/image_file.hpp"
#include "tests/fuzz/foreign_file.hpp"

namespace ostracon::fuzz {
namespace {

bool is_picture(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return false;
  return (data[0] == 0x89 && data[1] == 'P') || (data[0] == 0xFF && data[1] == 0xD8) ||
         (data[0] == 'I' && data[1] == 'I') || (data[0] == 'M' && data[1] == 'M');
}

bool same(const io::GreyImage& a, const io::GreyImage& b) {
  if (a.rows != b.rows || a.cols != b.cols || a.pixels.size() != b.pixels.size()) return false;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    if (a.pixels[i] != b.pixels[i] && !(std::isnan(a.pixels[i]) && std::isnan(b.pixels[i])))
      return false;
  return true;
}

void run(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Bytes> seeds = seeds_of(OSTRACON_FUZZ_CORPUS "/picture");
  Bytes bytes(data, data + size);
  if (!is_picture(data, size)) {
    Input input(data, size);
    bytes = changed_seed(input, seeds);
  }
  const MemoryFile file(bytes);
  const auto image = io::read_image(file.path());
  if (!image) {
    require(!image.error().message.empty(), "a picture is refused by a sentence");
    return;
  }
  const io::GreyImage& grey = image.value();
  require(grey.rows > 0 && grey.cols > 0 && grey.rows <= 65535 && grey.cols <= 65535,
          "sides are within the limits");
  require(grey.pixels.size() ==
              static_cast<std::size_t>(grey.rows) * static_cast<std::size_t>(grey.cols),
          "a picture has as many pixels as it says");
  if (grey.pixels.size() > 4096) return;
  const auto again = io::read_image(file.path());
  require(again.has_value() && same(grey, again.value()), "a picture is the same read again");
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::run(data, size);
  return 0;
}
