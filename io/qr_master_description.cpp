#include "io/qr_master_description.hpp"

#include "io/stream_manifest.hpp"

namespace ostracon::io {
namespace {

constexpr std::string_view kSymbology = "qr";
constexpr std::string_view kChosenMask = "chosen";  // for each code by itself

std::optional<format::qr::Level> level_of(std::string_view letter) {
  for (const format::qr::Level level : format::qr::kLevels)
    if (letter.size() == 1 && letter[0] == format::qr::letter_of(level)) return level;
  return std::nullopt;
}

}  // namespace

bool is_qr_description(const nlohmann::json& json) {
  return json.is_object() && json.contains("symbology") && json["symbology"] == kSymbology;
}

std::string qr_description_text(const format::qr::PlatePlan& plan,
                                const Sha256Digest& stream_sha256) {
  const format::qr::PlateParameters& parameters = plan.parameters();
  const format::qr::PlateDescription& plate = plan.description();
  nlohmann::ordered_json json;
  json["format"] = kMasterFormat;
  json["version"] = kMasterVersion;
  json["symbology"] = kSymbology;
  json["plate"] = to_string(plate.plate);
  json["stream_bytes"] = plate.stream_bytes;
  json["stream_sha256"] = to_hex(stream_sha256);
  json["fields"] = plan.fields();
  json["rows"] = plan.field_rows();
  json["cols"] = plan.field_columns();
  json["qr_version"] = parameters.version;
  json["qr_level"] = std::string(1, format::qr::letter_of(parameters.level));
  json["qr_mask"] = parameters.mask ? std::to_string(*parameters.mask) : std::string(kChosenMask);
  json["code_rows"] = parameters.field.code_rows;
  json["code_cols"] = parameters.field.code_columns;
  json["code_gap_modules"] = parameters.field.gap_modules;
  json["quiet_modules"] = parameters.field.quiet_modules;
  json["parity"] = parameters.parity;
  json["pitch_pm"] = parameters.pitch_pm;
  json["payload_bytes"] = plan.payload_bytes();
  json["data_codes"] = plate.groups.data_pages;
  json["parity_codes"] = plate.groups.page_count() - plate.groups.data_pages;
  json["groups"] = plate.groups.groups;
  json["descriptions"] = plan.descriptions();
  return json_text(json, 2);
}

Result<MasterDescription> parse_qr_description(const nlohmann::json& json) {
  JsonReader reader(json, "the description of the master");
  format::qr::PlateParameters parameters;
  std::uint64_t version = 0, stream_bytes = 0;
  std::string plate_text, digest, level, mask;
  reader.expect("format", kMasterFormat);
  reader.integer("version", version, 0xFFFF);
  if (reader.good() && version != kMasterVersion)
    reader.fail("the master is of version " + std::to_string(version) + ", this program reads " +
                std::to_string(kMasterVersion));
  reader.text("plate", plate_text);
  reader.integer("stream_bytes", stream_bytes, (std::uint64_t{1} << 48) - 1);
  reader.text("stream_sha256", digest);
  reader.integer("qr_version", parameters.version, format::qr::kMaxVersion);
  reader.text("qr_level", level);
  reader.text("qr_mask", mask);
  reader.integer("code_rows", parameters.field.code_rows, 4096);
  reader.integer("code_cols", parameters.field.code_columns, 4096);
  reader.integer("code_gap_modules", parameters.field.gap_modules, 4096);
  reader.integer("quiet_modules", parameters.field.quiet_modules, 4096);
  reader.number("parity", parameters.parity);
  reader.integer("pitch_pm", parameters.pitch_pm, 0xFFFFFF);
  OSTRACON_TRY(reader.done());

  const auto bad = [](const std::string& what) {
    return Error{ErrorCode::kBadInput, "the master's " + what};
  };
  Uuid plate;
  if (!parse(plate_text, plate)) return bad("plate '" + plate_text + "' is no UUID");
  const auto known_level = level_of(level);
  if (!known_level) return bad("qr_level '" + level + "' is none of L, M, Q and H");
  parameters.level = *known_level;
  if (mask != kChosenMask) {
    if (mask.size() != 1 || mask[0] < '0' || mask[0] > '7')
      return bad("qr_mask '" + mask + "' is none of 0 to 7");
    parameters.mask = mask[0] - '0';
  }
  MasterDescription description;
  if (!parse_hex(digest, description.stream_sha256))
    return bad("stream_sha256 '" + digest + "' is no SHA-256");
  auto plan = format::qr::PlatePlan::create(parameters, stream_bytes, plate);
  if (!plan) return Error{ErrorCode::kBadInput, plan.error().message};
  description.qr = std::move(plan).value();
  return description;
}

}  // namespace ostracon::io
