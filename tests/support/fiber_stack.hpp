#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

namespace ostracon::emulation {

inline constexpr std::size_t kStackBytes = std::size_t{256} << 10;

/// A fiber's stack, with a page below it that must not be touched.
class Stack {
 public:
  Stack() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* all = mmap(nullptr, page_ + kStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (all == MAP_FAILED) return;
    base_ = static_cast<std::byte*>(all);
    if (mprotect(base_, page_, PROT_NONE) != 0) release();
  }
  ~Stack() { release(); }
  Stack(Stack&& other) noexcept : page_(other.page_), base_(std::exchange(other.base_, nullptr)) {}
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  Stack& operator=(Stack&&) = delete;

  /// nullptr: there was no memory.
  void* bottom() const { return base_ == nullptr ? nullptr : base_ + page_; }

 private:
  void release() {
    if (base_ != nullptr) munmap(base_, page_ + kStackBytes);
    base_ = nullptr;
  }
  std::size_t page_;
  std::byte* base_ = nullptr;
};

}  // namespace ostracon::emulation
