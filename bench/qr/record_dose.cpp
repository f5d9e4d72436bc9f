#include "bench/qr/record_dose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "bench/interval.hpp"
#include "bench/qr/tally.hpp"
#include "datasets/converter.hpp"
#include "format/qr/symbol_reader.hpp"
#include "tests/support/record_code.hpp"

namespace ostracon::bench {
namespace {

using format::qr::Matrix;
using format::qr::Role;

constexpr double kTarget = 0.99;
constexpr int kStepsPerDecade = 40;                  // of 0.25 dB
constexpr int kLowestStep = 76, kHighestStep = 128;  // 80 to 1600 electrons a module

double dose_of(int step) { return std::pow(10.0, static_cast<double>(step) / kStepsPerDecade); }

/// Means of the pixels in every module, in units of the land's true brightness but for a factor.
std::vector<double> module_means(const test::RecordFrame& frame, const sem::Profile& profile,
                                 int side) {
  const double black = profile.adc.offset_dn;
  std::vector<double> sum(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0);
  std::vector<double> count(sum.size(), 0);
  for (std::int32_t y = 0; y < frame.rows; ++y) {
    const auto& shift = frame.shift[static_cast<std::size_t>(y)];
    const double shade =
        profile.background.shading * sem::shading_row(static_cast<double>(y) / frame.rows);
    for (std::int32_t x = 0; x < frame.cols; ++x) {
      const sem::Point at = frame.map.module_of(
          {y - static_cast<double>(shift[0]), x - static_cast<double>(shift[1])});
      const auto row = std::lround(at.y), col = std::lround(at.x);
      if (row < 0 || col < 0 || row >= side || col >= side) continue;
      const double gain = 1 + shade * sem::shading_col(static_cast<double>(x) / frame.cols);
      const auto module = static_cast<std::size_t>(row * side + col);
      const auto pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.cols) +
                         static_cast<std::size_t>(x);
      sum[module] += (static_cast<double>(frame.pixels[pixel]) - black) / gain;
      ++count[module];
    }
  }
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] /= std::max(count[k], 1.0);
  return sum;
}

/// Dark where the mean is below halfway between those of the known dark and light modules.
Matrix hard_decisions(const std::vector<double>& means, int version) {
  const format::qr::Symbol& symbol = format::qr::symbol_of(version);
  std::array<double, 2> sum{}, count{};
  for (std::size_t k = 0; k < means.size(); ++k) {
    if (symbol.role[k] == Role::kData || symbol.role[k] == Role::kFormat) continue;
    sum[symbol.value[k]] += means[k];
    ++count[symbol.value[k]];
  }
  const double threshold = 0.5 * (sum[0] / count[0] + sum[1] / count[1]);
  Matrix matrix{symbol.side, {}};
  for (const double mean : means) matrix.modules.push_back(mean < threshold ? 1 : 0);
  return matrix;
}

struct Outcome {
  std::int64_t found = 0, read = 0;
};

/// Frames of one pixel size, read by Ostracon or by plain means.
class Trial {
 public:
  Trial(Backend& backend, double pixel_nm, bool plain)
      : backend_(backend), pixel_nm_(pixel_nm), plain_(plain) {}

  /// One frame of code number `seed`.
  Result<Outcome> run(double electrons, std::uint64_t seed) {
    OSTRACON_TRY_ASSIGN(const Payload sent, random_payload(seed));
    OSTRACON_TRY_ASSIGN(const sem::Profile profile, test::record_profile(pixel_nm_, electrons));
    OSTRACON_TRY_ASSIGN(const auto frame, test::record_frame(sent.matrix, profile, seed));
    if (plain_) {
      const auto means = module_means(frame, profile, sent.matrix.side);
      const auto reading = format::qr::read_symbol(hard_decisions(means, kPayloadVersion));
      const bool right =
          reading.proper() && format::qr::bytes_of(reading.stream.message.segments) == sent.bytes;
      return Outcome{1, right};
    }
    if (!reader_) {  // all frames of one pixel size are as large
      OSTRACON_TRY_ASSIGN(CodeReader made, CodeReader::create(backend_, frame.rows, frame.cols));
      reader_.emplace(std::move(made));
    }
    OSTRACON_TRY_ASSIGN(const auto readings,
                        reader_->read({frame.pixels.data(), frame.rows, frame.cols, frame.cols}));
    Outcome outcome;
    for (const CodeReading& one : readings) {
      if (one.located.version != kPayloadVersion) continue;
      outcome.found = 1;
      if (one.decoded.verdict == CodeVerdict::kRead &&
          format::qr::bytes_of(one.decoded.stream.message.segments) == sent.bytes)
        outcome.read = 1;
    }
    return outcome;
  }

  double pixel_nm() const { return pixel_nm_; }
  const char* reader() const { return plain_ ? "box means" : "ostracon"; }

 private:
  Backend& backend_;
  double pixel_nm_;
  bool plain_;
  std::optional<CodeReader> reader_;
};

Result<std::int64_t> count_read(Trial& trial, double electrons, std::int64_t images) {
  Outcome all;
  for (std::int64_t image = 0; image < images; ++image) {
    OSTRACON_TRY_ASSIGN(const Outcome one,
                        trial.run(electrons, static_cast<std::uint64_t>(image) + 1));
    all.found += one.found;
    all.read += one.read;
  }
  const Interval share = share_interval(all.read, images);
  std::printf(R"({"case":"qr_record/%.1fnm","reader":"%s","electrons":%.1f,"images":%lld,)"
              R"("found":%lld,"read":%lld,"share_low":%.4f,"share_high":%.4f})"
              "\n",
              trial.pixel_nm(), trial.reader(), electrons, static_cast<long long>(images),
              static_cast<long long>(all.found), static_cast<long long>(all.read), share.low,
              share.high);
  std::fflush(stdout);
  return all.read;
}

/// The lowest step whose dose is enough, found by halving; more than kHighestStep if none is.
Result<int> least_step(Trial& trial, std::int64_t images) {
  int low = kLowestStep, high = kHighestStep + 1;  // enough at `high`, or beyond the range
  while (low < high) {
    const int middle = (low + high) / 2;
    OSTRACON_TRY_ASSIGN(const std::int64_t read, count_read(trial, dose_of(middle), images));
    if (static_cast<double>(read) >= kTarget * static_cast<double>(images))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace

Result<> run_record_dose(Backend& backend, double pixel_nm, std::int64_t images) {
  Trial own(backend, pixel_nm, false), plain(backend, pixel_nm, true);
  OSTRACON_TRY_ASSIGN(const sem::Profile typical, test::record_profile(pixel_nm));
  for (Trial* trial : {&own, &plain})
    OSTRACON_TRY(count_read(*trial, typical.noise.electrons_per_module, images));
  OSTRACON_TRY_ASSIGN(const int own_step, least_step(own, images));
  OSTRACON_TRY_ASSIGN(const int plain_step, least_step(plain, images));
  std::printf(R"({"case":"qr_record/%.1fnm","least_electrons":%.0f,"box_means_electrons":%.0f,)"
              R"("distance_db":%.2f})"
              "\n",
              pixel_nm, dose_of(own_step), dose_of(plain_step),
              10.0 * (plain_step - own_step) / kStepsPerDecade);
  std::fflush(stdout);
  return Ok{};
}

}  // namespace ostracon::bench
