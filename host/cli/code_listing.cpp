#include "host/cli/code_listing.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "format/qr/text.hpp"
#include "host/cli/output.hpp"
#include "host/cli/text.hpp"
#include "io/atomic_file.hpp"
#include "io/code_lines.hpp"
#include "io/image_file.hpp"
#include "pipeline/code_reader.hpp"

namespace ostracon::cli {
namespace {

constexpr std::int32_t kLeastSide = 32;  // px, of the code finder

KnownCode known_of(const CodeOptions& options) {
  KnownCode known;
  if (options.version > 0) known.version = options.version;
  for (const format::qr::Level level : format::qr::kLevels)
    if (options.level == std::string(1, format::qr::letter_of(level))) known.level = level;
  if (options.mask >= 0) known.mask = options.mask;
  known.prefix.assign(options.prefix.begin(), options.prefix.end());
  return known;
}

void print_reading(const CodeReading& reading) {
  const LocatedCode& located = reading.located;
  const DecodedCode& decoded = reading.decoded;
  const auto [y, x] = located.map.at(located.map.middle, located.map.middle);
  const auto& right = located.map.terms[2];
  const float angle = std::atan2(right[0], right[1]) * 180.0F / std::numbers::pi_v<float>;
  fmt::print("  ({:7.1f}, {:7.1f})  {:5.2f} px a module, {:6.1f} degrees, version {:2}{}{}: ", y, x,
             located.map.pitch_px(), angle, located.version, located.mirrored ? ", mirrored" : "",
             located.inverted ? ", inverted" : "");
  if (decoded.verdict != CodeVerdict::kRead) {
    fmt::print("{}\n", to_string(decoded.verdict));
    return;
  }
  fmt::print("{}, mask {}, {} corrected", format::qr::letter_of(decoded.format.level),
             decoded.format.mask, plural(static_cast<std::uint64_t>(decoded.corrected), "octet"));
  const auto& message = decoded.stream.message;
  if (message.structured_append)
    fmt::print(", part {} of {}", message.structured_append->index + 1,
               message.structured_append->count);
  const auto text = format::qr::text_of(message.segments);
  if (text)
    fmt::print(": {}\n", printable(text.value()));
  else
    fmt::print(": {}\n", plural(format::qr::bytes_of(message.segments).size(), "byte"));
}

}  // namespace

void add_code_options(CLI::App& verb, CodeOptions& options) {
  const auto* group = "QR codes";
  verb.add_option("--overlay", options.overlay, "Write the picture with the codes drawn in")
      ->type_name("PNG")
      ->group(group);
  verb.add_flag("--force", options.force, "Replace the overlay that stands")->group(group);
  verb.add_option("--qr-version", options.version, "All codes have this version")
      ->check(CLI::Range(format::qr::kMinVersion, format::qr::kMaxVersion))
      ->group(group);
  verb.add_option("--qr-level", options.level, "All codes have this level of error correction")
      ->check(CLI::IsMember({"L", "M", "Q", "H"}))
      ->group(group);
  verb.add_option("--qr-mask", options.mask, "All codes have this mask")
      ->check(CLI::Range(0, format::qr::kMasks - 1))
      ->group(group);
  verb.add_option("--qr-prefix", options.prefix,
                  "The message of every code is bytes that begin with this")
      ->group(group);
  add_backend_options(verb, options.backend, group);
}

Result<ExitStatus> list_codes(const std::string& picture, const CodeOptions& options, bool json) {
  if (!options.overlay.empty()) OSTRACON_TRY(check_new_file(options.overlay, options.force));
  OSTRACON_TRY_ASSIGN(const io::GreyImage image, io::read_image(picture));
  if (image.rows < kLeastSide || image.cols < kLeastSide)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}: {} x {} pixels are too few for a QR code, {} a side are needed",
                             picture, image.rows, image.cols, kLeastSide)};
  OSTRACON_TRY_ASSIGN(const ChosenBackend chosen, choose_backend(options.backend));
  OSTRACON_TRY_ASSIGN(const auto backend, chosen.make_lane());
  OSTRACON_TRY_ASSIGN(auto reader, CodeReader::create(*backend, image.rows, image.cols,
                                                      {.known = known_of(options), .blocks = {}}));
  OSTRACON_TRY_ASSIGN(const auto readings,
                      reader.read({image.pixels.data(), image.rows, image.cols, image.cols}));
  if (!options.overlay.empty()) {
    OSTRACON_TRY_ASSIGN(const auto png, io::overlay_of(image, readings));
    OSTRACON_TRY(io::write_whole_file(options.overlay, png, options.force));
  }
  if (!json)
    fmt::print("picture of {} x {} pixels: {}\n", image.rows, image.cols,
               plural(readings.size(), "QR code"));
  bool any = false;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    any = any || readings[i].decoded.verdict == CodeVerdict::kRead;
    if (json)
      fmt::print("{}\n", io::code_line(readings[i], picture, static_cast<std::int64_t>(i)));
    else
      print_reading(readings[i]);
  }
  return any ? ExitStatus::kVerified : ExitStatus::kLost;
}

}  // namespace ostracon::cli
