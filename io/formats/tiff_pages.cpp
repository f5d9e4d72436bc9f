#include "io/formats/tiff_pages.hpp"

#include <algorithm>
#include <cstring>

#include "io/formats/tiff_tags.hpp"
#include "io/scan_source.hpp"

namespace ostracon::io {
namespace {

constexpr std::uint64_t kMostPartBytes = std::uint64_t{1} << 30;
constexpr std::size_t kMostTagBytes = std::size_t{128} << 20;  // of all pages
constexpr std::uint32_t kMostTileSide = 65536;

Error bad_tiff(const std::string& why) { return Error{ErrorCode::kBadInput, "TIFF: " + why}; }

/// The current directory as a page.
Result<TiffPage> page_of(TIFF* tiff) {
  TiffPage page;
  std::uint16_t bits = 1, kind = SAMPLEFORMAT_UINT, meaning = PHOTOMETRIC_MINISBLACK,
                planes = PLANARCONFIG_CONTIG;
  page.offset = TIFFCurrentDirOffset(tiff);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.rows);
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.cols);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &kind);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &meaning);
  const bool whole = bits == 8 || bits == 16 || bits == 32 || bits == 64;
  const bool real = kind == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64);
  page.colour = meaning == PHOTOMETRIC_RGB;
  page.palette = meaning == PHOTOMETRIC_PALETTE;
  page.white_is_zero = meaning == PHOTOMETRIC_MINISWHITE;
  const bool grey = meaning == PHOTOMETRIC_MINISBLACK || page.white_is_zero || page.palette;
  const bool number =
      kind == SAMPLEFORMAT_UINT || kind == SAMPLEFORMAT_INT || kind == SAMPLEFORMAT_VOID;
  if (!(real || (whole && number)) || !(grey || page.colour) ||
      page.samples < (page.colour ? 3 : 1) || page.samples > 8 ||
      (page.samples > 1 && planes != PLANARCONFIG_CONTIG))
    return bad_tiff("samples of " + std::to_string(bits) + " bits (format " + std::to_string(kind) +
                    "), " + std::to_string(page.samples) + " a pixel, planes " +
                    std::to_string(planes) + ", meaning " + std::to_string(meaning) +
                    "; read are integers of 8 to 64 bits and floats, grey, a palette's, or RGB");
  page.type = {real                       ? SampleKind::kFloat
               : kind == SAMPLEFORMAT_INT ? SampleKind::kSigned
                                          : SampleKind::kUnsigned,
               static_cast<std::uint8_t>(bits / 8)};
  OSTRACON_TRY(check_limits(1, 1, page.rows, page.cols, read_as(page.type), "TIFF: a page"));
  return page;
}

Result<TiffSummary> summarise(TiffSource& source) {
  const TiffHandle tiff = source.open();
  if (!tiff) return bad_tiff(source.message().empty() ? "it cannot be opened" : source.message());
  TiffSummary summary;
  int number = 0;
  std::size_t tag_bytes = 0;
  do {
    std::uint32_t subfile = 0;
    TIFFGetField(tiff.get(), TIFFTAG_SUBFILETYPE, &subfile);
    auto page = page_of(tiff.get());
    if (summary.pages.empty()) {
      if (!page) return page.error();
    } else {
      const TiffPage& first = summary.pages.front();
      const bool alike = page && page.value().rows == first.rows &&
                         page.value().cols == first.cols && page.value().type == first.type;
      if (!alike || (subfile & FILETYPE_REDUCEDIMAGE) != 0) {
        summary.warnings.push_back(
            "page " + std::to_string(number) +
            (page ? " is of another shape or type than the first" : ": " + page.error().message) +
            "; it is passed over");
        continue;
      }
    }
    if (static_cast<std::int64_t>(summary.pages.size()) >= kMaxFrames)
      return bad_tiff("more than " + std::to_string(kMaxFrames) + " pages");
    summary.pages.push_back(page.value());
    // A small file may name one large text in all of its pages.
    summary.tags.push_back(tag_bytes <= kMostTagBytes ? tags_of(tiff.get()) : TiffTags{});
    for (const auto& [tag, text] : summary.tags.back()) tag_bytes += text.size();
  } while (++number < 2 * kMaxFrames && TIFFReadDirectory(tiff.get()) == 1);
  if (tag_bytes > kMostTagBytes)
    summary.warnings.emplace_back(
        "its tags hold more than 128 MiB; those of later pages are left out");
  return summary;
}

