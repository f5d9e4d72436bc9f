#pragma once
// TIFF files page by page, samples as they are, by libtiff. Private to io/.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "io/formats/samples.hpp"

namespace ostracon::io {

/// One page of grey samples, or of colours that are all grey.
struct TiffPage {
  std::uint64_t offset = 0;  ///< of its directory
  std::uint32_t rows = 0, cols = 0;
  SampleType type;
  std::uint16_t samples = 1;  ///< a pixel
  bool colour = false;        ///< the first three are red, green and blue
  bool white_is_zero = false;
  bool palette = false;
};

/// What a TIFF says beside its samples: texts and octets by tag number; 0 is the structure in
/// words.
using TiffTags = std::map<std::uint32_t, std::string>;

struct TiffSummary {
  std::vector<TiffPage> pages;  ///< full-size ones of the shape and type of the first
  std::vector<TiffTags> tags;   ///< of every page
  std::vector<std::string> warnings;
};

/// Heads of all pages of a file, at most 4096. kBadInput says what is wrong with the first; later
/// ones of another shape or type are passed over with a warning. kNotFound, kIo.
Result<TiffSummary> summarise_tiff(const std::filesystem::path& path);
/// The same of a file in memory.
Result<TiffSummary> summarise_tiff(std::string_view bytes);

/// Samples of a page, native-endian, [y][x]. Any number of threads. kBadInput: broken, or in
/// colour.
///   to   rows * cols * type.bytes
Result<> read_tiff_page(const std::filesystem::path& path, const TiffPage& page,
                        std::span<std::byte> to);
Result<> read_tiff_page(std::string_view bytes, const TiffPage& page, std::span<std::byte> to);

}  // namespace ostracon::io
