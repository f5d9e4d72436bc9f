// Velox EMD. All numbers of its JSON are texts. Seen in files of Velox 2.10: /Version, a list of
// one text; Metadata uint8 [60000, frames], of which column 0 is enough.
#include <algorithm>

#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"
#include "io/formats/json_metadata.hpp"

namespace ostracon::io::hdf5 {
namespace {

constexpr hsize_t kMostMetadata = hsize_t{1} << 26;

/// Column 0 of a frame's metadata up to its first NUL.
std::string metadata_text(const Handle& image) {
  const auto dataset = dataset_at(image, "Metadata");
  if (!dataset || dataset.value().sides.size() != 2 || dataset.value().sides[1] == 0 ||
      dataset.value().sides[0] > kMostMetadata ||
      stored_type(dataset.value().id) != SampleType{SampleKind::kUnsigned, 1})
    return "";
  const hsize_t bytes = dataset.value().sides[0];
  std::string text(static_cast<std::size_t>(bytes), '\0');
  if (!read_box(dataset.value(), H5T_NATIVE_UINT8, {0, 0}, {bytes, 1}, text.data(), "it"))
    return "";
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

}  // namespace

std::optional<FoundLayout> find_velox(const Handle& file) {
  const auto version = read_text(file.get(), "Version");
  if (!version || !is_velox_version(*version)) return std::nullopt;
  FoundLayout layout{.name = "Velox EMD", .stacks = {}, .warnings = {}};
  const auto images = group_at(file, "Data/Image");
  if (!images) return layout;
  for (const std::string& id : child_names(images.value().get())) {
    const std::string path = "/Data/Image/" + id;
    const auto image = open_group(images.value().get(), id, path);
    if (!image) continue;
    auto dataset = dataset_at(image.value(), "Data");
    if (!dataset) {
      add_stack(layout, dataset.error());
      continue;
    }
    AxisRoles axes{AxisRole::kY, AxisRole::kX, AxisRole::kFrame};
    axes.resize(std::min<std::size_t>(dataset.value().sides.size(), 3));
    auto stack = make_stack(std::move(dataset).value(), std::move(axes), path + "/Data");
    if (stack) {
      Findings findings(stack.value().group.info, layout.warnings, path + "/Metadata");
      read_velox_metadata(metadata_text(image.value()), findings);
    }
    add_stack(layout, std::move(stack));
  }
  return layout;
}

}  // namespace ostracon::io::hdf5
