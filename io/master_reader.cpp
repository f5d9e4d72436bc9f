#include "io/chunk_driver.hpp"
#include "io/hdf5_handle.hpp"
#include "io/master_description.hpp"
#include "io/master_file.hpp"

namespace ostracon::io {
namespace {

struct PageShape {
  std::uint32_t pages, rows, cols;
};

PageShape page_shape(const MasterDescription& description) {
  if (const auto& plan = description.qr)
    return {plan->fields(), static_cast<std::uint32_t>(plan->field_rows()),
            static_cast<std::uint32_t>(plan->field_columns())};
  const format::PageHeader& header = description.header;
  return {header.page_count, header.rows, header.cols};
}

}  // namespace

struct MasterReader::State {
  std::string name;
  hdf5::Handle file;
  hdf5::Dataset pages;
  MasterDescription description;
  std::vector<std::int64_t> places;  // row, col of every page
  std::vector<std::uint8_t> packed;
};

MasterReader::MasterReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
MasterReader::MasterReader(MasterReader&&) noexcept = default;
MasterReader& MasterReader::operator=(MasterReader&&) noexcept = default;
MasterReader::~MasterReader() = default;

Result<MasterReader> MasterReader::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->name = path.string();
  const auto bad = [&](const std::string& what) {
    return Error{ErrorCode::kBadInput, state->name + ": " + what};
  };
  OSTRACON_TRY_ASSIGN(state->file, hdf5::open_located_file(state->name));
  const auto text = hdf5::read_text_attribute(state->file.get(), "description");
  if (!text) return bad("no master: it has no attribute 'description'");
  auto description = parse_description(*text);
  if (!description) return bad(description.error().message);
  state->description = std::move(description).value();

  const auto manifest = hdf5::read_text(state->file.get(), "manifest");
  if (!manifest) return bad("the data set 'manifest' is missing or no text");
  auto entries = parse_manifest(*manifest);
  if (!entries) return bad(entries.error().message);
  state->description.entries = std::move(entries).value();

  auto pages = hdf5::open_dataset(state->file.get(), "pages", "the data set 'pages'");
  if (!pages) return bad(pages.error().message);
  state->pages = std::move(pages).value();
  const PageShape shape = page_shape(state->description);
  const std::vector<hsize_t> expected{shape.pages, shape.rows, (shape.cols + 7U) / 8U};
  if (state->pages.sides != expected || hdf5::pixel_type(state->pages.id) != PixelType::kU8)
    return bad("the data set 'pages' is not uint8 of " + std::to_string(expected[0]) + " x " +
               std::to_string(expected[1]) + " x " + std::to_string(expected[2]));

  auto positions = hdf5::open_dataset(state->file.get(), "positions", "the data set 'positions'");
  if (!positions) return bad(positions.error().message);
  if (positions.value().sides != std::vector<hsize_t>{shape.pages, 2})
    return bad("the data set 'positions' is not of " + std::to_string(shape.pages) + " x 2");
  state->places.resize(std::size_t{2} * shape.pages);
  OSTRACON_TRY(hdf5::read_box(positions.value(), H5T_NATIVE_INT64, {0, 0}, {shape.pages, 2},
                              state->places.data(), "the positions of " + state->name));
  state->packed.resize(static_cast<std::size_t>(expected[1] * expected[2]));
  return MasterReader(std::move(state));
}

const MasterDescription& MasterReader::description() const { return state_->description; }
std::uint32_t MasterReader::pages() const { return page_shape(state_->description).pages; }
std::int32_t MasterReader::page_rows() const {
  return static_cast<std::int32_t>(page_shape(state_->description).rows);
}
std::int32_t MasterReader::page_cols() const {
  return static_cast<std::int32_t>(page_shape(state_->description).cols);
}
double MasterReader::pitch_nm() const {
  const MasterDescription& description = state_->description;
  const std::uint32_t pitch_pm =
      description.qr ? description.qr->parameters().pitch_pm : description.parameters.pitch_pm;
  return pitch_pm / 1000.0;
}
std::int32_t MasterReader::gap_modules() const {
  // The fields of a QR plate touch each other, with light modules inside.
  return state_->description.qr ? 0 : state_->description.parameters.gap_modules;
}

bool MasterReader::writes_gaps() const { return !state_->description.qr; }

MasterReader::Position MasterReader::position(std::uint32_t page) const {
  const std::size_t place = std::size_t{2} * page;
  assert(place + 1 < state_->places.size());
  return {state_->places[place], state_->places[place + 1]};
}

Result<> MasterReader::read(std::uint32_t page, std::span<std::uint8_t> modules) {
  const auto rows = static_cast<std::size_t>(page_rows());
  const auto cols = static_cast<std::size_t>(page_cols());
  if (page >= pages() || modules.size() != rows * cols)
    return Error{ErrorCode::kInvalidArgument,
                 "page " + std::to_string(page) + " of " + std::to_string(pages()) + " of " +
                     state_->name + " into " + std::to_string(modules.size()) + " modules"};
  const std::size_t row_bytes = (cols + 7) / 8;
  OSTRACON_TRY(hdf5::read_box(state_->pages, H5T_NATIVE_UINT8, {page, 0, 0}, {1, rows, row_bytes},
                              state_->packed.data(),
                              "page " + std::to_string(page) + " of " + state_->name));
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t col = 0; col < cols; ++col)
      modules[row * cols + col] = (state_->packed[row * row_bytes + col / 8] >> (7 - col % 8)) & 1U;
  return Ok{};
}

}  // namespace ostracon::io
