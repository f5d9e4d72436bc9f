#include "io/metadata_writer.hpp"

#include <algorithm>
#include <optional>

#include "io/formats/texts.hpp"

namespace ostracon::io {
namespace {

constexpr int kMostNesting = 32;
constexpr std::size_t kMostObjects = std::size_t{1} << 20;
constexpr std::size_t kMostAttribute = std::size_t{1} << 26;
constexpr std::size_t kMostReferences = 4096;

herr_t collect_links(hid_t, const char* name, const H5L_info_t* link, void* to) {
  static_cast<std::vector<std::pair<std::string, H5L_type_t>>*>(to)->emplace_back(name, link->type);
  return 0;
}
herr_t collect_attribute(hid_t, const char* name, const H5A_info_t*, void* to) {
  static_cast<std::vector<std::string>*>(to)->emplace_back(name);
  return 0;
}

/// A name that `parent` has not yet.
std::string free_name(hid_t parent, const std::string& name) {
  std::string free = name;
  for (int number = 2; H5Lexists(parent, free.c_str(), H5P_DEFAULT) > 0; ++number)
    free = name + " (" + std::to_string(number) + ")";
  return free;
}

Result<hdf5::Handle> group_in(hid_t parent, const std::string& name) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0) return hdf5::open_group(parent, name, name);
  return hdf5::create_group(parent, name);
}

Result<> write_octets(hid_t parent, const std::string& name, std::string_view content) {
  const hsize_t count = content.size();
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  const hdf5::Handle space(H5Screate_simple(1, &count, nullptr));
  const hdf5::Handle dataset(H5Dcreate2(parent, name.c_str(), H5T_STD_U8LE, space.get(),
                                        H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset ||
      H5Dwrite(dataset.get(), H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, content.data()) < 0)
    return hdf5::last_error(ErrorCode::kIo, "cannot write " + name);
  return Ok{};
}

/// The path of what an object reference leads to; empty if to nothing.
std::string target_of(hid_t file, const hobj_ref_t& reference) {
  const ssize_t length = H5Rget_name(file, H5R_OBJECT, &reference, nullptr, 0);
  if (length <= 0 || length > 65536) return "";
  std::string path(static_cast<std::size_t>(length) + 1, '\0');
  H5Rget_name(file, H5R_OBJECT, &reference, path.data(), path.size());
  path.pop_back();
  return path;
}

/// An attribute of object references, or of lists of them (DIMENSION_LIST), as the names of what
/// they lead to. Nothing if it is of another kind.
std::optional<std::vector<std::string>> targets_of(const hdf5::Handle& attribute,
                                                   const hdf5::Handle& type,
                                                   const hdf5::Handle& space, std::size_t points) {
  const bool listed = H5Tget_class(type.get()) == H5T_VLEN;
  const hdf5::Handle base(listed ? H5Tget_super(type.get()) : H5Tcopy(type.get()));
  if (H5Tequal(base.get(), H5T_STD_REF_OBJ) <= 0 || points > kMostReferences) return std::nullopt;
  std::vector<std::string> targets;
  if (!listed) {
    std::vector<hobj_ref_t> references(points);
    if (H5Aread(attribute.get(), type.get(), references.data()) < 0) return std::nullopt;
    for (const hobj_ref_t& reference : references)
      targets.push_back(target_of(attribute.get(), reference));
    return targets;
  }
  std::vector<hvl_t> lists(points);
  if (H5Aread(attribute.get(), type.get(), lists.data()) < 0) return std::nullopt;
  for (const hvl_t& list : lists) {
    const auto* references = static_cast<const hobj_ref_t*>(list.p);
    std::string names;
    for (std::size_t i = 0; i < list.len && i < kMostReferences; ++i) {
      if (i > 0) names += ' ';
      names += target_of(attribute.get(), references[i]);
    }
    targets.push_back(std::move(names));
  }
  H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, lists.data());
  return targets;
}

}  // namespace

struct MetadataWriter::Copying {
  std::vector<std::string> moved;
  std::unordered_set<haddr_t> seen;
  std::uint64_t bytes = 0;
  int depth = 0;
};

Result<> MetadataWriter::begin_source(const std::string& name) {
  std::string plain = name;
  std::replace(plain.begin(), plain.end(), '/', '_');
  if (plain.empty() || plain == "." || plain == "..") plain = "source";
  OSTRACON_TRY_ASSIGN(source_, hdf5::create_group(group_.get(), free_name(group_.get(), plain)));
  return hdf5::write_text_attribute(source_.get(), "NX_class", "NXcollection");
}

Result<> MetadataWriter::bytes(const std::string& name, std::string_view content) {
  hdf5::Handle deeper;
  hid_t parent = source_.get();
  std::size_t begin = 0;
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', begin)) {
    const std::string part = name.substr(begin, end - begin);
    if (!part.empty() && part != "." && part != "..") {
      OSTRACON_TRY_ASSIGN(deeper, group_in(parent, part));
      parent = deeper.get();
    }
    begin = end + 1;
  }
  std::string last = name.substr(begin);
  if (last.empty() || last == "." || last == "..") last = "value";
  last = free_name(parent, last);
  while (!content.empty() && content.back() == '\0') content.remove_suffix(1);
  if (content.find('\0') != std::string_view::npos) return write_octets(parent, last, content);
  if (is_utf8(content)) return hdf5::write_text(parent, last.c_str(), std::string(content));
  OSTRACON_TRY(hdf5::write_text(parent, last.c_str(), utf8_of_latin1(content)));
  OSTRACON_TRY_ASSIGN(const auto dataset, hdf5::open_dataset(parent, last, last));
  return hdf5::write_text_attribute(dataset.id.get(), "encoding", "latin-1");
}

