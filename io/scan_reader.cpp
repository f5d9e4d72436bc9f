#include <algorithm>
#include <cmath>

#include "io/chunk_reader.hpp"
#include "io/scan_discovery.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

namespace {

/// The frames of one group and how they are read.
struct Stack {
  hdf5::Dataset frames;
  std::optional<hdf5::ChunkReader> chunks;  // absent: the library must read them
};

/// Field `field` of the group as a box of its data set.
hdf5::Box box_of(const Stack& stack, std::int64_t field) {
  hdf5::Box box{Axes(stack.frames.sides.size(), 0), stack.frames.sides};
  if (box.count.size() == 4) {
    box.begin[0] = static_cast<hsize_t>(field);
    box.count[0] = 1;
  }
  return box;
}

/// The same of one frame alone.
hdf5::Box frame_of(hdf5::Box box, std::int32_t frame) {
  const std::size_t rank = box.begin.size();
  if (rank < 3) return box;
  box.begin[rank - 3] = static_cast<hsize_t>(frame);
  box.count[rank - 3] = 1;
  return box;
}

/// Which frames of a field could not be read.
class Losses {
 public:
  explicit Losses(std::int32_t frames) : frames_(static_cast<std::size_t>(frames)) {}

  void add(const hdf5::LostBox& lost) {
    const std::size_t rank = lost.box.begin.size();
    const auto first = rank < 3 ? 0 : static_cast<std::size_t>(lost.box.begin[rank - 3]);
    const auto count = rank < 3 ? 1 : static_cast<std::size_t>(lost.box.count[rank - 3]);
    for (std::size_t frame = first; frame < first + count; ++frame)
      if (!frames_[frame]) frames_[frame] = lost.error;
  }
  void add(std::int32_t frame, const Error& error) {
    frames_[static_cast<std::size_t>(frame)] = error;
  }

  /// The frames that are lost; their samples are set to 0, by which they are seen to be no image.
  /// An error if all are: the machine's (kIo) if it is one of reading.
  Result<std::vector<LostFrame>> settle(std::span<std::byte> frames,
                                        const std::string& what) const {
    std::vector<LostFrame> lost;
    const Error* worst = nullptr;
    const std::size_t bytes = frames.size() / frames_.size();
    for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
      const auto& error = frames_[frame];
      if (!error) continue;
      if (worst == nullptr || error->code == ErrorCode::kIo) worst = &*error;
      const auto of_frame = frames.subspan(frame * bytes, bytes);
      std::fill(of_frame.begin(), of_frame.end(), std::byte{0});
      lost.push_back({static_cast<std::int32_t>(frame), error->message});
    }
    if (lost.size() == frames_.size())
      return Error{worst->code, "cannot read " + what + ": " + worst->message};
    return lost;
  }

 private:
  std::vector<std::optional<Error>> frames_;
};

/// All by the library; frame by frame once that fails.
Losses read_by_library(const Stack& stack, const FieldShape& shape, const hdf5::Box& box,
                       std::span<std::byte> frames, const std::string& what) {
  Losses losses(shape.frames);
  const hid_t type = hdf5::native_type(shape.type);
  if (hdf5::read_box(stack.frames, type, box.begin, box.count, frames.data(), what)) return losses;
  const std::size_t bytes = frames.size() / static_cast<std::size_t>(shape.frames);
  for (std::int32_t frame = 0; frame < shape.frames; ++frame) {
    const hdf5::Box alone = frame_of(box, frame);
    const auto done = hdf5::read_box(stack.frames, type, alone.begin, alone.count,
                                     frames.data() + static_cast<std::size_t>(frame) * bytes, "it");
    if (!done) losses.add(frame, done.error());
  }
  return losses;
}

}  // namespace

struct ScanReader::State {
  std::string name;
  hdf5::Handle file;
  std::vector<ScanGroup> groups;
  std::vector<Stack> stacks;  // of every group
  std::vector<LostFrame> lost;
  std::int64_t fields = 0;

  std::size_t group_of(std::int64_t field) const {
    std::size_t group = groups.size() - 1;
    while (groups[group].first_field > field) --group;
    return group;
  }
  hdf5::Box box_of_field(std::int64_t field) const {
    const std::size_t group = group_of(field);
    return box_of(stacks[group], field - groups[group].first_field);
  }
  Result<Losses> read(std::int64_t field, std::span<std::byte> frames, const std::string& what);
};

