#include "host/cpu/ordered_statistics.hpp"

#include <bit>
#include <cstring>

#include "format/gf256.hpp"

namespace ostracon::cpu {
static_assert(std::endian::native == std::endian::little,
              "rows of a Column are bits of its octets");

std::vector<Column> check_columns(const format::qr::BlockShape& shape) {
  const auto octets = static_cast<std::size_t>(shape.octets);
  const auto parity = static_cast<std::size_t>(shape.parity());
  std::vector<Column> columns(8 * octets);
  for (std::size_t i = 0; i < octets; ++i)
    for (std::size_t b = 0; b < 8; ++b) {
      OctetRow rows{};
      for (std::size_t j = 0; j < parity; ++j)
        rows[j] =
            format::gf256::kTables.exp[(j * (octets - 1 - i) + 7 - b) % format::gf256::kOrder];
      std::memcpy(&columns[8 * i + b], rows.data(), kRow);
    }
  return columns;
}

void sort_bits(const Llr* llrs, std::size_t bits, std::uint16_t* order) {
  std::array<std::uint16_t, 129> begin{};  // [|llr|], first its count at the next
  const auto size_of = [](Llr llr) { return static_cast<std::size_t>(llr < 0 ? -llr : llr); };
  for (std::size_t i = 0; i < bits; ++i)
    if (const std::size_t next = size_of(llrs[i]) + 1; next < begin.size()) ++begin[next];
  for (std::size_t s = 1; s < begin.size(); ++s)
    begin[s] = static_cast<std::uint16_t>(begin[s] + begin[s - 1]);
  for (std::size_t i = 0; i < bits; ++i)
    order[begin[size_of(llrs[i])]++] = static_cast<std::uint16_t>(i);
}

}  // namespace ostracon::cpu