Result<> MetadataWriter::copy_attributes(hid_t from, hid_t to, const std::string& path) {
  std::vector<std::string> names;
  hsize_t at = 0;
  H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect_attribute, &names);
  for (const std::string& name : names) {
    const hdf5::Handle attribute(H5Aopen(from, name.c_str(), H5P_DEFAULT));
    const hdf5::Handle type(H5Aget_type(attribute.get())), space(H5Aget_space(attribute.get()));
    const hssize_t points = H5Sget_simple_extent_npoints(space.get());
    const std::size_t bytes = type ? H5Tget_size(type.get()) : 0;
    if (!attribute || bytes == 0 || points < 0 ||
        static_cast<std::uint64_t>(points) > kMostAttribute / bytes) {
      left_out_.push_back("the attribute " + name + " of " + path + ": too large");
      continue;
    }
    if (H5Tdetect_class(type.get(), H5T_REFERENCE) > 0) {
      const auto targets =
          points > 0 ? targets_of(attribute, type, space, static_cast<std::size_t>(points))
                     : std::nullopt;
      if (targets)
        OSTRACON_TRY(hdf5::write_text_list_attribute(to, name.c_str(), *targets));
      else
        left_out_.push_back("the attribute " + name + " of " + path + ": references");
      continue;
    }
    std::vector<std::byte> values(bytes * static_cast<std::size_t>(points) + 1);
    const hdf5::Handle copy(
        H5Acreate2(to, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    const bool read = points == 0 || H5Aread(attribute.get(), type.get(), values.data()) >= 0;
    const bool written =
        copy && read && (points == 0 || H5Awrite(copy.get(), type.get(), values.data()) >= 0);
    if (read && points > 0) H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, values.data());
    if (!written) left_out_.push_back("the attribute " + name + " of " + path + ": not readable");
  }
  H5Eclear2(H5E_DEFAULT);
  return Ok{};
}

Result<> MetadataWriter::copy_member(hid_t from, hid_t to, const std::string& name,
                                     const std::string& path, Copying& copying) {
  const auto found = hdf5::object_info(from, name);
  if (!found) {
    left_out_.push_back(path + ": not readable");
    return Ok{};
  }
  if (copying.seen.size() >= kMostObjects || !copying.seen.insert(found->addr).second) {
    left_out_.push_back(path + ": it stands elsewhere already");
    return Ok{};
  }
  if (found->type == H5O_TYPE_GROUP) {
    OSTRACON_TRY_ASSIGN(const auto group, hdf5::open_group(from, name, path));
    OSTRACON_TRY_ASSIGN(const auto copy, hdf5::create_group(to, name));
    return copy_group(group.get(), copy.get(), path, copying);
  }
  if (found->type == H5O_TYPE_DATASET) {
    auto dataset = hdf5::open_dataset(from, name, path);
    if (!dataset) {
      left_out_.push_back(dataset.error().message);
      return Ok{};
    }
    const hid_t id = dataset.value().id.get();
    const auto moved = std::find(copying.moved.begin(), copying.moved.end(), path);
    if (moved != copying.moved.end()) {
      OSTRACON_TRY_ASSIGN(const auto copy, hdf5::create_group(to, name));
      return copy_attributes(id, copy.get(), path);
    }
    copying.bytes += H5Dget_storage_size(id);
    if (copying.bytes > kMostBytes) {
      copying.bytes -= H5Dget_storage_size(id);
      left_out_.push_back(path + ": of " + std::to_string(H5Dget_storage_size(id)) +
                          " bytes, too large for metadata");
      return Ok{};
    }
  }
  if (H5Ocopy(from, name.c_str(), to, name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0)
    left_out_.push_back(hdf5::last_error(ErrorCode::kBadInput, path + ": not copied").message);
  return Ok{};
}

Result<> MetadataWriter::copy_group(hid_t from, hid_t to, const std::string& path,
                                    Copying& copying) {
  OSTRACON_TRY(copy_attributes(from, to, path.empty() ? "/" : path));
  if (copying.depth >= kMostNesting) {
    left_out_.push_back(path + ": nested too deeply");
    return Ok{};
  }
  ++copying.depth;
  std::vector<std::pair<std::string, H5L_type_t>> links;
  hsize_t at = 0;
  H5Literate(from, H5_INDEX_NAME, H5_ITER_INC, &at, collect_links, &links);
  for (const auto& [name, type] : links) {
    const std::string member = path + "/" + name;
    if (member == "/truth") continue;
    if (type == H5L_TYPE_HARD) {
      OSTRACON_TRY(copy_member(from, to, name, member, copying));
      continue;
    }
    // Links as texts: where they lead to is another place here.
    H5L_info_t link{};
    if (H5Lget_info(from, name.c_str(), &link, H5P_DEFAULT) < 0 || link.u.val_size > 65536)
      continue;
    std::string target(link.u.val_size, '\0');
    if (H5Lget_val(from, name.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0) continue;
    std::replace(target.begin(), target.end(), '\0', ' ');
    OSTRACON_TRY(hdf5::write_text_attribute(to, ("link " + name).c_str(), target));
  }
  --copying.depth;
  H5Eclear2(H5E_DEFAULT);
  return Ok{};
}

Result<> MetadataWriter::copy_file(const hdf5::Handle& file,
                                   const std::vector<std::string>& moved) {
  Copying copying{.moved = moved, .seen = {}};
  OSTRACON_TRY_ASSIGN(const auto root, hdf5::open_group(file.get(), "/", "/"));
  OSTRACON_TRY_ASSIGN(const auto copy, hdf5::create_group(source_.get(), "hdf5"));
  return copy_group(root.get(), copy.get(), "", copying);
}

}  // namespace ostracon::io
