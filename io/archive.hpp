#pragma once
// Values as little-endian bytes and back. One description of a type, `archive(a.x); archive(a.y);`,
// serves both directions. Private to io/.

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace ostracon::io {

template <class T>
concept ArchivedNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Of a number's width, without a sign.
template <class T>
using ArchivedBits = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t,
                       std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

class Packer {
 public:
  template <ArchivedNumber T>
  void operator()(const T& value) {
    const auto bits = static_cast<std::uint64_t>(bits_of(value));
    for (std::size_t k = 0; k < sizeof(T); ++k)
      bytes_.push_back(static_cast<std::uint8_t>(bits >> (8 * k)));
  }
  template <ArchivedNumber T, std::size_t N>
  void operator()(const std::array<T, N>& values) {
    for (const T& value : values) (*this)(value);
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  /// `describe(archive, element)` says what an element has; `least` as in Unpacker.
  template <class T, class Describe>
  void list(const std::vector<T>& values, std::size_t /*least*/, const Describe& describe) {
    (*this)(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) describe(*this, value);
  }
  void raw(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  template <class T>
  static ArchivedBits<T> bits_of(const T& value) {
    if constexpr (std::is_floating_point_v<T>)
      return std::bit_cast<ArchivedBits<T>>(value);
    else
      return static_cast<ArchivedBits<T>>(value);
  }
  std::vector<std::uint8_t> bytes_;
};

/// Nothing in the bytes is trusted: beyond their end every value is 0 and good() is false.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool good() const { return good_; }
  std::size_t left() const { return bytes_.size(); }

  template <ArchivedNumber T>
  void operator()(T& value) {
    std::uint64_t bits = 0;
    const auto bytes = raw(sizeof(T));
    for (std::size_t k = 0; k < bytes.size(); ++k) bits |= std::uint64_t{bytes[k]} << (8 * k);
    if constexpr (std::is_floating_point_v<T>)
      value = std::bit_cast<T>(static_cast<ArchivedBits<T>>(bits));
    else if constexpr (std::same_as<T, bool>)
      value = bits != 0;
    else
      value = static_cast<T>(static_cast<ArchivedBits<T>>(bits));
  }
  template <ArchivedNumber T, std::size_t N>
  void operator()(std::array<T, N>& values) {
    for (T& value : values) (*this)(value);
  }
  void operator()(std::string& text) {
    std::uint32_t size = 0;
    (*this)(size);
    const auto bytes = raw(size);
    text.assign(bytes.begin(), bytes.end());
  }
  /// An element takes `least` bytes or more, so that no more are made than there can be.
  template <class T, class Describe>
  void list(std::vector<T>& values, std::size_t least, const Describe& describe) {
    std::uint32_t size = 0;
    (*this)(size);
    if (size > left() / least) good_ = false;
    values.clear();
    if (!good_) return;
    values.resize(size);
    for (T& value : values) describe(*this, value);
  }
  /// The next `count` bytes; none if there are fewer.
  std::span<const std::uint8_t> raw(std::size_t count) {
    if (!good_ || count > bytes_.size()) {
      good_ = false;
      return {};
    }
    const auto out = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return out;
  }
  void fail() { good_ = false; }

 private:
  std::span<const std::uint8_t> bytes_;
  bool good_ = true;
};

}  // namespace ostracon::io
