// Every stage of the reader on one standard field that lies in the backend's memory, on every
// backend of this machine in one run, by wall time to the end of its work.
//   stage_bench [MODULES_A_SIDE]      default: 1280
//
// gb_per_s counts what a stage must read and write once; items are raw pixels of all frames. Before
// anything is timed the page is decoded by the stages and compared with what was written. Cases end
// in the backend's name; "upload" is a plain copy from staging memory, "field" the whole chain with
// it, one field at a time.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "bench/harness.hpp"
#include "host/rate/standard_field.hpp"
#include "pipeline/locate_page.hpp"
#include "pipeline/page_codewords.hpp"
#include "pipeline/page_map.hpp"
#include "pipeline/read_field.hpp"

namespace ostracon::bench {
namespace {

constexpr std::int32_t kCancellations = 6;

/// Times cases of one backend.
struct Timer {
  Backend& backend;
  std::string suffix;
  double pixels;

  template <class Stage>
  Result<> operator()(const char* name, double bytes, const Stage& stage) const {
    return measure({name + suffix, bytes, pixels, {}, {}}, Clock::kWall, [&]() -> Result<> {
      OSTRACON_TRY(stage());
      return backend.synchronize();
    });
  }
};

std::string case_suffix(const Backend& backend) {
  std::string suffix(1, '/');
  suffix += to_string(backend.kind());
  return suffix;
}

Error failed(const std::string& what) { return {ErrorCode::kDevice, what}; }

/// From modules on: what PageDecoder does, stage by stage.
Result<> time_page(const Timer& timer, const rate::StandardField& field, const LocatedPage& located,
                   ImageView<float> grid, ImageView<float> weight) {
  Backend& backend = timer.backend;
  Memory& memory = backend.memory();
  const format::PageHeader& header = located.header;
  const std::int32_t rows = header.rows, cols = header.cols;
  OSTRACON_TRY_ASSIGN(auto made, format::PageLayout::create(
                                     {rows, cols, header.zone_rows, header.zone_cols, header.rate},
                                     header.interleaver_step, header.codewords));
  const auto layout = std::make_shared<const format::PageLayout>(std::move(made));
  const auto modules = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  const auto codewords = static_cast<std::size_t>(layout->codewords());
  const auto bits = codewords * static_cast<std::size_t>(format::codeword_bits(header.rate));
  const auto known_bits = known_modules(*layout, header);
  OSTRACON_TRY_ASSIGN(const auto known, Buffer<std::uint8_t>::from(memory, known_bits));
  OSTRACON_TRY_ASSIGN(const auto llrs, Buffer<Llr>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(const auto usable, Buffer<std::uint8_t>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(const auto prior,
                      Buffer<Llr>::from(memory, std::vector<Llr>(modules, Llr{0})));
  OSTRACON_TRY_ASSIGN(const auto gathered, Buffer<Llr>::create(memory, bits));
  OSTRACON_TRY_ASSIGN(
      const auto payload,
      Buffer<std::uint8_t>::create(memory, codewords * std::size_t{format::kPayloadBytes}));
  OSTRACON_TRY_ASSIGN(const auto outcomes, Buffer<InnerOutcome>::create(memory, codewords));
  const ImageView<const std::uint8_t> known_view{known.data(), rows, cols, cols};
  const ImageView<Llr> llr_view{llrs.data(), rows, cols, cols};
  const ImageView<std::uint8_t> usable_view{usable.data(), rows, cols, cols};

  OSTRACON_TRY_ASSIGN(const auto equaliser, backend.make_equaliser({rows, cols}));
  OSTRACON_TRY_ASSIGN(const auto canceller, backend.make_soft_canceller({rows, cols}));
  OSTRACON_TRY_ASSIGN(const auto deinterleaver, backend.make_deinterleaver({layout}));
  InnerDecoderConfig config;
  config.rate = header.rate;
  config.max_codewords = layout->codewords();
  OSTRACON_TRY_ASSIGN(const auto decoder, backend.make_inner_decoder(config));
  const std::uint64_t seed = format::scrambler_seed(header.plate, header.page_index);
  const auto equalise = [&] {
    return equaliser->run(grid, weight, known_view, llr_view, usable_view);
  };
  const auto gather = [&] { return deinterleaver->gather(seed, llrs.data(), gathered.data()); };
  const auto decode = [&] {
    return decoder->run(gathered.data(), layout->codewords(), payload.data(), outcomes.data());
  };
  OSTRACON_TRY(equalise());
  OSTRACON_TRY(gather());
  OSTRACON_TRY(decode());
  std::vector<std::uint8_t> read(payload.size());
  OSTRACON_TRY(payload.download(read));
  if (read.size() != field.payload.size() ||
      std::memcmp(read.data(), field.payload.data(), read.size()) != 0)
    return failed("the page is not what was written");

  const auto count = static_cast<double>(modules);
  OSTRACON_TRY(timer("equalise", 11 * count, equalise));
  OSTRACON_TRY(timer("deinterleave", 6 * static_cast<double>(bits), gather));
  OSTRACON_TRY(timer("inner decode", static_cast<double>(bits), decode));
  OSTRACON_TRY_ASSIGN(const auto learned,
                      canceller->begin(grid, usable_view, known_view, llr_view));
  if (learned.trained_on == 0) return failed("the response of the page could not be learned");
  OSTRACON_TRY(timer("cancel, learn", 6 * count,
                     [&] { return canceller->begin(grid, usable_view, known_view, llr_view); }));
  return timer("cancel, 6 rounds", 15 * kCancellations * count, [&] {
    return canceller->run(known_view, {prior.data(), rows, cols, cols}, kCancellations, llr_view);
  });
}

Result<> time_stages(Backend& backend, const rate::StandardField& field) {
  const FieldShape& shape = field.shape;
  Memory& memory = backend.memory();
  const auto mean_pixels = static_cast<double>(shape.pixels_per_frame());
  const auto raw = static_cast<double>(shape.bytes());
  const Timer timer{backend, case_suffix(backend), mean_pixels * shape.frames};
  OSTRACON_TRY_ASSIGN(const auto staging, StagingBuffer::create(memory, shape.bytes()));
  std::copy(field.frames.begin(), field.frames.end(), staging.bytes().begin());
  OSTRACON_TRY_ASSIGN(const auto bytes, Buffer<std::byte>::create(memory, shape.bytes()));
  OSTRACON_TRY(timer("upload", raw, [&] {
    return memory.upload(bytes.data(), staging.bytes().data(), shape.bytes());
  }));
  const FrameStack frames{bytes.data(), shape, field.black};
  OSTRACON_TRY_ASSIGN(const auto pixels, Buffer<float>::create(memory, shape.pixels_per_frame()));
  const ImageView<float> mean{pixels.data(), shape.rows, shape.cols, shape.cols};

  OSTRACON_TRY_ASSIGN(const auto flattener, backend.make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(const FlatField flat, flattener->run(frames));
  OSTRACON_TRY(timer("flatten", raw, [&] { return flattener->run(frames); }));
  DriftEstimatorConfig drift_config;
  drift_config.shape = shape;
  OSTRACON_TRY_ASSIGN(const auto estimator, backend.make_drift_estimator(drift_config));
  OSTRACON_TRY_ASSIGN(const DriftField drift, estimator->run(frames, flat));
  OSTRACON_TRY(timer("drift", raw / 4, [&] { return estimator->run(frames, flat); }));
  OSTRACON_TRY_ASSIGN(const auto aligner, backend.make_frame_aligner({shape}));
  OSTRACON_TRY(timer("align", raw + 4 * mean_pixels,
                     [&] { return aligner->run(frames, flat, drift, mean); }));
  PitchFinderConfig pitch_config;
  pitch_config.rows = shape.rows, pitch_config.cols = shape.cols;
  OSTRACON_TRY_ASSIGN(const auto finder, backend.make_pitch_finder(pitch_config));
  OSTRACON_TRY_ASSIGN(const auto seed, finder->run(mean));
  if (!seed) return failed("no lattice line in the spectrum");
  OSTRACON_TRY(timer("pitch", 4 * 512 * 512, [&] { return finder->run(mean); }));
  LatticeTrackerConfig track_config;
  track_config.rows = shape.rows, track_config.cols = shape.cols;
  OSTRACON_TRY_ASSIGN(const auto tracker, backend.make_lattice_tracker(track_config));
  OSTRACON_TRY_ASSIGN(const auto lattice, tracker->run(mean, *seed));
  if (!lattice) return failed("the lattice could not be followed");
  OSTRACON_TRY(timer("track", 12 * mean_pixels, [&] { return tracker->run(mean, *seed); }));
  std::string reason;
  OSTRACON_TRY_ASSIGN(const auto mark_finder,
                      backend.make_mark_finder({.rows = shape.rows, .cols = shape.cols}));
  const auto locate = [&]() -> Result<LocatedPage> {
    OSTRACON_TRY_ASSIGN(const auto marks, mark_finder->run(lattice->soft));
    const auto page = locate_page(marks, lattice->rows, lattice->cols, reason);
    if (!page) return failed(reason);
    return *page;
  };
  OSTRACON_TRY_ASSIGN(const LocatedPage located, locate());
  OSTRACON_TRY(timer("locate", static_cast<double>(lattice->rows) * lattice->cols, locate));

  const std::int32_t rows = located.header.rows + 2 * kEqualiserMargin;
  const std::int32_t cols = located.header.cols + 2 * kEqualiserMargin;
  const auto modules = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  OSTRACON_TRY_ASSIGN(const auto grid, Buffer<float>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(const auto weight, Buffer<float>::create(memory, modules));
  const ImageView<float> grid_view{grid.data(), rows, cols, cols};
  const ImageView<float> weight_view{weight.data(), rows, cols, cols};
  const LatticeMap map =
      page_map(lattice->map, located.pose, located.header.rows, located.header.cols);
  OSTRACON_TRY_ASSIGN(const auto sampler, backend.make_module_sampler({shape, rows * cols}));
  const auto sample = [&] {
    return sampler->run(frames, flat, drift, map, {0.3F, seed->pitch()}, -kEqualiserMargin,
                        -kEqualiserMargin, grid_view, weight_view);
  };
  OSTRACON_TRY(sample());
  OSTRACON_TRY(timer("sample", raw + 8 * static_cast<double>(modules), sample));
  return time_page(timer, field, located, grid_view, weight_view);
}

/// The whole chain as the pipeline runs it.
Result<> time_field(std::unique_ptr<Backend> backend, const rate::StandardField& field) {
  Backend& timed = *backend;
  const auto raw = static_cast<double>(field.shape.bytes());
  const Timer timer{timed, case_suffix(timed),
                    static_cast<double>(field.shape.pixels_per_frame()) * field.shape.frames};
  LayoutCache layouts;
  FieldReader reader(std::move(backend), layouts);
  return timer("field", raw, [&]() -> Result<> {
    OSTRACON_TRY_ASSIGN(const auto reading,
                        reader.read(field.shape, {field.frames.data()}, field.black, false));
    if (reading.payload != field.payload) return failed("the page is not what was written");
    return Ok{};
  });
}

Result<> run(std::int32_t side) {
  OSTRACON_TRY_ASSIGN(const rate::StandardField field, rate::make_standard_field(side, side));
  std::printf(R"({"cpu":"%s","frames":%d,"rows":%d,"cols":%d})"
              "\n",
              cpu_name().c_str(), field.shape.frames, field.shape.rows, field.shape.cols);
  for (const BackendKind kind : {BackendKind::kCpu, BackendKind::kCuda}) {
    auto backend = make_backend(kind);
    if (!backend && backend.error().code == ErrorCode::kUnavailable) {
      std::printf(R"({"absent":"%s"})"
                  "\n",
                  std::string(to_string(kind)).c_str());
      continue;
    }
    if (!backend) return backend.error();
    OSTRACON_TRY(time_stages(*backend.value(), field));
    OSTRACON_TRY(time_field(std::move(backend).value(), field));
  }
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  std::int32_t side = 1280;
  const std::string wish = argc > 1 ? argv[1] : "1280";
  const auto [end, status] = std::from_chars(wish.data(), wish.data() + wish.size(), side);
  if (argc > 2 || status != std::errc() || end != wish.data() + wish.size()) {
    std::fprintf(stderr, "usage: stage_bench [MODULES_A_SIDE]\n");
    return 2;
  }
  const auto done = ostracon::bench::run(side);
  if (!done) std::fprintf(stderr, "stage_bench: %s\n", done.error().message.c_str());
  return done ? 0 : 4;
}
