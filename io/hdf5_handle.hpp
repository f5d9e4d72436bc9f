#pragma once
// HDF5 with C++ lifetimes and errors. Private to io/: no other header includes it.

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "io/chunk_codecs.hpp"

namespace ostracon::io::hdf5 {

/// An identifier of any kind, released once.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle();

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  /// Releases now; false if the library could not (a file whose last bytes did not fit the disk).
  bool close();

 private:
  hid_t id_ = H5I_INVALID_HID;
};

/// Keeps the library from printing its error stack. Called by open_file() and create_file().
void silence();

/// "what: reason", the reason being the innermost message of the library's error stack.
Error last_error(ErrorCode code, const std::string& what);

/// kNotFound if absent; kBadInput if it is no whole HDF5 file; kIo if it may not be read.
///   access   access properties for H5Fopen
Result<Handle> open_file(const std::string& path, hid_t access = H5P_DEFAULT);
/// A new file at `path`, which must not stand.
Result<Handle> create_file(const std::string& path, const std::string& name_for_person);

/// Writing. `what` names the object for the error. kIo.
Result<Handle> create_group(hid_t parent, const std::string& name);
Result<> write_text_attribute(hid_t object, const char* name, const std::string& text);
Result<> write_text_list_attribute(hid_t object, const char* name,
                                   const std::vector<std::string>& texts);
Result<> write_text(hid_t parent, const char* name, const std::string& text);
/// A scalar f64 dataset with the attribute `units` (left out when empty).
Result<> write_number(hid_t parent, const char* name, double value, const char* units);

/// A dataset that grows along its first axis: [0.., tail...], one entry of the first axis (or the
/// last two axes of it when `image_chunks`) a chunk, with `filters`, which the library need not
/// know.
Result<Handle> create_growing(hid_t parent, const char* name, hid_t type,
                              const std::vector<hsize_t>& tail, bool image_chunks = false,
                              const std::vector<Filter>& filters = {});
/// Appends one entry of the first axis, whose chunks are images and have been through the filters.
///   chunks   in order
Result<> append_encoded(const Handle& dataset, const std::vector<std::vector<std::uint8_t>>& chunks,
                        const std::string& what);
/// Appends one entry of the first axis. `type`: of the memory.
Result<> append(const Handle& dataset, hid_t type, const void* values, const std::string& what);

/// Reading: nothing if absent, of another type, or larger than 1 GiB.
std::optional<std::string> read_text_attribute(hid_t object, const char* name);
std::optional<std::string> read_text(hid_t parent, const char* name);
std::optional<double> read_number(hid_t parent, const char* name);

/// A dataset that may be read safely: in this file (no external storage, no virtual layout) and in
/// chunks of at most 4 GiB. kBadInput names `what`.
struct Dataset {
  Handle id;
  std::vector<hsize_t> sides;
};
Result<Dataset> open_dataset(hid_t parent, const std::string& name, const std::string& what);

/// The pixel type that the dataset's type is, whatever its byte order.
std::optional<PixelType> pixel_type(const Handle& dataset);
hid_t native_type(PixelType type);

/// Reads entries [begin, begin + count) along the first axes given, all of the others.
///   begin, count   one value per axis of the dataset
Result<> read_box(const Dataset& dataset, hid_t type, const std::vector<hsize_t>& begin,
                  const std::vector<hsize_t>& count, void* to, const std::string& what);

/// Names of the members of `group` (hard and soft links), sorted.
std::vector<std::string> child_names(hid_t group);
/// What the member `name` of `parent` is; nothing if it is not there, or lies in another file.
std::optional<H5O_info_t> object_info(hid_t parent, const std::string& name);
/// Where an object lies in its file: "/entry/scan0/frames".
std::string path_of(const Handle& object);
/// kBadInput names `what`. External links are not followed.
Result<Handle> open_group(hid_t parent, const std::string& name, const std::string& what);

}  // namespace ostracon::io::hdf5
