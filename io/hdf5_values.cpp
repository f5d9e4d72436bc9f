// Attributes, texts, numbers and growing data sets.

#include <algorithm>
#include <cstring>

#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 30;

Handle text_type(std::size_t bytes) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), bytes);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  return type;
}

/// Reads one string through `read(memory type, buffer)`; `type` is the stored one.
template <class Read>
std::optional<std::string> read_string(const Handle& type, const Handle& space, const Read& read) {
  if (!type || !space || H5Tget_class(type.get()) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space.get()) != 1)
    return std::nullopt;
  Handle memory(H5Tcopy(H5T_C_S1));
  H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
  if (H5Tis_variable_str(type.get()) > 0) {
    char* text = nullptr;
    H5Tset_size(memory.get(), H5T_VARIABLE);
    if (read(memory.get(), static_cast<void*>(&text)) < 0 || text == nullptr) return std::nullopt;
    std::string copy(text);
    H5free_memory(text);
    return copy;
  }
  const std::size_t bytes = H5Tget_size(type.get());
  if (bytes == 0 || bytes > kMaxText) return std::nullopt;
  std::string text(bytes, '\0');
  H5Tset_size(memory.get(), bytes);
  H5Tset_strpad(memory.get(), H5T_STR_NULLPAD);
  if (read(memory.get(), static_cast<void*>(text.data())) < 0) return std::nullopt;
  text.resize(std::strlen(text.c_str()));
  return text;
}

/// Opens `name` if it is there; no message is left behind if it is not.
Handle open_if_there(hid_t parent, const char* name) {
  if (H5Lexists(parent, name, H5P_DEFAULT) <= 0) return {};
  auto dataset = open_dataset(parent, name, name);
  return dataset ? std::move(dataset.value().id) : Handle{};
}

Result<> write_attribute(hid_t object, const char* name, const Handle& type, const Handle& space,
                         const void* values) {
  const Handle attribute(
      H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute || H5Awrite(attribute.get(), type.get(), values) < 0)
    return last_error(ErrorCode::kIo, std::string("cannot write the attribute ") + name);
  return Ok{};
}

}  // namespace

Result<Handle> create_group(hid_t parent, const std::string& name) {
  Handle properties(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  Handle group(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!group) return last_error(ErrorCode::kIo, "cannot write the group " + name);
  return group;
}

Result<> write_text_attribute(hid_t object, const char* name, const std::string& text) {
  return write_attribute(object, name, text_type(std::max<std::size_t>(text.size(), 1)),
                         Handle(H5Screate(H5S_SCALAR)), text.c_str());
}

Result<> write_text_list_attribute(hid_t object, const char* name,
                                   const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  std::string flat;
  for (const auto& text : texts) flat += text + std::string(longest - text.size(), '\0');
  const hsize_t count = texts.size();
  return write_attribute(object, name, text_type(longest),
                         Handle(H5Screate_simple(1, &count, nullptr)), flat.data());
}

Result<Handle> create_scalar(hid_t parent, const char* name, hid_t type) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  const Handle space(H5Screate(H5S_SCALAR));
  Handle dataset(
      H5Dcreate2(parent, name, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset) return last_error(ErrorCode::kIo, std::string("cannot write ") + name);
  return dataset;
}

Result<> write_text(hid_t parent, const char* name, const std::string& text) {
  const Handle type = text_type(std::max<std::size_t>(text.size(), 1));
  OSTRACON_TRY_ASSIGN(const Handle dataset, create_scalar(parent, name, type.get()));
  if (H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()) < 0)
    return last_error(ErrorCode::kIo, std::string("cannot write ") + name);
  return Ok{};
}

