#include "datasets/bit_window.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/random.hpp"
#include "datasets/tables.hpp"
#include "format/page_layout.hpp"

namespace ostracon::sem {
namespace {

ModuleRectangle rectangle_of(PlateSource::Position at, const PlateSource& source) {
  return {at.row, at.col, at.row + source.page_rows(), at.col + source.page_cols()};
}

ModuleRectangle intersection(const ModuleRectangle& a, const ModuleRectangle& b) {
  return {std::max(a.first_row, b.first_row), std::max(a.first_col, b.first_col),
          std::min(a.last_row, b.last_row), std::min(a.last_col, b.last_col)};
}

bool is_empty(const ModuleRectangle& a) {
  return a.first_row >= a.last_row || a.first_col >= a.last_col;
}

ModuleRectangle widened(const ModuleRectangle& a, std::int64_t by) {
  return {a.first_row - by, a.first_col - by, a.last_row + by, a.last_col + by};
}

std::size_t cell(const BitWindow& window, std::int64_t plate_row, std::int64_t plate_col) {
  return window.index(static_cast<std::int32_t>(plate_row - window.first_row),
                      static_cast<std::int32_t>(plate_col - window.first_col));
}

void copy_page(BitWindow& window, const ModuleRectangle& view, const ModuleRectangle& page,
               const std::vector<std::uint8_t>& modules) {
  const ModuleRectangle seen = intersection(view, page);
  const std::int64_t page_cols = page.last_col - page.first_col;
  for (std::int64_t row = seen.first_row; row < seen.last_row; ++row) {
    const std::uint8_t* from =
        modules.data() + (row - page.first_row) * page_cols + (seen.first_col - page.first_col);
    std::transform(from, from + (seen.last_col - seen.first_col),
                   window.bits.data() + cell(window, row, seen.first_col),
                   [](std::uint8_t bit) { return static_cast<std::uint8_t>(bit & 1U); });
  }
}

/// One number for every module of a plate, whatever field sees it.
std::uint64_t module_word(std::uint64_t stream, std::int64_t row, std::int64_t col) {
  return format::pn_word(stream, (static_cast<std::uint64_t>(row) << 32) ^
                                     (static_cast<std::uint64_t>(col) & 0xFFFFFFFFU));
}

template <class Visit>
void for_each_module(const BitWindow& window, Visit&& visit) {
  for (std::int32_t row = 0; row < window.rows; ++row)
    for (std::int32_t col = 0; col < window.cols; ++col)
      visit(window.index(row, col), window.first_row + row, window.first_col + col);
}

void add_write_errors(BitWindow& window, double rate, std::uint64_t seed) {
  const std::uint64_t stream = stream_seed(seed, 0, Purpose::kWriteErrors);
  for_each_module(window, [&](std::size_t at, std::int64_t row, std::int64_t col) {
    if (static_cast<double>(module_word(stream, row, col) >> 11) * 0x1.0p-53 >= rate) return;
    window.bits[at] ^= 1U;
    ++window.write_errors;
  });
}

std::int16_t pit_units(double modules) {
  return static_cast<std::int16_t>(std::lround(std::clamp(modules, -3.9, 3.9) * StepTable::kUnit));
}

void shape_pits(BitWindow& window, const Optics& optics, double pitch_nm, std::uint64_t seed) {
  const std::uint64_t stream = stream_seed(seed, 0, Purpose::kPitShape);
  const double placement = optics.placement_error_nm / pitch_nm;
  window.pits.resize(window.bits.size());
  for_each_module(window, [&](std::size_t at, std::int64_t row, std::int64_t col) {
    if (window.bits[at] == 0) return;
    const std::uint64_t word = module_word(stream, row, col);
    const double half =
        std::max(0.0, optics.pit_fill / 2 * (1 + optics.pit_size_spread * normal_of(word & 4095)));
    const double y = placement * normal_of((word >> 12) & 4095);
    const double x = placement * normal_of((word >> 24) & 4095);
    window.pits[at] = {pit_units(y - half), pit_units(y + half), pit_units(x - half),
                       pit_units(x + half)};
  });
}

void make_patterns(BitWindow& window) {
  window.patterns.assign(window.bits.size(), 0);
  for (std::int32_t row = 0; row < window.rows; ++row) {
    for (std::int32_t col = 0; col < window.cols; ++col) {
      unsigned pattern = 0;
      for (std::int32_t b = 0; b < 5; ++b) {
        const std::int32_t at = col + b - 2;
        if (at >= 0 && at < window.cols)
          pattern |= static_cast<unsigned>(window.bits[window.index(row, at)]) << b;
      }
      window.patterns[window.index(row, col)] = static_cast<std::uint8_t>(pattern);
    }
  }
}

}  // namespace

PlateMap make_plate_map(const PlateSource& source) {
  PlateMap map;
  map.positions.reserve(source.pages());
  for (std::uint32_t page = 0; page < source.pages(); ++page) {
    map.positions.push_back(source.position(page));
    const ModuleRectangle at = rectangle_of(map.positions.back(), source);
    if (page == 0) map.bounds = at;
    map.bounds = {
        std::min(map.bounds.first_row, at.first_row), std::min(map.bounds.first_col, at.first_col),
        std::max(map.bounds.last_row, at.last_row), std::max(map.bounds.last_col, at.last_col)};
  }
  return map;
}

Result<BitWindow> make_window(const Profile& profile, PlateSource& source, const PlateMap& plate,
                              std::uint32_t page, const ModuleRectangle& view, std::uint64_t seed) {
  BitWindow window;
  window.first_row = view.first_row;
  window.first_col = view.first_col;
  window.rows = static_cast<std::int32_t>(view.last_row - view.first_row);
  window.cols = static_cast<std::int32_t>(view.last_col - view.first_col);
  window.bits.assign(window.index(window.rows, 0), 0);

  const bool neighbours = profile.geometry.neighbours;
  const ModuleRectangle own = rectangle_of(plate.positions[page], source);
  const ModuleRectangle plate_part = widened(neighbours ? plate.bounds : own, source.gap_modules());
  const ModuleRectangle written =
      source.writes_gaps() ? intersection(view, plate_part) : ModuleRectangle{};
  for (std::int64_t row = written.first_row; row < written.last_row; ++row)
    for (std::int64_t col = written.first_col; col < written.last_col; ++col)
      window.bits[cell(window, row, col)] = format::gap_bit(row, col);

  std::vector<std::uint8_t> modules(static_cast<std::size_t>(source.page_rows()) *
                                    static_cast<std::size_t>(source.page_cols()));
  for (std::uint32_t other = 0; other < plate.positions.size(); ++other) {
    const ModuleRectangle at = rectangle_of(plate.positions[other], source);
    if ((!neighbours && other != page) || is_empty(intersection(view, at))) continue;
    OSTRACON_TRY(source.read(other, modules));
    copy_page(window, view, at, modules);
  }
  if (profile.damage.write_errors > 0) add_write_errors(window, profile.damage.write_errors, seed);
  if (profile.optics.pit_size_spread > 0 || profile.optics.placement_error_nm > 0)
    shape_pits(window, profile.optics, source.pitch_nm(), seed);
  make_patterns(window);
  return window;
}

}  // namespace ostracon::sem