Result<Losses> ScanReader::State::read(std::int64_t field, std::span<std::byte> frames,
                                       const std::string& what) {
  const std::size_t group = group_of(field);
  const FieldShape& shape = groups[group].info.shape;
  const hdf5::Box box = box_of_field(field);
  Stack& stack = stacks[group];
  if (!stack.chunks) return read_by_library(stack, shape, box, frames, what);
  auto found = stack.chunks->read(box, frames);
  if (!found && found.error().code == ErrorCode::kUnavailable)
    return read_by_library(stack, shape, box, frames, what);
  if (!found)
    return Error{found.error().code, "cannot read " + what + ": " + found.error().message};
  Losses losses(shape.frames);
  for (const hdf5::LostBox& lost_box : found.value()) losses.add(lost_box);
  if (field + 1 < fields) {
    const auto& next = stacks[group_of(field + 1)].chunks;
    if (next) next->announce(box_of_field(field + 1));
  }
  return losses;
}

ScanReader::ScanReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScanReader::ScanReader(ScanReader&&) noexcept = default;
ScanReader& ScanReader::operator=(ScanReader&&) noexcept = default;
ScanReader::~ScanReader() = default;

Result<ScanReader> ScanReader::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->name = path.string();
  OSTRACON_TRY_ASSIGN(state->file, hdf5::open_located_file(state->name));
  OSTRACON_TRY_ASSIGN(auto found, hdf5::discover_scans(state->file, state->name));
  for (auto& scan : found) {
    scan.group.first_field = state->fields;
    state->fields += scan.group.fields;
    state->groups.push_back(std::move(scan.group));
    Stack stack{.frames = std::move(scan.frames), .chunks = {}};
    auto index = hdf5::ChunkIndex::create(state->file, stack.frames,
                                          hdf5::native_type(state->groups.back().info.shape.type));
    if (index) stack.chunks.emplace(std::move(index).value());
    state->stacks.push_back(std::move(stack));
  }
  return ScanReader(std::move(state));
}

const std::vector<ScanGroup>& ScanReader::groups() const { return state_->groups; }
std::int64_t ScanReader::fields() const { return state_->fields; }

FieldShape ScanReader::shape(std::int64_t field) const {
  assert(field >= 0 && field < state_->fields);
  return state_->groups[state_->group_of(field)].info.shape;
}

std::string ScanReader::describe(std::int64_t field) const {
  assert(field >= 0 && field < state_->fields);
  const ScanGroup& group = state_->groups[state_->group_of(field)];
  return group.path + " field " + std::to_string(field - group.first_field);
}

const std::vector<LostFrame>& ScanReader::lost_frames() const { return state_->lost; }

float ScanReader::black_level(std::int64_t field) const {
  assert(field >= 0 && field < state_->fields);
  const double offset = state_->groups[state_->group_of(field)].info.adc_offset.value_or(0.0);
  return std::isfinite(offset) ? static_cast<float>(offset) : 0.0F;
}

Result<> ScanReader::read(std::int64_t field, std::span<std::byte> frames) {
  if (field < 0 || field >= state_->fields || frames.size() != shape(field).bytes())
    return Error{ErrorCode::kInvalidArgument, "field " + std::to_string(field) + " of " +
                                                  std::to_string(state_->fields) + " into " +
                                                  std::to_string(frames.size()) + " bytes"};
  const FieldShape field_shape = shape(field);
  const std::string what = describe(field) + " of " + state_->name;
  state_->lost.clear();
  OSTRACON_TRY_ASSIGN(const Losses losses, state_->read(field, frames, what));
  OSTRACON_TRY_ASSIGN(state_->lost, losses.settle(frames, what));
  if (field_shape.type != PixelType::kF32) return Ok{};

  const std::size_t pixels = field_shape.pixels_per_frame();
  const auto* samples = reinterpret_cast<const float*>(frames.data());
  for (std::int32_t frame = 0; frame < field_shape.frames; ++frame, samples += pixels)
    if (!std::all_of(samples, samples + pixels, [](float value) { return std::isfinite(value); }))
      return Error{ErrorCode::kBadInput, what + ", frame " + std::to_string(frame) +
                                             ", holds a sample that is not a finite number"};
  return Ok{};
}

}  // namespace ostracon::io
