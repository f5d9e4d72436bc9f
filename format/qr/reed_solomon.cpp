#include "format/qr/reed_solomon.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "format/gf256.hpp"

namespace ostracon::format::qr {
namespace {

using gf256::inverse;
using gf256::multiply;

/// Coefficients, that of x^0 first.
using Polynomial = std::vector<std::uint8_t>;

/// 2^i for any i >= 0.
std::uint8_t power_of_two(std::int32_t i) {
  return gf256::kTables.exp[static_cast<std::size_t>(i) % gf256::kOrder];
}

/// -1 of the polynomial 0.
std::int32_t degree(const Polynomial& p) {
  auto d = static_cast<std::int32_t>(p.size()) - 1;
  while (d >= 0 && p[static_cast<std::size_t>(d)] == 0) --d;
  return d;
}

std::uint8_t value(const Polynomial& p, std::uint8_t x) {
  std::uint8_t sum = 0;
  for (auto c = p.rbegin(); c != p.rend(); ++c) sum = multiply(sum, x) ^ *c;
  return sum;
}

/// to += factor * x^shift * from; `to` is long enough.
void add_multiple(Polynomial& to, std::uint8_t factor, std::int32_t shift, const Polynomial& from) {
  for (std::int32_t i = 0; i <= degree(from); ++i)
    to[static_cast<std::size_t>(i + shift)] ^= multiply(factor, from[static_cast<std::size_t>(i)]);
}

/// The product, of which the first `count` coefficients.
Polynomial product(const Polynomial& a, const Polynomial& b, std::size_t count) {
  Polynomial c(count, 0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size() && i + j < count; ++j) c[i + j] ^= multiply(a[i], b[j]);
  return c;
}

struct Key {
  Polynomial locator, evaluator;
};

/// Euclid's algorithm on x^parity and the syndromes, until the remainder is of degree below
/// (parity + erasures) / 2. The remainder is the evaluator, its cofactor the locator of the errors.
Key solve(Polynomial syndromes, std::int32_t parity, std::int32_t erasures) {
  const auto size = static_cast<std::size_t>(parity) + 1;
  Polynomial before(size, 0), remainder = std::move(syndromes);
  before.back() = 1;
  remainder.resize(size, 0);
  Polynomial cofactor_before(size, 0), cofactor(size, 0);
  cofactor[0] = 1;
  while (2 * degree(remainder) >= parity + erasures) {
    const std::int32_t d = degree(remainder);
    const std::uint8_t lead = inverse(remainder[static_cast<std::size_t>(d)]);
    for (std::int32_t top = degree(before); top >= d; top = degree(before)) {
      const std::uint8_t factor = multiply(before[static_cast<std::size_t>(top)], lead);
      add_multiple(before, factor, top - d, remainder);
      add_multiple(cofactor_before, factor, top - d, cofactor);
    }
    std::swap(before, remainder);
    std::swap(cofactor_before, cofactor);
  }
  return {cofactor, remainder};
}

}  // namespace

Result<> check(const BlockShape& shape) {
  if (shape.data_octets < 1 || shape.parity() < 1 || shape.parity() > kMostBlockParity ||
      shape.octets > kMostBlockOctets)
    return Error{ErrorCode::kInvalidArgument,
                 "QR block: " + std::to_string(shape.octets) + " octets, of these " +
                     std::to_string(shape.data_octets) + " data; must be at most " +
                     std::to_string(kMostBlockOctets) + ", with 1 to " +
                     std::to_string(kMostBlockParity) + " of parity and some data"};
  return Ok{};
}

std::vector<std::uint8_t> syndromes(const BlockShape& shape, std::span<const std::uint8_t> word) {
  assert(word.size() == static_cast<std::size_t>(shape.octets));
  std::vector<std::uint8_t> values(static_cast<std::size_t>(shape.parity()), 0);
  for (std::int32_t j = 0; j < shape.parity(); ++j)
    for (const std::uint8_t octet : word) {
      std::uint8_t& sum = values[static_cast<std::size_t>(j)];
      sum = multiply(sum, power_of_two(j)) ^ octet;
    }
  return values;
}

std::optional<Correction> decode_block(const BlockShape& shape, std::span<std::uint8_t> word,
                                       std::span<const std::int32_t> erasures) {
  const auto lost = static_cast<std::int32_t>(erasures.size());
  const auto parity = static_cast<std::size_t>(shape.parity());
  if (lost > shape.parity()) return std::nullopt;
  const auto received = syndromes(shape, word);

  // Octet i stands at the power octets - 1 - i, its locator is 2 to that power.
  const auto locator_of = [&](std::int32_t i) { return power_of_two(shape.octets - 1 - i); };
  Polynomial erased = {1};
  for (const std::int32_t i : erasures) {
    const Polynomial factor = {1, locator_of(i)};
    erased = product(erased, factor, erased.size() + 1);
  }
  const Key key = solve(product(erased, received, parity), shape.parity(), lost);
  const std::int32_t errors = degree(key.locator);
  if (2 * errors + lost > shape.parity()) return std::nullopt;
  const Polynomial locator = product(key.locator, erased, parity + 2);

  std::vector<std::uint8_t> corrected(word.begin(), word.end());
  Correction correction{lost, 0};
  std::int32_t roots = 0;
  for (std::int32_t i = 0; i < shape.octets; ++i) {
    const std::uint8_t x = inverse(locator_of(i));
    if (value(locator, x) != 0) continue;
    ++roots;
    Polynomial odd = locator;  // x times the derivative
    for (std::size_t c = 0; c < odd.size(); c += 2) odd[c] = 0;
    const std::uint8_t slope = value(odd, x);
    if (slope == 0) return std::nullopt;  // a root twice
    corrected[static_cast<std::size_t>(i)] ^= multiply(value(key.evaluator, x), inverse(slope));
    if (!std::binary_search(erasures.begin(), erasures.end(), i)) ++correction.errors;
  }
  if (roots != errors + lost) return std::nullopt;
  const auto left = syndromes(shape, corrected);
  if (std::any_of(left.begin(), left.end(), [](std::uint8_t s) { return s != 0; }))
    return std::nullopt;
  std::copy(corrected.begin(), corrected.end(), word.begin());
  return correction;
}

}  // namespace ostracon::format::qr