/// The first sample of every pixel; false if colours are not grey.
bool take_grey(const std::uint8_t* from, std::size_t pixels, const TiffPage& page, std::byte* to) {
  const std::size_t bytes = page.type.bytes, step = bytes * page.samples;
  if (page.samples == 1) {
    std::memcpy(to, from, pixels * bytes);
    return true;
  }
  bool grey = true;
  for (std::size_t i = 0; i < pixels; ++i, from += step, to += bytes) {
    std::memcpy(to, from, bytes);
    if (page.colour)
      grey = grey && std::memcmp(from, from + bytes, bytes) == 0 &&
             std::memcmp(from, from + 2 * bytes, bytes) == 0;
  }
  return grey;
}

Result<> read_page(TiffSource& source, const TiffPage& page, std::span<std::byte> to) {
  const auto broken = [&](const std::string& why) {
    return bad_tiff(source.message().empty() ? why : source.message());
  };
  const TiffHandle tiff = source.open();
  if (!tiff || TIFFSetSubDirectory(tiff.get(), page.offset) != 1)
    return broken("its page cannot be opened");
  OSTRACON_TRY_ASSIGN(const TiffPage now, page_of(tiff.get()));
  const std::size_t pixel = std::size_t{page.type.bytes} * page.samples;
  const std::size_t row_bytes = std::size_t{page.cols} * page.type.bytes;
  if (now.rows != page.rows || now.cols != page.cols || !(now.type == page.type) ||
      now.samples != page.samples || to.size() != row_bytes * page.rows)
    return bad_tiff("it has changed since it was opened");
  const bool tiled = TIFFIsTiled(tiff.get()) != 0;
  std::uint32_t rows = page.rows, cols = page.cols;
  if (tiled) {
    TIFFGetField(tiff.get(), TIFFTAG_TILELENGTH, &rows);
    TIFFGetField(tiff.get(), TIFFTAG_TILEWIDTH, &cols);
  } else {
    TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ROWSPERSTRIP, &rows);
    rows = std::min(rows, page.rows);
  }
  const tmsize_t bytes = tiled ? TIFFTileSize(tiff.get()) : TIFFStripSize(tiff.get());
  const std::uint64_t wanted = std::uint64_t{rows} * cols * pixel;
  if (rows == 0 || cols == 0 || rows > kMostTileSide || cols > kMostTileSide ||
      wanted > kMostPartBytes || bytes <= 0 || wanted != static_cast<std::uint64_t>(bytes))
    return broken("strips or tiles of " + std::to_string(rows) + " x " + std::to_string(cols) +
                  " pixels in " + std::to_string(bytes) + " bytes");
  std::vector<std::uint8_t> part(static_cast<std::size_t>(bytes));
  std::uint32_t index = 0;
  for (std::uint64_t row = 0; row < page.rows; row += rows)
    for (std::uint64_t col = 0; col < page.cols; col += cols, ++index) {
      const std::uint64_t high = std::min<std::uint64_t>(rows, page.rows - row);
      const std::uint64_t wide = std::min<std::uint64_t>(cols, page.cols - col);
      const auto expected = static_cast<tmsize_t>((tiled ? rows : high) * cols * pixel);
      const tmsize_t read = tiled ? TIFFReadEncodedTile(tiff.get(), index, part.data(), bytes)
                                  : TIFFReadEncodedStrip(tiff.get(), index, part.data(), expected);
      if (read != expected)
        return broken("strip or tile " + std::to_string(index) + " is broken or ends too soon");
      for (std::uint64_t y = 0; y < high; ++y)
        if (!take_grey(part.data() + y * cols * pixel, wide, page,
                       to.data() + (row + y) * row_bytes + col * page.type.bytes))
          return bad_tiff("it is in colour, of which no counts can be made");
    }
  return Ok{};
}

}  // namespace

Result<TiffSummary> summarise_tiff(const std::filesystem::path& path) {
  OSTRACON_TRY_ASSIGN(auto file, open_for_reading(path));
  TiffSource source(std::move(file));
  return summarise(source);
}

Result<TiffSummary> summarise_tiff(std::string_view bytes) {
  TiffSource source(bytes);
  return summarise(source);
}

Result<> read_tiff_page(const std::filesystem::path& path, const TiffPage& page,
                        std::span<std::byte> to) {
  OSTRACON_TRY_ASSIGN(auto file, open_for_reading(path));
  TiffSource source(std::move(file));
  return read_page(source, page, to);
}

Result<> read_tiff_page(std::string_view bytes, const TiffPage& page, std::span<std::byte> to) {
  TiffSource source(bytes);
  return read_page(source, page, to);
}

}  // namespace ostracon::io
