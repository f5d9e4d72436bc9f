#pragma once
// Memory whose neighbourhood is watched: the address sanitizer sees every access beyond its end;
// without it, bytes around it show what was overwritten.

#include <algorithm>
#include <cstddef>
#include <new>

namespace ostracon::emulation {

class GuardedBytes {
 public:
  /// Filled with kUnset, so that what is read before it is written shows in results.
  explicit GuardedBytes(std::size_t bytes)
      : bytes_(bytes),
        all_(static_cast<std::byte*>(::operator new(kGuard + bytes + after(), kAlignment))) {
    std::fill_n(all_, kGuard, kCanary);
    std::fill_n(data(), bytes, kUnset);
    std::fill_n(data() + bytes, after(), kCanary);
  }
  ~GuardedBytes() { ::operator delete(all_, kAlignment); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  std::byte* data() const { return all_ + kGuard; }
  std::size_t size() const { return bytes_; }
  bool holds(const void* first, std::size_t bytes) const {
    const auto* at = static_cast<const std::byte*>(first);
    return at >= data() && at + bytes <= data() + bytes_;
  }
  /// True if nothing beyond the bytes was written.
  bool intact() const {
    const auto kept = [](std::byte b) { return b == kCanary; };
    return std::all_of(all_, all_ + kGuard, kept) &&
           std::all_of(data() + bytes_, data() + bytes_ + after(), kept);
  }

 private:
  static constexpr std::size_t kGuard = 256;
  static constexpr std::align_val_t kAlignment{256};
  static constexpr std::byte kCanary{0xA5}, kUnset{0xCD};

  /// Canaries behind the bytes. The sanitizer has its own there, and sees reads too.
  static constexpr std::size_t after() {
#if defined(__SANITIZE_ADDRESS__)
    return 0;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return 0;
#else
    return kGuard;
#endif
#else
    return kGuard;
#endif
  }

  std::size_t bytes_;
  std::byte* all_;
};

}  // namespace ostracon::emulation
