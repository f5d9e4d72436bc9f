// The part of FieldReader that keeps what a reading says for other readings of the same page.

#include <algorithm>

#include "pipeline/read_field.hpp"

namespace ostracon {

/// reading_id() of frames at `frames` in the backend's memory, taken from the host where they lie
/// there too.
Result<std::uint32_t> FieldReader::id_of(const void* frames, const FieldFrames& where,
                                         std::size_t bytes) {
  std::vector<std::byte> pieces;
  for (const std::size_t at : sampled_pieces(bytes)) {
    const std::size_t count = std::min(kPieceBytes, bytes - at), before = pieces.size();
    pieces.resize(before + count);
    if (where.on_host != nullptr) {
      std::copy_n(where.on_host + at, count, pieces.begin() + static_cast<std::ptrdiff_t>(before));
    } else {
      OSTRACON_TRY(memory().download(pieces.data() + before,
                                     static_cast<const std::byte*>(frames) + at, count));
    }
  }
  return reading_id(pieces);
}

Result<> FieldReader::keep_soft_page(PageDecoder& decoder, FieldReading& reading,
                                     std::uint32_t id) {
  if (decoder.lost() == 0 && !soft_->keeps_all()) return Ok{};
  OSTRACON_TRY_ASSIGN(auto bits, decoder.soft_bits());
  reading.soft = SoftPage{.header = *reading.header, .reading = id, .bits = std::move(bits)};
  return Ok{};
}

}  // namespace ostracon
