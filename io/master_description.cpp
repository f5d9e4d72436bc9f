#include "io/master_description.hpp"

#include "io/json_reader.hpp"
#include "io/qr_master_description.hpp"

namespace ostracon::io {
namespace {

constexpr std::string_view kFormat = kMasterFormat;
constexpr std::uint64_t kVersion = kMasterVersion;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string description_text(const MasterDescription& description) {
  if (description.qr) return qr_description_text(*description.qr, description.stream_sha256);
  const format::PageHeader& header = description.header;
  const format::PlateParameters& parameters = description.parameters;
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kVersion;
  json["plate"] = to_string(header.plate);
  json["stream_bytes"] = header.stream_bytes;
  json["stream_sha256"] = to_hex(description.stream_sha256);
  json["pages"] = header.page_count;
  json["data_pages"] = header.data_pages();
  json["rows"] = parameters.geometry.rows;
  json["cols"] = parameters.geometry.cols;
  json["zone_rows"] = parameters.geometry.zone_rows;
  json["zone_cols"] = parameters.geometry.zone_cols;
  json["rate"] = format::to_string(parameters.geometry.rate);
  json["parity"] = parameters.parity;
  json["pitch_pm"] = parameters.pitch_pm;
  json["gap_modules"] = parameters.gap_modules;
  json["outer_k"] = header.outer_k;
  json["outer_m"] = header.outer_m;
  json["groups"] = header.groups;
  json["codewords_per_page"] = header.codewords;
  json["interleaver_step"] = header.interleaver_step;
  json["set"] = hex(header.set);
  json["plate_index"] = header.plate_index;
  json["page_header"] = hex(format::serialise(header));  // of page 0, as written on it
  return json_text(json, 2);
}

Result<MasterDescription> parse_description(std::string_view text) {
  OSTRACON_TRY_ASSIGN(const auto json, parse_json(text, "the description of the master"));
  if (is_qr_description(json)) return parse_qr_description(json);
  JsonReader reader(json, "the description of the master");
  MasterDescription description;
  std::uint64_t version = 0;
  std::string digest, rate, header_text;
  auto& [geometry, parity, pitch_pm, gap_modules] = description.parameters;
  reader.expect("format", kFormat);
  reader.integer("version", version, 0xFFFF);
  if (reader.good() && version != kVersion)
    reader.fail("the master is of version " + std::to_string(version) + ", this program reads " +
                std::to_string(kVersion));
  reader.text("stream_sha256", digest);
  reader.integer("rows", geometry.rows, 4096);
  reader.integer("cols", geometry.cols, 4096);
  reader.integer("zone_rows", geometry.zone_rows, 15);
  reader.integer("zone_cols", geometry.zone_cols, 15);
  reader.text("rate", rate);
  reader.number("parity", parity);
  reader.integer("pitch_pm", pitch_pm, 0xFFFFFF);
  reader.integer("gap_modules", gap_modules, 4096);
  reader.text("page_header", header_text);
  OSTRACON_TRY(reader.done());

  if (!parse_hex(digest, description.stream_sha256))
    return Error{ErrorCode::kBadInput, "the master's stream_sha256 '" + digest + "' is no SHA-256"};
  auto parsed_rate = format::parse_rate(rate);
  if (!parsed_rate) return Error{ErrorCode::kBadInput, parsed_rate.error().message};
  geometry.rate = parsed_rate.value();

  // 64 bytes are two digests long.
  std::array<std::uint8_t, format::kHeaderBytes> bytes{};
  Sha256Digest low{}, high{};
  if (header_text.size() != 128 || !parse_hex(std::string_view(header_text).substr(0, 64), low) ||
      !parse_hex(std::string_view(header_text).substr(64), high))
    return Error{ErrorCode::kBadInput, "the master's page_header is not 64 bytes of hexadecimal"};
  std::copy(low.begin(), low.end(), bytes.begin());
  std::copy(high.begin(), high.end(), bytes.begin() + 32);
  OSTRACON_TRY_ASSIGN(description.header, format::parse_header(bytes));
  if (description.header.rows != geometry.rows || description.header.cols != geometry.cols)
    return Error{ErrorCode::kBadInput, "the master's page_header disagrees with its rows and cols"};
  return description;
}

}  // namespace ostracon::io
