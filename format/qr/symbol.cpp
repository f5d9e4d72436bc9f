#include "format/qr/symbol.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace ostracon::format::qr {
namespace {

/// Table 9: blocks of a version, and parity codewords of each of them.
struct BlockRow {
  std::array<std::uint8_t, 4> blocks;  // L, M, Q, H
  std::array<std::uint8_t, 4> parity;
};

constexpr std::array<BlockRow, kMaxVersion> kBlocks = {{
    {{1, 1, 1, 1}, {7, 10, 13, 17}},      {{1, 1, 1, 1}, {10, 16, 22, 28}},
    {{1, 1, 2, 2}, {15, 26, 18, 22}},     {{1, 2, 2, 4}, {20, 18, 26, 16}},
    {{1, 2, 4, 4}, {26, 24, 18, 22}},     {{2, 4, 4, 4}, {18, 16, 24, 28}},
    {{2, 4, 6, 5}, {20, 18, 18, 26}},     {{2, 4, 6, 6}, {24, 22, 22, 26}},
    {{2, 5, 8, 8}, {30, 22, 20, 24}},     {{4, 5, 8, 8}, {18, 26, 24, 28}},
    {{4, 5, 8, 11}, {20, 30, 28, 24}},    {{4, 8, 10, 11}, {24, 22, 26, 28}},
    {{4, 9, 12, 16}, {26, 22, 24, 22}},   {{4, 9, 16, 16}, {30, 24, 20, 24}},
    {{6, 10, 12, 18}, {22, 24, 30, 24}},  {{6, 10, 17, 16}, {24, 28, 24, 30}},
    {{6, 11, 16, 19}, {28, 28, 28, 28}},  {{6, 13, 18, 21}, {30, 26, 28, 28}},
    {{7, 14, 21, 25}, {28, 26, 26, 26}},  {{8, 16, 20, 25}, {28, 26, 30, 28}},
    {{8, 17, 23, 25}, {28, 26, 28, 30}},  {{9, 17, 23, 34}, {28, 28, 30, 24}},
    {{9, 18, 25, 30}, {30, 28, 30, 30}},  {{10, 20, 27, 32}, {30, 28, 30, 30}},
    {{12, 21, 29, 35}, {26, 28, 30, 30}}, {{12, 23, 34, 37}, {28, 28, 28, 30}},
    {{12, 25, 34, 40}, {30, 28, 30, 30}}, {{13, 26, 35, 42}, {30, 28, 30, 30}},
    {{14, 28, 38, 45}, {30, 28, 30, 30}}, {{15, 29, 40, 48}, {30, 28, 30, 30}},
    {{16, 31, 43, 51}, {30, 28, 30, 30}}, {{17, 33, 45, 54}, {30, 28, 30, 30}},
    {{18, 35, 48, 57}, {30, 28, 30, 30}}, {{19, 37, 51, 60}, {30, 28, 30, 30}},
    {{19, 38, 53, 63}, {30, 28, 30, 30}}, {{20, 40, 56, 66}, {30, 28, 30, 30}},
    {{21, 43, 59, 70}, {30, 28, 30, 30}}, {{22, 45, 62, 74}, {30, 28, 30, 30}},
    {{24, 47, 65, 77}, {30, 28, 30, 30}}, {{25, 49, 68, 81}, {30, 28, 30, 30}},
}};

[[maybe_unused]] bool is_version(int version) {
  return version >= kMinVersion && version <= kMaxVersion;
}

class SymbolBuilder {
 public:
  explicit SymbolBuilder(int version) {
    symbol_.version = version;
    symbol_.side = side_of(version);
    const auto side = static_cast<std::size_t>(symbol_.side);
    symbol_.role.resize(side * side, Role::kData);
    symbol_.value.resize(side * side);
  }

  Symbol build() {
    place_timing();
    place_finders();
    place_alignment();
    place_format();
    if (symbol_.version >= kFirstVersionWithInformation) place_version();
    order_data();
    tabulate_masks();
    return std::move(symbol_);
  }

 private:
  void set(int row, int column, Role role, bool dark) {
    const std::size_t module = static_cast<unsigned>(row * symbol_.side + column);
    symbol_.role[module] = role;
    symbol_.value[module] = dark ? 1 : 0;
  }

