#pragma once
// BMP pictures of 8-bit greys, as the MultiSEM writes its tiles. Private to io/.

#include <cstddef>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "io/formats/tiff_pages.hpp"

namespace ostracon::io {

/// kBadInput: broken, compressed, of other than 8 bits a pixel, or with a palette that is no ramp
/// of greys (of which no counts can be made).
Result<TiffPage> bmp_head(std::string_view bytes);
Result<> read_bmp(std::string_view bytes, const TiffPage& page, std::span<std::byte> to);

}  // namespace ostracon::io
