#include "datasets/simulator.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>

#include "datasets/bit_window.hpp"
#include "datasets/converter.hpp"
#include "datasets/damage_mask.hpp"
#include "datasets/electrons.hpp"
#include "datasets/geometry.hpp"
#include "datasets/random.hpp"
#include "datasets/sample_levels.hpp"
#include "datasets/scan_motion.hpp"
#include "datasets/surface.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kLargestPageSide = 8192;
constexpr std::size_t kLargestFrame = std::size_t{1} << 28;  // pixels
constexpr std::int64_t kWindowMargin = 5;                    // modules
constexpr std::size_t kRowsPerTask = 16;

Error out_of_memory(const FieldShape& shape) {
  return {ErrorCode::kOutOfMemory, "no memory to simulate a field of " +
                                       std::to_string(shape.rows) + " x " +
                                       std::to_string(shape.cols) + " pixels"};
}

struct PixelRange {
  Point low, high;
};

/// Pixels of a motionless scan that some row of `motion` looks at.
PixelRange range_seen(const ScanMotion& motion, const FieldShape& shape) {
  Shift low, high;
  for (const Shift& shift : motion.total) {
    low = {std::min(low.y, shift.y), std::min(low.x, shift.x)};
    high = {std::max(high.y, shift.y), std::max(high.x, shift.x)};
  }
  return {{-1.0 - high.y, -1.0 - high.x}, {shape.rows + 1.0 - low.y, shape.cols + 1.0 - low.x}};
}

/// Page modules in `seen`, and the page itself.
ModuleRectangle modules_seen(const FieldMap& map, const PixelRange& seen, const PageShape& page) {
  Point low{0, 0}, high{page.rows - 1.0, page.cols - 1.0};
  for (const double y : {seen.low.y, seen.high.y + MapGrid::kStep}) {
    for (const double x : {seen.low.x, seen.high.x + MapGrid::kStep}) {
      const Point at = map.module_of({y, x});
      low = {std::min(low.y, at.y), std::min(low.x, at.x)};
      high = {std::max(high.y, at.y), std::max(high.x, at.x)};
    }
  }
  const double bend = 2 * map.warp_bound_modules();
  return {static_cast<std::int64_t>(std::floor(low.y - bend)) - kWindowMargin,
          static_cast<std::int64_t>(std::floor(low.x - bend)) - kWindowMargin,
          static_cast<std::int64_t>(std::ceil(high.y + bend)) + kWindowMargin + 1,
          static_cast<std::int64_t>(std::ceil(high.x + bend)) + kWindowMargin + 1};
}

std::vector<std::array<float, 2>> as_arrays(const std::vector<Shift>& shifts) {
  std::vector<std::array<float, 2>> arrays;
  arrays.reserve(shifts.size());
  for (const Shift& shift : shifts) arrays.push_back({shift.y, shift.x});
  return arrays;
}

void describe_lattice(const FieldMap& map, const PageShape& page, FieldTruth& truth) {
  constexpr std::int32_t kStep = FieldTruth::kLatticeStep;
  truth.lattice_rows = (page.rows - 1) / kStep + 1;
  truth.lattice_cols = (page.cols - 1) / kStep + 1;
  truth.lattice.clear();
  for (std::int32_t i = 0; i < truth.lattice_rows; ++i) {
    for (std::int32_t j = 0; j < truth.lattice_cols; ++j) {
      const Point at =
          map.pixel_of({static_cast<double>(kStep * i), static_cast<double>(kStep * j)});
      truth.lattice.push_back({static_cast<float>(at.y), static_cast<float>(at.x)});
    }
  }
  truth.stage_offset_modules = {map.stage_offset().y, map.stage_offset().x};
}

void describe_page(const Scene& scene, PlateSource::Position at, const PageShape& page,
                   FieldTruth& truth) {
  truth.modules.clear();
  truth.damaged.clear();
  for (std::int32_t row = 0; row < page.rows; ++row) {
    for (std::int32_t col = 0; col < page.cols; ++col) {
      const auto r = static_cast<std::int32_t>(at.row + row - scene.window.first_row);
      const auto c = static_cast<std::int32_t>(at.col + col - scene.window.first_col);
      truth.modules.push_back(scene.window.bits[scene.window.index(r, c)]);
      truth.damaged.push_back(scene.damage.hits_module(r, c) ? 1 : 0);
    }
  }
}

