#pragma once
// Which pictures of a folder are frames of one field. Pure functions. Private to io/.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ostracon::io {

/// Lists of indices into `names` (in natural order), one a field: pictures whose names are alike
/// but for the last number are its frames ("tile03_frame1.tif", "tile03_frame2.tif"; "a1.png",
/// "a2.png"); tiles of a MultiSEM ("055_000007_012_2019-...bmp") are fields of one frame each.
///   frames_per_field   0, or so many that follow each other make a field, the rest one more
std::vector<std::vector<std::size_t>> group_pictures(const std::vector<std::string>& names,
                                                     std::int64_t frames_per_field);

/// A line of a MultiSEM's full_image_coordinates.txt: path, x, y, z, by tabulators.
struct TilePlace {
  std::string path;  ///< with slashes
  double x_px = 0, y_px = 0;
};
/// Lines that are none, or whose path leaves its folder, are left out and counted in `odd`.
std::vector<TilePlace> parse_tile_places(std::string_view text, std::size_t& odd);

/// "Pixelsize" of a MultiSEM's metadata.txt in metres; nm where it has no unit.
std::optional<double> parse_tile_pixel_size(std::string_view text);

}  // namespace ostracon::io
