// Codewords lost of pages read once, of two scans combined, and of one scan with the electrons of
// both. One JSON line a dose.
//
//   combine_bench --set damage=0 --dose 50,52,54 --pages 10 --rows 640 --cols 640

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "io/profile_file.hpp"
#include "pipeline/combine_pages.hpp"
#include "pipeline/memory_store.hpp"
#include "pipeline/read_field.hpp"

namespace ostracon {
namespace {

struct Options {
  std::string profile = "typical", rate = "0.8";
  std::vector<std::string> settings;
  std::vector<double> doses{52};
  std::int32_t rows = 640, cols = 640, pages = 4;
  std::uint64_t seed = 1;
};

/// Soft pages in memory: some are of a run before, some of this one.
class MemorySoftPages final : public SoftPageStore {
 public:
  std::vector<SoftPage> earlier, own;

  bool keeps_all() const override { return true; }
  void visit_earlier(const format::PageHeader& header, const Visit& visit) const override {
    for (const SoftPage& page : earlier)
      if (page.header == header) visit(page);
  }
  Result<> visit_own(std::uint32_t page, const Visit& visit) const override {
    for (const SoftPage& reading : own)
      if (reading.header.page_index == page) visit(reading);
    return Ok{};
  }
  std::size_t own_readings(std::uint32_t page) const override {
    return static_cast<std::size_t>(
        std::count_if(own.begin(), own.end(),
                      [&](const SoftPage& reading) { return reading.header.page_index == page; }));
  }
  Result<> put(const SoftPage& page) override {
    own.push_back(page);
    return Ok{};
  }
};

/// Codewords lost at one dose.
struct Losses {
  std::int32_t codewords = 0, first = 0, second = 0, added = 0, joint = 0, doubled = 0;
};

class Trial {
 public:
  static Result<std::unique_ptr<Trial>> create(const Options& options) {
    format::PlateParameters parameters;
    OSTRACON_TRY_ASSIGN(const format::Rate rate, format::parse_rate(options.rate));
    parameters.geometry = format::default_geometry(options.rows, options.cols, rate);
    OSTRACON_TRY_ASSIGN(const auto layout, format::PageLayout::create(parameters.geometry));
    const std::uint64_t page_bytes =
        static_cast<std::uint64_t>(layout.codewords()) * format::kPayloadBytes;
    sem::RandomBytes stream(static_cast<std::uint64_t>(options.pages) * page_bytes, options.seed);
    OSTRACON_TRY_ASSIGN(auto plate, sem::WrittenPlate::write(parameters, stream));
    return std::unique_ptr<Trial>(new Trial(options, std::move(plate)));
  }

  Result<Losses> run(double dose) {
    Losses losses;
    for (std::int32_t page = 0; page < options_.pages; ++page) {
      soft_ = {};
      OSTRACON_TRY_ASSIGN(const FieldReading first, read(page, dose, options_.seed));
      OSTRACON_TRY_ASSIGN(const FieldReading second, read(page, dose, options_.seed + 1000));
      OSTRACON_TRY_ASSIGN(const FieldReading doubled, read(page, 2 * dose, options_.seed + 2000));
      losses.codewords += codewords();
      losses.first += lost(first);
      losses.second += lost(second);
      losses.doubled += lost(doubled);
      OSTRACON_TRY_ASSIGN(const std::int32_t added, lost_when_added(page, first, second));
      losses.added += added;
      if (first.soft) soft_.earlier.push_back(*first.soft);
      OSTRACON_TRY_ASSIGN(const FieldReading joint, read(page, dose, options_.seed + 1000));
      losses.joint += lost(joint);
    }
    return losses;
  }

 private:
  Trial(const Options& options, std::unique_ptr<sem::WrittenPlate> plate)
      : options_(options), plate_(std::move(plate)) {}

  std::int32_t codewords() const { return plate_->plan().layout().codewords(); }
  std::int32_t lost(const FieldReading& reading) const {
    if (!reading.header) return codewords();
    return static_cast<std::int32_t>(
        std::count_if(reading.outcomes.begin(), reading.outcomes.end(),
                      [](const InnerOutcome& outcome) { return outcome.decoded == 0; }));
  }

