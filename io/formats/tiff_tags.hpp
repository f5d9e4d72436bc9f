#pragma once
// The tags of a TIFF page as texts. Private to io/.

#include "io/formats/tiff_pages.hpp"
#include "io/formats/tiff_source.hpp"

namespace ostracon::io {

/// All tags of the current directory but those that only say where the samples lie; tags of its
/// EXIF directory are numbered from 65536 on. Leaves the directory that was current.
TiffTags tags_of(TIFF* tiff);

}  // namespace ostracon::io
