#include <cmath>

#include "io/chunk_driver.hpp"
#include "io/formats/stack_reader.hpp"
#include "io/metadata_writer.hpp"
#include "io/scan_discovery.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

struct ScanReader::State {
  std::string name;
  hdf5::Handle file;
  std::vector<hdf5::StackReader> stacks;  // of every group
  std::vector<std::string> datasets;      // where they lie in the file
  std::vector<LostFrame> lost;
};

ScanReader::ScanReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScanReader::ScanReader(ScanReader&&) noexcept = default;
ScanReader& ScanReader::operator=(ScanReader&&) noexcept = default;
ScanReader::~ScanReader() = default;

ScanReader ScanReader::of(std::string name, hdf5::Handle file, hdf5::FoundLayout found) {
  ScanReader reader(std::make_unique<State>());
  State& state = *reader.state_;
  state.name = std::move(name);
  state.file = std::move(file);
  reader.layout_ = std::move(found.name);
  reader.warnings_ = std::move(found.warnings);
  for (hdf5::FoundStack& stack : found.stacks) {
    state.datasets.push_back(hdf5::path_of(stack.frames.id));
    reader.add_group(std::move(stack.group));
    state.stacks.emplace_back(state.file, std::move(stack.frames), std::move(stack.axes),
                              stack.stored);
  }
  return reader;
}

Result<ScanReader> ScanReader::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  OSTRACON_TRY_ASSIGN(auto file, hdf5::open_located_file(name));
  hdf5::FoundLayout found{.name = "NeXus", .stacks = {}, .warnings = {}};
  OSTRACON_TRY_ASSIGN(found.stacks, hdf5::discover_scans(file, name));
  if (found.stacks.front().group.path.starts_with("/entry/scan")) found.name = "Ostracon";
  return of(name, std::move(file), std::move(found));
}

const std::vector<LostFrame>& ScanReader::lost_frames() const { return state_->lost; }

Result<> ScanReader::read(std::int64_t field, std::span<std::byte> frames) {
  OSTRACON_TRY(check_room(field, frames.size()));
  const std::size_t group = group_of(field);
  const std::string what = describe(field) + " of " + state_->name;
  state_->lost.clear();
  OSTRACON_TRY_ASSIGN(const FieldLosses losses,
                      state_->stacks[group].read(field - groups_[group].first_field,
                                                 groups_[group].info.shape, frames, what));
  OSTRACON_TRY_ASSIGN(state_->lost, losses.settle(frames, what));
  if (field + 1 < fields()) {
    const std::size_t next = group_of(field + 1);
    state_->stacks[next].announce(field + 1 - groups_[next].first_field);
  }
  return check_finite(groups_[group].info.shape, frames, what);
}

Result<> ScanReader::read_exactly() {
  for (std::size_t index = 0; index < groups_.size(); ++index) {
    ScanGroup& group = groups_[index];
    hdf5::StackReader& stack = state_->stacks[index];
    if (stack.stored() == sample_type(read_as(stack.stored()))) continue;
    const std::string what = group.path + " of " + state_->name;
    SampleSurvey survey;
    for (std::int64_t field = 0; field < group.fields; ++field)
      OSTRACON_TRY(stack.look(field, what, [&](std::span<const std::byte> samples) {
        survey.look(samples, stack.stored());
      }));
    OSTRACON_TRY_ASSIGN(group.info.shape.type, exact_type(survey, stack.stored(), what));
  }
  return Ok{};
}

Result<> ScanReader::keep_metadata(MetadataWriter& to) const {
  return to.copy_file(state_->file, state_->datasets);
}

}  // namespace ostracon::io
