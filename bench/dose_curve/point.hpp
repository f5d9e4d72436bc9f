#pragma once
// One entry of the table: everything that an operating dose depends on.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/profile.hpp"
#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "format/page_layout.hpp"
#include "pipeline/page_decoder.hpp"

namespace ostracon::bench {

/// What the reader is told of the truth.
enum class Told : std::uint8_t {
  kNothing,
  kMap,  ///< map, drift and shading
  kRows  ///< and the motion of every row, jitter included
};
std::string_view to_string(Told told);
/// "nothing", "map" or "rows". kInvalidArgument names the text.
Result<Told> parse_told(std::string_view text);

struct Point {
  sem::Profile profile;  ///< its dose is of no meaning: the search sets it
  format::Rate rate = format::Rate::kFourFifths;
  std::int32_t rows = 1280, cols = 1280;  ///< of the pages, modules
  std::int32_t pages = 20;
  std::uint64_t seed = 1;  ///< of payload and simulator: page k of every dose is the same page
  std::int32_t most_turns = -1;  ///< of cancellation and decoding; < 0: as the reader has it
  Told told = Told::kNothing;
  std::string reader;  ///< which reader made the figures

  /// Every parameter but the dose by name, the same text for the same point.
  std::string description() const;
  /// 64 bit hash of the description, 16 hexadecimal digits.
  std::string key() const;
  PageDecoderConfig decoder() const;
  /// For a person: "sigma 0.3, rate 0.8, 8 frames, 3 px/module, contrast 0.5".
  std::string title() const;
  /// The profile at a dose.
  sem::Profile at_dose(double electrons) const;
};

/// The pages of a point, written: the same for all doses, profiles and workers.
struct Plate {
  std::vector<std::uint8_t> stream;
  std::uint64_t page_bytes = 0;
  std::shared_ptr<const format::PageLayout> layout;
  std::shared_ptr<sem::WrittenPlate> written;

  std::span<const std::uint8_t> payload(std::int32_t page) const {
    return std::span(stream).subspan(static_cast<std::size_t>(page) * page_bytes, page_bytes);
  }
};

/// Errors of the page layout and the plate plan.
Result<Plate> write_plate(const Point& point);

/// Least number of pages with `codewords` codewords. Errors of the page layout.
Result<std::int32_t> pages_for(format::Rate rate, std::int32_t rows, std::int32_t cols,
                               std::int32_t codewords);

}  // namespace ostracon::bench
