#pragma once
// What microscopes write beside a picture. Pure functions over texts that nobody vouches for.
// Private to io/.
//
// Sources: files of the makers (tests/io/formats_test.cpp names them) and the readers of
// rosettasciio, tifffile and odemis for the keys.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "io/formats/findings.hpp"

namespace ostracon::io {

/// All texts that belong to a picture.
struct PictureTexts {
  std::map<std::uint32_t, std::string> tags;     ///< of the TIFF, by number
  std::map<std::string, std::string> side_cars;  ///< files beside it, by name
};

inline constexpr std::uint32_t kZeissTag = 34118;
inline constexpr std::uint32_t kFeiSfegTag = 34680;
inline constexpr std::uint32_t kFeiHeliosTag = 34682;
inline constexpr std::uint32_t kTescanTag = 50431;
inline constexpr std::uint32_t kDescriptionTag = 270;

/// Reads what it knows; returns the maker ("Zeiss", "Thermo Fisher/FEI", "TESCAN", "JEOL",
/// "Hitachi", "fibsemOS"), empty if none is recognised.
std::string read_picture_metadata(const PictureTexts& texts, std::int32_t rows, std::int32_t cols,
                                  Findings& findings);

/// Single ones. `cols`, `rows`: of the picture.
void read_zeiss(std::string_view text, std::int32_t cols, Findings& findings);
void read_fei(std::string_view text, std::int32_t rows, Findings& findings);
void read_tescan(std::string_view text, Findings& findings);
void read_jeol(std::string_view text, std::int32_t cols, Findings& findings);
void read_hitachi(std::string_view text, Findings& findings);

}  // namespace ostracon::io
