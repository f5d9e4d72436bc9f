// Folders: of pictures, of folders of pictures, and those of a MultiSEM.
#include <algorithm>

#include "io/atomic_file.hpp"
#include "io/formats/picture_groups.hpp"
#include "io/formats/picture_scan.hpp"
#include "io/scan_discovery.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolderEntries = std::size_t{1} << 22;
constexpr std::size_t kMostTextFile = std::size_t{256} << 20;
constexpr const char* kPlaces = "full_image_coordinates.txt";

struct Listing {
  std::vector<std::string> pictures, folders;  ///< names, in natural order
};

Result<Listing> list(const fs::path& folder) {
  std::error_code failed;
  Listing listing;
  std::size_t entries = 0;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (++entries > kMostFolderEntries)
      return Error{ErrorCode::kBadInput, folder.string() + " holds more than " +
                                             std::to_string(kMostFolderEntries) + " entries"};
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored))
      listing.folders.push_back(name);
    else if (entry->is_regular_file(ignored) && is_picture_name(name))
      listing.pictures.push_back(name);
  }
  if (failed)
    return Error{ErrorCode::kIo, "cannot look into " + folder.string() + ": " + failed.message()};
  std::sort(listing.pictures.begin(), listing.pictures.end(), hdf5::natural_less);
  std::sort(listing.folders.begin(), listing.folders.end(), hdf5::natural_less);
  return listing;
}

bool has_places(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kPlaces, ignored);
}

/// One region of a MultiSEM: tiles where its coordinates say.
Result<> add_region(const fs::path& folder, const std::string& prefix,
                    PictureCollector& collector) {
  OSTRACON_TRY_ASSIGN(std::string text, read_whole_file(folder / kPlaces, kMostTextFile));
  std::optional<double> pixel_m;
  for (const fs::path& at : {folder, folder.parent_path()}) {
    std::error_code ignored;
    if (pixel_m || !fs::is_regular_file(at / "metadata.txt", ignored)) continue;
    OSTRACON_TRY_ASSIGN(std::string metadata, read_whole_file(at / "metadata.txt", kMostTextFile));
    pixel_m = parse_tile_pixel_size(metadata);
    collector.keep(prefix + "metadata.txt", std::move(metadata));
  }
  std::size_t odd = 0;
  for (const TilePlace& place : parse_tile_places(text, odd)) {
    const std::string name = prefix + place.path;
    collector.add(folder / place.path, name, true);
    PictureField* field = collector.last();
    if (field == nullptr || field->name != name || !pixel_m) continue;
    field->info.pixel_size_m = pixel_m;
    // The coordinates are of the tile's upper left corner.
    field->position_m = {(place.y_px + 0.5 * field->info.shape.rows) * *pixel_m,
                         (place.x_px + 0.5 * field->info.shape.cols) * *pixel_m};
  }
  if (odd > 0)
    collector.warn(prefix + kPlaces + ": " + std::to_string(odd) + " lines name no tile");
  collector.keep(prefix + kPlaces, std::move(text));
  return Ok{};
}

void add_pictures(const fs::path& folder, const std::string& prefix,
                  const std::vector<std::string>& names, std::int64_t frames_per_field,
                  PictureCollector& collector) {
  for (const auto& field : group_pictures(names, frames_per_field))
    for (const std::size_t index : field)
      collector.add(folder / names[index], prefix + names[index], index == field.front());
}

}  // namespace

Result<std::unique_ptr<ScanSource>> open_picture_scan(const fs::path& path,
                                                      const ScanHints& hints) {
  if (!hints.dataset.empty() || !hints.axes.empty())
    return Error{ErrorCode::kInvalidArgument,
                 path.string() + " is a picture: it has no data sets whose axes could be told"};
  PictureCollector collector;
  collector.add(path, path.filename().string(), true);
  if (hints.frames_per_field > 0) OSTRACON_TRY(collector.cut(hints.frames_per_field));
  return collector.finish(path.string(), "");
}

Result<std::unique_ptr<ScanSource>> open_picture_folder(const fs::path& path,
                                                        const ScanHints& hints) {
  if (!hints.dataset.empty() || !hints.axes.empty())
    return Error{ErrorCode::kInvalidArgument,
                 path.string() + " is a folder: it has no data sets whose axes could be told"};
  PictureCollector collector;
  OSTRACON_TRY_ASSIGN(const Listing listing, list(path));
  if (has_places(path)) {
    OSTRACON_TRY(add_region(path, "", collector));
    return collector.finish(path.string(), "MultiSEM");
  }
  bool regions = false;
  for (const std::string& name : listing.folders) {
    if (!has_places(path / name)) continue;
    regions = true;
    OSTRACON_TRY(add_region(path / name, name + "/", collector));
  }
  if (regions) return collector.finish(path.string(), "MultiSEM");
  add_pictures(path, "", listing.pictures, hints.frames_per_field, collector);
  // Folders of pictures right in it: theirs are other fields.
  for (const std::string& name : listing.folders) {
    OSTRACON_TRY_ASSIGN(const Listing below, list(path / name));
    add_pictures(path / name, name + "/", below.pictures, hints.frames_per_field, collector);
  }
  return collector.finish(path.string(), "");
}

}  // namespace ostracon::io
