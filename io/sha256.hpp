#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace ostracon::io {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of bytes that arrive piece by piece.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::uint8_t> bytes);
  /// The digest of everything so far; the object is spent. kUnavailable if the cryptographic
  /// library refused to work.
  Result<Sha256Digest> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);
/// Fills `digest` from 64 hexadecimal digits of any case; false if `text` is not that.
bool parse_hex(std::string_view text, Sha256Digest& digest);

}  // namespace ostracon::io