Result<> write_number(hid_t parent, const char* name, double value, const char* units) {
  OSTRACON_TRY_ASSIGN(const Handle dataset, create_scalar(parent, name, H5T_IEEE_F64LE));
  if (H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
    return last_error(ErrorCode::kIo, std::string("cannot write ") + name);
  if (*units == '\0') return Ok{};
  return write_text_attribute(dataset.get(), "units", units);
}

Result<Handle> create_growing(hid_t parent, const char* name, hid_t type,
                              const std::vector<hsize_t>& tail, bool image_chunks,
                              const std::vector<Filter>& filters) {
  std::vector<hsize_t> sides{0}, limits{H5S_UNLIMITED}, chunk{1};
  sides.insert(sides.end(), tail.begin(), tail.end());
  limits.insert(limits.end(), tail.begin(), tail.end());
  chunk.insert(chunk.end(), tail.begin(), tail.end());
  if (image_chunks)
    for (std::size_t axis = 0; axis + 2 < chunk.size(); ++axis) chunk[axis] = 1;
  hsize_t entry = 1;
  for (const hsize_t side : tail) entry *= side;
  if (entry <= 16) chunk[0] = 1024;  // a chunk of a few bytes costs more than it holds

  const Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  H5Pset_fill_time(properties.get(), H5D_FILL_TIME_IFSET);
  // Optional: the library itself need not have it to make the data set.
  for (const Filter& filter : filters)
    H5Pset_filter(properties.get(), filter.id, H5Z_FLAG_OPTIONAL, filter.values.size(),
                  filter.values.data());
  const Handle space(H5Screate_simple(static_cast<int>(sides.size()), sides.data(), limits.data()));
  Handle dataset(
      H5Dcreate2(parent, name, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset) return last_error(ErrorCode::kIo, std::string("cannot write ") + name);
  return dataset;
}

Result<> append_encoded(const Handle& dataset, const std::vector<std::vector<std::uint8_t>>& chunks,
                        const std::string& what) {
  const Handle space(H5Dget_space(dataset.get()));
  std::vector<hsize_t> sides(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
  H5Sget_simple_extent_dims(space.get(), sides.data(), nullptr);
  std::vector<hsize_t> at(sides.size(), 0);
  at[0] = sides[0]++;
  if (H5Dset_extent(dataset.get(), sides.data()) < 0)
    return last_error(ErrorCode::kIo, "cannot write " + what);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    at[1] = i;
    if (H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, at.data(), chunks[i].size(),
                       chunks[i].data()) < 0)
      return last_error(ErrorCode::kIo, "cannot write " + what);
  }
  return Ok{};
}

Result<> append(const Handle& dataset, hid_t type, const void* values, const std::string& what) {
  Handle space(H5Dget_space(dataset.get()));
  std::vector<hsize_t> sides(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
  H5Sget_simple_extent_dims(space.get(), sides.data(), nullptr);
  std::vector<hsize_t> begin(sides.size(), 0), count = sides;
  begin[0] = sides[0]++;
  count[0] = 1;
  if (H5Dset_extent(dataset.get(), sides.data()) < 0)
    return last_error(ErrorCode::kIo, "cannot write " + what);
  space = Handle(H5Dget_space(dataset.get()));
  const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, count.data(),
                          nullptr) < 0 ||
      H5Dwrite(dataset.get(), type, memory.get(), space.get(), H5P_DEFAULT, values) < 0)
    return last_error(ErrorCode::kIo, "cannot write " + what);
  return Ok{};
}

std::optional<std::string> read_text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
  if (!attribute || H5Aget_storage_size(attribute.get()) > kMaxText) return std::nullopt;
  return read_string(Handle(H5Aget_type(attribute.get())), Handle(H5Aget_space(attribute.get())),
                     [&](hid_t type, void* to) { return H5Aread(attribute.get(), type, to); });
}

std::optional<std::string> read_text(hid_t parent, const char* name) {
  const Handle dataset = open_if_there(parent, name);
  if (!dataset) return std::nullopt;
  return read_string(Handle(H5Dget_type(dataset.get())), Handle(H5Dget_space(dataset.get())),
                     [&](hid_t type, void* to) {
                       return H5Dread(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
                     });
}

std::optional<double> read_number(hid_t parent, const char* name) {
  const Handle dataset = open_if_there(parent, name);
  if (!dataset) return std::nullopt;
  const Handle type(H5Dget_type(dataset.get()));
  const Handle space(H5Dget_space(dataset.get()));
  const H5T_class_t kind = H5Tget_class(type.get());
  double value = 0;
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) ||
      H5Sget_simple_extent_npoints(space.get()) != 1 ||
      H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
    return std::nullopt;
  return value;
}

}  // namespace ostracon::io::hdf5
