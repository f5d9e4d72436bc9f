#pragma once
// Looking for things in foreign HDF5 files, with bounded work. Private to io/.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/formats/findings.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {

/// The group or data set at "a/b/c" below `parent`; external links are not followed. kBadInput.
Result<Handle> group_at(const Handle& parent, const std::string& path);
Result<Dataset> dataset_at(const Handle& parent, const std::string& path);

/// A value that may be a number or a text, of one element, with its attribute `units` (or `unit`).
struct NamedValue {
  std::optional<double> number;
  std::string text;
  std::string units;
};
/// Of the data set at `path`; nothing if it is absent or something else.
std::optional<NamedValue> value_at(const Handle& parent, const std::string& path);
/// `value` in `base` units: by its own units, those in its text, or else times `factor`.
void set_from(Findings& findings, std::optional<double>& to, const std::string& what,
              const std::optional<NamedValue>& value, std::string_view base, double factor = 1);
/// Of an attribute.
std::optional<NamedValue> attribute_of(const Handle& object, const char* name);
/// Texts of an attribute that is a list of them, or one.
std::vector<std::string> texts_of(const Handle& object, const char* name);
/// What lies between the first two entries of the 1-D data set `name`; nothing if there are not
/// two.
std::optional<double> step_of(const Handle& parent, const std::string& name);

/// Calls `visit` for every group below `root` (and for it, as "") in order of the names, each
/// object once, down to 12 levels and 20,000 groups. False: not all was seen.
bool visit_groups(const Handle& root,
                  const std::function<void(const Handle& group, const std::string& path)>& visit);

/// The data sets right in `group`, by name.
std::vector<std::string> dataset_names(const Handle& group);

}  // namespace ostracon::io::hdf5
