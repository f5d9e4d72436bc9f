#pragma once
// Files as other programs write them, for tests: made of the descriptions of their formats, with
// the HDF5, TIFF and PNG libraries alone.

#include <hdf5.h>
#include <tiffio.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/png.hpp"

namespace ostracon::io::test {

/// Samples that tell their place: of a stack [frame][y][x].
template <class T>
std::vector<T> told_samples(std::size_t frames, std::size_t rows, std::size_t cols) {
  std::vector<T> samples;
  for (std::size_t frame = 0; frame < frames; ++frame)
    for (std::size_t y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < cols; ++x)
        samples.push_back(static_cast<T>((frame * 37 + y * 5 + x) % 251));
  return samples;
}

/// An HDF5 file that is written by paths.
class ForeignHdf5 {
 public:
  explicit ForeignHdf5(const std::filesystem::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)),
        links_(H5Pcreate(H5P_LINK_CREATE)) {
    H5Pset_create_intermediate_group(links_.get(), 1);
  }

  /// `gzip`: chunks of the last two axes, compressed.
  void dataset(const std::string& path, hid_t type, const std::vector<hsize_t>& sides,
               const void* values, hid_t memory, bool gzip = false) {
    const hdf5::Handle space(
        H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr));
    const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
    if (gzip) {
      std::vector<hsize_t> chunk = sides;
      for (std::size_t axis = 0; axis + 2 < chunk.size(); ++axis) chunk[axis] = 1;
      H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
      H5Pset_deflate(properties.get(), 4);
    }
    const hdf5::Handle dataset(H5Dcreate2(file_.get(), path.c_str(), type, space.get(),
                                          links_.get(), properties.get(), H5P_DEFAULT));
    H5Dwrite(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  }
  void number(const std::string& path, double value) {
    const hdf5::Handle space(H5Screate(H5S_SCALAR));
    const hdf5::Handle dataset(H5Dcreate2(file_.get(), path.c_str(), H5T_IEEE_F64LE, space.get(),
                                          links_.get(), H5P_DEFAULT, H5P_DEFAULT));
    H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
  }
  void numbers(const std::string& path, const std::vector<double>& values) {
    dataset(path, H5T_IEEE_F64LE, {values.size()}, values.data(), H5T_NATIVE_DOUBLE);
  }
  void text(const std::string& path, const std::string& value) {
    const hdf5::Handle space(H5Screate(H5S_SCALAR)), type(text_type());
    const hdf5::Handle dataset(H5Dcreate2(file_.get(), path.c_str(), type.get(), space.get(),
                                          links_.get(), H5P_DEFAULT, H5P_DEFAULT));
    const char* at = value.c_str();
    H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
             static_cast<const void*>(&at));
  }
  void group(const std::string& path) {
    const hdf5::Handle made(
        H5Gcreate2(file_.get(), path.c_str(), links_.get(), H5P_DEFAULT, H5P_DEFAULT));
  }
  void attribute(const std::string& path, const char* name, const std::string& value) {
    const hdf5::Handle space(H5Screate(H5S_SCALAR)), type(text_type());
    const char* at = value.c_str();
    write_attribute(path, name, type, space, static_cast<const void*>(&at));
  }
  void attribute(const std::string& path, const char* name,
                 const std::vector<std::string>& values) {
    const hsize_t count = values.size();
    const hdf5::Handle space(H5Screate_simple(1, &count, nullptr)), type(text_type());
    std::vector<const char*> at;
    for (const std::string& value : values) at.push_back(value.c_str());
    write_attribute(path, name, type, space, static_cast<const void*>(at.data()));
  }
  void attribute(const std::string& path, const char* name, double value) {
    const hdf5::Handle space(H5Screate(H5S_SCALAR)), type(H5Tcopy(H5T_NATIVE_DOUBLE));
    write_attribute(path, name, type, space, &value);
  }
  hid_t get() const { return file_.get(); }

 private:
  static hid_t text_type() {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }
  void write_attribute(const std::string& path, const char* name, const hdf5::Handle& type,
                       const hdf5::Handle& space, const void* value) {
    const hdf5::Handle attribute(H5Acreate_by_name(file_.get(), path.c_str(), name, type.get(),
                                                   space.get(), H5P_DEFAULT, H5P_DEFAULT,
                                                   H5P_DEFAULT));
    H5Awrite(attribute.get(), type.get(), value);
  }

  hdf5::Handle file_, links_;
};

/// Pages of a TIFF to be, all of one shape.
struct ForeignTiff {
  std::uint32_t rows = 0, cols = 0;
  std::uint16_t bits = 8, kind = SAMPLEFORMAT_UINT, samples = 1;
  std::vector<std::vector<std::uint8_t>> pages;  ///< bytes, native-endian
  std::vector<std::pair<std::uint32_t, std::string>> tags =
      {};  ///< of the first page, undefined type
  std::string description = {};
  const char* mode = "w";
};

inline void write_tiff(const std::filesystem::path& path, const ForeignTiff& told) {
  static std::vector<TIFFFieldInfo> fields;
  TIFF* tiff = TIFFOpen(path.c_str(), told.mode);
  for (const auto& [tag, text] : told.tags) {
    fields = {{static_cast<ttag_t>(tag), TIFF_VARIABLE2, TIFF_VARIABLE2, TIFF_UNDEFINED,
               FIELD_CUSTOM, 1, 1, const_cast<char*>("Foreign")}};
    TIFFMergeFieldInfo(tiff, fields.data(), 1);
  }
  for (std::size_t page = 0; page < told.pages.size(); ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, told.cols);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, told.rows);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, told.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, told.kind);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, told.samples);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 told.samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3U);
    if (page == 0 && !told.description.empty())
      TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, told.description.c_str());
    if (page == 0)
      for (const auto& [tag, text] : told.tags)
        TIFFSetField(tiff, tag, static_cast<std::uint32_t>(text.size()), text.data());
    const std::size_t row_bytes = told.pages[page].size() / told.rows;
    auto copy = told.pages[page];
    for (std::uint32_t row = 0; row < told.rows; ++row)
      TIFFWriteScanline(tiff, copy.data() + row * row_bytes, row);
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
}

/// A plain BMP of 8-bit greys.
inline std::string bmp_of(const std::vector<std::uint8_t>& samples, std::uint32_t rows,
                          std::uint32_t cols) {
  std::string bytes = "BM";
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  };
  const std::uint32_t padded = (cols + 3) / 4 * 4;
  put(54 + 1024 + padded * rows, 4), put(0, 4), put(54 + 1024, 4);
  put(40, 4), put(cols, 4), put(rows, 4), put(1, 2), put(8, 2), put(0, 4), put(padded * rows, 4);
  put(2835, 4), put(2835, 4), put(256, 4), put(0, 4);
  for (std::uint32_t grey = 0; grey < 256; ++grey) put(grey | grey << 8U | grey << 16U, 4);
  for (std::uint32_t row = rows; row-- > 0;)
    for (std::uint32_t col = 0; col < padded; ++col)
      bytes += col < cols ? static_cast<char>(samples[row * cols + col]) : '\0';
  return bytes;
}

}  // namespace ostracon::io::test
