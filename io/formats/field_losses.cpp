#include "io/formats/field_losses.hpp"

#include <algorithm>

namespace ostracon::io {

std::optional<Error> FieldLosses::first() const {
  for (const auto& error : frames_)
    if (error) return error;
  return std::nullopt;
}

Result<std::vector<LostFrame>> FieldLosses::settle(std::span<std::byte> frames,
                                                   const std::string& what) const {
  std::vector<LostFrame> lost;
  const Error* worst = nullptr;
  const std::size_t bytes = frames.size() / frames_.size();
  for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
    const auto& error = frames_[frame];
    if (!error) continue;
    if (worst == nullptr || error->code == ErrorCode::kIo) worst = &*error;
    const auto of_frame = frames.subspan(frame * bytes, bytes);
    std::fill(of_frame.begin(), of_frame.end(), std::byte{0});
    lost.push_back({static_cast<std::int32_t>(frame), error->message});
  }
  if (lost.size() == frames_.size())
    return Error{worst->code, "cannot read " + what + ": " + worst->message};
  return lost;
}

}  // namespace ostracon::io