void describe_motion(const ScanMotion& motion, FieldTruth& truth) {
  truth.row_shift = as_arrays(motion.drift);
  truth.row_motion = as_arrays(motion.total);
  truth.frame_shift.clear();
  for (std::int32_t frame = 0; frame < motion.frames; ++frame)
    truth.frame_shift.push_back(truth.row_shift[motion.index(frame, motion.rows / 2)]);
}

}  // namespace

struct Simulator::State {
  State(const Profile& wanted, PlateSource& plate_source, std::uint64_t wanted_seed)
      : profile(wanted),
        source(plate_source),
        seed(wanted_seed),
        page{plate_source.page_rows(), plate_source.page_cols(), plate_source.pitch_nm()},
        tables(wanted.optics, plate_source.pitch_nm()),
        sampler(wanted.noise),
        converter(wanted, sample_levels(wanted, tables, plate_source.pitch_nm())),
        plate(make_plate_map(plate_source)) {}

  void render_rows(const Scene& scene, const ScanMotion& motion, std::uint64_t field,
                   std::size_t first, std::size_t last, std::span<std::byte> frames) const;

  Profile profile;
  PlateSource& source;
  std::uint64_t seed;
  PageShape page;
  FieldShape shape;
  SurfaceTables tables;
  ElectronSampler sampler;
  Converter converter;
  PlateMap plate;
  std::vector<float> shading_cols;
};

void Simulator::State::render_rows(const Scene& scene, const ScanMotion& motion,
                                   std::uint64_t field, std::size_t first, std::size_t last,
                                   std::span<std::byte> frames) const {
  const auto cols = static_cast<std::size_t>(shape.cols);
  const Background& background = profile.background;
  const double land = bright_electrons(profile);
  const double fill = profile.optics.pit_fill;
  const double half_pits = profile.optics.contrast * fill * fill / 2;
  const double mean_signal =
      profile.optics.inverted ? 1 - profile.optics.contrast + half_pits : 1 - half_pits;
  std::vector<float> scratch, signal(cols), electrons(cols);
  for (std::size_t line = first; line < last; ++line) {
    const std::size_t frame = line / static_cast<std::size_t>(shape.rows);
    const std::size_t y = line % static_cast<std::size_t>(shape.rows);
    const auto row = static_cast<std::int32_t>(y);
    surface_row(profile.optics, tables, scene, row, motion.total[line], scratch, signal);
    if (background.charging_amplitude > 0)
      add_charging(background.charging_amplitude, background.charging_length_px, mean_signal,
                   signal);
    Random flicker(stream_seed(seed, field, Purpose::kRowFlicker, frame, y));
    const double level = land * std::pow(1 - background.contamination, static_cast<double>(frame)) *
                         (1 + background.row_gain_flicker * flicker.normal());
    const auto offset = static_cast<float>(land * background.row_offset_flicker * flicker.normal());
    const double shade = background.shading * shading_row(static_cast<double>(y) / shape.rows);
    for (std::size_t x = 0; x < cols; ++x)
      signal[x] *= static_cast<float>(level) * (1 + static_cast<float>(shade) * shading_cols[x]);
    sampler.sample(signal, stream_seed(seed, field, Purpose::kPixels, frame, y), electrons);
    for (float& value : electrons) value += offset;
    converter.convert(electrons, frames.data() + line * cols * bytes_of(shape.type));
  }
}

Simulator::Simulator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;
Simulator::~Simulator() = default;

