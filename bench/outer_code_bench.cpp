// Bytes of data per second and core of the outer code: 200 + 40 pages, stripe by stripe.

#include <cstdio>
#include <random>

#include "bench/harness.hpp"
#include "format/inner_code.hpp"
#include "format/outer_code.hpp"

namespace ostracon::bench {
namespace {

constexpr std::uint32_t kData = 200, kParity = 40;

struct Stripe {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t*> shards;
};

Stripe random_stripe(std::size_t shard_bytes) {
  Stripe stripe{std::vector<std::uint8_t>((kData + kParity) * shard_bytes), {}};
  std::mt19937_64 random(1);
  for (std::uint8_t& byte : stripe.bytes) byte = static_cast<std::uint8_t>(random() >> 56);
  for (std::size_t i = 0; i < kData + kParity; ++i)
    stripe.shards.push_back(stripe.bytes.data() + i * shard_bytes);
  return stripe;
}

Result<> run(std::size_t shard_bytes) {
  Stripe stripe = random_stripe(shard_bytes);
  const std::vector<const std::uint8_t*> data(stripe.shards.begin(), stripe.shards.begin() + kData);
  const std::span parity(stripe.shards.data() + kData, kParity);
  format::encode_parity(data, parity, shard_bytes);
  const std::vector<std::uint8_t> truth = stripe.bytes;

  const std::string size = "/200+40x" + std::to_string(shard_bytes);
  const double moved = static_cast<double>(stripe.bytes.size());
  const double items = static_cast<double>(kData * shard_bytes);
  OSTRACON_TRY(measure({"outer_encode" + size, moved, items, ""}, Clock::kThread, [&] {
    format::encode_parity(data, parity, shard_bytes);
    return Result<>(Ok{});
  }));
  if (stripe.bytes != truth)
    return Error{ErrorCode::kBadInput, "outer_encode" + size + ": parity changed between runs"};

  for (const std::uint32_t lost : {10U, 40U}) {
    std::vector<std::uint32_t> erased(lost);
    for (std::uint32_t i = 0; i < lost; ++i) erased[i] = 5 * i;
    for (const std::uint32_t member : erased)
      std::fill_n(stripe.shards[member], shard_bytes, std::uint8_t{0xA5});
    const auto restore = [&]() -> Result<> {
      if (!format::restore_stripe(stripe.shards, kData, shard_bytes, erased))
        return Error{ErrorCode::kBadInput, "outer_restore" + size + ": refused"};
      return Ok{};
    };
    OSTRACON_TRY(restore());
    if (stripe.bytes != truth)
      return Error{ErrorCode::kBadInput, "outer_restore" + size + ": wrong bytes"};
    OSTRACON_TRY(measure({"outer_restore" + std::to_string(lost) + size, moved, items, ""},
                         Clock::kThread, restore));
  }
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main() {
  using namespace ostracon;
  // One stripe of a page, and a column of a long shard.
  for (const std::size_t bytes : {std::size_t{format::kPayloadBytes}, std::size_t{4096}})
    if (auto done = bench::run(bytes); !done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      return 1;
    }
}
