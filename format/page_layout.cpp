#include "format/page_layout.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>
#include <string>

#include "format/page_map.hpp"
#include "format/zone_lattice.hpp"

namespace ostracon::format {
namespace {

constexpr std::int32_t kMinSide = 256;
constexpr std::int32_t kMaxSide = 4096;
constexpr std::int32_t kMaxZonesPerSide = 15;
/// Code bit j lies at the kept module number (j * kBitStride) mod length: neighbouring code bits,
/// which share parity checks, land far apart in the zone.
constexpr std::int32_t kBitStride = 6529;
static_assert(std::gcd(kBitStride, kCodewordBits[0]) == 1 &&
              std::gcd(kBitStride, kCodewordBits[1]) == 1 &&
              std::gcd(kBitStride, kCodewordBits[2]) == 1 &&
              std::gcd(kBitStride, kCodewordBits[3]) == 1 &&
              std::gcd(kBitStride, kCodewordBits[4]) == 1);

std::string describe(const PageGeometry& geometry) {
  return std::to_string(geometry.rows) + " x " + std::to_string(geometry.cols) + " modules in " +
         std::to_string(geometry.zone_rows) + " x " + std::to_string(geometry.zone_cols) +
         " zones at rate " + std::string(to_string(geometry.rate));
}

Result<> check_sides(const PageGeometry& geometry) {
  const auto side_fits = [](std::int32_t side) { return side >= kMinSide && side <= kMaxSide; };
  const auto zones_fit = [](std::int32_t n) { return n >= 1 && n <= kMaxZonesPerSide; };
  if (!side_fits(geometry.rows) || !side_fits(geometry.cols)) {
    return Error{ErrorCode::kInvalidArgument, "a page has 256 to 4096 modules a side, not " +
                                                  std::to_string(geometry.rows) + " x " +
                                                  std::to_string(geometry.cols)};
  }
  if (!zones_fit(geometry.zone_rows) || !zones_fit(geometry.zone_cols)) {
    return Error{ErrorCode::kInvalidArgument, "a page has 1 to 15 zones a side, not " +
                                                  std::to_string(geometry.zone_rows) + " x " +
                                                  std::to_string(geometry.zone_cols)};
  }
  if (static_cast<std::size_t>(geometry.rate) >= kCodewordBits.size()) {
    return Error{
        ErrorCode::kInvalidArgument,
        "inner code rate " + std::to_string(static_cast<int>(geometry.rate)) + " is not known"};
  }
  return Ok{};
}

/// Writes the modules of all codewords of one zone and turns the surplus into filler.
///   out   n * length entries, codeword after codeword
void place_zone(const ZoneHoles& zone, Lattice lattice, std::int32_t length, std::int32_t page_cols,
                std::span<ModuleKind> kinds, std::span<std::uint32_t> out) {
  const auto colours = static_cast<std::size_t>(lattice.colours);
  const auto bits = static_cast<std::size_t>(length);
  const auto counts = colour_counts(zone, lattice.colours, lattice.step);
  // Of `count` modules those with floor((t+1) length / count) > floor(t length / count) are kept;
  // `rest` is t * length mod count, as in Bresenham's line.
  std::vector<std::int32_t> rest(colours, 0);
  std::vector<std::size_t> kept(colours, 0);
  std::vector<std::uint32_t> raster(colours * bits);
  for (std::int32_t row = 0; row < zone.zone.rows; ++row) {
    const std::size_t begin =
        static_cast<std::size_t>(zone.zone.row + row) * static_cast<std::size_t>(page_cols) +
        static_cast<std::size_t>(zone.zone.col);
    auto colour = static_cast<std::size_t>((lattice.step * row) % lattice.colours);
    for (std::size_t col = 0; col < static_cast<std::size_t>(zone.zone.cols); ++col) {
      const std::size_t here = colour;
      if (++colour == colours) colour = 0;
      ModuleKind& kind = kinds[begin + col];
      if (kind != ModuleKind::kData) continue;
      rest[here] += length;
      if (rest[here] >= counts[here]) {
        rest[here] -= counts[here];
        raster[here * bits + kept[here]++] = static_cast<std::uint32_t>(begin + col);
      } else {
        kind = ModuleKind::kFiller;
      }
    }
  }
  for (std::size_t codeword = 0; codeword < colours; ++codeword) {
    assert(kept[codeword] == bits);
    const auto from = std::span(raster).subspan(codeword * bits, bits);
    const auto to = out.subspan(codeword * bits, bits);
    std::size_t number = 0;
    for (std::uint32_t& module : to) {
      module = from[number];
      number += kBitStride;
      while (number >= bits) number -= bits;
    }
  }
}

}  // namespace

PageGeometry default_geometry(std::int32_t rows, std::int32_t cols, Rate rate) {
  const std::int32_t zones = std::min(rows, cols) >= 512 ? 2 : 1;
  return {rows, cols, zones, zones, rate};
}

/// What the two ways to create a layout share.
struct PageLayout::Builder {
  PageLayout layout;
  std::vector<ZoneHoles> zones;

