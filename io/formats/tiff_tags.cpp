// Tags that libtiff does not know (those of the microscopes) come as arrays with their count,
// whatever their type is.
#include "io/formats/tiff_tags.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace ostracon::io {
namespace {

constexpr std::uint32_t kExifBase = 65536;
constexpr int kMostTags = 512;
constexpr std::size_t kMostTagValue = std::size_t{1} << 26;

std::string number_text(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

template <class T>
std::string number_list(const void* values, std::uint32_t count) {
  std::string text;
  for (std::uint32_t i = 0; i < count && i < 65536; ++i) {
    T value;
    std::memcpy(&value, static_cast<const char*>(values) + i * sizeof(T), sizeof value);
    if (i > 0) text += ' ';
    text += number_text(static_cast<double>(value));
  }
  return text;
}

std::string array_text(TIFFDataType type, std::uint32_t count, const void* values) {
  if (values == nullptr || count == 0) return "";
  switch (type) {
    case TIFF_ASCII:
    case TIFF_BYTE:
    case TIFF_SBYTE:
    case TIFF_UNDEFINED:
      return {static_cast<const char*>(values), std::min<std::size_t>(count, kMostTagValue)};
    case TIFF_SHORT:
      return number_list<std::uint16_t>(values, count);
    case TIFF_SSHORT:
      return number_list<std::int16_t>(values, count);
    case TIFF_LONG:
    case TIFF_IFD:
      return number_list<std::uint32_t>(values, count);
    case TIFF_SLONG:
      return number_list<std::int32_t>(values, count);
    case TIFF_LONG8:
    case TIFF_IFD8:
      return number_list<std::uint64_t>(values, count);
    case TIFF_SLONG8:
      return number_list<std::int64_t>(values, count);
    case TIFF_FLOAT:
    case TIFF_RATIONAL:
    case TIFF_SRATIONAL:
      return number_list<float>(values, count);
    case TIFF_DOUBLE:
      return number_list<double>(values, count);
    default:
      return "";
  }
}

/// The value of one tag of the list; empty if it is of a kind that is not kept.
std::string tag_text(TIFF* tiff, std::uint32_t tag) {
  const TIFFField* field = TIFFFieldWithTag(tiff, tag);
  if (field == nullptr) return "";
  const TIFFDataType type = TIFFFieldDataType(field);
  const int reads = TIFFFieldReadCount(field);
  const void* values = nullptr;
  if (TIFFFieldPassCount(field) != 0) {
    if (reads == TIFF_VARIABLE2) {
      std::uint32_t count = 0;
      if (TIFFGetField(tiff, tag, &count, &values) == 1) return array_text(type, count, values);
    } else if (reads == TIFF_VARIABLE) {
      std::uint16_t count = 0;
      if (TIFFGetField(tiff, tag, &count, &values) == 1) return array_text(type, count, values);
    }
    return "";
  }
  if (type == TIFF_ASCII) {
    const char* text = nullptr;
    if (TIFFGetField(tiff, tag, &text) == 1 && text != nullptr) return text;
    return "";
  }
  if (reads == 1 && type == TIFF_SHORT) {
    std::uint16_t value = 0;
    if (TIFFGetField(tiff, tag, &value) == 1) return std::to_string(value);
  }
  if (reads == 1 && (type == TIFF_LONG || type == TIFF_IFD)) {
    std::array<std::uint32_t, 2> value{};  // offsets of directories are handed out as 64 bits
    if (TIFFGetField(tiff, tag, value.data()) == 1) return std::to_string(value[0]);
  }
  return "";
}

void add_tags(TIFF* tiff, std::uint32_t base, TiffTags& tags) {
  for (int i = 0; i < TIFFGetTagListCount(tiff) && i < kMostTags; ++i) {
    const std::uint32_t tag = TIFFGetTagListEntry(tiff, i);
    if (std::string text = tag_text(tiff, tag); !text.empty()) tags[base + tag] = std::move(text);
  }
}

/// What libtiff keeps apart, in words.
std::string structure_of(TIFF* tiff) {
  std::string text;
  const auto add_short = [&](const char* name, std::uint32_t tag) {
    std::uint16_t value = 0;
    if (TIFFGetField(tiff, tag, &value) == 1)
      text += name + std::string(" ") + std::to_string(value) + "\n";
  };
  add_short("Compression", TIFFTAG_COMPRESSION);
  add_short("PhotometricInterpretation", TIFFTAG_PHOTOMETRIC);
  add_short("Orientation", TIFFTAG_ORIENTATION);
  add_short("ResolutionUnit", TIFFTAG_RESOLUTIONUNIT);
  float value = 0;
  if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &value) == 1)
    text += "XResolution " + number_text(value) + "\n";
  if (TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &value) == 1)
    text += "YResolution " + number_text(value) + "\n";
  std::uint16_t bits = 0;
  std::array<const std::uint16_t*, 3> map{};
  if (TIFFGetField(tiff, TIFFTAG_BITSPERSAMPLE, &bits) == 1 && bits == 8 &&
      TIFFGetField(tiff, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) == 1)
    for (std::size_t colour = 0; colour < 3; ++colour)
      text += "ColorMap " + number_list<std::uint16_t>(map[colour], 256) + "\n";
  return text;
}

}  // namespace

TiffTags tags_of(TIFF* tiff) {
  TiffTags tags;
  add_tags(tiff, 0, tags);
  tags[0] = structure_of(tiff);
  toff_t exif = 0;
  const toff_t here = TIFFCurrentDirOffset(tiff);
  if (TIFFGetField(tiff, TIFFTAG_EXIFIFD, &exif) == 1) {
    if (TIFFReadEXIFDirectory(tiff, exif) == 1) add_tags(tiff, kExifBase, tags);
    TIFFSetSubDirectory(tiff, here);
  }
  return tags;
}

}  // namespace ostracon::io
