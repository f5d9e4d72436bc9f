#include "format/outer_erasures.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "format/gf256.hpp"
#include "format/outer_product.hpp"

namespace ostracon::format {
namespace {

/// In place: a[z] = sum over t of (-1)^(bits of z & t) a[t]. Twice is a factor of 256.
void transform_walsh(std::array<std::int32_t, 256>& a) {
  for (std::size_t half = 1; half < a.size(); half *= 2)
    for (std::size_t block = 0; block < a.size(); block += 2 * half)
      for (std::size_t i = block; i < block + half; ++i) {
        const std::int32_t sum = a[i] + a[i + half];
        a[i + half] = a[i] - a[i + half];
        a[i] = sum;
      }
}

}  // namespace

Erasures sort_members(std::uint32_t k, std::uint32_t members,
                      std::span<const std::uint32_t> erased) {
  Erasures result;
  std::array<bool, 256> lost{};
  for (const std::uint32_t member : erased) lost[member] = true;
  for (std::uint32_t i = 0; i < k; ++i)
    (lost[i] ? result.lost_data : result.whole_data).push_back(static_cast<std::uint8_t>(i));
  constexpr std::size_t kOctets = 256 / kOctet;
  std::array<std::uint8_t, kOctets> order;
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::array<std::uint32_t, kOctets> worth{};
  for (std::uint32_t i = k; i < members; ++i) {
    worth[i / kOctet] += lost[i] ? 256U : 1U;
    if (lost[i]) result.remade.push_back(static_cast<std::uint8_t>(i));
  }
  std::sort(order.begin(), order.end(), [&](std::uint8_t a, std::uint8_t b) {
    return worth[a] != worth[b] ? worth[a] > worth[b] : a < b;
  });
  for (const std::uint32_t octet : order) {
    const std::uint32_t end = std::min<std::uint32_t>((octet + 1) * kOctet, members);
    for (std::uint32_t i = std::max<std::uint32_t>(octet * kOctet, k); i < end; ++i) {
      if (lost[i]) continue;
      const bool enough = result.used.size() == result.lost_data.size();
      if (enough && result.compares) return result;
      (enough ? result.remade : result.used).push_back(static_cast<std::uint8_t>(i));
      result.compares = enough;
    }
  }
  return result;
}

// The logarithms of v and u are +-(sum over y of log(z + y) - sum over x of log(z + x)), for all z
// at once a convolution over xor, hence a product of Walsh transforms. Modulo 255 the factor of 256
// is 1, and log(0) counts as 0, so that a point itself takes no part.
void find_inverse_scales(const Points& x, const Points& y, Points& v, Points& u) {
  static const auto log_spectrum = [] {
    std::array<std::int32_t, 256> logs{};
    for (std::size_t i = 0; i < logs.size(); ++i) logs[i] = gf256::kTables.log[i];
    transform_walsh(logs);
    for (std::int32_t& value : logs) value %= 255;
    return logs;
  }();
  std::array<std::int32_t, 256> logs{};
  for (const std::uint8_t point : y) logs[point] = 1;
  for (const std::uint8_t point : x) logs[point] = -1;
  transform_walsh(logs);
  for (std::size_t i = 0; i < logs.size(); ++i) logs[i] *= log_spectrum[i];
  transform_walsh(logs);
  const auto power = [](std::int32_t log) {
    return gf256::kTables.exp[static_cast<std::size_t>(log % 255 + 255)];
  };
  for (const std::uint8_t point : x) v.push_back(power(logs[point]));
  for (const std::uint8_t point : y) u.push_back(power(-logs[point]));
}

}  // namespace ostracon::format
