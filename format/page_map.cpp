#include "format/page_map.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "format/pn.hpp"
#include "format/seeds.hpp"

namespace ostracon::format {
namespace {

constexpr std::int32_t kPilotOffset = kPilotSpacing / 2;

bool inside(ModulePosition origin, std::int32_t side, std::int32_t row, std::int32_t col) {
  return row >= origin.row && row < origin.row + side && col >= origin.col &&
         col < origin.col + side;
}

}  // namespace

std::uint8_t finder_bit(std::int32_t corner, std::int32_t row, std::int32_t col) {
  assert(corner >= 0 && corner < 4 && row >= 0 && row < kFinderSide && col >= 0 &&
         col < kFinderSide);
  return pn_bit(kFinderSeeds[static_cast<std::size_t>(corner)],
                static_cast<std::uint64_t>(row * kFinderSide + col));
}

ModulePosition finder_origin(std::int32_t corner, std::int32_t rows, std::int32_t cols) {
  return {corner < 2 ? 0 : rows - kFinderSide, corner % 2 == 0 ? 0 : cols - kFinderSide};
}

ModulePosition header_origin(std::int32_t corner, std::int32_t rows, std::int32_t cols) {
  return {corner < 2 ? kFinderSide : rows - kFinderSide - kHeaderSide,
          corner % 2 == 0 ? 1 : cols - kHeaderSide - 1};
}

ModuleKind fixed_kind(std::int32_t row, std::int32_t col, std::int32_t rows, std::int32_t cols) {
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    if (inside(finder_origin(corner, rows, cols), kFinderSide, row, col)) {
      return ModuleKind::kFinder;
    }
    if (inside(header_origin(corner, rows, cols), kHeaderSide, row, col)) {
      return ModuleKind::kHeader;
    }
  }
  if (row == 0 || row == rows - 1 || col == 0 || col == cols - 1) return ModuleKind::kBorder;
  if (row % kPilotSpacing == kPilotOffset && col % kPilotSpacing == kPilotOffset) {
    return ModuleKind::kPilot;
  }
  return ModuleKind::kData;
}

void fill_fixed_kinds(std::int32_t rows, std::int32_t cols, std::span<ModuleKind> kinds) {
  assert(kinds.size() == static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
  std::fill(kinds.begin(), kinds.end(), ModuleKind::kData);
  const auto put = [&](std::int32_t row, std::int32_t col, ModuleKind kind) {
    kinds[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
          static_cast<std::size_t>(col)] = kind;
  };
  const auto put_square = [&](ModulePosition origin, std::int32_t side, ModuleKind kind) {
    for (std::int32_t row = 0; row < side; ++row) {
      for (std::int32_t col = 0; col < side; ++col) put(origin.row + row, origin.col + col, kind);
    }
  };
  // Later kinds overwrite earlier ones: the order is that of fixed_kind(), backwards.
  for (std::int32_t row = kPilotOffset; row < rows; row += kPilotSpacing) {
    for (std::int32_t col = kPilotOffset; col < cols; col += kPilotSpacing) {
      put(row, col, ModuleKind::kPilot);
    }
  }
  for (std::int32_t col = 0; col < cols; ++col) {
    put(0, col, ModuleKind::kBorder);
    put(rows - 1, col, ModuleKind::kBorder);
  }
  for (std::int32_t row = 0; row < rows; ++row) {
    put(row, 0, ModuleKind::kBorder);
    put(row, cols - 1, ModuleKind::kBorder);
  }
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    put_square(header_origin(corner, rows, cols), kHeaderSide, ModuleKind::kHeader);
    put_square(finder_origin(corner, rows, cols), kFinderSide, ModuleKind::kFinder);
  }
}

void fill_known_bits(std::int32_t rows, std::int32_t cols, std::span<const ModuleKind> kinds,
                     std::span<std::uint8_t> known) {
  assert(kinds.size() == known.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    switch (kinds[i]) {
      case ModuleKind::kFiller:
        known[i] = pn_bit(kFillerSeed, i);
        break;
      case ModuleKind::kPilot:
        known[i] = pn_bit(kPilotSeed, i);
        break;
      case ModuleKind::kBorder:
        known[i] = pn_bit(kBorderSeed, i);
        break;
      default:
        known[i] = 2;
    }
  }
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    const ModulePosition origin = finder_origin(corner, rows, cols);
    for (std::int32_t row = 0; row < kFinderSide; ++row) {
      for (std::int32_t col = 0; col < kFinderSide; ++col) {
        known[static_cast<std::size_t>(origin.row + row) * static_cast<std::size_t>(cols) +
              static_cast<std::size_t>(origin.col + col)] = finder_bit(corner, row, col);
      }
    }
  }
}

}  // namespace ostracon::format
