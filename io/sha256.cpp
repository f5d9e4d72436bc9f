#include "io/sha256.hpp"

#include <openssl/evp.h>

namespace ostracon::io {

struct Sha256::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
  bool good = evp && EVP_DigestInit_ex(evp.get(), EVP_sha256(), nullptr) == 1;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
  if (context_->good)
    context_->good = EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1;
}

Result<Sha256Digest> Sha256::finish() {
  Sha256Digest digest;
  unsigned length = 0;
  if (!context_->good || EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &length) != 1 ||
      length != digest.size())
    return Error{ErrorCode::kUnavailable, "the cryptographic library gives no SHA-256"};
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool parse_hex(std::string_view text, Sha256Digest& digest) {
  if (text.size() != 64) return false;
  const auto value = [](char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = value(text[2 * i]), low = value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace ostracon::io
