// QR codes in grey images, beside the peers that this build has, one JSON line a case and reader:
//   qr/snr../blur../angle..   version 3-M, 4 px a module, one code in 512 x 512 px, grid unknown
//   qr_field/N                a 4096 x 4096 px field of N such codes
//   qr_wrong/..               noise, page modules and damaged codes: payloads that nobody wrote
//   qr_record/..nm            the smallest code written, simulated: the dose that it needs

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/qr/points.hpp"
#include "bench/qr/record_dose.hpp"
#include "bench/qr/wrong_payloads.hpp"

namespace ostracon::bench {
namespace {

struct Options {
  std::int64_t first = 0, images = 100;
  std::vector<double> snrs, blurs, angles{0.0, 7.0};
  std::string folder;
  std::vector<std::string> without;
  std::vector<int> fields{31, 27};
  std::vector<double> field_snrs{2.3, 20.0};
  std::int64_t wrong = 0;
  std::vector<double> record_pixels_nm;
};

constexpr std::array kBlurs{0.0, 0.25, 0.35, 0.5};
constexpr std::array kGoals{1.6, 2.3, 2.6, 5.0};  // signal to noise at which 99 % are to be read

Result<> run(const Options& options) {
  OSTRACON_TRY_ASSIGN(const auto backend, make_backend(BackendKind::kCpu));
  std::vector<Peer> peers = qr_peers();
  std::erase_if(peers, [&](const Peer& peer) {
    return std::find(options.without.begin(), options.without.end(), peer.name) !=
           options.without.end();
  });
  if (options.wrong > 0) return run_wrong_payloads(*backend, peers, options.first, options.wrong);
  for (const double pixel_nm : options.record_pixels_nm)
    OSTRACON_TRY(run_record_dose(*backend, pixel_nm, options.images));
  if (!options.record_pixels_nm.empty()) return Ok{};
  for (std::size_t k = 0; k < kBlurs.size() && options.images > 0; ++k) {
    const auto& blurs = options.blurs;
    if (!blurs.empty() && std::find(blurs.begin(), blurs.end(), kBlurs[k]) == blurs.end()) continue;
    for (const double angle : options.angles)
      for (const double snr : options.snrs.empty() ? std::vector{kGoals[k]} : options.snrs)
        OSTRACON_TRY(run_point(*backend, peers,
                               {.snr = snr,
                                .blur_modules = kBlurs[k],
                                .angle_deg = angle,
                                .first = options.first,
                                .images = options.images,
                                .folder = options.folder}));
  }
  for (const int side : options.fields)
    for (const double snr : options.field_snrs)
      if (side > 0) OSTRACON_TRY(run_field(*backend, peers, side, snr));
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  CLI::App app("QR codes in grey images: how many are read, how fast, beside other readers");
  ostracon::bench::Options options;
  app.add_option("--images", options.images, "Images a point; 0: none")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--first", options.first, "Number of the first image: long runs in pieces")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--snr", options.snrs,
                 "Level difference over noise sigma of a pixel; none: the goals");
  app.add_option("--blur", options.blurs, "Of the points' blurs, modules; none: all")
      ->check(CLI::IsMember({0.0, 0.25, 0.35, 0.5}));
  app.add_option("--angle", options.angles, "Degrees")->capture_default_str();
  app.add_option("--write-images", options.folder, "Folder for the points' images, as PGM")
      ->check(CLI::ExistingDirectory);
  app.add_option("--without", options.without, "Peers that are left out: zxing, zbar")
      ->check(CLI::IsMember({"zxing", "zbar"}));
  app.add_option("--fields", options.fields, "Codes a side of the fields; 0: no field")
      ->check(CLI::IsMember({0, 27, 31}))
      ->capture_default_str();
  app.add_option("--field-snr", options.field_snrs,
                 "Of the fields; in clear ones ZXing tries all triples of patterns, for minutes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--wrong", options.wrong,
                 "Instead: so many images of noise, page modules and damaged codes")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--record", options.record_pixels_nm,
                 "Instead: the smallest code written, in pixels of so many nanometres")
      ->check(CLI::Range(2.5, 10.0));
  CLI11_PARSE(app, argc, argv);
  if (const auto done = ostracon::bench::run(options); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
