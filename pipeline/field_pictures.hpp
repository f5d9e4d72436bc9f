#pragma once

#include <span>

#include "format/page_header.hpp"
#include "pipeline/field.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Copies what a person wants to see of one field. Of `frames` the first is read, and in host
/// memory.
FieldPictures make_pictures(const FrameStack& frames, ImageView<const float> mean,
                            const LatticeMap& map, const format::PageHeader& header,
                            std::span<const Llr> llrs);

}  // namespace ostracon
