#include "io/formats/hdf5_lookup.hpp"

#include <algorithm>
#include <unordered_set>

#include "io/formats/texts.hpp"

namespace ostracon::io::hdf5 {
namespace {

constexpr int kMostDepth = 12;
constexpr std::size_t kMostGroups = 20000;
constexpr hssize_t kMostTexts = 1024;
constexpr std::size_t kMostTextBytes = std::size_t{1} << 20;

/// One number or text through `read(memory type, to)`.
template <class Read>
std::optional<NamedValue> read_value(const Handle& type, const Handle& space, const Read& read) {
  if (!type || !space || H5Sget_simple_extent_npoints(space.get()) != 1) return std::nullopt;
  NamedValue value;
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
    case H5T_FLOAT: {
      double number = 0;
      if (read(H5T_NATIVE_DOUBLE, &number) < 0) return std::nullopt;
      value.number = number;
      return value;
    }
    case H5T_ENUM: {  // h5py's bool
      signed char number = 0;
      const Handle memory(H5Tget_native_type(type.get(), H5T_DIR_DEFAULT));
      if (H5Tget_size(memory.get()) != 1 || read(memory.get(), &number) < 0) return std::nullopt;
      value.number = number;
      return value;
    }
    default:
      return std::nullopt;
  }
}

Handle attribute_handle(const Handle& object, const char* name) {
  if (H5Aexists(object.get(), name) <= 0) return {};
  return Handle(H5Aopen(object.get(), name, H5P_DEFAULT));
}

/// Texts of fixed length, one after the other.
std::vector<std::string> fixed_texts(const Handle& attribute, const Handle& type,
                                     std::size_t count) {
  const std::size_t bytes = H5Tget_size(type.get());
  if (bytes == 0 || bytes > kMostTextBytes / std::max<std::size_t>(count, 1)) return {};
  std::string flat(bytes * count, '\0');
  if (H5Aread(attribute.get(), type.get(), flat.data()) < 0) return {};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = flat.substr(i * bytes, bytes);
    text.resize(std::min(text.find('\0'), text.size()));
    texts.emplace_back(trimmed(text));
  }
  return texts;
}

std::vector<std::string> variable_texts(const Handle& attribute, const Handle& type,
                                        const Handle& space, std::size_t count) {
  std::vector<char*> read(count, nullptr);
  if (H5Aread(attribute.get(), type.get(), read.data()) < 0) return {};
  std::vector<std::string> texts;
  for (const char* text : read) texts.emplace_back(text != nullptr ? text : "");
  H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, read.data());
  return texts;
}

}  // namespace

Result<Handle> group_at(const Handle& parent, const std::string& path) {
  Handle at;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty()) continue;
    const std::string name(part);
    const hid_t from = at ? at.get() : parent.get();
    if (H5Lexists(from, name.c_str(), H5P_DEFAULT) <= 0)
      return Error{ErrorCode::kBadInput, path + " is missing"};
    OSTRACON_TRY_ASSIGN(at, open_group(from, name, path));
  }
  if (at) return at;
  return open_group(parent.get(), ".", path);
}

Result<Dataset> dataset_at(const Handle& parent, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return open_dataset(parent.get(), path, path);
  OSTRACON_TRY_ASSIGN(const auto group, group_at(parent, path.substr(0, slash)));
  return open_dataset(group.get(), path.substr(slash + 1), path);
}

