// The whole reading chain on simulated pages: codewords lost at a dose, errors of registration
// against the truth, time per stage. One JSON line a page, one for all.
//
//   read_bench --profile typical --set dose=120 --set damage=0 --pages 4 --rate 0.8

#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "io/profile_file.hpp"
#include "pipeline/read_field.hpp"

namespace ostracon {
namespace {

struct Options {
  std::string profile = "typical";
  std::vector<std::string> settings;
  std::string rate = "0.8";
  std::int32_t rows = 1280, cols = 1280;
  std::int32_t pages = 4, repeats = 1;
  std::uint64_t seed = 1;
  int threads = 0;
};

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Result<sem::Profile> profile_of(const Options& options) {
  OSTRACON_TRY_ASSIGN(auto profile, io::load_profile(options.profile));
  for (const std::string& setting : options.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos)
      return Error{ErrorCode::kInvalidArgument, "'" + setting + "' is not NAME=VALUE"};
    OSTRACON_TRY(sem::set_parameter(profile, setting.substr(0, equals),
                                    std::strtod(setting.c_str() + equals + 1, nullptr)));
  }
  return profile;
}

/// rms over frames and axes of the mean measured shift less the true one, common part off.
double drift_error(const FieldReport& report, const sem::FieldTruth& truth, std::int32_t rows) {
  const std::size_t frames = report.drift_px.size();
  double square = 0;
  std::array<double, 2> offset{};
  std::vector<std::array<double, 2>> errors(frames);
  for (std::size_t f = 0; f < frames; ++f)
    for (std::size_t k = 0; k < 2; ++k) {
      double mean = 0;
      for (std::int32_t y = 0; y < rows; ++y)
        mean += static_cast<double>(
            truth.row_shift[f * static_cast<std::size_t>(rows) + static_cast<std::size_t>(y)][k]);
      errors[f][k] = static_cast<double>(report.drift_px[f][k]) - mean / rows;
      offset[k] += errors[f][k] / static_cast<double>(frames);
    }
  for (const auto& e : errors)
    for (std::size_t k = 0; k < 2; ++k) square += std::pow(e[k] - offset[k], 2);
  return std::sqrt(square / (2.0 * static_cast<double>(frames)));
}

/// rms per axis, in modules, of the measured map against the true one (lattice and motion common to
/// all frames) over every 16th module of the page; `worst` is its largest distance along one axis.
double map_error(const LatticeMap& map, const sem::FieldTruth& truth, std::int32_t frames,
                 std::int32_t rows, double pitch, double& worst) {
  worst = 0;
  if (map.nodes.empty()) return 0;
  double square = 0;
  for (std::int32_t i = 0; i < truth.lattice_rows; ++i)
    for (std::int32_t j = 0; j < truth.lattice_cols; ++j) {
      const auto& still =
          truth.lattice[static_cast<std::size_t>(i) * static_cast<std::size_t>(truth.lattice_cols) +
                        static_cast<std::size_t>(j)];
      const auto seen = map.at(static_cast<float>(i * sem::FieldTruth::kLatticeStep),
                               static_cast<float>(j * sem::FieldTruth::kLatticeStep));
      const auto row = static_cast<std::size_t>(
          std::clamp(static_cast<std::int32_t>(std::lround(seen[0])), 0, rows - 1));
      for (std::size_t k = 0; k < 2; ++k) {
        double motion = 0;
        for (std::int32_t f = 0; f < frames; ++f)
          motion += static_cast<double>(
              truth.row_shift[static_cast<std::size_t>(f) * static_cast<std::size_t>(rows) + row]
                             [k]);
        const double off =
            (static_cast<double>(seen[k]) - static_cast<double>(still[k]) - motion / frames) /
            pitch;
        square += off * off;
        worst = std::max(worst, std::abs(off));
      }
    }
  return std::sqrt(square / (2.0 * truth.lattice_rows * truth.lattice_cols));
}

Result<> run(const Options& options) {
  OSTRACON_TRY_ASSIGN(const auto profile, profile_of(options));
  OSTRACON_TRY_ASSIGN(const auto rate, format::parse_rate(options.rate));
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(options.rows, options.cols, rate);
  OSTRACON_TRY_ASSIGN(auto layout, format::PageLayout::create(parameters.geometry));
  const auto page_bytes = static_cast<std::uint64_t>(layout.codewords()) * format::kPayloadBytes;
  const sem::RandomBytes stream(page_bytes * static_cast<std::uint64_t>(options.pages),
                                options.seed);
  OSTRACON_TRY_ASSIGN(auto plate, sem::WrittenPlate::write(parameters, stream));
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, *plate, options.seed));
  const FieldShape shape = simulator.shape();
  std::vector<std::byte> frames(shape.bytes());
  LayoutCache layouts;
  OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
  FieldReader reader(std::move(backend), layouts);

  std::int64_t codewords = 0, lost = 0, wrong = 0;
  double cpu = 0, pixels = 0;
  StageTimes times;
  for (std::int32_t page = 0; page < options.pages; ++page) {
    sem::FieldTruth truth;
    OSTRACON_TRY(simulator.render(page, frames, &truth));
    FieldReading reading;
    for (std::int32_t repeat = 0; repeat < options.repeats; ++repeat) {
      const double start = process_seconds();
      OSTRACON_TRY_ASSIGN(reading, reader.read(shape, {frames.data()},
                                               static_cast<float>(simulator.offset_dn()), false));
      cpu += process_seconds() - start;
      pixels += static_cast<double>(shape.frames) * static_cast<double>(shape.pixels_per_frame());
      times.add(reading.times);
    }
    const FieldReport& r = reading.report;
    codewords += layout.codewords();
    std::int64_t page_lost = layout.codewords();
    double iterations = 0;
    if (reading.header) {
      page_lost = 0;
      for (std::size_t c = 0; c < reading.outcomes.size(); ++c) {
        iterations += reading.outcomes[c].iterations;
        if (reading.outcomes[c].decoded == 0) {
          ++page_lost;
          continue;
        }
        const auto* got = reading.payload.data() + c * format::kPayloadBytes;
        const auto* want = stream.bytes().data() + static_cast<std::uint64_t>(page) * page_bytes +
                           c * format::kPayloadBytes;
        if (!std::equal(got, got + format::kPayloadBytes, want)) ++wrong;
      }
    }
    lost += page_lost;
    double map_worst = 0;
    const double map_rms = map_error(reading.map, truth, shape.frames, shape.rows,
                                     profile.scan.pixels_per_module, map_worst);
    std::printf(
        R"({"page":%d,"lost":%lld,"codewords":%d,"iterations":%.2f,"mi":%.4f,"snr_db":%.2f,)"
        R"("pitch":%.4f,"rotation":%.3f,"mirrored":%d,"inverted":%d,"blur":%.3f,"contrast":%.3f,)"
        R"("dose":%.1f,"linear_lost":%d,"turns":%d,"erased":%.4f,"fit":%.4f,"drift_error_px":%.4f,"map_rms":%.4f,)"
        R"("map_worst":%.4f,"reason":"%s"})"
        "\n",
        page, static_cast<long long>(page_lost), layout.codewords(),
        iterations / std::max<double>(1, layout.codewords()),
        static_cast<double>(r.mutual_information), static_cast<double>(r.snr_db),
        static_cast<double>(r.pitch_px), static_cast<double>(r.rotation_deg), r.mirrored,
        r.inverted, static_cast<double>(r.blur_modules), static_cast<double>(r.contrast),
        static_cast<double>(r.dose), r.linear_lost, r.turns, static_cast<double>(r.erased_fraction),
        static_cast<double>(r.fit_residual_modules), drift_error(r, truth, shape.rows), map_rms,
        map_worst, r.reason.c_str());
    std::fflush(stdout);
  }
  std::printf(R"({"field":"%d x %d x %d","codewords":%lld,"lost":%lld,"wrong":%lld,)"
              R"("cpu_mpx_per_s":%.1f,"ns_per_px":{)",
              shape.frames, shape.rows, shape.cols, static_cast<long long>(codewords),
              static_cast<long long>(lost), static_cast<long long>(wrong), pixels / cpu * 1e-6);
  for (std::size_t k = 0; k < kStages; ++k)
    std::printf(R"(%s"%s":%.2f)", k == 0 ? "" : ",",
                std::string(to_string(static_cast<Stage>(k))).c_str(),
                times.seconds[k] / pixels * 1e9);
  std::printf("}}\n");
  return Ok{};
}

}  // namespace
}  // namespace ostracon

int main(int argc, char** argv) {
  ostracon::Options options;
  CLI::App app{"Reads simulated pages: losses, registration errors, time per stage"};
  app.add_option("--profile", options.profile, "built-in profile or JSON file");
  app.add_option("--set", options.settings, "profile parameter NAME=VALUE (repeatable)");
  app.add_option("--rate", options.rate, "rate of the inner code");
  app.add_option("--rows", options.rows, "page rows, modules");
  app.add_option("--cols", options.cols, "page columns, modules");
  app.add_option("--pages", options.pages, "data pages");
  app.add_option("--repeats", options.repeats, "readings of each page, for times");
  app.add_option("--seed", options.seed, "of payload and simulator");
  app.add_option("--threads", options.threads, "0: all");
  CLI11_PARSE(app, argc, argv);
  std::unique_ptr<tbb::global_control> control;
  if (options.threads > 0)
    control = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                    static_cast<std::size_t>(options.threads));
  const auto done = ostracon::run(options);
  if (!done) std::fprintf(stderr, "read_bench: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
