#include "io/hdf5_handle.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "io/file_descriptor.hpp"

namespace ostracon::io::hdf5 {
namespace {

herr_t innermost(unsigned, const H5E_error2_t* entry, void* reason) {
  if (entry->desc != nullptr) *static_cast<std::string*>(reason) = entry->desc;
  return 0;
}

/// A file must not make its reader open other files.
herr_t refuse_external(const char*, const char*, const char*, const char*, unsigned*, hid_t,
                       void*) {
  return -1;
}

/// Access properties under which no external link is followed.
Handle local_access(hid_t property_class) {
  Handle access(H5Pcreate(property_class));
  if (!access || H5Pset_elink_cb(access.get(), refuse_external, nullptr) < 0) return {};
  return access;
}

herr_t collect(hid_t, const char* name, const H5L_info_t* link, void* names) {
  if (link->type == H5L_TYPE_HARD || link->type == H5L_TYPE_SOFT)
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

Handle::~Handle() { close(); }

bool Handle::close() {
  const hid_t id = std::exchange(id_, H5I_INVALID_HID);
  if (id < 0) return true;
  switch (H5Iget_type(id)) {
    case H5I_FILE:
      return H5Fclose(id) >= 0;
    case H5I_GROUP:
      return H5Gclose(id) >= 0;
    case H5I_DATATYPE:
      return H5Tclose(id) >= 0;
    case H5I_DATASPACE:
      return H5Sclose(id) >= 0;
    case H5I_DATASET:
      return H5Dclose(id) >= 0;
    case H5I_ATTR:
      return H5Aclose(id) >= 0;
    default:
      return H5Pclose(id) >= 0;
  }
}

void silence() {
  // A file whose close failed (disk full) makes the library's exit handler crash: we have none.
  [[maybe_unused]] static const herr_t kNoExitHandler = H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Error last_error(ErrorCode code, const std::string& what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
  std::string first;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned position, const H5E_error2_t* entry, void* to) -> herr_t {
        if (position == 0 && entry->desc != nullptr) *static_cast<std::string*>(to) = entry->desc;
        return 0;
      },
      &first);
  H5Eclear2(H5E_DEFAULT);
  if (!first.empty()) reason = first;
  return Error{code, reason.empty() ? what : what + ": " + reason};
}

Result<Handle> open_file(const std::string& path, hid_t access) {
  silence();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_error("cannot open " + path);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kBadInput, path + " is not a regular file"};
  if (::access(path.c_str(), R_OK) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot read " + path).message};
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    H5Eclear2(H5E_DEFAULT);
    return Error{ErrorCode::kBadInput, path + " is not an HDF5 file"};
  }
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (!file) return last_error(ErrorCode::kBadInput, path + " is not a whole HDF5 file");
  return file;
}

Result<Handle> create_file(const std::string& path, const std::string& name_for_person) {
  silence();
  Handle properties(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_EXCL, properties.get(), H5P_DEFAULT));
  if (!file) return last_error(ErrorCode::kIo, "cannot write " + name_for_person);
  return file;
}

std::optional<PixelType> pixel_type(const Handle& dataset) {
  const Handle type(H5Dget_type(dataset.get()));
  const std::size_t bytes = H5Tget_size(type.get());
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
      if (H5Tget_sign(type.get()) != H5T_SGN_NONE) return std::nullopt;
      if (bytes == 1) return PixelType::kU8;
      if (bytes == 2) return PixelType::kU16;
      return std::nullopt;
    case H5T_FLOAT:
      return bytes == 4 ? std::optional(PixelType::kF32) : std::nullopt;
    default:
      return std::nullopt;
  }
}

hid_t native_type(PixelType type) {
  switch (type) {
    case PixelType::kU8:
      return H5T_NATIVE_UINT8;
    case PixelType::kU16:
      return H5T_NATIVE_UINT16;
    case PixelType::kF32:
      return H5T_NATIVE_FLOAT;
  }
  return H5I_INVALID_HID;
}

Result<Dataset> open_dataset(hid_t parent, const std::string& name, const std::string& what) {
  const Handle access = local_access(H5P_DATASET_ACCESS);
  const htri_t linked = name.empty() || name.find('/') != std::string::npos
                            ? 0
                            : H5Lexists(parent, name.c_str(), H5P_DEFAULT);
  if (linked <= 0) return Error{ErrorCode::kBadInput, what + " is missing"};
  Dataset dataset{.id = Handle(H5Dopen2(parent, name.c_str(), access.get())), .sides = {}};
  if (!dataset.id) return last_error(ErrorCode::kBadInput, what + " is no data set");

  const Handle properties(H5Dget_create_plist(dataset.id.get()));
  const H5D_layout_t layout = H5Pget_layout(properties.get());
  if (layout == H5D_VIRTUAL || H5Pget_external_count(properties.get()) != 0)
    return Error{ErrorCode::kBadInput, what + " keeps its data in other files, which is refused"};
  const Handle space(H5Dget_space(dataset.id.get()));
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0) return last_error(ErrorCode::kBadInput, what + " has no extent");
  dataset.sides.resize(static_cast<std::size_t>(rank));
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), dataset.sides.data(), nullptr);

  if (layout == H5D_CHUNKED && rank > 0) {
    std::vector<hsize_t> chunk(dataset.sides.size());
    const Handle type(H5Dget_type(dataset.id.get()));
    long double bytes = static_cast<long double>(H5Tget_size(type.get()));
    H5Pget_chunk(properties.get(), rank, chunk.data());
    for (const hsize_t side : chunk) bytes *= static_cast<long double>(side);
    if (bytes > 4294967296.0L)
      return Error{ErrorCode::kBadInput, what + " has chunks of more than 4 GiB"};
  }
  return dataset;
}

Result<> read_box(const Dataset& dataset, hid_t type, const std::vector<hsize_t>& begin,
                  const std::vector<hsize_t>& count, void* to, const std::string& what) {
  const Handle file_space(H5Dget_space(dataset.id.get()));
  const Handle memory_space(
      H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
  if (H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, begin.data(), nullptr, count.data(),
                          nullptr) < 0 ||
      H5Dread(dataset.id.get(), type, memory_space.get(), file_space.get(), H5P_DEFAULT, to) < 0)
    return last_error(ErrorCode::kBadInput, "cannot read " + what);
  return Ok{};
}

Result<Handle> open_group(hid_t parent, const std::string& name, const std::string& what) {
  const Handle access = local_access(H5P_GROUP_ACCESS);
  Handle group(H5Gopen2(parent, name.c_str(), access.get()));
  if (!group) return last_error(ErrorCode::kBadInput, what + " is no group");
  return group;
}

std::optional<H5O_info_t> object_info(hid_t parent, const std::string& name) {
  const Handle access = local_access(H5P_LINK_ACCESS);
  H5O_info_t info{};
  const bool known =
      H5Oget_info_by_name2(parent, name.c_str(), &info, H5O_INFO_BASIC, access.get()) >= 0;
  H5Eclear2(H5E_DEFAULT);
  return known ? std::optional(info) : std::nullopt;
}

std::string path_of(const Handle& object) {
  const ssize_t length = H5Iget_name(object.get(), nullptr, 0);
  if (length <= 0) return "";
  std::string path(static_cast<std::size_t>(length) + 1, '\0');
  H5Iget_name(object.get(), path.data(), path.size());
  path.pop_back();
  return path;
}

std::vector<std::string> child_names(hid_t group) {
  std::vector<std::string> names;
  hsize_t position = 0;
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, collect, &names);
  return names;
}

}  // namespace ostracon::io::hdf5
