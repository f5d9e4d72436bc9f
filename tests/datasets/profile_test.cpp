#include "datasets/profile.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace ostracon::sem {
namespace {

TEST(Parameters, HaveDistinctNamesAndDefaultsInsideTheirRanges) {
  std::set<std::string_view> names;
  for (const ParameterInfo& info : parameters()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.help.empty()) << info.name;
  }
  EXPECT_TRUE(check(Profile{}));
}

TEST(Parameters, SetOneMemberEach) {
  for (const ParameterInfo& info : parameters()) {
    for (const double value : {info.minimum, info.maximum}) {
      Profile profile;
      if (info.name == "turn" && value != 0) continue;  // its maximum is tried below
      ASSERT_TRUE(set_parameter(profile, info.name, value)) << info.name;
      EXPECT_EQ(info.get(profile), value) << info.name;
      for (const ParameterInfo& other : parameters()) {
        if (other.name != info.name) {
          EXPECT_EQ(other.get(profile), other.get(Profile{})) << info.name << " " << other.name;
        }
      }
    }
  }
  Profile profile;
  EXPECT_TRUE(set_parameter(profile, "turn", 270));
  EXPECT_EQ(profile.geometry.turn_deg, 270);
}

TEST(Parameters, AreRefusedOutOfRangeUnknownFractionalOrNotANumber) {
  Profile profile;
  for (const auto& [name, value] :
       {std::pair{"dose", -1.0}, std::pair{"frames", 2.5}, std::pair{"bits", 12.0},
        std::pair{"turn", 45.0}, std::pair{"mirrored", 2.0}, std::pair{"electrons", 1.0},
        std::pair{"sigma", std::numeric_limits<double>::quiet_NaN()}}) {
    const auto result = set_parameter(profile, name, value);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(result.error().message.find(name), std::string::npos) << result.error().message;
  }
  profile.adc.offset_dn = 250;
  EXPECT_FALSE(check(profile)) << "no room above the offset in 8 bits";
  profile = {};
  profile.geometry.warp_rms_modules = 3;
  profile.geometry.warp_wavelength_modules = 60;
  EXPECT_FALSE(check(profile)) << "a warp that folds";
}

TEST(BuiltinProfiles, NameEveryParameterWithItsUnitAndAreValid) {
  ASSERT_EQ(builtin_profile_names().size(), 6U);
  for (const std::string_view name : builtin_profile_names()) {
    const auto json = nlohmann::json::parse(builtin_profile_text(name));
    EXPECT_EQ(json.at("name"), std::string(name));
    const auto& values = json.at("parameters");
    EXPECT_EQ(values.size(), parameters().size()) << name;
    Profile profile;
    for (const ParameterInfo& info : parameters()) {
      const std::string key(info.name);
      ASSERT_TRUE(values.contains(key)) << name << " lacks " << key;
      EXPECT_EQ(values.at(key).at("unit"), std::string(info.unit)) << name << " " << key;
      const auto set = set_parameter(profile, key, values.at(key).at("value").get<double>());
      EXPECT_TRUE(set) << set.error().message;
    }
    EXPECT_TRUE(check(profile)) << name;
  }
  EXPECT_TRUE(builtin_profile_text("no such profile").empty());
}

}  // namespace
}  // namespace ostracon::sem