  void place_timing() {
    for (int i = 0; i < symbol_.side; ++i) {
      set(6, i, Role::kTiming, i % 2 == 0);
      set(i, 6, Role::kTiming, i % 2 == 0);
    }
  }

  void place_finders() {
    const int last = symbol_.side - 4;
    for (const auto [row, column] : {std::array{3, 3}, std::array{3, last}, std::array{last, 3}}) {
      for (int y = -4; y <= 4; ++y) {
        for (int x = -4; x <= 4; ++x) {
          if (std::min(row + y, column + x) < 0) continue;
          if (std::max(row + y, column + x) >= symbol_.side) continue;
          const int ring = std::max(std::abs(y), std::abs(x));
          const Role role = ring == 4 ? Role::kSeparator : Role::kFinder;
          set(row + y, column + x, role, ring != 2 && ring != 4);
        }
      }
    }
  }

  void place_alignment() {
    const std::vector<int> centres = alignment_centres(symbol_.version);
    for (const int row : centres) {
      for (const int column : centres) {
        const bool first_row = row == centres.front();
        const bool first_column = column == centres.front();
        const bool on_finder = (first_row && (first_column || column == centres.back())) ||
                               (first_column && row == centres.back());
        if (on_finder) continue;
        for (int y = -2; y <= 2; ++y) {
          for (int x = -2; x <= 2; ++x) {
            const int ring = std::max(std::abs(y), std::abs(x));
            set(row + y, column + x, Role::kAlignment, ring != 1);
          }
        }
      }
    }
  }

  void place_format() {
    for (const auto& copy : format_modules(symbol_.version)) {
      for (const std::uint16_t module : copy) symbol_.role[module] = Role::kFormat;
    }
    set(symbol_.side - 8, 8, Role::kDarkModule, true);
  }

  void place_version() {
    const std::uint32_t word = version_word(symbol_.version);
    for (const auto& copy : version_modules(symbol_.version)) {
      for (std::size_t i = 0; i < copy.size(); ++i) {
        symbol_.role[copy[i]] = Role::kVersion;
        symbol_.value[copy[i]] = static_cast<std::uint8_t>((word >> i) & 1U);
      }
    }
  }

  /// Strips two columns wide from the right, up and down by turns; the timing column is no part of
  /// any strip.
  void order_data() {
    bool up = true;
    for (int right = symbol_.side - 1; right > 0; right -= 2, up = !up) {
      if (right == 6) --right;
      for (int i = 0; i < symbol_.side; ++i) {
        const int row = up ? symbol_.side - 1 - i : i;
        for (const int column : {right, right - 1}) {
          const int module = row * symbol_.side + column;
          if (symbol_.role[static_cast<std::size_t>(module)] != Role::kData) continue;
          symbol_.data_modules.push_back(static_cast<std::uint16_t>(module));
        }
      }
    }
  }

  void tabulate_masks() {
    for (const std::uint16_t module : symbol_.data_modules) {
      unsigned inverts = 0;
      for (int mask = 0; mask < kMasks; ++mask) {
        const bool here = mask_inverts(mask, module / symbol_.side, module % symbol_.side);
        inverts |= (here ? 1U : 0U) << static_cast<unsigned>(mask);
      }
      symbol_.masks.push_back(static_cast<std::uint8_t>(inverts));
    }
  }

  Symbol symbol_;
};

/// `word` times x^degree(generator), and the remainder of that by `generator` below it.
constexpr std::uint32_t bch(std::uint32_t word, std::uint32_t generator, int degree) {
  std::uint32_t remainder = word << degree;
  for (int bit = 31; bit >= degree; --bit) {
    if (((remainder >> bit) & 1U) != 0) remainder ^= generator << (bit - degree);
  }
  return (word << degree) | remainder;
}

}  // namespace

std::vector<int> alignment_centres(int version) {
  assert(is_version(version));
  if (version == 1) return {};
  // Equal even steps back from the last, which lies as far from the edge as the first; the rest
  // is left to the step after the first. Version 32 alone has steps a little shorter (annex E).
  const int steps = version / 7 + 1;
  const int last = side_of(version) - 7;
  const int step = version == 32 ? 26 : 2 * ((last - 6 + 2 * steps - 1) / (2 * steps));
  std::vector<int> centres = {6};
  for (int i = 1; i <= steps; ++i) centres.push_back(last - (steps - i) * step);
  return centres;
}

