#pragma once
// Staging memory in which fields wait for their readers.

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "core/result.hpp"

namespace ostracon {

/// Slots of memory, each lent to one field at a time. acquire, room and release are thread-safe.
class StagingSlots {
 public:
  /// Slots of `bytes` bytes (0: none is allocated yet), as many as are `wanted` (> 0), or as there
  /// is memory for. kOutOfMemory and kDevice if that is none.
  static Result<StagingSlots> create(Memory& memory, std::size_t wanted, std::size_t bytes);

  std::size_t count() const { return slots_.size(); }
  /// A slot that is free: one must be, so no more than count() may be taken at once.
  std::size_t acquire();
  /// The first `bytes` bytes of a slot that is taken. It grows if it must, at the cost of what free
  /// slots have where memory does not suffice; errors as create().
  Result<std::span<std::byte>> room(std::size_t slot, std::size_t bytes);
  void release(std::size_t slot);

 private:
  explicit StagingSlots(Memory& memory) : memory_(&memory), mutex_(new std::mutex) {}

  Memory* memory_;
  std::unique_ptr<std::mutex> mutex_;  // of the lists, not of what a taken slot holds
  std::vector<std::optional<StagingBuffer>> slots_;
  std::vector<std::size_t> free_;
};

}  // namespace ostracon
