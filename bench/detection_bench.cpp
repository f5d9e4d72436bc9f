// Detection and decoding alone: matched filter outputs of pages with a perfectly known map, drawn
// at the pixel rate with the noise of counted electrons, through taps, soft cancellation and
// inner decoder. What registration costs is the difference to read_bench. One JSON line a page.
//
//   detection_bench --sigma 0.4 --dose 146 --rate 0.8 --pages 2 --turns 12

#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "format/pn.hpp"
#include "pipeline/page_codewords.hpp"
#include "pipeline/page_decoder.hpp"
#include "pipeline/rules/pulse.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon {
namespace {

struct Options {
  float sigma = 0.3F, contrast = 0.5F, detector_noise = 0.2F;
  double dose = 100;
  std::string rate = "0.8";
  std::int32_t rows = 1280, cols = 1280, pages = 1, pixels = 3, frames = 8;
  std::uint64_t seed = 1;
  PageDecoderConfig decoder;
  int threads = 0;
};

/// The pulse along one axis at every pixel of a module, for the modules it reaches.
struct Taps {
  static constexpr std::int32_t kReach = 3;
  std::int32_t pixels;
  std::vector<float> at;  ///< [pixel][2 kReach + 1]

  Taps(std::int32_t p, float sigma) : pixels(p) {
    for (std::int32_t k = 0; k < p; ++k)
      for (std::int32_t d = -kReach; d <= kReach; ++d)
        at.push_back(rules::pulse(
            (static_cast<float>(k) + 0.5F) / static_cast<float>(p) - 0.5F - static_cast<float>(d),
            sigma));
  }
  float operator()(std::int32_t pixel, std::int32_t offset) const {
    return at[static_cast<std::size_t>(pixel * (2 * kReach + 1) + offset + kReach)];
  }
  float energy() const {
    float sum = 0;
    for (const float value : at) sum += value * value;
    return sum;
  }
};

/// Matched filter outputs, as ModuleSampler gives them, of (rows + 4) x (cols + 4) modules.
///   bits   of the same modules and `Taps::kReach` more all around, +1 or -1
std::vector<float> see(const Options& options, const std::vector<float>& bits, std::int32_t rows,
                       std::int32_t cols, std::mt19937_64& random) {
  const Taps taps(options.pixels, options.sigma);
  constexpr std::int32_t kReach = Taps::kReach;
  const std::int32_t p = options.pixels;
  const std::int32_t wide = cols + 2 * kReach;
  const float kappa = options.contrast / (2 - options.contrast);
  // Electrons a pixel at mean brightness, and the detector's noise in units of that mean.
  const double electrons =
      options.dose * (1 - 0.5 * static_cast<double>(options.contrast)) / (p * p);
  const double detector = std::pow(static_cast<double>(options.detector_noise), 2) *
                          options.frames / (electrons * electrons);
  std::normal_distribution<float> normal;
  const float unit = 1.0F / (taps.energy() * taps.energy());
  std::vector<float> grid(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
  std::vector<float> across(static_cast<std::size_t>(wide * p));
  std::vector<float> line(static_cast<std::size_t>(wide));
  for (std::int32_t row = -kReach; row < rows + kReach; ++row)
    for (std::int32_t k = 0; k < p; ++k) {
      // One row of pixels: the bits blurred down the columns, then along the row.
      std::fill(line.begin(), line.end(), 0.0F);
      for (std::int32_t d = -kReach; d <= kReach; ++d) {
        const std::int32_t from = row + kReach + d;
        if (from < 0 || from >= rows + 2 * kReach) continue;
        for (std::int32_t c = 0; c < wide; ++c)
          line[static_cast<std::size_t>(c)] +=
              taps(k, d) * bits[static_cast<std::size_t>(from * wide + c)];
      }
      for (std::int32_t c = 0; c < wide; ++c)
        for (std::int32_t q = 0; q < p; ++q) {
          float light = 0;
          for (std::int32_t d = -kReach; d <= kReach; ++d)
            if (c + d >= 0 && c + d < wide)
              light += taps(q, d) * line[static_cast<std::size_t>(c + d)];
          const double variance = (1 + static_cast<double>(kappa * light)) / electrons + detector;
          across[static_cast<std::size_t>(c * p + q)] =
              kappa * light +
              static_cast<float>(std::sqrt(std::max(variance, 0.0))) * normal(random);
        }
      // The matched filter along the row, then its share in every row of modules it reaches.
      for (std::int32_t c = 0; c < cols; ++c) {
        float product = 0;
        for (std::int32_t d = -kReach; d <= kReach; ++d)
          for (std::int32_t q = 0; q < p; ++q)
            product += taps(q, -d) * across[static_cast<std::size_t>((c + kReach + d) * p + q)];
        for (std::int32_t d = -kReach; d <= kReach; ++d)
          if (row + d >= 0 && row + d < rows)
            grid[static_cast<std::size_t>((row + d) * cols + c)] += taps(k, d) * product * unit;
      }
    }
  return grid;
}

Result<> run(const Options& options) {
  OSTRACON_TRY_ASSIGN(const auto rate, format::parse_rate(options.rate));
  const auto geometry = format::default_geometry(options.rows, options.cols, rate);
  OSTRACON_TRY_ASSIGN(auto created, format::PageLayout::create(geometry));
  const auto layout = std::make_shared<const format::PageLayout>(std::move(created));
  OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
  OSTRACON_TRY_ASSIGN(auto decoder, PageDecoder::create(*backend, layout, options.decoder));
  format::PageHeader header;
  header.rows = static_cast<std::uint16_t>(options.rows);
  header.cols = static_cast<std::uint16_t>(options.cols);
  header.zone_rows = static_cast<std::uint8_t>(geometry.zone_rows);
  header.zone_cols = static_cast<std::uint8_t>(geometry.zone_cols);
  header.rate = rate;
  header.codewords = static_cast<std::uint16_t>(layout->codewords());
  header.interleaver_step = layout->interleaver_step();

  std::mt19937_64 random(options.seed);
  std::int64_t lost = 0, codewords = 0;
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  for (std::int32_t page = 0; page < options.pages; ++page) {
    header.page_index = static_cast<std::uint32_t>(page);
    auto known = known_modules(*layout, header);
    auto modules = known;
    for (auto& bit : modules)
      if (bit >= 2) bit = static_cast<std::uint8_t>(random() & 1U);
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(layout->codewords()) *
                                      format::kPayloadBytes);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    std::vector<std::uint8_t> word(bits);
    const std::uint64_t seed = format::scrambler_seed(header.plate, header.page_index);
    for (std::int32_t c = 0; c < layout->codewords(); ++c) {
      format::encode_codeword(
          std::span(payload).subspan(static_cast<std::size_t>(c) * format::kPayloadBytes,
                                     format::kPayloadBytes),
          rate, word);
      const auto at = layout->modules_of(c);
      for (std::size_t j = 0; j < bits; ++j)
        modules[at[j]] = static_cast<std::uint8_t>(word[j] ^ format::pn_bit(seed, at[j]));
    }
    constexpr std::int32_t kAround = kEqualiserMargin + Taps::kReach;
    const std::int32_t wide = options.cols + 2 * kAround;
    std::vector<float> light(static_cast<std::size_t>((options.rows + 2 * kAround) * wide));
    for (auto& bit : light) bit = (random() & 1U) != 0 ? 1.0F : -1.0F;
    for (std::int32_t r = 0; r < options.rows; ++r)
      for (std::int32_t c = 0; c < options.cols; ++c)
        light[static_cast<std::size_t>((r + kAround) * wide + c + kAround)] =
            modules[static_cast<std::size_t>(r * options.cols + c)] == 0 ? 1.0F : -1.0F;
    const std::int32_t rows = options.rows + 2 * kEqualiserMargin;
    const std::int32_t cols = options.cols + 2 * kEqualiserMargin;
    const auto grid = see(options, light, rows, cols, random);
    const std::vector<float> weight(grid.size(), static_cast<float>(options.frames));
    StageTimes times;
    OSTRACON_TRY_ASSIGN(const auto done,
                        decoder->run(header, {grid.data(), rows, cols, cols},
                                     {weight.data(), rows, cols, cols}, known, times));
    std::int32_t page_lost = 0, wrong = 0;
    for (std::size_t c = 0; c < decoder->outcomes().size(); ++c) {
      const auto first = static_cast<std::ptrdiff_t>(c) * format::kPayloadBytes;
      if (decoder->outcomes()[c].decoded == 0)
        ++page_lost;
      else if (!std::equal(payload.begin() + first, payload.begin() + first + format::kPayloadBytes,
                           decoder->payload().begin() + first))
        ++wrong;
    }
    lost += page_lost;
    codewords += layout->codewords();
    std::printf(R"({"page":%d,"codewords":%d,"linear_lost":%d,"turns":%d,"lost":%d,"wrong":%d,)"
                R"("snr_db":%.2f,"cancel_s":%.3f,"inner_s":%.3f})"
                "\n",
                page, layout->codewords(), done.linear_lost, done.turns, page_lost, wrong,
                10 * std::log10(static_cast<double>(done.channel.signal_to_noise)),
                times[Stage::kCancel], times[Stage::kInnerDecode]);
    std::fflush(stdout);
  }
  std::printf(R"({"codewords":%lld,"lost":%lld})"
              "\n",
              static_cast<long long>(codewords), static_cast<long long>(lost));
  return Ok{};
}

}  // namespace
}  // namespace ostracon