  Result<FieldReading> read(std::int32_t page, double dose, std::uint64_t seed) {
    OSTRACON_TRY_ASSIGN(auto profile, io::load_profile(options_.profile));
    for (const std::string& setting : options_.settings) {
      const auto equals = setting.find('=');
      if (equals == std::string::npos)
        return Error{ErrorCode::kInvalidArgument, "'" + setting + "' is not NAME=VALUE"};
      OSTRACON_TRY(sem::set_parameter(profile, setting.substr(0, equals),
                                      std::strtod(setting.c_str() + equals + 1, nullptr)));
    }
    OSTRACON_TRY(sem::set_parameter(profile, "dose", dose));
    OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, *plate_, seed));
    const FieldShape shape = simulator.shape();
    std::vector<std::byte> frames(shape.bytes());
    OSTRACON_TRY(simulator.render(page, frames, nullptr));
    OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
    FieldReader reader(std::move(backend), layouts_, {}, &soft_);
    return reader.read(shape, {frames.data()}, static_cast<float>(simulator.offset_dn()), false);
  }

  Result<std::int32_t> lost_when_added(std::int32_t page, const FieldReading& first,
                                       const FieldReading& second) {
    if (!first.soft || !second.soft) return codewords();
    MemorySoftPages both;
    both.own = {*first.soft, *second.soft};
    PageReport report;
    report.page = static_cast<std::uint32_t>(page);
    report.outcomes.assign(first.outcomes.size(), CodewordOutcome::kErased);
    report.iterations.assign(first.outcomes.size(), 0);
    std::vector<PageReport> pages{report};
    MemoryStore store;
    OSTRACON_TRY(store.resize(static_cast<std::uint32_t>(page) + 1,
                              first.outcomes.size() * format::kPayloadBytes));
    OSTRACON_TRY(combine_pages(
        *first.header, both, [] { return make_backend(BackendKind::kCpu); }, store, pages));
    return static_cast<std::int32_t>(
        std::count(pages[0].outcomes.begin(), pages[0].outcomes.end(), CodewordOutcome::kErased));
  }

  Options options_;
  std::unique_ptr<sem::WrittenPlate> plate_;
  LayoutCache layouts_;
  MemorySoftPages soft_;
};

int run(const Options& options) {
  auto trial = Trial::create(options);
  if (!trial) {
    std::fprintf(stderr, "%s\n", trial.error().message.c_str());
    return 1;
  }
  for (const double dose : options.doses) {
    const auto losses = trial.value()->run(dose);
    if (!losses) {
      std::fprintf(stderr, "%s\n", losses.error().message.c_str());
      return 1;
    }
    const Losses& lost = losses.value();
    std::printf(
        "{\"bench\": \"combine\", \"dose\": %.2f, \"codewords\": %d, \"lost_first\": %d, "
        "\"lost_second\": %d, \"lost_added\": %d, \"lost_joint\": %d, \"lost_double\": %d}\n",
        dose, lost.codewords, lost.first, lost.second, lost.added, lost.joint, lost.doubled);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace ostracon

int main(int argc, char** argv) {
  ostracon::Options options;
  CLI::App app{"Two weak scans against one of twice the electrons"};
  app.add_option("--profile", options.profile, "Profile of both scans")->capture_default_str();
  app.add_option("--set", options.settings, "NAME=VALUE of the profile")->allow_extra_args(false);
  app.add_option("--rate", options.rate, "Rate of the inner code")->capture_default_str();
  app.add_option("--dose", options.doses, "Electrons a module of one scan")->delimiter(',');
  app.add_option("--rows", options.rows, "Modules a page")->capture_default_str();
  app.add_option("--cols", options.cols, "Modules a page")->capture_default_str();
  app.add_option("--pages", options.pages, "Pages a dose")->capture_default_str();
  app.add_option("--seed", options.seed, "The same seed, the same pages")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return ostracon::run(options);
}
