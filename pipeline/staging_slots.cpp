#include "pipeline/staging_slots.hpp"

#include <utility>

namespace ostracon {

Result<StagingSlots> StagingSlots::create(Memory& memory, std::size_t wanted, std::size_t bytes) {
  StagingSlots made(memory);
  for (std::size_t slot = 0; slot < wanted; ++slot) {
    std::optional<StagingBuffer> frames;
    if (bytes > 0) {
      auto buffer = StagingBuffer::create(memory, bytes);
      if (!buffer && buffer.error().code == ErrorCode::kOutOfMemory && slot > 0) break;
      if (!buffer) return buffer.error();
      frames = std::move(buffer).value();
    }
    made.slots_.push_back(std::move(frames));
    made.free_.push_back(slot);
  }
  return Result<StagingSlots>(std::move(made));
}

std::size_t StagingSlots::acquire() {
  const std::scoped_lock lock(*mutex_);
  const std::size_t slot = free_.back();
  free_.pop_back();
  return slot;
}

Result<std::span<std::byte>> StagingSlots::room(std::size_t slot, std::size_t bytes) {
  std::optional<StagingBuffer>& frames = slots_[slot];
  if (!frames || frames->bytes().size() < bytes) {
    frames.reset();
    auto larger = StagingBuffer::create(*memory_, bytes);
    if (!larger && larger.error().code == ErrorCode::kOutOfMemory) {
      const std::scoped_lock lock(*mutex_);
      for (const std::size_t other : free_) slots_[other].reset();
      larger = StagingBuffer::create(*memory_, bytes);
    }
    if (!larger) return larger.error();
    frames = std::move(larger).value();
  }
  return frames->bytes().first(bytes);
}

void StagingSlots::release(std::size_t slot) {
  const std::scoped_lock lock(*mutex_);
  free_.push_back(slot);
}

}  // namespace ostracon
