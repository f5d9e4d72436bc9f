#include "io/formats/picture_scan.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>

#include "io/formats/field_losses.hpp"
#include "io/metadata_writer.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMostWarnings = 1000;

bool one_group(const ScanInfo& a, const ScanInfo& b) {
  return a.shape == b.shape && a.pixel_size_m == b.pixel_size_m &&
         a.dwell_time_s == b.dwell_time_s && a.beam_energy_v == b.beam_energy_v;
}

const char* kind_name(PictureKind kind) {
  return kind == PictureKind::kTiff ? "TIFF" : kind == PictureKind::kPng ? "PNG" : "BMP";
}

}  // namespace

PictureScan::PictureScan(std::string layout, std::vector<PictureField> fields,
                         PictureSources sources, std::vector<std::string> warnings)
    : fields_(std::move(fields)), sources_(std::move(sources)) {
  layout_ = std::move(layout);
  warnings_ = std::move(warnings);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const PictureField& field = fields_[i];
    if (i == 0 || !one_group(fields_[i - 1].info, field.info)) {
      ScanGroup group;
      group.path = field.name;
      group.info = field.info;
      group.axes = "frame, y, x";
      group.stored_type = to_string(field.frames.front().page.type);
      add_group(std::move(group));
    }
    ScanGroup& group = groups_.back();
    ++group.fields;
    if (field.position_m) group.positions_m.push_back(*field.position_m);
  }
  // All of a group, or none.
  for (ScanGroup& group : groups_) {
    if (group.positions_m.size() != static_cast<std::size_t>(group.fields))
      group.positions_m.clear();
    if (group.fields > 1) group.axes = "field, frame, y, x";
  }
}

std::string PictureScan::describe(std::int64_t field) const {
  return fields_[static_cast<std::size_t>(field)].name;
}

Result<> PictureScan::read(std::int64_t field, std::span<std::byte> frames) {
  OSTRACON_TRY(check_room(field, frames.size()));
  const PictureField& pictures = fields_[static_cast<std::size_t>(field)];
  const FieldShape field_shape = shape(field);
  const std::size_t bytes = field_shape.pixels_per_frame() * bytes_of(field_shape.type);
  std::vector<Result<>> done(pictures.frames.size(), Ok{});
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, pictures.frames.size(), [&](std::size_t frame) {
      const Picture& picture = pictures.frames[frame];
      const auto to = frames.subspan(frame * bytes, bytes);
      if (sample_type(field_shape.type) == picture.page.type) {
        done[frame] = read_picture(picture, to);
        return;
      }
      std::vector<std::byte> raw(field_shape.pixels_per_frame() * picture.page.type.bytes);
      done[frame] = read_picture(picture, raw);
      if (done[frame])
        place_samples(raw, picture.page.type, {{field_shape.pixels_per_frame()}, {1}},
                      field_shape.type, to.data());
    });
  });
  FieldLosses losses(field_shape.frames);
  for (std::size_t frame = 0; frame < done.size(); ++frame)
    if (!done[frame])
      losses.add(frame, {done[frame].error().code, pictures.frames[frame].path.string() + ": " +
                                                       done[frame].error().message});
  lost_.clear();
  OSTRACON_TRY_ASSIGN(lost_, losses.settle(frames, pictures.name));
  return check_finite(field_shape, frames, pictures.name);
}

Result<> PictureScan::read_exactly() {
  for (ScanGroup& group : groups_) {
    const auto first = static_cast<std::size_t>(group.first_field);
    const SampleType stored = fields_[first].frames.front().page.type;
    if (stored == sample_type(read_as(stored))) continue;
    SampleSurvey survey;
    std::vector<std::byte> raw(group.info.shape.pixels_per_frame() * stored.bytes);
    for (std::size_t field = first; field < first + static_cast<std::size_t>(group.fields); ++field)
      for (const Picture& picture : fields_[field].frames) {
        OSTRACON_TRY(read_picture(picture, raw));
        survey.look(raw, stored);
      }
    OSTRACON_TRY_ASSIGN(group.info.shape.type, exact_type(survey, stored, group.path));
  }
  return Ok{};
}

Result<> PictureScan::keep_metadata(MetadataWriter& to) const {
  for (const PictureSources::Text& kept : sources_.texts)
    OSTRACON_TRY(to.bytes(kept.name, kept.text));
  for (const PictureSources::File& file : sources_.files) {
    OSTRACON_TRY_ASSIGN(const PictureFile read, open_picture(file.path));
    for (std::size_t number = 0; number < read.tags.size(); ++number)
      for (const auto& [tag, text] : read.tags[number]) {
        std::string name = file.name;
        name.append("/page ").append(std::to_string(number));
        name.append(tag == 0 ? "/structure" : "/tag ");
        if (tag != 0) name.append(std::to_string(tag));
        OSTRACON_TRY(to.bytes(name, text));
      }
    for (const auto& [side_car, text] : read.texts.side_cars)
      OSTRACON_TRY(to.bytes(std::string(file.name).append("/").append(side_car), text));
  }
  return Ok{};
}

