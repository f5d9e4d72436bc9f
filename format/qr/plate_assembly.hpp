#pragma once
// The codes of a QR plate, as they were read, back to its stream.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "format/qr/plate_code.hpp"

namespace ostracon::format::qr {

/// A plate of which some code was read.
struct PlateFound {
  std::optional<PlateDescription> description;  ///< none: no code that has it was read
  std::size_t payload_bytes = 0;                ///< of the code that has it, as of all of its plate
  std::array<std::uint8_t, 2> tag{};
  std::size_t codes = 0;  ///< of this tag, copies included
};

/// By the number of codes, most first. A tag with several descriptions (damaged by chance, or two
/// plates of one tag) has the one that stands most often.
std::vector<PlateFound> find_plates(std::span<const PlateCode> codes);

struct PlateAssembly {
  /// As long as the description says; zeros where it is lost.
  std::vector<std::uint8_t> stream;
  std::vector<std::uint32_t> lost;  ///< data codes, ascending: bytes [P i, P (i + 1)) of the stream
  std::uint32_t read = 0;           ///< different codes, data and parity
  std::uint32_t restored = 0;       ///< data codes, by the outer code
  std::uint32_t contradicting = 0;  ///< codes of which copies differ: taken for erased
  /// Groups whose codes contradict each other: what was erased of them is lost.
  std::vector<std::uint32_t> contradictions;
};

/// Puts the codes of `description`'s plate (tag and payload length are its own) together, in any
/// order, with copies, and restores what is missing. Memory: the whole plate's payload, which a
/// description alone is not trusted with. kBadInput: `payload_bytes` a data code do not make its
/// stream; the plate has more than 256 MiB, and more than
/// 64 times the codes given (copies included). kOutOfMemory.
Result<PlateAssembly> assemble(const PlateDescription& description, std::size_t payload_bytes,
                               std::span<const PlateCode> codes);

}  // namespace ostracon::format::qr
