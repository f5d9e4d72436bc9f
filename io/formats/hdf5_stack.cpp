#include "io/formats/hdf5_stack.hpp"

#include <algorithm>

namespace ostracon::io::hdf5 {
namespace {

/// Of counts that a file states, so that they may overflow: then as many as never pass the limits.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? ~std::uint64_t{0} : product;
}

}  // namespace

std::optional<SampleType> stored_type(const Handle& dataset) {
  const Handle type(H5Dget_type(dataset.get()));
  const std::size_t bytes = H5Tget_size(type.get());
  const bool whole = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
      if (!whole) return std::nullopt;
      return SampleType{
          H5Tget_sign(type.get()) == H5T_SGN_NONE ? SampleKind::kUnsigned : SampleKind::kSigned,
          static_cast<std::uint8_t>(bytes)};
    case H5T_FLOAT:
      if (bytes == 2) return SampleType{SampleKind::kFloat, 4};
      if (bytes == 4 || bytes == 8)
        return SampleType{SampleKind::kFloat, static_cast<std::uint8_t>(bytes)};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

hid_t native_type(SampleType type) {
  switch (type.kind) {
    case SampleKind::kUnsigned:
      return type.bytes == 1   ? H5T_NATIVE_UINT8
             : type.bytes == 2 ? H5T_NATIVE_UINT16
             : type.bytes == 4 ? H5T_NATIVE_UINT32
                               : H5T_NATIVE_UINT64;
    case SampleKind::kSigned:
      return type.bytes == 1   ? H5T_NATIVE_INT8
             : type.bytes == 2 ? H5T_NATIVE_INT16
             : type.bytes == 4 ? H5T_NATIVE_INT32
                               : H5T_NATIVE_INT64;
    case SampleKind::kFloat:
      break;
  }
  return type.bytes == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

Result<FoundStack> make_stack(Dataset dataset, AxisRoles axes, const std::string& path) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, path + " " + why};
  };
  const auto stored = stored_type(dataset.id);
  if (!stored) return bad("holds no numbers that could be samples");
  if (axes.size() != dataset.sides.size() || axes.size() > 8 ||
      std::count(axes.begin(), axes.end(), AxisRole::kY) != 1 ||
      std::count(axes.begin(), axes.end(), AxisRole::kX) != 1)
    return bad("has " + std::to_string(dataset.sides.size()) + " axes, not those of '" +
               to_string(axes) + "'");
  std::uint64_t fields = 1, frames = 1, rows = 0, cols = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const std::uint64_t side = dataset.sides[axis];
    if (axes[axis] == AxisRole::kField) fields = times(fields, side);
    if (axes[axis] == AxisRole::kFrame) frames = times(frames, side);
    if (axes[axis] == AxisRole::kY) rows = side;
    if (axes[axis] == AxisRole::kX) cols = side;
  }
  const PixelType type = read_as(*stored);
  OSTRACON_TRY(check_limits(fields, frames, rows, cols, type, path));
  // A small file must not make its reader allocate for data that are not there.
  const Handle properties(H5Dget_create_plist(dataset.id.get()));
  const hsize_t have = H5Dget_storage_size(dataset.id.get());
  const Handle file_type(H5Dget_type(dataset.id.get()));
  const hsize_t needed = H5Pget_nfilters(properties.get()) > 0
                             ? 1
                             : frames * rows * cols * H5Tget_size(file_type.get());
  if (have < needed) return bad("holds no data: the frames were never written");

  FoundStack stack;
  stack.group.path = path;
  stack.group.fields = static_cast<std::int64_t>(fields);
  stack.group.info.shape = {.frames = static_cast<std::int32_t>(frames),
                            .rows = static_cast<std::int32_t>(rows),
                            .cols = static_cast<std::int32_t>(cols),
                            .type = type};
  stack.group.axes = to_string(axes);
  stack.group.stored_type = to_string(*stored);
  stack.frames = std::move(dataset);
  stack.axes = std::move(axes);
  stack.stored = *stored;
  return stack;
}

}  // namespace ostracon::io::hdf5
