#include "format/qr/structured_append.hpp"

#include <algorithm>

namespace ostracon::format::qr {
namespace {

void finish(JoinedMessage& joined, std::span<const Message> messages) {
  joined.complete = true;
  for (const auto& code : joined.codes) {
    if (!code) {
      joined.complete = false;
      continue;
    }
    const auto& segments = messages[*code].segments;
    joined.segments.insert(joined.segments.end(), segments.begin(), segments.end());
  }
  joined.parity_right = joined.complete && xor_of(bytes_of(joined.segments)) == joined.parity;
}

}  // namespace

std::vector<JoinedMessage> join(std::span<const Message> messages) {
  std::vector<JoinedMessage> all;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& append = messages[i].structured_append;
    if (!append || append->index < 0 || append->index >= append->count) continue;
    auto joined = std::find_if(all.begin(), all.end(), [&](const JoinedMessage& other) {
      return other.count == append->count && other.parity == append->parity;
    });
    if (joined == all.end()) {
      joined = all.insert(all.end(), JoinedMessage());
      joined->count = append->count;
      joined->parity = append->parity;
      joined->codes.resize(static_cast<std::size_t>(append->count));
    }
    auto& code = joined->codes[static_cast<std::size_t>(append->index)];
    if (!code) {
      code = i;
    } else if (!(messages[*code] == messages[i])) {
      joined->contradicting.push_back(i);
    }
  }
  for (JoinedMessage& joined : all) finish(joined, messages);
  return all;
}

}  // namespace ostracon::format::qr
