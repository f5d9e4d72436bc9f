#include "pipeline/read_field.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/blur.hpp"
#include "pipeline/field_pictures.hpp"
#include "pipeline/locate_page.hpp"
#include "pipeline/page_codewords.hpp"
#include "pipeline/page_decoder.hpp"
#include "pipeline/page_map.hpp"
#include "pipeline/stage_clock.hpp"

namespace ostracon {
namespace {

constexpr float kFirstBlur = 0.35F;      // of the matched filter until the blur is measured
constexpr std::int32_t kLeastSide = 64;  // px: what shows less than a page header is not looked at
constexpr std::int32_t kSampledCodewords = 8;  // whose mutual information is reported
constexpr std::size_t kMostLayouts = 4;        // kept; a layout of the largest page holds 100 MB

}  // namespace

Result<std::shared_ptr<const format::PageLayout>> LayoutCache::get(
    const format::PageHeader& header) {
  const format::PageGeometry geometry{header.rows, header.cols, header.zone_rows, header.zone_cols,
                                      header.rate};
  const std::scoped_lock lock(mutex_);
  for (const Entry& entry : entries_)
    if (entry.geometry == geometry && entry.step == header.interleaver_step &&
        entry.codewords == header.codewords)
      return entry.layout;
  OSTRACON_TRY_ASSIGN(
      auto made, format::PageLayout::create(geometry, header.interleaver_step, header.codewords));
  if (entries_.size() == kMostLayouts) entries_.erase(entries_.begin());
  entries_.push_back({geometry, header.interleaver_step, header.codewords,
                      std::make_shared<const format::PageLayout>(std::move(made))});
  return entries_.back().layout;
}

/// What depends on the shape of the field alone.
struct FieldReader::FieldStages {
  FieldShape shape;
  std::unique_ptr<Flattener> flattener;
  std::unique_ptr<DriftEstimator> drift;
  std::unique_ptr<FrameAligner> aligner;
  std::unique_ptr<PitchFinder> pitch;
  std::unique_ptr<LatticeTracker> tracker;
  std::unique_ptr<MarkFinder> marks;
  Buffer<float> mean;
  std::optional<Buffer<std::byte>> frames;  // of fields that are uploaded
};

/// What depends on the page as well.
struct FieldReader::PageStages {
  FieldShape shape;
  format::PageHeader header;  // of the page it was made for
  std::shared_ptr<const format::PageLayout> layout;
  std::unique_ptr<ModuleSampler> sampler;
  std::unique_ptr<PageDecoder> decoder;
  Buffer<float> grid, weight;
};

FieldReader::FieldReader(std::unique_ptr<Backend> backend, LayoutCache& layouts,
                         const PageDecoderConfig& decoder, const SoftPageStore* soft)
    : backend_(std::move(backend)), layouts_(layouts), soft_(soft), decoder_(decoder) {}
FieldReader::~FieldReader() = default;

Result<> FieldReader::prepare(const FieldShape& shape, const FieldFrames& frames) {
  if (shape.rows < kLeastSide || shape.cols < kLeastSide) return Ok{};
  OSTRACON_TRY_ASSIGN(FieldStages * field, field_stages(shape));
  if (memory().on_host() || at_hand(frames) != nullptr) return Ok{};
  return make_room(*field);
}

/// Where the backend reads the frames as they lie; nullptr if nowhere.
const std::byte* FieldReader::at_hand(const FieldFrames& frames) {
  if (memory().on_host()) return frames.on_host;
  for (const std::byte* copy : frames.on_devices)
    if (memory().reads(copy)) return copy;
  return nullptr;
}

/// Room for frames that are uploaded.
Result<> FieldReader::make_room(FieldStages& field) {
  if (field.frames) return Ok{};
  OSTRACON_TRY_ASSIGN(field.frames, Buffer<std::byte>::create(memory(), field.shape.bytes()));
  return Ok{};
}

void FieldReader::release_memory() {
  field_stages_.reset();
  page_stages_.reset();
}

Result<FieldReader::FieldStages*> FieldReader::field_stages(const FieldShape& shape) {
  if (field_stages_ && field_stages_->shape == shape) return field_stages_.get();
  field_stages_.reset();  // both would need twice the memory
  OSTRACON_TRY_ASSIGN(auto flattener, backend_->make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(auto drift, backend_->make_drift_estimator({.shape = shape}));
  OSTRACON_TRY_ASSIGN(auto aligner, backend_->make_frame_aligner({shape}));
  OSTRACON_TRY_ASSIGN(auto pitch,
                      backend_->make_pitch_finder({.rows = shape.rows, .cols = shape.cols}));
  OSTRACON_TRY_ASSIGN(auto tracker,
                      backend_->make_lattice_tracker({.rows = shape.rows, .cols = shape.cols}));
  OSTRACON_TRY_ASSIGN(auto marks,
                      backend_->make_mark_finder({.rows = shape.rows, .cols = shape.cols}));
  OSTRACON_TRY_ASSIGN(auto mean,
                      Buffer<float>::create(backend_->memory(), shape.pixels_per_frame()));
  field_stages_.reset(new FieldStages{shape, std::move(flattener), std::move(drift),
                                      std::move(aligner), std::move(pitch), std::move(tracker),
                                      std::move(marks), std::move(mean), std::nullopt});
  return field_stages_.get();
}

Result<FieldReader::PageStages*> FieldReader::page_stages(const FieldShape& shape,
                                                          const format::PageHeader& header) {
  OSTRACON_TRY_ASSIGN(auto layout, layouts_.get(header));
  if (page_stages_ && page_stages_->shape == shape && page_stages_->layout == layout)
    return page_stages_.get();
  page_stages_.reset();
  const std::int32_t rows = header.rows + 2 * kEqualiserMargin;
  const std::int32_t cols = header.cols + 2 * kEqualiserMargin;
  const auto with_margin = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  auto& memory = backend_->memory();
  OSTRACON_TRY_ASSIGN(auto sampler, backend_->make_module_sampler({shape, rows * cols}));
  OSTRACON_TRY_ASSIGN(auto decoder, PageDecoder::create(*backend_, layout, decoder_));
  OSTRACON_TRY_ASSIGN(auto grid, Buffer<float>::create(memory, with_margin));
  OSTRACON_TRY_ASSIGN(auto weight, Buffer<float>::create(memory, with_margin));
  page_stages_.reset(new PageStages{shape, header, layout, std::move(sampler), std::move(decoder),
                                    std::move(grid), std::move(weight)});
  return page_stages_.get();
}

Result<FieldReading> FieldReader::read(const FieldShape& shape, const FieldFrames& where,
                                       float black, bool want_pictures) {
  FieldReading reading;
  FieldReport& report = reading.report;
  StageClock clock(reading.times);
  if (shape.rows < kLeastSide || shape.cols < kLeastSide) {
    report.reason = "a field of " + std::to_string(shape.rows) + " x " +
                    std::to_string(shape.cols) + " px is too small to show a page";
    return reading;
  }
  OSTRACON_TRY_ASSIGN(FieldStages * field, field_stages(shape));
  FrameStack frames{at_hand(where), shape, black};
  if (frames.data == nullptr) {
    if (where.on_host == nullptr)
      return Error{ErrorCode::kInvalidArgument,
                   "the frames lie in memory that this lane's backend does not read"};
    OSTRACON_TRY(make_room(*field));
    OSTRACON_TRY(memory().upload(field->frames->data(), where.on_host, shape.bytes()));
    frames.data = field->frames->data();
    clock.charge(Stage::kUpload);
  }

  auto flattened = field->flattener->run(frames);
  clock.charge(Stage::kFlatten);
  if (!flattened) {
    if (flattened.error().code != ErrorCode::kBadInput) return flattened.error();
    report.reason = flattened.error().message;
    return reading;
  }
  const FlatField flat = std::move(flattened).value();

  OSTRACON_TRY_ASSIGN(const DriftField drift, field->drift->run(frames, flat));
  const std::size_t bands = drift.band_centre_y.size();
  for (std::size_t f = 0; f < static_cast<std::size_t>(drift.frames); ++f) {
    std::array<float, 2> mean{};
    for (std::size_t b = 0; b < bands; ++b)
      for (std::size_t k = 0; k < 2; ++k)
        mean[k] += drift.shift[f * bands + b][k] / static_cast<float>(bands);
    report.drift_px.push_back(mean);
  }
  report.frame_faults = drift.fault;
  const ImageView<float> mean{field->mean.data(), shape.rows, shape.cols, shape.cols};
  OSTRACON_TRY(field->aligner->run(frames, flat, drift, mean));
  clock.charge(Stage::kDrift);

  OSTRACON_TRY_ASSIGN(const auto seed, field->pitch->run(mean));
  clock.charge(Stage::kLocate);
  if (!seed) {
    report.reason = "no lattice line in the spectrum";
    return reading;
  }
  report.pitch_px = seed->pitch();
  OSTRACON_TRY_ASSIGN(const auto lattice, field->tracker->run(mean, *seed));
  clock.charge(Stage::kTrack);
  if (!lattice) {
    report.reason = "the lattice could not be followed";
    return reading;
  }
  report.fit_residual_modules = lattice->residual_modules;

  OSTRACON_TRY_ASSIGN(const auto marks, field->marks->run(lattice->soft));
  const auto located = locate_page(marks, lattice->rows, lattice->cols, report.reason);
  clock.charge(Stage::kLocate);
  if (!located) return reading;
  const format::PageHeader& header = located->header;
  auto prepared = page_stages(shape, header);
  if (!prepared) {
    const ErrorCode code = prepared.error().code;
    if (code != ErrorCode::kBadInput && code != ErrorCode::kInvalidArgument)
      return prepared.error();
    report.reason = "the header names a page that cannot be: " + prepared.error().message;
    return reading;
  }
  PageStages& page = *prepared.value();
  const format::PageLayout& layout = *page.layout;
  const LatticeMap map = page_map(lattice->map, located->pose, header.rows, header.cols);
  describe_pose(map, header.rows, header.cols, located->pose, report);
  if (!(report.pitch_px > 0.1F * seed->pitch() && report.pitch_px < 10 * seed->pitch())) {
    report.reason = "the lattice ends too far from the middle of the page";
    return reading;
  }
  const std::vector<std::uint8_t> known = known_modules(layout, header);

  // The blur from the four header copies and the marks' surroundings, then the page itself.
  PulseResponse response;
  constexpr std::int32_t kPatch = format::kHeaderSide + 2;
  std::vector<float> on_host(std::size_t{kPatch} * kPatch);
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    constexpr std::int32_t kSide = format::kHeaderSide;
    const auto origin = format::header_origin(corner, header.rows, header.cols);
    const ImageView<float> patch{page.grid.data(), kPatch, kPatch, kPatch};
    const ImageView<float> seen{page.weight.data(), kPatch, kPatch, kPatch};
    OSTRACON_TRY(page.sampler->run(frames, flat, drift, map, {kFirstBlur, report.pitch_px},
                                   origin.row - 1, origin.col - 1, patch, seen));
    OSTRACON_TRY(backend_->memory().download(on_host.data(), page.grid.data(),
                                             on_host.size() * sizeof(float)));
    response.add({on_host.data(), kPatch, kPatch, kPatch},
                 {&known[static_cast<std::size_t>(origin.row) * header.cols +
                         static_cast<std::size_t>(origin.col)],
                  kSide, kSide, header.cols});
  }
  report.blur_modules = estimate_blur(response, kFirstBlur);
  const std::int32_t rows = header.rows + 2 * kEqualiserMargin;
  const std::int32_t cols = header.cols + 2 * kEqualiserMargin;
  const ImageView<float> grid{page.grid.data(), rows, cols, cols};
  const ImageView<float> weight{page.weight.data(), rows, cols, cols};
  OSTRACON_TRY(page.sampler->run(frames, flat, drift, map, {report.blur_modules, report.pitch_px},
                                 -kEqualiserMargin, -kEqualiserMargin, grid, weight));
  clock.charge(Stage::kSample);

  std::uint32_t id = 0;
  OtherReadings others;
  if (soft_ != nullptr) {
    OSTRACON_TRY_ASSIGN(id, id_of(frames.data, where, shape.bytes()));
    others = [&] { return others_of(*soft_, header, id); };
  }
  OSTRACON_TRY_ASSIGN(const PageDecoding decoding,
                      page.decoder->run(header, grid, weight, known, reading.times, others));
  clock.skip();
  const ChannelReport& channel = decoding.channel;
  report.snr_db = 10.0F * std::log10(std::max(channel.signal_to_noise, 1e-6F));
  report.erased_fraction = channel.erased_fraction;
  report.turns = decoding.turns;
  report.linear_lost = decoding.linear_lost;
  report.others = decoding.others;
  const float amplitude = std::abs(channel.amplitude);
  report.contrast = 2 * amplitude / (1 + amplitude);
  if (drift.pixel_noise > 0)
    report.dose = static_cast<float>(shape.frames) * report.pitch_px * report.pitch_px /
                  (drift.pixel_noise * (1 - 0.5F * report.contrast));
  reading.outcomes.assign(page.decoder->outcomes().begin(), page.decoder->outcomes().end());
  reading.payload.assign(page.decoder->payload().begin(), page.decoder->payload().end());
  OSTRACON_TRY_ASSIGN(const auto codeword_llrs, page.decoder->codeword_llrs());
  report.mutual_information = mutual_information(layout, codeword_llrs, reading.outcomes,
                                                 reading.payload, kSampledCodewords);
  clock.charge(Stage::kInnerDecode);

  report.page_found = true;
  report.page = static_cast<std::int32_t>(header.page_index);
  report.plate = header.plate;
  reading.header = header;
  if (soft_ != nullptr) OSTRACON_TRY(keep_soft_page(*page.decoder, reading, id));
  if (want_pictures) {
    std::vector<float> room;
    OSTRACON_TRY_ASSIGN(const auto pixels, field->mean.on_host(room));
    OSTRACON_TRY_ASSIGN(const auto llrs, page.decoder->page_llrs());
    std::vector<std::byte> first;
    FrameStack visible{where.on_host, shape, black};
    if (where.on_host == nullptr) {
      first.resize(shape.pixels_per_frame() * bytes_of(shape.type));
      OSTRACON_TRY(memory().download(first.data(), frames.data, first.size()));
      visible.data = first.data();
    }
    reading.pictures = make_pictures(visible, {pixels.data(), shape.rows, shape.cols, shape.cols},
                                     map, header, llrs);
  }
  reading.map = map;
  return reading;
}

}  // namespace ostracon
