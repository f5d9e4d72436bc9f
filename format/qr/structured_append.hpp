#pragma once
// Joins the codes of structured append.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/qr/contents.hpp"

namespace ostracon::format::qr {

struct JoinedMessage {
  int count = 0;            ///< parts there should be
  std::uint8_t parity = 0;  ///< as the parts state it
  /// [count] The code (index into the messages given) that is part i; none: it is missing. Of
  /// several codes with the same part the first is taken.
  std::vector<std::optional<std::size_t>> codes;
  /// Codes that claim a part which another code has already, but say something else.
  std::vector<std::size_t> contradicting;
  /// Of the parts there are, in their order.
  std::vector<Segment> segments;
  bool complete = false;
  bool parity_right = false;  ///< of all bytes; false unless complete

  bool sound() const { return complete && parity_right && contradicting.empty(); }
};

/// One for every pair of count and parity that occurs, in the order of the first code of each;
/// messages without structured append are passed over.
std::vector<JoinedMessage> join(std::span<const Message> messages);

}  // namespace ostracon::format::qr