Result<Simulator> Simulator::create(const Profile& profile, PlateSource& source,
                                    std::uint64_t seed) {
  OSTRACON_TRY(check(profile));
  const std::int32_t rows = source.page_rows(), cols = source.page_cols();
  if (source.pages() == 0)
    return Error{ErrorCode::kInvalidArgument, "the plate to simulate has no pages"};
  if (rows < 1 || cols < 1 || rows > kLargestPageSide || cols > kLargestPageSide)
    return Error{ErrorCode::kInvalidArgument, "a page of " + std::to_string(rows) + " x " +
                                                  std::to_string(cols) +
                                                  " modules cannot be simulated"};
  if (!(source.pitch_nm() > 0.1 && source.pitch_nm() < 1e6))
    return Error{ErrorCode::kInvalidArgument,
                 "a pitch of " + std::to_string(source.pitch_nm()) + " nm cannot be simulated"};
  const FieldSize size = field_size(profile, {rows, cols, source.pitch_nm()});
  const FieldShape shape{static_cast<std::int32_t>(profile.scan.frames), size.rows, size.cols,
                         profile.pixel_type()};
  if (shape.pixels_per_frame() > kLargestFrame)
    return Error{ErrorCode::kInvalidArgument,
                 "a frame of " + std::to_string(size.rows) + " x " + std::to_string(size.cols) +
                     " pixels is too large: lower pixels-per-module or the size of the pages"};
  try {
    auto state = std::make_unique<State>(profile, source, seed);
    state->shape = shape;
    for (std::int32_t x = 0; x < shape.cols; ++x)
      state->shading_cols.push_back(
          static_cast<float>(shading_col(static_cast<double>(x) / shape.cols)));
    return Simulator(std::move(state));
  } catch (const std::bad_alloc&) {
    return out_of_memory(shape);
  }
}

std::int64_t Simulator::fields() const {
  return static_cast<std::int64_t>(state_->plate.positions.size());
}
FieldShape Simulator::shape() const { return state_->shape; }
const Profile& Simulator::profile() const { return state_->profile; }
double Simulator::pixel_size_nm() const {
  return state_->page.pitch_nm / state_->profile.scan.pixels_per_module;
}
double Simulator::dn_per_electron() const { return state_->converter.dn_per_electron(); }
double Simulator::offset_dn() const { return state_->converter.offset_dn(); }

Result<> Simulator::render(std::int64_t field, std::span<std::byte> frames, FieldTruth* truth) {
  const State& state = *state_;
  if (field < 0 || field >= fields())
    return Error{ErrorCode::kInvalidArgument, "field " + std::to_string(field) + " of " +
                                                  std::to_string(fields()) + " does not exist"};
  if (frames.size() != state.shape.bytes())
    return Error{ErrorCode::kInvalidArgument, "a field has " + std::to_string(state.shape.bytes()) +
                                                  " bytes, " + std::to_string(frames.size()) +
                                                  " were given"};
  try {
    const auto number = static_cast<std::uint64_t>(field);
    const auto page = static_cast<std::uint32_t>(field);
    const PlateSource::Position at = state.plate.positions[page];
    const FieldMap map(state.profile, state.page, {state.shape.rows, state.shape.cols}, state.seed,
                       number);
    const ScanMotion motion =
        make_motion(state.profile.scan, state.shape.rows, state.shape.cols, state.seed, number);
    const PixelRange seen = range_seen(motion, state.shape);
    const ModuleRectangle on_page = modules_seen(map, seen, state.page);
    const ModuleRectangle view{at.row + on_page.first_row, at.col + on_page.first_col,
                               at.row + on_page.last_row, at.col + on_page.last_col};
    OSTRACON_TRY_ASSIGN(BitWindow window, make_window(state.profile, state.source, state.plate,
                                                      page, view, state.seed));
    DamageMask damage =
        make_damage(state.profile.damage.area, window.rows, window.cols, state.seed, number);
    const Point origin{static_cast<double>(on_page.first_row),
                       static_cast<double>(on_page.first_col)};
    const Scene scene{MapGrid(map, seen.low, seen.high, origin), std::move(window),
                      std::move(damage), map.image_x_direction()};
    const std::size_t lines = motion.total.size();
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, lines, kRowsPerTask),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        state.render_rows(scene, motion, number, range.begin(), range.end(),
                                          frames);
                      });
    if (truth == nullptr) return Ok{};
    truth->page = page;
    truth->bright_electrons = bright_electrons(state.profile);
    truth->dn_per_electron = dn_per_electron();
    truth->offset_dn = offset_dn();
    describe_lattice(map, state.page, *truth);
    describe_motion(motion, *truth);
    describe_page(scene, at, state.page, *truth);
    return Ok{};
  } catch (const std::bad_alloc&) {
    return out_of_memory(state.shape);
  }
}

}  // namespace ostracon::sem
