#include "io/formats/stack_reader.hpp"

#include <algorithm>
#include <cstring>

namespace ostracon::io::hdf5 {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 20;

/// Samples of a chunk along every axis; in one piece: one step of the slowest axis.
Axes chunk_of(const Dataset& dataset) {
  Axes chunk = dataset.sides;
  const Handle properties(H5Dget_create_plist(dataset.id.get()));
  if (H5Pget_layout(properties.get()) == H5D_CHUNKED)
    H5Pget_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  else
    chunk[0] = 1;
  for (hsize_t& side : chunk) side = std::max<hsize_t>(side, 1);
  return chunk;
}

}  // namespace

StackReader::StackReader(const Handle& file, Dataset frames, AxisRoles axes, SampleType stored)
    : frames_(std::move(frames)), axes_(std::move(axes)), stored_(stored) {
  thickness_ = chunk_of(frames_);
  auto index = ChunkIndex::create(file, frames_, native_type(stored_));
  if (index) chunks_.emplace(std::move(index).value());
}

Box StackReader::box_of(std::int64_t field) const {
  Box box{Axes(axes_.size(), 0), frames_.sides};
  auto rest = static_cast<hsize_t>(field);
  for (std::size_t axis = axes_.size(); axis-- > 0;) {
    if (axes_[axis] != AxisRole::kField) continue;
    box.begin[axis] = rest % frames_.sides[axis];
    box.count[axis] = 1;
    rest /= frames_.sides[axis];
  }
  return box;
}

std::size_t StackReader::bytes_of_box(const Box& box) const {
  return volume(box.count) * stored_.bytes;
}

bool StackReader::in_order(PixelType type) const {
  if (!(sample_type(type) == stored_) || axes_.back() != AxisRole::kX) return false;
  return std::is_sorted(axes_.begin(), axes_.end());
}

/// Cuts a box along the axis that has the most chunks, between chunks.
std::vector<Box> StackReader::pieces_of(const Box& box) const {
  const std::size_t bytes = bytes_of_box(box);
  if (bytes <= kPieceBytes) return {box};
  const auto steps = [&](std::size_t axis) {
    return (box.count[axis] + thickness_[axis] - 1) / thickness_[axis];
  };
  std::size_t cut = 0;
  for (std::size_t axis = 1; axis < axes_.size(); ++axis)
    if (steps(axis) > steps(cut)) cut = axis;
  const auto layer = bytes / static_cast<std::size_t>(box.count[cut]);
  const hsize_t whole = std::max<hsize_t>(kPieceBytes / layer / thickness_[cut], 1);
  const hsize_t thick = whole * thickness_[cut];
  std::vector<Box> pieces;
  for (hsize_t at = 0; at < box.count[cut]; at += thick) {
    pieces.push_back(box);
    pieces.back().begin[cut] += at;
    pieces.back().count[cut] = std::min(thick, box.count[cut] - at);
  }
  return pieces;
}

/// The same box frame by frame.
std::vector<Box> StackReader::frames_of(const Box& box) const {
  std::vector<Box> boxes{box};
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (axes_[axis] != AxisRole::kFrame) continue;
    std::vector<Box> finer;
    for (const Box& coarse : boxes)
      for (hsize_t at = 0; at < box.count[axis]; ++at) {
        finer.push_back(coarse);
        finer.back().begin[axis] = box.begin[axis] + at;
        finer.back().count[axis] = 1;
      }
    boxes = std::move(finer);
  }
  return boxes;
}

void StackReader::lose(const Box& box, const Error& error, FieldLosses& losses) const {
  for (const Box& one : frames_of(box)) {
    std::size_t frame = 0;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
      if (axes_[axis] == AxisRole::kFrame)
        frame = frame * static_cast<std::size_t>(frames_.sides[axis]) +
                static_cast<std::size_t>(one.begin[axis]);
    losses.add(frame, error);
  }
}

