#include "kernels/code_tables.hpp"

#include <utility>

namespace ostracon::cuda {

namespace qr = format::qr;

Result<CodeTables> CodeTables::create(Memory& memory) {
  std::vector<DevicePattern> versions(1);
  std::vector<steps::KnownModule> known;
  std::vector<std::int8_t> light;
  for (std::int32_t version = qr::kMinVersion; version <= qr::kMaxVersion; ++version) {
    const steps::CodePattern& pattern = steps::code_pattern(version);
    DevicePattern one{};
    one.side = pattern.side;
    one.first_known = static_cast<std::int32_t>(known.size());
    one.finders = static_cast<std::int32_t>(pattern.finders.size());
    one.others = static_cast<std::int32_t>(pattern.others.size());
    one.first_light = static_cast<std::int32_t>(light.size());
    one.lights = pattern.lights;
    one.darks = pattern.darks;
    one.mean_light = static_cast<float>(pattern.lights - pattern.darks) /
                     static_cast<float>(pattern.lights + pattern.darks);
    const auto modules = qr::format_modules(version);
    for (std::size_t copy = 0; copy < modules.size(); ++copy)
      for (std::size_t bit = 0; bit < modules[copy].size(); ++bit)
        one.format[copy][bit] = modules[copy][bit];
    versions.push_back(one);
    known.insert(known.end(), pattern.finders.begin(), pattern.finders.end());
    known.insert(known.end(), pattern.others.begin(), pattern.others.end());
    for (std::int32_t k = 0; k < pattern.side * pattern.side; ++k)
      light.push_back(static_cast<std::int8_t>(pattern.light[static_cast<std::size_t>(k)]));
  }
  OSTRACON_TRY_ASSIGN(auto of_versions, Buffer<DevicePattern>::from(memory, versions));
  OSTRACON_TRY_ASSIGN(auto of_known, Buffer<steps::KnownModule>::from(memory, known));
  OSTRACON_TRY_ASSIGN(auto of_light, Buffer<std::int8_t>::from(memory, light));
  return Result<CodeTables>(
      CodeTables(std::move(of_versions), std::move(of_known), std::move(of_light)));
}

}  // namespace ostracon::cuda
