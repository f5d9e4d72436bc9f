#pragma once
// Bytes side by side without vector instructions, as the loops of format/outer_kernel-inl.hpp want
// them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ostracon::format {

template <std::size_t kCount>
struct PlainVector {
  using Vector = std::array<std::uint8_t, kCount>;
  using Split = Vector;
  static constexpr std::size_t kBytes = kCount;

  static Vector load(const std::uint8_t* from) {
    Vector v;
    std::memcpy(v.data(), from, kBytes);
    return v;
  }
  static void store(const Vector& v, std::uint8_t* to) { std::memcpy(to, v.data(), kBytes); }
  static Vector zero() { return {}; }
  static Vector add(Vector a, const Vector& b) {
    for (std::size_t i = 0; i < kBytes; ++i) a[i] = static_cast<std::uint8_t>(a[i] ^ b[i]);
    return a;
  }
  static Split split(const Vector& v) { return v; }
};

}  // namespace ostracon::format