/// All at once; frame by frame once that fails.
Result<> StackReader::read_by_library(const Box& box, std::span<std::byte> to,
                                      FieldLosses& losses) {
  const hid_t type = native_type(stored_);
  if (read_box(frames_, type, box.begin, box.count, to.data(), "it")) return Ok{};
  const std::vector<Box> boxes = frames_of(box);
  std::vector<std::byte> alone(bytes_of_box(boxes.front()));
  for (const Box& one : boxes) {
    const auto done = read_box(frames_, type, one.begin, one.count, alone.data(), "it");
    if (!done) {
      lose(one, done.error(), losses);
      continue;
    }
    Axes from(axes_.size(), 0), at = one.begin;
    for (std::size_t axis = 0; axis < at.size(); ++axis) at[axis] -= box.begin[axis];
    copy_box(reinterpret_cast<const std::uint8_t*>(alone.data()), {one.count, from},
             reinterpret_cast<std::uint8_t*>(to.data()), {box.count, at}, one.count, stored_.bytes);
  }
  return Ok{};
}

Result<> StackReader::read_raw(const Box& box, std::span<std::byte> to, FieldLosses& losses) {
  if (!chunks_) return read_by_library(box, to, losses);
  auto lost = chunks_->read(box, to);
  if (!lost && lost.error().code == ErrorCode::kUnavailable)
    return read_by_library(box, to, losses);
  if (!lost) return lost.error();
  for (const LostBox& part : lost.value()) lose(part.box, part.error, losses);
  return Ok{};
}

Placement StackReader::placement_of(const Box& box, const FieldShape& shape,
                                    std::size_t& offset) const {
  Placement placement;
  std::size_t frame_stride = shape.pixels_per_frame();
  placement.sides.resize(axes_.size());
  placement.strides.resize(axes_.size());
  offset = 0;
  for (std::size_t axis = axes_.size(); axis-- > 0;) {
    std::size_t stride = 0;
    if (axes_[axis] == AxisRole::kX) stride = 1;
    if (axes_[axis] == AxisRole::kY) stride = static_cast<std::size_t>(shape.cols);
    if (axes_[axis] == AxisRole::kFrame) {
      stride = frame_stride;
      frame_stride *= static_cast<std::size_t>(frames_.sides[axis]);
    }
    placement.sides[axis] = static_cast<std::size_t>(box.count[axis]);
    placement.strides[axis] = stride;
    offset += static_cast<std::size_t>(box.begin[axis]) * stride;
  }
  return placement;
}

Result<FieldLosses> StackReader::read(std::int64_t field, const FieldShape& shape,
                                      std::span<std::byte> frames, const std::string& what) {
  const auto cannot = [&](const Error& error) {
    return Error{error.code, "cannot read " + what + ": " + error.message};
  };
  FieldLosses losses(shape.frames);
  const Box box = box_of(field);
  if (in_order(shape.type)) {
    if (const auto done = read_raw(box, frames, losses); !done) return cannot(done.error());
    return losses;
  }
  for (const Box& piece : pieces_of(box)) {
    const auto room = scratch_.room_for(bytes_of_box(piece));
    if (!room) return cannot(room.error());
    const auto raw = std::as_writable_bytes(room.value());
    if (const auto done = read_raw(piece, raw, losses); !done) return cannot(done.error());
    std::size_t offset = 0;
    const Placement placement = placement_of(piece, shape, offset);
    place_samples(raw, stored_, placement, shape.type,
                  frames.data() + offset * bytes_of(shape.type));
  }
  return losses;
}

Result<> StackReader::look(std::int64_t field, const std::string& what,
                           const std::function<void(std::span<const std::byte>)>& show) {
  for (const Box& piece : pieces_of(box_of(field))) {
    std::size_t frames = 1;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
      if (axes_[axis] == AxisRole::kFrame) frames *= static_cast<std::size_t>(frames_.sides[axis]);
    FieldLosses losses(static_cast<std::int32_t>(frames));
    OSTRACON_TRY_ASSIGN(const auto room, scratch_.room_for(bytes_of_box(piece)));
    const auto raw = std::as_writable_bytes(room);
    OSTRACON_TRY(read_raw(piece, raw, losses));
    if (const auto first = losses.first())
      return Error{first->code, "cannot read all of " + what + ": " + first->message};
    show(raw);
  }
  return Ok{};
}

void StackReader::announce(std::int64_t field) const {
  if (chunks_) chunks_->announce(box_of(field));
}

}  // namespace ostracon::io::hdf5
