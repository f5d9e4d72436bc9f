// HDF5 files that nobody vouches for, as scans and as masters: refused by a sentence, or all sizes
// are within the limits and what is read is read again with the same samples.
//
// Input: a file that begins with the signature of HDF5, or changes of a seed (foreign_file.hpp).

#include <algorithm>

#include "io/master_file.hpp"
#include "io/scan_file.hpp"
#include "tests/fuzz/foreign_file.hpp"

namespace ostracon::fuzz {
namespace {

constexpr std::int64_t kMostFields = 4;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // larger fields are not read

void check_scan(const std::filesystem::path& path) {
  auto opened = io::ScanReader::open(path);
  if (!opened) {
    require(!opened.error().message.empty(), "a scan is refused by a sentence");
    return;
  }
  io::ScanReader scan = std::move(opened).value();
  require(scan.fields() > 0, "an accepted scan has fields");
  std::vector<std::byte> frames, again;
  for (std::int64_t field = 0; field < std::min(scan.fields(), kMostFields); ++field) {
    const FieldShape shape = scan.shape(field);
    require(shape.frames > 0 && shape.frames <= io::kMaxFrames && shape.rows > 0 &&
                shape.rows <= io::kMaxSide && shape.cols > 0 && shape.cols <= io::kMaxSide,
            "sides are within the limits");
    require(!scan.describe(field).empty(), "a field has a name");
    if (shape.bytes() > kMostBytes) continue;
    frames.assign(shape.bytes(), std::byte{0xA5});
    const auto read = scan.read(field, frames);
    if (!read) {
      require(!read.error().message.empty(), "a field is refused by a sentence");
      continue;
    }
    for (const LostFrame& lost : scan.lost_frames())
      require(lost.frame >= 0 && lost.frame < shape.frames && !lost.reason.empty(),
              "lost frames are named with the reason");
    again.assign(shape.bytes(), std::byte{0x5A});
    require(scan.read(field, again).has_value() && again == frames,
            "a field is read again with the same samples");
  }
}

void check_master(const std::filesystem::path& path) {
  auto opened = io::MasterReader::open(path);
  if (!opened) {
    require(!opened.error().message.empty(), "a master is refused by a sentence");
    return;
  }
  io::MasterReader master = std::move(opened).value();
  const auto modules =
      static_cast<std::size_t>(master.page_rows()) * static_cast<std::size_t>(master.page_cols());
  std::vector<std::uint8_t> page(modules);
  for (std::uint32_t p = 0; p < std::min(master.pages(), 2U); ++p) {
    const auto read = master.read(p, page);
    require(read.has_value() || !read.error().message.empty(), "a page is refused by a sentence");
    if (read)
      require(std::all_of(page.begin(), page.end(), [](std::uint8_t bit) { return bit < 2; }),
              "modules are 0 or 1");
  }
}

void run(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Bytes> seeds = seeds_of(OSTRACON_FUZZ_CORPUS "/scan_file");
  Bytes bytes(data, data + size);
  constexpr std::uint8_t kSignature[] = {0x89, 'H', 'D', 'F'};
  if (size < 8 || !std::equal(std::begin(kSignature), std::end(kSignature), data)) {
    Input input(data, size);
    bytes = changed_seed(input, seeds);
  }
  const MemoryFile file(bytes);
  check_scan(file.path());
  check_master(file.path());
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::run(data, size);
  return 0;
}
