#include <optional>

#include "io/atomic_file.hpp"
#include "io/hdf5_handle.hpp"
#include "io/master_description.hpp"
#include "io/master_file.hpp"

namespace ostracon::io {

/// What of a plan its master has.
struct MasterWriter::Layout {
  std::uint32_t pages = 0;
  std::int32_t rows = 0, cols = 0;
  std::vector<std::int64_t> places{};  // row, col of every page
  std::string description{};
};

struct MasterWriter::State {
  PendingFile pending;
  hdf5::Handle file, pages;
  std::int32_t rows = 0, cols = 0;
  std::vector<bool> written;
  std::vector<std::uint8_t> packed;
};

MasterWriter::MasterWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
MasterWriter::MasterWriter(MasterWriter&&) noexcept = default;
MasterWriter& MasterWriter::operator=(MasterWriter&&) noexcept = default;
MasterWriter::~MasterWriter() = default;

namespace {

/// A data set of fixed sides, in chunks of one entry of the first axis unless `whole`.
Result<hdf5::Handle> create_fixed(const hdf5::Handle& file, const char* name, hid_t type,
                                  const std::vector<hsize_t>& sides, bool whole) {
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  if (!whole) {
    std::vector<hsize_t> chunk = sides;
    chunk[0] = 1;
    H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER);
  }
  const hdf5::Handle space(H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr));
  hdf5::Handle dataset(
      H5Dcreate2(file.get(), name, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset) return hdf5::last_error(ErrorCode::kIo, std::string("cannot write ") + name);
  return dataset;
}

}  // namespace

Result<MasterWriter> MasterWriter::create(const std::filesystem::path& path,
                                          const format::PlatePlan& plan,
                                          const Sha256Digest& stream_sha256,
                                          std::span<const StreamEntry> entries, bool force) {
  const MasterDescription description{.parameters = plan.parameters(),
                                      .header = plan.header(0),
                                      .stream_sha256 = stream_sha256,
                                      .entries = {}};
  Layout layout{.pages = plan.groups().page_count(),
                .rows = plan.parameters().geometry.rows,
                .cols = plan.parameters().geometry.cols,
                .description = description_text(description)};
  for (std::uint32_t page = 0; page < layout.pages; ++page) {
    layout.places.push_back(plan.position(page).row);
    layout.places.push_back(plan.position(page).col);
  }
  return create(path, layout, entries, force);
}

Result<MasterWriter> MasterWriter::create(const std::filesystem::path& path,
                                          const format::qr::PlatePlan& plan,
                                          const Sha256Digest& stream_sha256,
                                          std::span<const StreamEntry> entries, bool force) {
  const MasterDescription description{
      .parameters = {}, .header = {}, .qr = plan, .stream_sha256 = stream_sha256, .entries = {}};
  Layout layout{.pages = plan.fields(),
                .rows = plan.field_rows(),
                .cols = plan.field_columns(),
                .description = description_text(description)};
  for (std::uint32_t field = 0; field < layout.pages; ++field) {
    layout.places.push_back(plan.position_of(field).row);
    layout.places.push_back(plan.position_of(field).column);
  }
  return create(path, layout, entries, force);
}

Result<MasterWriter> MasterWriter::create(const std::filesystem::path& path, const Layout& layout,
                                          std::span<const StreamEntry> entries, bool force) {
  OSTRACON_TRY_ASSIGN(auto pending, PendingFile::create(path, force));
  auto state = std::make_unique<State>(State{.pending = std::move(pending),
                                             .file = {},
                                             .pages = {},
                                             .rows = layout.rows,
                                             .cols = layout.cols,
                                             .written = {},
                                             .packed = {}});
  OSTRACON_TRY_ASSIGN(state->file,
                      hdf5::create_file(state->pending.temporary().string(), path.string()));
  const std::uint32_t pages = layout.pages;
  const auto row_bytes = static_cast<std::size_t>((state->cols + 7) / 8);
  state->written.assign(pages, false);
  state->packed.resize(static_cast<std::size_t>(state->rows) * row_bytes);

  OSTRACON_TRY(hdf5::write_text_attribute(state->file.get(), "description", layout.description));
  OSTRACON_TRY(hdf5::write_text(state->file.get(), "manifest",
                                manifest_text({entries.begin(), entries.end()})));

  OSTRACON_TRY_ASSIGN(state->pages,
                      create_fixed(state->file, "pages", H5T_STD_U8LE,
                                   {pages, static_cast<hsize_t>(state->rows), row_bytes}, false));
  OSTRACON_TRY_ASSIGN(const auto positions,
                      create_fixed(state->file, "positions", H5T_STD_I64LE, {pages, 2}, true));
  if (H5Dwrite(positions.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
               layout.places.data()) < 0)
    return hdf5::last_error(ErrorCode::kIo, "cannot write the positions to " + path.string());
  return MasterWriter(std::move(state));
}

Result<> MasterWriter::write(std::uint32_t page, std::span<const std::uint8_t> modules) {
  State& state = *state_;
  const auto cols = static_cast<std::size_t>(state.cols);
  const auto rows = static_cast<std::size_t>(state.rows);
  if (page >= state.written.size() || modules.size() != rows * cols)
    return Error{ErrorCode::kInvalidArgument, "master page " + std::to_string(page) + " of " +
                                                  std::to_string(state.written.size()) + " with " +
                                                  std::to_string(modules.size()) +
                                                  " modules, expected " +
                                                  std::to_string(rows * cols)};
  const std::size_t row_bytes = (cols + 7) / 8;
  std::fill(state.packed.begin(), state.packed.end(), std::uint8_t{0});
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t col = 0; col < cols; ++col)
      if (modules[row * cols + col] != 0)
        state.packed[row * row_bytes + col / 8] |= static_cast<std::uint8_t>(0x80U >> (col % 8));

  const std::vector<hsize_t> begin{page, 0, 0}, count{1, rows, row_bytes};
  const hdf5::Handle space(H5Dget_space(state.pages.get()));
  const hdf5::Handle memory(H5Screate_simple(3, count.data(), nullptr));
  if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, count.data(),
                          nullptr) < 0 ||
      H5Dwrite(state.pages.get(), H5T_NATIVE_UINT8, memory.get(), space.get(), H5P_DEFAULT,
               state.packed.data()) < 0)
    return hdf5::last_error(ErrorCode::kIo, "cannot write page " + std::to_string(page) + " to " +
                                                state.pending.path().string());
  state.written[page] = true;
  return Ok{};
}

Result<> MasterWriter::close() {
  State& state = *state_;
  for (std::size_t page = 0; page < state.written.size(); ++page)
    if (!state.written[page])
      return Error{ErrorCode::kInvalidArgument,
                   "page " + std::to_string(page) + " of the master was not written"};
  const bool flushed = H5Fflush(state.file.get(), H5F_SCOPE_GLOBAL) >= 0;
  const bool pages_closed = state.pages.close();
  if (!state.file.close() || !flushed || !pages_closed)
    return hdf5::last_error(ErrorCode::kIo, "cannot write " + state.pending.path().string());
  return state.pending.commit();
}

}  // namespace ostracon::io
