#include "bench/dose_curve/point.hpp"

#include <array>
#include <cstdio>

namespace ostracon::bench {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.12g", value);
  return text.data();
}

}  // namespace

std::string_view to_string(Told told) {
  return told == Told::kNothing ? "nothing" : told == Told::kMap ? "map" : "rows";
}

Result<Told> parse_told(std::string_view text) {
  for (const Told told : {Told::kNothing, Told::kMap, Told::kRows})
    if (text == to_string(told)) return told;
  return Error{ErrorCode::kInvalidArgument,
               "a reader can be told nothing, map or rows, not '" + std::string(text) + "'"};
}

std::string Point::description() const {
  std::string text;
  for (const sem::ParameterInfo& parameter : sem::parameters())
    if (parameter.name != "dose")
      text += std::string(parameter.name) + "=" + number(parameter.get(profile)) + " ";
  text += "rate=" + std::string(format::to_string(rate)) + " page=" + std::to_string(rows) + "x" +
          std::to_string(cols) + " pages=" + std::to_string(pages) +
          " seed=" + std::to_string(seed) + " reader=" + reader;
  if (most_turns >= 0) text += " turns=" + std::to_string(most_turns);
  if (told != Told::kNothing) text += " told=" + std::string(to_string(told));
  return text;
}

std::string Point::key() const {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : description()) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001B3U;
  }
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

std::string Point::title() const {
  return "sigma " + number(profile.optics.blur_sigma_modules) + ", rate " +
         std::string(format::to_string(rate)) + ", " + number(profile.scan.frames) + " frames, " +
         number(profile.scan.pixels_per_module) + " px/module, contrast " +
         number(profile.optics.contrast) +
         (most_turns >= 0 ? ", at most " + std::to_string(most_turns) + " turns" : "") +
         (told != Told::kNothing ? ", told " + std::string(to_string(told)) : "");
}

PageDecoderConfig Point::decoder() const {
  PageDecoderConfig config;
  if (most_turns >= 0) config.most_turns = most_turns;
  return config;
}

sem::Profile Point::at_dose(double electrons) const {
  sem::Profile dosed = profile;
  dosed.noise.electrons_per_module = electrons;
  return dosed;
}

Result<Plate> write_plate(const Point& point) {
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(point.rows, point.cols, point.rate);
  OSTRACON_TRY_ASSIGN(auto layout, format::PageLayout::create(parameters.geometry));
  Plate plate;
  plate.page_bytes = static_cast<std::uint64_t>(layout.codewords()) * format::kPayloadBytes;
  plate.layout = std::make_shared<const format::PageLayout>(std::move(layout));
  const sem::RandomBytes stream(plate.page_bytes * static_cast<std::uint64_t>(point.pages),
                                point.seed);
  OSTRACON_TRY_ASSIGN(plate.written, sem::WrittenPlate::write(parameters, stream));
  plate.stream = stream.bytes();
  return plate;
}

Result<std::int32_t> pages_for(format::Rate rate, std::int32_t rows, std::int32_t cols,
                               std::int32_t codewords) {
  OSTRACON_TRY_ASSIGN(const auto layout,
                      format::PageLayout::create(format::default_geometry(rows, cols, rate)));
  return (codewords + layout.codewords() - 1) / layout.codewords();
}

}  // namespace ostracon::bench
