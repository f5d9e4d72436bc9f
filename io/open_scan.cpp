#include "io/open_scan.hpp"

#include "io/formats/hdf5_scan.hpp"
#include "io/formats/picture_scan.hpp"
#include "io/image_file.hpp"

namespace ostracon::io {
namespace {

bool is_bmp(const std::filesystem::path& path) {
  return is_picture_name(path) && lower(path.extension().string()) == ".bmp";
}

}  // namespace

Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              const ScanHints& hints) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return open_picture_folder(path, hints);
  const auto format = image_format(path);
  const bool picture = format && (format.value() == ImageFormat::kTiff ||
                                  format.value() == ImageFormat::kPng || is_bmp(path));
  if (picture) return open_picture_scan(path, hints);
  OSTRACON_TRY_ASSIGN(auto scan, open_hdf5_scan(path.string(), hints));
  return std::unique_ptr<ScanSource>(std::make_unique<ScanReader>(std::move(scan)));
}

}  // namespace ostracon::io
