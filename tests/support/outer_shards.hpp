#pragma once
// Shards of the outer code for tests and fuzzers. `next` is any source of random words:
// std::mt19937& or a callable that gives unsigned integers.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "format/outer_code.hpp"

namespace ostracon::test {

using Shards = std::vector<std::vector<std::uint8_t>>;  // apart, so that an overrun is noticed

inline std::vector<std::uint8_t*> pointers(Shards& shards) {
  std::vector<std::uint8_t*> result;
  for (auto& shard : shards) result.push_back(shard.data());
  return result;
}

/// k random data shards, and room for m parity shards.
template <class Next>
Shards random_data(std::uint32_t k, std::uint32_t m, std::size_t bytes, Next&& next) {
  Shards shards(k + m, std::vector<std::uint8_t>(bytes));
  for (std::uint32_t i = 0; i < k; ++i)
    for (auto& byte : shards[i]) byte = static_cast<std::uint8_t>(next());
  return shards;
}

/// k random data shards and their m parity shards.
template <class Next>
Shards encoded(std::uint32_t k, std::uint32_t m, std::size_t bytes, Next&& next) {
  Shards shards = random_data(k, m, bytes, next);
  const auto all = pointers(shards);
  const std::vector<const std::uint8_t*> data(all.begin(), all.begin() + k);
  format::encode_parity(data, std::span(all).subspan(k), bytes);
  return shards;
}

/// `count` <= `members` different numbers below `members`, ascending.
template <class Next>
std::vector<std::uint32_t> random_members(std::uint32_t members, std::size_t count, Next&& next) {
  std::vector<std::uint32_t> all(members);
  std::iota(all.begin(), all.end(), 0U);
  for (std::size_t i = 0; i < count; ++i)
    std::swap(all[i], all[i + static_cast<std::size_t>(next()) % (members - i)]);
  all.resize(count);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace ostracon::test
