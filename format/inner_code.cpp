#include "format/inner_code.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#include "format/crc.hpp"

namespace ostracon::format {
namespace {

constexpr std::int32_t kCoreRows = 4;  // both base graphs: four coupled rows, then plain extension
constexpr std::int32_t kMaxLifting = 384;
using Block = std::array<std::uint8_t, kMaxLifting>;

/// to[i] ^= from[(i + shift) mod Z], i = 0 .. Z-1: the circulant P^shift applied to a block.
void add_rotated(std::uint8_t* to, const std::uint8_t* from, std::int32_t shift,
                 std::int32_t lifting) {
  const std::int32_t head = lifting - shift;
  for (std::int32_t i = 0; i < head; ++i) {
    to[i] = static_cast<std::uint8_t>(to[i] ^ from[shift + i]);
  }
  for (std::int32_t i = 0; i < shift; ++i) {
    to[head + i] = static_cast<std::uint8_t>(to[head + i] ^ from[i]);
  }
}

std::span<const BaseEdge> edges_of_row(const QcCode& code, std::int32_t row) {
  const auto less = [](const BaseEdge& edge, std::int32_t r) { return edge.row < r; };
  const auto begin = std::lower_bound(code.edges.begin(), code.edges.end(), row, less);
  const auto end = std::lower_bound(begin, code.edges.end(), row + 1, less);
  return code.edges.subspan(static_cast<std::size_t>(begin - code.edges.begin()),
                            static_cast<std::size_t>(end - begin));
}

/// The first parity block. In the sum of the four core rows every other parity block cancels and
/// two of the three circulants of the first one do; `sums` are the rows' sums over information.
void solve_first_parity(const QcCode& code, const std::array<Block, kCoreRows>& sums,
                        std::uint8_t* parity) {
  const std::int32_t z = code.lifting;
  std::array<std::uint8_t, kMaxLifting> odd{};  // shifts that remain, modulo 2
  for (const BaseEdge& edge : code.edges) {
    if (edge.row >= kCoreRows) break;
    if (edge.col == code.information_cols) odd[edge.shift] ^= 1U;
  }
  const auto found = std::find(odd.begin(), odd.end(), std::uint8_t{1});
  assert(found != odd.end() && std::count(odd.begin(), odd.end(), 1) == 1);
  const auto shift = static_cast<std::int32_t>(found - odd.begin());
  std::memset(parity, 0, static_cast<std::size_t>(z));
  for (const Block& sum : sums) add_rotated(parity, sum.data(), (z - shift) % z, z);
}

/// The other three core parity blocks: each core row that has one unknown block (always with
/// shift 0) gives it, until none is left.
void solve_core(const QcCode& code, const std::array<Block, kCoreRows>& sums,
                std::uint8_t* mother) {
  const std::int32_t z = code.lifting;
  std::array<bool, kCoreRows> known{true};
  for (std::int32_t turn = 0; turn < kCoreRows; ++turn) {
    for (std::int32_t row = 0; row < kCoreRows; ++row) {
      Block sum = sums[static_cast<std::size_t>(row)];
      std::int32_t unknown = -1, unknowns = 0;
      for (const BaseEdge& edge : edges_of_row(code, row)) {
        const std::int32_t parity = edge.col - code.information_cols;
        if (parity < 0) continue;
        if (known[static_cast<std::size_t>(parity)]) {
          add_rotated(sum.data(), mother + edge.col * z, edge.shift, z);
        } else {
          assert(edge.shift == 0);
          unknown = parity;
          ++unknowns;
        }
      }
      if (unknowns != 1) continue;
      std::memcpy(mother + (code.information_cols + unknown) * z, sum.data(),
                  static_cast<std::size_t>(z));
      known[static_cast<std::size_t>(unknown)] = true;
    }
  }
}

/// Fills the parity blocks of the first `rows` check rows; the information blocks stand already.
void encode_rows(const QcCode& code, std::int32_t rows, std::uint8_t* mother) {
  const std::int32_t z = code.lifting;
  assert(z <= kMaxLifting && rows >= kCoreRows);
  std::array<Block, kCoreRows> sums{};
  for (const BaseEdge& edge : code.edges) {
    if (edge.row >= kCoreRows) break;
    if (edge.col >= code.information_cols) continue;
    add_rotated(sums[edge.row].data(), mother + edge.col * z, edge.shift, z);
  }
  solve_first_parity(code, sums, mother + code.information_cols * z);
  solve_core(code, sums, mother);
  for (std::int32_t row = kCoreRows; row < rows; ++row) {
    const std::int32_t own = code.information_cols + row;
    std::memset(mother + own * z, 0, static_cast<std::size_t>(z));
    for (const BaseEdge& edge : edges_of_row(code, row)) {
      if (edge.col == own) continue;
      add_rotated(mother + own * z, mother + edge.col * z, edge.shift, z);
    }
  }
}

constexpr std::array<std::string_view, 5> kRateNames{"1/3", "1/2", "2/3", "0.8", "8/9"};

}  // namespace

std::string_view to_string(Rate rate) { return kRateNames[static_cast<std::size_t>(rate)]; }

Result<Rate> parse_rate(std::string_view text) {
  constexpr std::array<std::string_view, 5> kOtherNames{"0.333", "0.5", "0.667", "4/5", "0.889"};
  for (std::size_t i = 0; i < kRateNames.size(); ++i) {
    if (text == kRateNames[i] || text == kOtherNames[i]) return static_cast<Rate>(i);
  }
  return Error{ErrorCode::kInvalidArgument, "the inner code has no rate '" + std::string(text) +
                                                "' (1/3, 1/2, 2/3, 0.8 or 8/9)"};
}

std::int32_t active_check_rows(Rate rate) {
  const QcCode& code = payload_code();
  const std::int32_t bits = codeword_bits(rate) + kPuncturedBits;
  return (bits + code.lifting - 1) / code.lifting - code.information_cols;
}

void encode_mother(const QcCode& code, std::span<const std::uint8_t> information,
                   std::span<std::uint8_t> mother) {
  assert(information.size() == static_cast<std::size_t>(code.information_cols * code.lifting));
  assert(mother.size() == static_cast<std::size_t>(code.base_cols * code.lifting));
  std::copy(information.begin(), information.end(), mother.begin());
  encode_rows(code, code.base_rows, mother.data());
}

bool check_information(std::span<const std::uint8_t> information) {
  assert(information.size() == static_cast<std::size_t>(kInformationBits));
  std::uint32_t sent = 0;
  for (const std::uint8_t bit : information.subspan(kPayloadBits)) sent = (sent << 1) | (bit & 1U);
  return crc24b(information.first(kPayloadBits)) == sent;
}

}  // namespace ostracon::format