int main(int argc, char** argv) {
  ostracon::Options options;
  CLI::App app{"Codewords lost at a dose when the map is known, turn by turn"};
  app.add_option("--sigma", options.sigma, "blur, modules");
  app.add_option("--contrast", options.contrast, "(land - pit) / land");
  app.add_option("--dose", options.dose, "electrons a module at land, all frames");
  app.add_option("--detector-noise", options.detector_noise, "electrons a pixel and frame");
  app.add_option("--frames", options.frames, "that share the dose");
  app.add_option("--pixels-per-module", options.pixels, "a whole number");
  app.add_option("--rate", options.rate, "of the inner code");
  app.add_option("--rows", options.rows, "page rows, modules");
  app.add_option("--cols", options.cols, "page columns, modules");
  app.add_option("--pages", options.pages, "pages");
  app.add_option("--seed", options.seed, "of bits and noise");
  app.add_option("--turns", options.decoder.most_turns, "of cancellation and decoding, at most");
  app.add_option("--first", options.decoder.first_cancellations, "rounds in the first turn");
  app.add_option("--next", options.decoder.next_cancellations, "rounds in every later turn");
  app.add_option("--threads", options.threads, "0: all");
  CLI11_PARSE(app, argc, argv);
  std::unique_ptr<tbb::global_control> control;
  if (options.threads > 0)
    control = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                    static_cast<std::size_t>(options.threads));
  const auto done = ostracon::run(options);
  if (!done) std::fprintf(stderr, "detection_bench: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