void PictureCollector::warn(std::string what) {
  if (warnings_.size() < kMostWarnings)
    warnings_.push_back(std::move(what));
  else if (warnings_.size() == kMostWarnings)
    warnings_.emplace_back("there are more warnings than these");
}

void PictureCollector::keep(std::string name, std::string text) {
  sources_.texts.push_back({std::move(name), std::move(text)});
}

void PictureCollector::add(const std::filesystem::path& path, const std::string& name,
                           bool begins_field) {
  begins_field = begins_field || failed_ || fields_.empty();
  failed_ = false;
  auto opened = open_picture(path);
  if (!opened) {
    failed_ = begins_field;
    return warn(name + ": " + opened.error().message + "; it is passed over");
  }
  PictureFile& file = opened.value();
  const TiffPage& page = file.pictures.front().page;
  PictureField field;
  field.name = name;
  // What the first frame of a field says is said of all.
  std::vector<std::string> of_later_frames;
  Findings findings(field.info, begins_field ? warnings_ : of_later_frames, name);
  const std::string maker = read_picture_metadata(file.texts, static_cast<std::int32_t>(page.rows),
                                                  static_cast<std::int32_t>(page.cols), findings);
  if (!begins_field) {
    const TiffPage& first = fields_.back().frames.front().page;
    const bool alike =
        first.rows == page.rows && first.cols == page.cols && first.type == page.type;
    const std::size_t frames = fields_.back().frames.size() + file.pictures.size();
    if (!alike || frames > static_cast<std::size_t>(kMaxFrames))
      return warn(name +
                  " is of another shape or type than the frames before it, or one too many; "
                  "it is passed over");
  } else {
    field.info.shape = {.frames = 0,
                        .rows = static_cast<std::int32_t>(page.rows),
                        .cols = static_cast<std::int32_t>(page.cols),
                        .type = read_as(page.type)};
    fields_.push_back(std::move(field));
  }
  PictureField& to = fields_.back();
  for (Picture& picture : file.pictures) to.frames.push_back(std::move(picture));
  to.info.shape.frames = static_cast<std::int32_t>(to.frames.size());
  if (kind_.empty()) kind_ = kind_name(to.frames.front().kind);
  if (!maker.empty() && maker_.find(maker) == std::string::npos) {
    if (!maker_.empty()) maker_ += ", ";
    maker_ += maker;
  }
  for (const std::string& warning : file.warnings) warn(name + ": " + warning);
  sources_.files.push_back({path, name});
}

Result<> PictureCollector::cut(std::int64_t frames) {
  const auto step = static_cast<std::size_t>(frames);
  std::vector<PictureField> cut;
  for (const PictureField& whole : fields_) {
    if (whole.frames.size() % step != 0)
      return Error{ErrorCode::kInvalidArgument,
                   whole.name + " has " + std::to_string(whole.frames.size()) +
                       " pages, which are no fields of " + std::to_string(frames) + " frames"};
    for (std::size_t at = 0; at < whole.frames.size(); at += step) {
      PictureField field = whole;
      field.name += " from page " + std::to_string(at);
      const auto first = whole.frames.begin() + static_cast<std::ptrdiff_t>(at);
      field.frames.assign(first, first + static_cast<std::ptrdiff_t>(step));
      field.info.shape.frames = static_cast<std::int32_t>(frames);
      cut.push_back(std::move(field));
    }
  }
  fields_ = std::move(cut);
  return Ok{};
}

Result<std::unique_ptr<ScanSource>> PictureCollector::finish(const std::string& what,
                                                             std::string layout) {
  for (const PictureField& field : fields_)
    OSTRACON_TRY(check_limits(
        1, field.frames.size(), static_cast<std::uint64_t>(field.info.shape.rows),
        static_cast<std::uint64_t>(field.info.shape.cols), field.info.shape.type, field.name));
  if (fields_.empty())
    return Error{ErrorCode::kBadInput,
                 what + ": " + (warnings_.empty() ? "it holds no picture" : warnings_.front())};
  if (layout.empty()) layout = maker_.empty() ? kind_ : kind_ + " (" + maker_ + ")";
  return std::unique_ptr<ScanSource>(std::make_unique<PictureScan>(
      std::move(layout), std::move(fields_), std::move(sources_), std::move(warnings_)));
}

}  // namespace ostracon::io
