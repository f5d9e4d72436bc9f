#include "format/codeword_program.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace ostracon::format {
namespace {

constexpr std::int32_t kCoreRows = 4;  // coupled; every other row gives its own parity column

class Builder {
 public:
  explicit Builder(Rate rate) : rows_(active_check_rows(rate)) {
    program_.columns = kInformationColumns + rows_;
  }

  CodewordProgram build() {
    for (std::int32_t row = 0; row < kCoreRows; ++row) sum_information(row);
    solve_first_parity();
    solve_core();
    for (std::int32_t row = kCoreRows; row < rows_; ++row) {
      const std::int32_t own = kInformationColumns + row;
      begin_sum(own);
      for_each_edge(row, [&](const BaseEdge& edge) {
        if (edge.col != own) add(edge.col, edge.shift);
      });
    }
    return std::move(program_);
  }

 private:
  std::int32_t scratch(std::int32_t row) const { return program_.columns + row; }

  template <class Visit>
  static void for_each_edge(std::int32_t row, const Visit& visit) {
    for (const BaseEdge& edge : payload_code().edges)
      if (edge.row == row) visit(edge);
  }

  void begin_sum(std::int32_t column) {
    program_.sums.push_back(
        {column * kColumnBytes, static_cast<std::int32_t>(program_.sources.size()), 0});
  }
  void add(std::int32_t column, std::int32_t shift) {
    ColumnSource source{};
    for (std::size_t i = 0; i < source.read.size(); ++i) {
      const std::int32_t bit = (kPlaceStep * static_cast<std::int32_t>(i) + shift) % kColumnBits;
      source.read[i] = static_cast<std::uint16_t>(column * kColumnBytes + bit);
    }
    program_.sources.push_back(source);
    ++program_.sums.back().sources;
  }

  /// The information's share of a core row.
  void sum_information(std::int32_t row) {
    begin_sum(scratch(row));
    for_each_edge(row, [&](const BaseEdge& edge) {
      if (edge.col < kInformationColumns) add(edge.col, edge.shift);
    });
  }

  /// In the sum of the core rows all other parity columns cancel, and two of the three circulants
  /// of the first one do.
  void solve_first_parity() {
    std::array<bool, kColumnBits> odd{};
    for (std::int32_t row = 0; row < kCoreRows; ++row)
      for_each_edge(row, [&](const BaseEdge& edge) {
        if (edge.col == kInformationColumns) odd[edge.shift] = !odd[edge.shift];
      });
    assert(std::count(odd.begin(), odd.end(), true) == 1);
    const auto shift =
        static_cast<std::int32_t>(std::find(odd.begin(), odd.end(), true) - odd.begin());
    begin_sum(kInformationColumns);
    for (std::int32_t row = 0; row < kCoreRows; ++row) add(scratch(row), kColumnBits - shift);
  }

  /// Each core row that has one unknown column (always with shift 0) gives it, until none is left.
  void solve_core() {
    std::array<bool, kCoreRows> known{true};
    for (std::int32_t turn = 0; turn < kCoreRows; ++turn)
      for (std::int32_t row = 0; row < kCoreRows; ++row) {
        std::int32_t unknown = -1, unknowns = 0;
        for_each_edge(row, [&](const BaseEdge& edge) {
          const std::int32_t parity = edge.col - kInformationColumns;
          if (parity < 0 || known[static_cast<std::size_t>(parity)]) return;
          assert(edge.shift == 0);
          unknown = parity;
          ++unknowns;
        });
        if (unknowns != 1) continue;
        begin_sum(kInformationColumns + unknown);
        add(scratch(row), 0);
        for_each_edge(row, [&](const BaseEdge& edge) {
          const std::int32_t parity = edge.col - kInformationColumns;
          if (parity >= 0 && parity != unknown) add(edge.col, edge.shift);
        });
        known[static_cast<std::size_t>(unknown)] = true;
      }
  }

  std::int32_t rows_;
  CodewordProgram program_;
};

}  // namespace

CodewordProgram make_codeword_program(Rate rate) { return Builder(rate).build(); }

}  // namespace ostracon::format
