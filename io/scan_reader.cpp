#include <algorithm>
#include <cmath>

#include "io/hdf5_handle.hpp"
#include "io/scan_discovery.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

struct ScanReader::State {
  std::string name;
  hdf5::Handle file;
  std::vector<ScanGroup> groups;
  std::vector<hdf5::Dataset> frames;  // of every group
  std::int64_t fields = 0;

  std::size_t group_of(std::int64_t field) const {
    std::size_t group = groups.size() - 1;
    while (groups[group].first_field > field) --group;
    return group;
  }
};

ScanReader::ScanReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScanReader::ScanReader(ScanReader&&) noexcept = default;
ScanReader& ScanReader::operator=(ScanReader&&) noexcept = default;
ScanReader::~ScanReader() = default;

Result<ScanReader> ScanReader::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->name = path.string();
  OSTRACON_TRY_ASSIGN(state->file, hdf5::open_file(state->name));
  OSTRACON_TRY_ASSIGN(auto found, hdf5::discover_scans(state->file, state->name));
  for (auto& scan : found) {
    scan.group.first_field = state->fields;
    state->fields += scan.group.fields;
    state->groups.push_back(std::move(scan.group));
    state->frames.push_back(std::move(scan.frames));
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
  const std::size_t index = state_->group_of(field);
  const FieldShape field_shape = state_->groups[index].info.shape;
  const hdf5::Dataset& dataset = state_->frames[index];
  const std::string what = describe(field) + " of " + state_->name;

  std::vector<hsize_t> begin(dataset.sides.size(), 0), count = dataset.sides;
  if (dataset.sides.size() == 4) {
    begin[0] = static_cast<hsize_t>(field - state_->groups[index].first_field);
    count[0] = 1;
  }
  OSTRACON_TRY(hdf5::read_box(dataset, hdf5::native_type(field_shape.type), begin, count,
                              frames.data(), what));
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