std::optional<NamedValue> value_at(const Handle& parent, const std::string& path) {
  const auto dataset = dataset_at(parent, path);
  if (!dataset) {
    H5Eclear2(H5E_DEFAULT);
    return std::nullopt;
  }
  const Handle& id = dataset.value().id;
  auto value = read_value(Handle(H5Dget_type(id.get())), Handle(H5Dget_space(id.get())),
                          [&](hid_t type, void* to) {
                            return H5Dread(id.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
                          });
  if (!value) {
    const std::size_t slash = path.rfind('/');
    const auto group = group_at(parent, slash == std::string::npos ? "" : path.substr(0, slash));
    if (!group) return std::nullopt;
    auto text = read_text(group.value().get(), path.substr(slash + 1).c_str());
    if (!text) return std::nullopt;
    value = NamedValue{.number = {}, .text = std::move(*text), .units = {}};
  }
  for (const char* name : {"units", "unit", "UNIT", "Units"})
    if (auto units = texts_of(id, name); units.size() == 1) value->units = units.front();
  return value;
}

std::optional<NamedValue> attribute_of(const Handle& object, const char* name) {
  const Handle attribute = attribute_handle(object, name);
  if (!attribute) return std::nullopt;
  auto value =
      read_value(Handle(H5Aget_type(attribute.get())), Handle(H5Aget_space(attribute.get())),
                 [&](hid_t type, void* to) { return H5Aread(attribute.get(), type, to); });
  if (value) return value;
  auto texts = texts_of(object, name);
  if (texts.size() != 1) return std::nullopt;
  return NamedValue{.number = {}, .text = std::move(texts.front()), .units = {}};
}

std::vector<std::string> texts_of(const Handle& object, const char* name) {
  const Handle attribute = attribute_handle(object, name);
  if (!attribute) return {};
  const Handle type(H5Aget_type(attribute.get())), space(H5Aget_space(attribute.get()));
  const hssize_t points = H5Sget_simple_extent_npoints(space.get());
  if (H5Tget_class(type.get()) != H5T_STRING || points < 1 || points > kMostTexts) return {};
  const auto count = static_cast<std::size_t>(points);
  return H5Tis_variable_str(type.get()) > 0 ? variable_texts(attribute, type, space, count)
                                            : fixed_texts(attribute, type, count);
}

std::optional<double> step_of(const Handle& parent, const std::string& name) {
  const auto dataset = dataset_at(parent, name);
  if (!dataset || dataset.value().sides.size() != 1 || dataset.value().sides[0] < 2) {
    H5Eclear2(H5E_DEFAULT);
    return std::nullopt;
  }
  const Handle type(H5Dget_type(dataset.value().id.get()));
  const H5T_class_t kind = H5Tget_class(type.get());
  double values[2] = {};  // NOLINT(modernize-avoid-c-arrays)
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) ||
      !read_box(dataset.value(), H5T_NATIVE_DOUBLE, {0}, {2}, values, name))
    return std::nullopt;
  return values[1] - values[0];
}

bool visit_groups(const Handle& root,
                  const std::function<void(const Handle&, const std::string&)>& visit) {
  std::unordered_set<haddr_t> seen;
  bool all = true;
  const std::function<void(const Handle&, const std::string&, int)> descend =
      [&](const Handle& group, const std::string& path, int depth) {
        visit(group, path);
        for (const std::string& name : child_names(group.get())) {
          const auto info = object_info(group.get(), name);
          if (!info || info->type != H5O_TYPE_GROUP || !seen.insert(info->addr).second) continue;
          if (depth >= kMostDepth || seen.size() > kMostGroups) {
            all = false;
            continue;
          }
          const auto deeper = open_group(group.get(), name, name);
          if (deeper) descend(deeper.value(), path + "/" + name, depth + 1);
        }
      };
  descend(root, "", 0);
  H5Eclear2(H5E_DEFAULT);
  return all;
}

void set_from(Findings& findings, std::optional<double>& to, const std::string& what,
              const std::optional<NamedValue>& value, std::string_view base, double factor) {
  if (!value) return;
  if (!value->number) {
    const auto number = parse_number_with_unit(value->text);
    if (!value->units.empty() && number)
      findings.scaled(to, what, number->value, value->units, base);
    else if (number && !number->unit.empty())
      findings.quantity(to, what, value->text, base);
    else
      findings.number(to, what, value->text, factor);
    return;
  }
  if (value->units.empty())
    to = *value->number * factor;
  else
    findings.scaled(to, what, value->number, value->units, base);
}

std::vector<std::string> dataset_names(const Handle& group) {
  std::vector<std::string> names;
  for (const std::string& name : child_names(group.get())) {
    const auto info = object_info(group.get(), name);
    if (info && info->type == H5O_TYPE_DATASET) names.push_back(name);
  }
  return names;
}

}  // namespace ostracon::io::hdf5
