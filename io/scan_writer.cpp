#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "io/atomic_file.hpp"
#include "io/chunk_encoder.hpp"
#include "io/hdf5_handle.hpp"
#include "io/metadata_writer.hpp"
#include "io/scan_file.hpp"
#include "io/scan_truth.hpp"

namespace ostracon::io {
namespace {

struct OpenScan {
  FieldShape shape;
  hdf5::Handle frames, positions;
  std::int64_t fields = 0;
  std::unique_ptr<hdf5::TruthWriter> truth;
};

/// The coordinate of every pixel along one side, for viewers: [0, 1, ...] * pixel size.
Result<> write_axis(const hdf5::Handle& group, const char* name, std::int32_t pixels,
                    std::optional<double> pixel_size_m) {
  std::vector<double> values(static_cast<std::size_t>(pixels));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i) * pixel_size_m.value_or(1.0);
  const auto count = static_cast<hsize_t>(pixels);
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  const hdf5::Handle space(H5Screate_simple(1, &count, nullptr));
  const hdf5::Handle dataset(H5Dcreate2(group.get(), name, H5T_IEEE_F64LE, space.get(), H5P_DEFAULT,
                                        properties.get(), H5P_DEFAULT));
  if (!dataset ||
      H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    return hdf5::last_error(ErrorCode::kIo, std::string("cannot write the axis ") + name);
  return hdf5::write_text_attribute(dataset.get(), "units", pixel_size_m ? "m" : "pixel");
}

Result<> write_optional(const hdf5::Handle& group, const char* name, std::optional<double> value,
                        const char* units) {
  if (!value) return Ok{};
  return hdf5::write_number(group.get(), name, *value, units);
}

/// Every frame through the filters, on all threads.
Result<std::vector<std::vector<std::uint8_t>>> encode_frames(ScanCompression compression,
                                                             std::span<const std::byte> frames,
                                                             const FieldShape& shape) {
  std::vector<std::vector<std::uint8_t>> chunks(static_cast<std::size_t>(shape.frames));
  std::vector<Result<>> done(chunks.size(), Ok{});
  const std::size_t bytes = frames.size() / chunks.size();
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, chunks.size(), [&](std::size_t frame) {
      const auto* from = reinterpret_cast<const std::uint8_t*>(frames.data()) + frame * bytes;
      auto encoded = encode_chunk(compression, {from, bytes}, bytes_of(shape.type));
      if (encoded)
        chunks[frame] = std::move(encoded).value();
      else
        done[frame] = encoded.error();
    });
  });
  for (const Result<>& one : done) OSTRACON_TRY(one);
  return chunks;
}

hid_t file_type(PixelType type) {
  return type == PixelType::kU8    ? H5T_STD_U8LE
         : type == PixelType::kU16 ? H5T_STD_U16LE
                                   : H5T_IEEE_F32LE;
}

}  // namespace

struct ScanWriter::State {
  PendingFile pending;
  ScanCompression compression = ScanCompression::kNone;
  hdf5::Handle file, entry;
  std::vector<OpenScan> scans;
  std::optional<MetadataWriter> metadata;
};

ScanWriter::ScanWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScanWriter::ScanWriter(ScanWriter&&) noexcept = default;
ScanWriter& ScanWriter::operator=(ScanWriter&&) noexcept = default;
ScanWriter::~ScanWriter() = default;

Result<ScanWriter> ScanWriter::create(const std::filesystem::path& path, bool force,
                                      ScanCompression compression) {
  OSTRACON_TRY_ASSIGN(auto pending, PendingFile::create(path, force));
  auto state = std::make_unique<State>(State{.pending = std::move(pending),
                                             .compression = compression,
                                             .file = {},
                                             .entry = {},
                                             .scans = {},
                                             .metadata = {}});
  OSTRACON_TRY_ASSIGN(state->file,
                      hdf5::create_file(state->pending.temporary().string(), path.string()));
  OSTRACON_TRY(hdf5::write_text_attribute(state->file.get(), "default", "entry"));
  OSTRACON_TRY(hdf5::write_text_attribute(state->file.get(), "NX_class", "NXroot"));
  OSTRACON_TRY_ASSIGN(state->entry, hdf5::create_group(state->file.get(), "entry"));
  OSTRACON_TRY(hdf5::write_text_attribute(state->entry.get(), "NX_class", "NXentry"));
  OSTRACON_TRY(hdf5::write_text_attribute(state->entry.get(), "default", "scan0"));
  return ScanWriter(std::move(state));
}

