#pragma once
// The fixed part of a page: marks, border line, headers and pilots, before any codeword is placed.

#include <cstdint>
#include <span>

#include "format/page_layout.hpp"

namespace ostracon::format {

/// Kind of the module at (row, col) of a page of rows x cols; kData where nothing fixed lies.
ModuleKind fixed_kind(std::int32_t row, std::int32_t col, std::int32_t rows, std::int32_t cols);

/// Fills `kinds` (rows x cols, row-major) with fixed_kind() of every module.
void fill_fixed_kinds(std::int32_t rows, std::int32_t cols, std::span<ModuleKind> kinds);

/// Fills `known` from `kinds`: the PN bit of finder, border, pilot and filler modules, else 2.
void fill_known_bits(std::int32_t rows, std::int32_t cols, std::span<const ModuleKind> kinds,
                     std::span<std::uint8_t> known);

}  // namespace ostracon::format
