#include "datasets/electrons.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "datasets/tables.hpp"
#include "format/pn.hpp"

namespace ostracon::sem {
namespace {

constexpr std::size_t kOutcomes = 64;
constexpr float kBinsPerElectron = 8.0F;
constexpr std::size_t kBins = static_cast<std::size_t>(ElectronSampler::kTableMean) * 8;

/// Walker's alias method: outcome i is kept where 16 random bits are below `keep`.
struct Alias {
  std::uint32_t keep;
  std::uint32_t other;
};
using AliasTable = std::array<Alias, kOutcomes>;

AliasTable make_alias(double mean) {
  std::array<double, kOutcomes> share{};
  double probability = std::exp(-mean), rest = 1;
  for (std::size_t n = 0; n + 1 < kOutcomes; ++n) {
    share[n] = probability * kOutcomes;
    rest -= probability;
    probability *= mean / static_cast<double>(n + 1);
  }
  share[kOutcomes - 1] = std::fmax(rest, 0.0) * kOutcomes;
  AliasTable table{};
  for (std::size_t n = 0; n < kOutcomes; ++n) table[n] = {65536, static_cast<std::uint32_t>(n)};
  std::array<bool, kOutcomes> done{};
  for (std::size_t step = 0; step < kOutcomes; ++step) {
    std::size_t least = kOutcomes, most = kOutcomes;
    for (std::size_t n = 0; n < kOutcomes; ++n) {
      if (done[n]) continue;
      if (least == kOutcomes || share[n] < share[least]) least = n;
      if (most == kOutcomes || share[n] > share[most]) most = n;
    }
    done[least] = true;
    if (least == most) break;
    table[least] = {static_cast<std::uint32_t>(std::lround(share[least] * 65536)),
                    static_cast<std::uint32_t>(most)};
    share[most] -= 1 - share[least];
  }
  return table;
}

}  // namespace

struct PoissonTables {
  std::array<AliasTable, kBins> of_bin;
  std::array<float, 4096> normal;
};

namespace {

PoissonTables make_tables() {
  PoissonTables tables{};
  for (std::size_t bin = 0; bin < kBins; ++bin)
    tables.of_bin[bin] = make_alias(static_cast<double>(bin) / kBinsPerElectron);
  for (std::size_t i = 0; i < tables.normal.size(); ++i) tables.normal[i] = normal_of(i);
  return tables;
}

const PoissonTables& shared_tables() {
  static const PoissonTables tables = make_tables();
  return tables;
}

}  // namespace

ElectronSampler::ElectronSampler(const Noise& noise)
    : tables_(&shared_tables()),
      excess_(static_cast<float>(noise.excess_factor - 1)),
      detector_variance_(
          static_cast<float>(noise.detector_sigma_electrons * noise.detector_sigma_electrons)),
      detector_sigma_(static_cast<float>(noise.detector_sigma_electrons)),
      correlation_(static_cast<float>(noise.fast_axis_correlation)) {}

void ElectronSampler::sample(std::span<const float> means, std::uint64_t stream,
                             std::span<float> electrons) const {
  for (std::size_t x = 0; x < means.size(); ++x)
    electrons[x] = draw(means[x], format::pn_word(stream, x));
  if (correlation_ == 0) return;
  const float fresh = std::sqrt(1 - correlation_ * correlation_);
  float noise = means.empty() ? 0 : electrons[0] - means[0];
  for (std::size_t x = 1; x < means.size(); ++x) {
    noise = correlation_ * noise + fresh * (electrons[x] - means[x]);
    electrons[x] = means[x] + noise;
  }
}

/// Poisson of the table's mean just below `mean`, plus 0, 1 or 2 with the mean d and variance d of
/// the rest: P(>= 1) = d - d^2/2, P(2) = d^2/2.
inline float ElectronSampler::poisson(float mean, std::uint64_t word) const {
  const float scaled = mean * kBinsPerElectron;
  const auto bin = static_cast<std::size_t>(static_cast<int>(scaled));
  const auto outcome = static_cast<std::uint32_t>(word >> 58);
  const Alias& alias = tables_->of_bin[bin][outcome];
  const std::uint32_t count = (word >> 42 & 0xFFFFU) < alias.keep ? outcome : alias.other;
  const float rest = (scaled - static_cast<float>(static_cast<int>(bin))) / kBinsPerElectron;
  const float two = rest * rest / 2;
  const float u = (static_cast<float>(static_cast<int>(word >> 26 & 0xFFFFU)) + 0.5F) / 65536.0F;
  const std::uint32_t more = (u < rest - two ? 1U : 0U) + (u < two ? 1U : 0U);
  return static_cast<float>(static_cast<int>(count + more));
}

/// Sum of two quantiles: 2^24 values, +-5.2 sigma.
inline float ElectronSampler::normal(std::uint64_t word) const {
  return (tables_->normal[word >> 14 & 4095] + tables_->normal[word >> 2 & 4095]) *
         (static_cast<float>(std::numbers::sqrt2) / 2);
}

inline float ElectronSampler::draw(float mean, std::uint64_t word) const {
  if (mean >= kTableMean) {
    const float z = normal(word);
    return mean + z * std::sqrt((1 + excess_) * mean + detector_variance_) + (z * z - 1) / 6;
  }
  const float count = poisson(mean > 0 ? mean : 0, word);
  if (excess_ > 0)
    return count + normal(word) * std::sqrt(excess_ * (mean > 0 ? mean : 0) + detector_variance_);
  return detector_sigma_ > 0 ? count + normal(word) * detector_sigma_ : count;
}

}  // namespace ostracon::sem
