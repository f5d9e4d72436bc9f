#include "format/qr/symbol_reader.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "format/qr/reed_solomon.hpp"

namespace ostracon::format::qr {
namespace {

constexpr int kFormatBitsCorrected = 3;  // any two words differ in 7

/// Whether more modules of the three finders are wrong than right.
bool is_inverted(const Matrix& matrix, const Symbol& symbol) {
  int wrong = 0;
  for (std::size_t i = 0; i < symbol.role.size(); ++i) {
    if (symbol.role[i] != Role::kFinder) continue;
    wrong += (matrix.modules[i] != 0) != (symbol.value[i] != 0) ? 1 : -1;
  }
  return wrong > 0;
}

Matrix transposed(const Matrix& matrix) {
  Matrix turned = matrix;
  const auto side = static_cast<std::size_t>(matrix.side);
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column) {
      turned.modules[column * side + row] = matrix.modules[row * side + column];
    }
  }
  return turned;
}

/// Reads the symbol as it lies, into all but how it was turned.
void read_upright(const Matrix& symbol, SymbolReading& reading) {
  const NearestFormat nearest = nearest_format(symbol);
  reading.format = nearest.format;
  reading.format_errors = nearest.errors;
  reading.corrected.reset();
  reading.stream = {};
  if (nearest.errors > kFormatBitsCorrected) return;
  const auto data = correct_blocks(codewords_of(symbol, nearest.format.mask), reading.version,
                                   nearest.format.level);
  if (!data) return;
  reading.corrected = data->corrected;
  reading.stream = read_stream(data->data, reading.version);
}

}  // namespace

NearestFormat nearest_format(const Matrix& symbol) {
  const auto modules = format_modules(version_of_side(symbol.side));
  std::array<unsigned, 2> seen{};
  for (std::size_t copy = 0; copy < 2; ++copy) {
    for (std::size_t i = 0; i < kFormatBits; ++i) {
      seen[copy] |= (symbol.modules[modules[copy][i]] != 0 ? 1U : 0U) << i;
    }
  }
  NearestFormat nearest = {.format = {}, .errors = kFormatBits};
  int least = 2 * kFormatBits;  // of both copies together
  for (const Level level : kLevels) {
    for (int mask = 0; mask < kMasks; ++mask) {
      const unsigned word = format_word({level, mask});
      const int first = std::popcount(seen[0] ^ word);
      const int second = std::popcount(seen[1] ^ word);
      const int better = std::min(first, second);
      // One copy may be destroyed: the better one decides, then both.
      if (std::pair(better, first + second) < std::pair(nearest.errors, least)) {
        nearest = {{level, mask}, better};
        least = first + second;
      }
    }
  }
  return nearest;
}

std::vector<std::uint8_t> codewords_of(const Matrix& matrix, int mask) {
  const Symbol& symbol = symbol_of(version_of_side(matrix.side));
  std::vector<std::uint8_t> codewords(symbol.data_modules.size() / 8);
  for (std::size_t i = 0; i < 8 * codewords.size(); ++i) {
    const bool dark = matrix.modules[symbol.data_modules[i]] != 0;
    const unsigned inverts = (symbol.masks[i] >> mask) & 1U;
    const unsigned bits = codewords[i / 8] * 2U + ((dark ? 1U : 0U) ^ inverts);
    codewords[i / 8] = static_cast<std::uint8_t>(bits);
  }
  return codewords;
}

std::optional<CorrectedData> correct_blocks(std::span<const std::uint8_t> codewords, int version,
                                            Level level) {
  const BlockLayout layout = block_layout(version, level);
  const std::vector<std::uint16_t> order = transmission_order(version, level);
  CorrectedData result;
  auto place = order.begin();
  std::vector<std::uint8_t> block;
  for (int i = 0; i < layout.blocks(); ++i) {
    const BlockShape shape = {.octets = layout.data_of(i) + layout.parity,
                              .data_octets = layout.data_of(i)};
    block.clear();
    for (std::int32_t j = 0; j < shape.octets; ++j) block.push_back(codewords[*place++]);
    const auto correction = decode_block(shape, block);
    if (!correction) return std::nullopt;
    result.corrected += correction->errors;
    result.data.insert(result.data.end(), block.begin(), block.begin() + shape.data_octets);
  }
  return result;
}

SymbolReading read_symbol(const Matrix& matrix) {
  SymbolReading reading;
  reading.version = version_of_side(matrix.side);
  const auto side = static_cast<std::size_t>(std::max(matrix.side, 0));
  if (reading.version == 0 || matrix.modules.size() != side * side) return {};
  Matrix symbol = matrix;
  reading.inverted = is_inverted(matrix, symbol_of(reading.version));
  if (reading.inverted) {
    for (std::uint8_t& module : symbol.modules) module = module == 0 ? 1 : 0;
  }
  read_upright(symbol, reading);
  if (reading.proper()) return reading;
  SymbolReading mirrored = reading;
  mirrored.mirrored = true;
  read_upright(transposed(symbol), mirrored);
  return mirrored.proper() || (mirrored.corrected && !reading.corrected) ? mirrored : reading;
}

}  // namespace ostracon::format::qr
