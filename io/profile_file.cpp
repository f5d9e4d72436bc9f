#include "io/profile_file.hpp"

#include <cmath>

#include "io/atomic_file.hpp"
#include "io/json_reader.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMaxProfileBytes = std::size_t{1} << 20;

Result<> set_from_json(sem::Profile& profile, const std::string& origin, const std::string& name,
                       const nlohmann::json& json) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, origin + ": the parameter '" + name + "' " + why};
  };
  const sem::ParameterInfo* info = sem::find_parameter(name);
  if (info == nullptr) return bad("is not known");
  const nlohmann::json* value = &json;
  if (json.is_object()) {
    if (!json.contains("value")) return bad("has no 'value'");
    value = &json["value"];
    if (json.contains("unit")) {
      const auto& unit = json["unit"];
      if (!unit.is_string() || unit.get<std::string>() != info->unit)
        return bad("is measured in '" + std::string(info->unit) + "', not in " + unit.dump());
    }
  }
  if (!value->is_number() && !value->is_boolean())
    return bad("is " + std::string(value->type_name()) + ", not a number");
  const double number =
      value->is_boolean() ? (value->get<bool>() ? 1.0 : 0.0) : value->get<double>();
  if (const auto set = sem::set_parameter(profile, name, number); !set)
    return Error{ErrorCode::kBadInput, origin + ": " + set.error().message};
  return Ok{};
}

}  // namespace

Result<sem::Profile> parse_profile(std::string_view text, const std::string& origin,
                                   const sem::Profile& base) {
  OSTRACON_TRY_ASSIGN(const auto json, parse_json(text, origin));
  if (!json.is_object() || !json.contains("parameters") || !json["parameters"].is_object())
    return Error{ErrorCode::kBadInput, origin + " has no object 'parameters'"};
  sem::Profile profile = base;
  for (const auto& [name, value] : json["parameters"].items())
    OSTRACON_TRY(set_from_json(profile, origin, name, value));
  if (const auto checked = sem::check(profile); !checked)
    return Error{ErrorCode::kBadInput, origin + ": " + checked.error().message};
  return profile;
}

Result<sem::Profile> load_profile(const std::string& name_or_path) {
  const std::string_view builtin = sem::builtin_profile_text(name_or_path);
  if (!builtin.empty()) return parse_profile(builtin, "the profile " + name_or_path);
  auto text = read_whole_file(name_or_path, kMaxProfileBytes);
  if (text) return parse_profile(text.value(), name_or_path);
  if (text.error().code != ErrorCode::kNotFound) return text.error();
  std::string names;
  for (const std::string_view name : sem::builtin_profile_names())
    names += (names.empty() ? "" : ", ") + std::string(name);
  return Error{ErrorCode::kNotFound, "there is no profile and no file '" + name_or_path +
                                         "'; built-in profiles are " + names};
}

std::string profile_text(const sem::Profile& profile, std::string_view name) {
  nlohmann::ordered_json json;
  json["name"] = name;
  json["parameters"] = nlohmann::ordered_json::object();
  for (const sem::ParameterInfo& info : sem::parameters()) {
    nlohmann::ordered_json parameter;
    parameter["value"] = info.get(profile);
    parameter["unit"] = info.unit;
    json["parameters"][std::string(info.name)] = std::move(parameter);
  }
  return json_text(json, 2) + "\n";
}

}  // namespace ostracon::io
