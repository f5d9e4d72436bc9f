#include "io/formats/axes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace ostracon::io {
namespace {

struct RoleNames {
  AxisRole role;
  std::vector<std::string_view> names;
};

const std::array<RoleNames, 4>& role_names() {
  static const std::array<RoleNames, 4> kNames{
      RoleNames{AxisRole::kField,
                {"field", "fields", "c", "channel", "tile", "indicesgroup", "group"}},
      RoleNames{AxisRole::kFrame,
                {"frame", "frames", "t", "time", "n", "index", "indicesimage", "image", "slice",
                 "frameindex"}},
      RoleNames{AxisRole::kY, {"y", "axisj", "height", "row", "rows", "yaxis", "ydim", "dimy"}},
      RoleNames{
          AxisRole::kX,
          {"x", "axisi", "width", "col", "cols", "column", "columns", "xaxis", "xdim", "dimx"}}};
  return kNames;
}

/// Letters and digits alone, small.
std::string bare(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::optional<AxisRole> role_of_name(std::string_view name) {
  const std::string wanted = bare(name);
  for (const RoleNames& known : role_names())
    if (std::find(known.names.begin(), known.names.end(), wanted) != known.names.end())
      return known.role;
  return std::nullopt;
}

/// y and x at two places; the others are one axis of frames, or fields and then frames.
AxisRoles around(std::size_t rank, std::size_t y, std::size_t x) {
  AxisRoles roles(rank, AxisRole::kField);
  roles[y] = AxisRole::kY;
  roles[x] = AxisRole::kX;
  for (std::size_t axis = rank; axis-- > 0;)
    if (axis != y && axis != x) {
      roles[axis] = AxisRole::kFrame;
      break;
    }
  return roles;
}

}  // namespace

std::string to_string(const AxisRoles& roles) {
  std::string text;
  for (const AxisRole role : roles) {
    text += text.empty() ? "" : ", ";
    text += role == AxisRole::kField   ? "field"
            : role == AxisRole::kFrame ? "frame"
            : role == AxisRole::kY     ? "y"
                                       : "x";
  }
  return text;
}

AxisRoles usual_roles(std::size_t rank) { return around(rank, rank - 2, rank - 1); }

Result<AxisRoles> parse_axes(std::string_view text) {
  AxisRoles roles;
  std::size_t begin = 0;
  bool known = true;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto role = role_of_name(text.substr(begin, end - begin));
    known = known && role.has_value();
    roles.push_back(role.value_or(AxisRole::kField));
    begin = end + 1;
  }
  if (!known || std::count(roles.begin(), roles.end(), AxisRole::kY) != 1 ||
      std::count(roles.begin(), roles.end(), AxisRole::kX) != 1)
    return Error{ErrorCode::kInvalidArgument,
                 "axes '" + std::string(text) +
                     "': they are named field, frame, y and x, as in 'frame,y,x', y and x once"};
  return roles;
}

std::optional<AxisRoles> roles_of_names(const std::vector<std::string>& names) {
  std::optional<std::size_t> y, x;
  bool all = true;
  AxisRoles told;
  for (std::size_t axis = 0; axis < names.size(); ++axis) {
    const auto role = role_of_name(names[axis]);
    all = all && role.has_value();
    told.push_back(role.value_or(AxisRole::kFrame));
    if (role == AxisRole::kY) {
      if (y) return std::nullopt;
      y = axis;
    }
    if (role == AxisRole::kX) {
      if (x) return std::nullopt;
      x = axis;
    }
  }
  if (!y || !x) return std::nullopt;
  return all ? told : around(names.size(), *y, *x);
}

std::optional<AxisRoles> roles_of_sides(const std::vector<std::uint64_t>& sides) {
  const std::size_t rank = sides.size();
  if (rank < 2 || rank > 4) return std::nullopt;
  if (rank == 2) return usual_roles(2);
  if (rank == 3) {
    // Frames are few: an axis at the end or in the middle that is at most half as long as both of
    // the others counts them, else the first.
    for (const std::size_t frame : {std::size_t{2}, std::size_t{1}}) {
      const std::size_t y = 0, x = 3 - frame;
      if (2 * sides[frame] <= std::min(sides[y], sides[x])) return around(3, y, x);
    }
    return usual_roles(3);
  }
  // The two neighbours that are the largest picture; the last ones if others are not larger.
  std::size_t best = 2;
  const auto small = [&](std::size_t at) { return std::min(sides[at], sides[at + 1]); };
  for (const std::size_t at : {std::size_t{1}, std::size_t{0}})
    if (small(at) > 2 * small(best)) best = at;
  return around(4, best, best + 1);
}

}  // namespace ostracon::io
