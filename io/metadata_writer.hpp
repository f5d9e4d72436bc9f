#pragma once
// What a foreign scan says beside its samples, kept in a scan file of our own. Private to io/.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/result.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io {

class MetadataWriter {
 public:
  /// Of data that belong to no scan, more than this is left out and told of.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

  explicit MetadataWriter(hdf5::Handle group) : group_(std::move(group)) {}

  /// Begins the group of another source; what follows is written there. kIo.
  Result<> begin_source(const std::string& name);
  /// A text or a block of bytes as the data set `name`, in groups for all but the last part of
  /// "a/b/c". UTF-8 and Latin-1 become text (the latter told by the attribute `encoding`), all else
  /// uint8. A name that stands gets a number. kIo.
  Result<> bytes(const std::string& name, std::string_view content);
  /// All groups, attributes, data sets and links of a file; but of the data sets at `moved`, whose
  /// samples are kept as scans, a group with their attributes alone. Nothing at "/truth" is opened.
  /// kIo; kBadInput if a part of the file cannot be read.
  Result<> copy_file(const hdf5::Handle& file, const std::vector<std::string>& moved);

  /// What was left out and why.
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  struct Copying;
  Result<> copy_group(hid_t from, hid_t to, const std::string& path, Copying& copying);
  Result<> copy_member(hid_t from, hid_t to, const std::string& name, const std::string& path,
                       Copying& copying);
  Result<> copy_attributes(hid_t from, hid_t to, const std::string& path);

  hdf5::Handle group_;
  hdf5::Handle source_;
  std::vector<std::string> left_out_;
};

}  // namespace ostracon::io
