// Groups of any size with any erasures: up to m are restored to the bit, parity too; more are
// refused, and nothing is touched. The parity itself is checked against the plain definition.
//
// Input: m, k, bytes a shard, a seed of the content, and turns; then for every turn how many are
// erased, and which.

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "datasets/random.hpp"
#include "format/outer_code.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/outer_shards.hpp"

namespace ostracon::fuzz {
namespace {

using test::pointers, test::Shards;

/// GF(2^8) of polynomial 0x11D by its powers of 2.
class Field {
 public:
  Field() {
    unsigned power = 1;
    for (std::size_t i = 0; i < 255; ++i, power = power << 1 ^ (power >= 128 ? 0x11DU : 0U)) {
      powers_[i] = powers_[i + 255] = static_cast<std::uint8_t>(power);
      logarithms_[power] = i;
    }
  }
  /// b / a; `a` is not 0.
  std::uint8_t quotient(std::uint8_t b, std::uint8_t a) const {
    return b == 0 ? std::uint8_t{0} : powers_[logarithms_[b] + 255 - logarithms_[a]];
  }

 private:
  std::array<std::uint8_t, 510> powers_{};
  std::array<std::size_t, 256> logarithms_{};
};

/// Parity of one column as the header of the outer code defines it.
void require_parity(const Shards& shards, std::uint32_t k, std::size_t column) {
  static const Field field;
  for (std::size_t row = k; row < shards.size(); ++row) {
    std::uint8_t sum = 0;
    for (std::size_t c = 0; c < k; ++c)
      sum ^= field.quotient(shards[c][column], static_cast<std::uint8_t>(row ^ c));
    require(shards[row][column] == sum, "parity is the sum of data / (row xor column)");
  }
}

void try_erasures(const Shards& whole, std::uint32_t k, const std::vector<std::uint32_t>& erased,
                  sem::Random& random) {
  const std::size_t bytes = whole.front().size();
  Shards shards = whole;
  for (const std::uint32_t member : erased)
    for (std::uint8_t& byte : shards[member]) byte = static_cast<std::uint8_t>(random.word());
  const Shards before = shards;
  const auto outcome = format::restore_stripe(pointers(shards), k, bytes, erased);
  const bool can_be = erased.size() <= whole.size() - k;
  require(
      outcome == (can_be ? format::StripeOutcome::kRestored : format::StripeOutcome::kBeyondParity),
      "up to m erasures are restored, and more are refused");
  require(shards == (can_be ? whole : before),
          can_be ? "what is restored is what was there" : "what is refused is not touched");
}

/// One byte of a shard that is not erased is wrong.
void try_wrong_shard(const Shards& whole, std::uint32_t k, const std::vector<std::uint32_t>& erased,
                     sem::Random& random) {
  const std::size_t bytes = whole.front().size();
  if (bytes == 0 || erased.empty() || erased.size() >= whole.size() - k) return;
  Shards shards = whole;
  auto wrong = static_cast<std::uint32_t>(random.word() % whole.size());
  while (std::binary_search(erased.begin(), erased.end(), wrong))
    wrong = (wrong + 1) % static_cast<std::uint32_t>(whole.size());
  std::uint8_t& byte = shards[wrong][random.word() % bytes];
  byte = static_cast<std::uint8_t>(byte + 1 + random.word() % 255);
  const auto outcome = format::restore_stripe(pointers(shards), k, bytes, erased);
  // A parity shard that is needed for nothing, nor compared with, may be wrong.
  const bool restored = outcome == format::StripeOutcome::kRestored;
  require(restored || outcome == format::StripeOutcome::kContradiction,
          "a wrong shard among enough is a contradiction, if it is looked at");
  if (wrong < k) require(!restored, "wrong data are always noticed where parity is to spare");
  for (const std::uint32_t member : erased)
    require(shards[member] == (restored ? whole[member] : std::vector<std::uint8_t>(bytes)),
            "no byte follows from a wrong shard");
}

void try_group(Input& input) {
  const std::uint32_t m = input.number(0, 100);
  const std::uint32_t k = input.number(1, std::min(255 - m, 200U));
  const std::uint8_t size = input.byte();  // mostly small; now and then more than a column
  const std::size_t bytes = size < 250 ? size : std::size_t{2048} * (size - 249) + input.byte();
  sem::Random random(input.seed());
  const auto next = [&] { return random.word(); };
  const Shards whole = test::encoded(k, m, bytes, next);
  if (bytes > 0) require_parity(whole, k, random.word() % bytes);
  const std::uint32_t turns = 1 + input.byte() % 4;
  for (std::uint32_t turn = 0; turn < turns; ++turn) {
    // m and m + 1 are where it turns; all others come too.
    const std::uint8_t choice = input.byte();
    const std::uint32_t most = std::min(m + 3, k + m);
    const std::uint32_t count = choice < 64 ? std::min(m, most) : input.number(0, most);
    const auto erased = test::random_members(k + m, count, next);
    try_erasures(whole, k, erased, random);
    try_wrong_shard(whole, k, erased, random);
    if (m < k + m) try_erasures(whole, k, test::random_members(k + m, m + 1, next), random);
  }
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::Input input(data, size);
  ostracon::fuzz::try_group(input);
  return 0;
}