  explicit Builder(const PageGeometry& geometry) {
    layout.geometry_ = geometry;
    layout.kinds_.resize(static_cast<std::size_t>(geometry.rows) *
                         static_cast<std::size_t>(geometry.cols));
    fill_fixed_kinds(geometry.rows, geometry.cols, layout.kinds_);
    zones = holes_of(geometry, layout.kinds_);
  }

  PageLayout build(Lattice lattice) && {
    const PageGeometry& geometry = layout.geometry_;
    const std::int32_t length = codeword_bits(geometry.rate);
    const auto zone_entries =
        static_cast<std::size_t>(lattice.colours) * static_cast<std::size_t>(length);
    layout.codewords_ = lattice.colours * static_cast<std::int32_t>(zones.size());
    layout.step_ = static_cast<std::uint16_t>(lattice.step);
    layout.modules_.resize(zone_entries * zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i) {
      place_zone(zones[i], lattice, length, geometry.cols, layout.kinds_,
                 std::span(layout.modules_).subspan(i * zone_entries, zone_entries));
    }
    layout.known_.resize(layout.kinds_.size());
    fill_known_bits(geometry.rows, geometry.cols, layout.kinds_, layout.known_);
    return std::move(layout);
  }
};

Result<PageLayout> PageLayout::create(const PageGeometry& geometry) {
  OSTRACON_TRY(check_sides(geometry));
  Builder builder(geometry);
  const auto lattice = choose_lattice(builder.zones, codeword_bits(geometry.rate));
  if (!lattice) {
    return Error{ErrorCode::kInvalidArgument,
                 "a page of " + describe(geometry) + " holds no whole codeword of " +
                     std::to_string(codeword_bits(geometry.rate)) + " bits in every zone"};
  }
  return std::move(builder).build(*lattice);
}

Result<PageLayout> PageLayout::create(const PageGeometry& geometry, std::uint16_t interleaver_step,
                                      std::uint16_t codewords) {
  OSTRACON_TRY(check_sides(geometry));
  const Error refused{ErrorCode::kBadInput, "a page of " + describe(geometry) + " cannot hold " +
                                                std::to_string(codewords) +
                                                " codewords with interleaver step " +
                                                std::to_string(interleaver_step)};
  const std::int32_t zones = geometry.zone_rows * geometry.zone_cols;
  const std::int32_t length = codeword_bits(geometry.rate);
  const Lattice lattice{codewords / zones, interleaver_step};
  if (lattice.colours < 1 || codewords % zones != 0 || lattice.step >= lattice.colours ||
      (lattice.step == 0) != (lattice.colours == 1)) {
    return refused;
  }
  if (std::int64_t{codewords} * length > std::int64_t{geometry.rows} * geometry.cols) {
    return refused;
  }
  Builder builder(geometry);
  if (!lattice_holds(builder.zones, lattice.colours, lattice.step, length)) return refused;
  return std::move(builder).build(lattice);
}

std::span<const std::uint32_t> PageLayout::modules_of(std::int32_t codeword) const {
  assert(codeword >= 0 && codeword < codewords_);
  const auto bits = static_cast<std::size_t>(codeword_bits(geometry_.rate));
  return std::span(modules_).subspan(static_cast<std::size_t>(codeword) * bits, bits);
}

ModuleKind PageLayout::kind(std::int32_t row, std::int32_t col) const {
  assert(row >= 0 && row < geometry_.rows && col >= 0 && col < geometry_.cols);
  return kinds_[static_cast<std::size_t>(row) * static_cast<std::size_t>(geometry_.cols) +
                static_cast<std::size_t>(col)];
}

}  // namespace ostracon::format