const Symbol& symbol_of(int version) {
  assert(is_version(version));
  static std::array<std::once_flag, kMaxVersion + 1> made;
  static std::array<Symbol, kMaxVersion + 1> symbols;
  const auto i = static_cast<std::size_t>(version);
  std::call_once(made[i], [&] { symbols[i] = SymbolBuilder(version).build(); });
  return symbols[i];
}

BlockLayout block_layout(int version, Level level) {
  assert(is_version(version));
  const BlockRow& row = kBlocks[static_cast<std::size_t>(version - 1)];
  const int blocks = row.blocks[static_cast<std::size_t>(level)];
  const int parity = row.parity[static_cast<std::size_t>(level)];
  const int data = codeword_count(version) - blocks * parity;
  return {.short_blocks = blocks - data % blocks,
          .long_blocks = data % blocks,
          .short_data = data / blocks,
          .parity = parity};
}

int codeword_count(int version) {
  return static_cast<int>(symbol_of(version).data_modules.size() / 8);
}

int remainder_bits(int version) {
  return static_cast<int>(symbol_of(version).data_modules.size() % 8);
}

std::vector<std::uint16_t> transmission_order(int version, Level level) {
  const BlockLayout layout = block_layout(version, level);
  std::vector<std::uint16_t> order;
  order.reserve(static_cast<std::size_t>(layout.codewords()));
  for (int block = 0; block < layout.blocks(); ++block) {
    for (int i = 0; i < layout.short_data; ++i) {
      order.push_back(static_cast<std::uint16_t>(i * layout.blocks() + block));
    }
    if (block >= layout.short_blocks) {
      const int longer = layout.short_data * layout.blocks() + block - layout.short_blocks;
      order.push_back(static_cast<std::uint16_t>(longer));
    }
    for (int i = 0; i < layout.parity; ++i) {
      const int place = layout.data_codewords() + i * layout.blocks() + block;
      order.push_back(static_cast<std::uint16_t>(place));
    }
  }
  return order;
}

std::uint16_t format_word(FormatInformation information) {
  constexpr std::array<std::uint32_t, 4> kLevelBits = {1, 0, 3, 2};  // L, M, Q, H: table 12
  constexpr std::uint32_t kFormatGenerator = 0x537;
  constexpr std::uint32_t kFormatMask = 0x5412;
  const std::uint32_t data = (kLevelBits[static_cast<std::size_t>(information.level)] << 3U) |
                             static_cast<std::uint32_t>(information.mask);
  return static_cast<std::uint16_t>(bch(data, kFormatGenerator, 10) ^ kFormatMask);
}

std::uint32_t version_word(int version) {
  constexpr std::uint32_t kVersionGenerator = 0x1F25;
  return bch(static_cast<std::uint32_t>(version), kVersionGenerator, 12);
}

std::array<std::array<std::uint16_t, kFormatBits>, 2> format_modules(int version) {
  const int side = side_of(version);
  const auto module = [side](int row, int column) {
    return static_cast<std::uint16_t>(row * side + column);
  };
  std::array<std::array<std::uint16_t, kFormatBits>, 2> modules{};
  for (int i = 0; i < kFormatBits; ++i) {
    const auto bit = static_cast<std::size_t>(i);
    // Down column 8 and left along row 8, past the timing patterns; then left along row 8 from the
    // right edge and down column 8 to the lower edge.
    modules[0][bit] = i < 8 ? module(i + (i >= 6 ? 1 : 0), 8) : module(8, i == 8 ? 7 : 14 - i);
    modules[1][bit] = i < 8 ? module(8, side - 1 - i) : module(side - kFormatBits + i, 8);
  }
  return modules;
}

std::array<std::array<std::uint16_t, kVersionBits>, 2> version_modules(int version) {
  const int side = side_of(version);
  std::array<std::array<std::uint16_t, kVersionBits>, 2> modules{};
  for (int i = 0; i < kVersionBits; ++i) {
    const int along = i / 3;
    const int across = side - 11 + i % 3;
    modules[0][static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(along * side + across);
    modules[1][static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(across * side + along);
  }
  return modules;
}

}  // namespace ostracon::format::qr
