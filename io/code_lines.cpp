#include "io/code_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "format/qr/text.hpp"
#include "io/json_reader.hpp"
#include "io/pictures.hpp"
#include "io/png.hpp"
#include "io/sha256.hpp"

namespace ostracon::io {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

const char* to_string(BlockMethod method) {
  switch (method) {
    case BlockMethod::kNone:
      break;
    case BlockMethod::kClean:
      return "clean";
    case BlockMethod::kErrors:
      return "errors";
    case BlockMethod::kErasures:
      return "erasures";
    case BlockMethod::kMinimumDistance:
      return "minimum distance";
    case BlockMethod::kOrderedStatistics:
      return "ordered statistics";
  }
  return "none";
}

using Point = std::array<float, 2>;

/// Colours the pixels of a line, `width` px wide.
void draw_line(std::vector<std::uint8_t>& rgb, const GreyImage& image, Point from, Point to,
               int width, const std::array<std::uint8_t, 3>& colour) {
  const float length = std::max(std::hypot(to[0] - from[0], to[1] - from[1]), 1.0F);
  const int steps = static_cast<int>(std::min(length * 2, 4.0F * 65536.0F));
  for (int step = 0; step <= steps; ++step) {
    const float share = static_cast<float>(step) / static_cast<float>(steps);
    const long y = std::lround(from[0] + share * (to[0] - from[0]));
    const long x = std::lround(from[1] + share * (to[1] - from[1]));
    for (long row = std::max(0L, y - width / 2); row <= std::min(y + width / 2, image.rows - 1L);
         ++row)
      for (long col = std::max(0L, x - width / 2); col <= std::min(x + width / 2, image.cols - 1L);
           ++col)
        std::copy(colour.begin(), colour.end(),
                  rgb.begin() + 3 * (static_cast<std::ptrdiff_t>(row) * image.cols + col));
  }
}

}  // namespace

std::string code_line(const CodeReading& reading, const std::string& source, std::int64_t index) {
  const LocatedCode& located = reading.located;
  const DecodedCode& decoded = reading.decoded;
  const auto [y, x] = located.map.at(located.map.middle, located.map.middle);
  const float pitch = located.map.pitch_px();
  const Point& right = located.map.terms[2];
  Json json;
  json["source"] = source;
  json["code"] = index;
  json["y"] = rounded(y, 100);
  json["x"] = rounded(x, 100);
  json["side_px"] = rounded(pitch * static_cast<float>(format::qr::side_of(located.version)), 100);
  json["pitch_px"] = rounded(pitch, 1000);
  json["angle_deg"] =
      rounded(std::atan2(right[0], right[1]) * 180.0F / std::numbers::pi_v<float>, 100);
  json["version"] = located.version;
  json["mirrored"] = located.mirrored;
  json["inverted"] = located.inverted;
  json["score"] = rounded(located.score, 1000);
  json["verdict"] = ostracon::to_string(decoded.verdict);
  if (decoded.verdict == CodeVerdict::kLost)
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  json["level"] = std::string(1, format::qr::letter_of(decoded.format.level));
  json["mask"] = decoded.format.mask;
  json["blocks"] = decoded.blocks;
  json["method"] = to_string(decoded.method);
  json["corrected"] = decoded.corrected;
  json["erasures"] = decoded.erasures;
  json["confidence_nats"] = rounded(decoded.confidence, 10);
  if (decoded.verdict == CodeVerdict::kRead) {
    const auto& message = decoded.stream.message;
    json["bytes"] = to_hex(format::qr::bytes_of(message.segments));
    auto text = format::qr::text_of(message.segments);
    json["text"] = text ? Json(std::move(text).value()) : Json(nullptr);
    if (const auto& part = message.structured_append)
      json["structured_append"] = {
          {"index", part->index}, {"count", part->count}, {"parity", part->parity}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<std::uint8_t>> overlay_of(const GreyImage& image,
                                             std::span<const CodeReading> readings) {
  const auto grey = stretch_to_grey(image.pixels);
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * grey.size());
  for (const std::uint8_t value : grey) rgb.insert(rgb.end(), 3, value);
  for (const CodeReading& reading : readings) {
    const CodeMap& map = reading.located.map;
    const bool read = reading.decoded.verdict == CodeVerdict::kRead;
    const std::array<std::uint8_t, 3> colour =
        read ? std::array<std::uint8_t, 3>{0, 200, 0} : std::array<std::uint8_t, 3>{255, 140, 0};
    const float low = -0.5F, high = 2 * map.middle + 0.5F;
    const std::array<Point, 4> corners = {map.at(low, low), map.at(low, high), map.at(high, high),
                                          map.at(high, low)};
    for (std::size_t corner = 0; corner < 4; ++corner)
      draw_line(rgb, image, corners[corner], corners[(corner + 1) % 4], corner == 0 ? 3 : 1,
                colour);
  }
  return encode_png_rgb(rgb, image.rows, image.cols);
}

}  // namespace ostracon::io
