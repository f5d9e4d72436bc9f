#pragma once
// Pictures as frames: TIFF pages, PNG, BMP. Private to io/.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/formats/sem_metadata.hpp"
#include "io/formats/tiff_pages.hpp"

namespace ostracon::io {

enum class PictureKind : std::uint8_t { kTiff, kPng, kBmp };

/// One frame in a file.
struct Picture {
  std::filesystem::path path;
  PictureKind kind = PictureKind::kTiff;
  TiffPage page;  ///< of the other kinds its shape and type alone count
};

/// A file of pictures of one shape and type, and what belongs to it.
struct PictureFile {
  std::vector<Picture> pictures;
  PictureTexts texts;          ///< tags of the first page
  std::vector<TiffTags> tags;  ///< of every page
  std::vector<std::string> warnings;
};

/// Whether its name ends like that of a picture that is read here.
bool is_picture_name(const std::filesystem::path& path);

/// Reads heads and side-cars (NAME.txt, NAME.hdr, NAME-tif.hdr and their kin, up to 16 MiB).
/// kNotFound; kIo; kBadInput: none of the kinds, broken, of a type that is not read, in colour.
Result<PictureFile> open_picture(const std::filesystem::path& path);

/// Samples of one picture, native-endian. Any number of threads. kBadInput, kIo.
Result<> read_picture(const Picture& picture, std::span<std::byte> to);

}  // namespace ostracon::io