Result<std::int32_t> ScanWriter::add_scan(const ScanInfo& info) {
  const FieldShape& shape = info.shape;
  if (shape.frames < 1 || shape.frames > kMaxFrames || shape.rows < 1 || shape.rows > kMaxSide ||
      shape.cols < 1 || shape.cols > kMaxSide ||
      shape.bytes() > static_cast<std::size_t>(kMaxFieldBytes))
    return Error{ErrorCode::kInvalidArgument, "a scan of " + std::to_string(shape.frames) +
                                                  " frames of " + std::to_string(shape.rows) +
                                                  " x " + std::to_string(shape.cols) +
                                                  " pixels is beyond the limits of the format"};
  const auto index = static_cast<std::int32_t>(state_->scans.size());
  const std::string name = "scan" + std::to_string(index);
  OSTRACON_TRY_ASSIGN(const auto group, hdf5::create_group(state_->entry.get(), name));
  OSTRACON_TRY(hdf5::write_text_attribute(group.get(), "NX_class", "NXdata"));
  OSTRACON_TRY(hdf5::write_text_attribute(group.get(), "signal", "frames"));
  OSTRACON_TRY(hdf5::write_text_list_attribute(group.get(), "axes", {".", ".", "y", "x"}));
  OSTRACON_TRY(write_axis(group, "y", shape.rows, info.pixel_size_m));
  OSTRACON_TRY(write_axis(group, "x", shape.cols, info.pixel_size_m));
  OSTRACON_TRY(write_optional(group, "pixel_size", info.pixel_size_m, "m"));
  OSTRACON_TRY(write_optional(group, "dwell_time", info.dwell_time_s, "s"));
  OSTRACON_TRY(write_optional(group, "beam_energy", info.beam_energy_v, "V"));
  OSTRACON_TRY(write_optional(group, "beam_current", info.beam_current_a, "A"));
  const std::array<const char*, 3> stage{"stage_x", "stage_y", "stage_z"};
  for (std::size_t axis = 0; axis < stage.size(); ++axis)
    OSTRACON_TRY(write_optional(group, stage[axis], info.stage_m[axis], "m"));
  OSTRACON_TRY(write_optional(group, "adc_offset", info.adc_offset, ""));
  OSTRACON_TRY(write_optional(group, "dn_per_electron", info.dn_per_electron, ""));
  if (!info.detector.empty())
    OSTRACON_TRY(hdf5::write_text(group.get(), "detector", info.detector));

  OpenScan scan;
  scan.shape = shape;
  const std::vector<hsize_t> tail{static_cast<hsize_t>(shape.frames),
                                  static_cast<hsize_t>(shape.rows),
                                  static_cast<hsize_t>(shape.cols)};
  OSTRACON_TRY_ASSIGN(scan.frames,
                      hdf5::create_growing(group.get(), "frames", file_type(shape.type), tail, true,
                                           filters_of(state_->compression, bytes_of(shape.type))));
  OSTRACON_TRY(
      hdf5::write_text_attribute(scan.frames.get(), "long_name", "frames [field, frame, y, x]"));
  OSTRACON_TRY_ASSIGN(scan.positions,
                      hdf5::create_growing(group.get(), "field_position", H5T_IEEE_F64LE, {2}));
  OSTRACON_TRY(hdf5::write_text_attribute(scan.positions.get(), "units", "m"));
  OSTRACON_TRY(hdf5::write_text_attribute(scan.positions.get(), "long_name",
                                          "row, column of the field's centre on the plate"));
  state_->scans.push_back(std::move(scan));
  return index;
}

Result<> ScanWriter::append(std::int32_t scan, std::span<const std::byte> frames,
                            std::array<double, 2> position_m, const sem::FieldTruth* truth) {
  if (scan < 0 || static_cast<std::size_t>(scan) >= state_->scans.size())
    return Error{ErrorCode::kInvalidArgument, "there is no scan " + std::to_string(scan)};
  OpenScan& open = state_->scans[static_cast<std::size_t>(scan)];
  if (frames.size() != open.shape.bytes())
    return Error{ErrorCode::kInvalidArgument, "a field of scan " + std::to_string(scan) + " has " +
                                                  std::to_string(open.shape.bytes()) +
                                                  " bytes, not " + std::to_string(frames.size())};
  if (open.fields > 0 && (truth != nullptr) != (open.truth != nullptr))
    return Error{ErrorCode::kInvalidArgument,
                 "truth is given for some fields of scan " + std::to_string(scan) + " only"};
  const std::string what = "field " + std::to_string(open.fields) + " of scan " +
                           std::to_string(scan) + " to " + state_->pending.path().string();
  if (state_->compression == ScanCompression::kNone) {
    OSTRACON_TRY(
        hdf5::append(open.frames, hdf5::native_type(open.shape.type), frames.data(), what));
  } else {
    OSTRACON_TRY_ASSIGN(const auto chunks, encode_frames(state_->compression, frames, open.shape));
    OSTRACON_TRY(hdf5::append_encoded(open.frames, chunks, what));
  }
  OSTRACON_TRY(hdf5::append(open.positions, H5T_NATIVE_DOUBLE, position_m.data(), what));
  if (truth != nullptr) {
    if (!open.truth) {
      OSTRACON_TRY_ASSIGN(open.truth, hdf5::TruthWriter::create(state_->file, scan, *truth));
    }
    OSTRACON_TRY(open.truth->append(*truth, what));
  }
  ++open.fields;
  return Ok{};
}

MetadataWriter& ScanWriter::metadata() {
  if (!state_->metadata) {
    auto group = hdf5::create_group(state_->entry.get(), "original_metadata");
    if (group) {
      // Of no use where it fails: then what is written into it fails.
      [[maybe_unused]] const auto classed =
          hdf5::write_text_attribute(group.value().get(), "NX_class", "NXcollection");
    }
    state_->metadata.emplace(group ? std::move(group).value() : hdf5::Handle());
  }
  return *state_->metadata;
}

Result<> ScanWriter::close() {
  State& state = *state_;
  const bool flushed = H5Fflush(state.file.get(), H5F_SCOPE_GLOBAL) >= 0;
  state.scans.clear();
  state.metadata.reset();
  state.entry.close();
  if (!state.file.close() || !flushed)
    return hdf5::last_error(ErrorCode::kIo, "cannot write " + state.pending.path().string());
  return state.pending.commit();
}

}  // namespace ostracon::io
