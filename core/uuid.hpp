#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace ostracon {

/// A UUID as 16 bytes in the order they are printed.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};

/// Lower case, 8-4-4-4-12.
std::string to_string(const Uuid& uuid);

/// Fills `uuid` from 36 characters 8-4-4-4-12 of any case; false if `text` is not that.
bool parse(const std::string& text, Uuid& uuid);

}  // namespace ostracon
