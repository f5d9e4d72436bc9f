#include "format/outer_product.hpp"

#include <cassert>

#include "format/gf256.hpp"

namespace ostracon::format {
namespace {

using Octet = CauchyPlan::Octet;

constexpr std::size_t kOctets = 256 / kOctet;
// What things cost, in multiplications of one source among several, as measured with AVX2: a
// butterfly splits its source for itself, adds twice, and its values go through memory.
constexpr std::size_t kButterflyCost = 3;
constexpr std::size_t kTransformCost = 12 * kButterflyCost;

/// Product over v = 0 .. 2^layer - 1 of (x + v).
constexpr std::uint8_t vanishing(unsigned layer, std::uint8_t x) {
  std::uint8_t product = 1;
  for (unsigned v = 0; v < (1U << layer); ++v)
    product = gf256::multiply(product, static_cast<std::uint8_t>(x ^ v));
  return product;
}

struct Constants {
  /// vanishing(layer, x) / vanishing(layer, 2^layer), by layer and x.
  std::array<std::array<std::uint8_t, 256>, 3> normalised{};
  /// (1 * 2 * .. * 7) / vanishing(3, x); 0 for x < 8.
  std::array<std::uint8_t, 256> weight{};
  std::array<std::uint8_t, 256> inverse{};  ///< of 0: 0, of no meaning
};

constexpr Constants make_constants() {
  Constants constants;
  std::uint8_t factorial = 1;
  for (std::uint8_t v = 2; v < kOctet; ++v) factorial = gf256::multiply(factorial, v);
  for (unsigned x = 0; x < 256; ++x) {
    const auto point = static_cast<std::uint8_t>(x);
    if (x > 0) constants.inverse[x] = gf256::inverse(point);
    for (unsigned layer = 0; layer < 3; ++layer) {
      const std::uint8_t norm = vanishing(layer, static_cast<std::uint8_t>(1U << layer));
      constants.normalised[layer][x] =
          gf256::multiply(vanishing(layer, point), gf256::inverse(norm));
    }
    if (x >= kOctet)
      constants.weight[x] = gf256::multiply(factorial, gf256::inverse(vanishing(3, point)));
  }
  return constants;
}

constexpr Constants kConstants = make_constants();

/// The points' places in their octets, in ascending order of the octets.
void sort_into_octets(std::span<const std::uint8_t> points, std::vector<Octet>& octets) {
  std::array<std::uint8_t, 256> member;
  member.fill(kNone);
  std::array<bool, kOctets> met{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    assert(member[points[i]] == kNone && "points must differ");
    member[points[i]] = static_cast<std::uint8_t>(i);
    met[points[i] / kOctet] = true;
  }
  octets.clear();
  for (std::size_t o = 0; o < kOctets; ++o) {
    if (!met[o]) continue;
    Octet octet;
    octet.base = static_cast<std::uint8_t>(o * kOctet);
    for (std::size_t i = 0; i < kOctet; ++i) octet.member[i] = member[o * kOctet + i];
    octet.raw.fill(kNone);
    octets.push_back(octet);
  }
}

std::size_t count_members(const Octet& octet) {
  std::size_t count = 0;
  for (const std::uint8_t member : octet.member) count += member != kNone ? 1 : 0;
  return count;
}

void append_twiddles(std::uint8_t base, std::vector<std::uint8_t>& coefficients) {
  const auto& normalised = kConstants.normalised;
  coefficients.push_back(normalised[2][base]);
  for (const unsigned block : {0U, 4U}) coefficients.push_back(normalised[1][base ^ block]);
  for (const unsigned block : {0U, 2U, 4U, 6U}) coefficients.push_back(normalised[0][base ^ block]);
}

/// Moves target octets that are cheaper multiplied out to one dense part over all sources.
void choose_dense(CauchyPlan& plan) {
  const std::size_t transformed = kOctet * plan.sources.size() + kTransformCost;
  std::size_t saved = 0;
  for (const Octet& octet : plan.targets) {
    const std::size_t dense = count_members(octet) * plan.source_count;
    if (dense > transformed) saved += dense - transformed;
  }
  const bool none = saved <= kTransformCost * plan.sources.size();
  CauchyPlan::Dense part;
  std::size_t kept = 0;
  for (const Octet& octet : plan.targets) {
    if (!none && count_members(octet) * plan.source_count > transformed) {
      plan.targets[kept++] = octet;
      continue;
    }
    for (const std::uint8_t member : octet.member)
      if (member != kNone) part.rows.push_back(member);
  }
  plan.targets.resize(kept);
  if (part.rows.empty()) return;
  for (std::size_t i = 0; i < plan.source_count; ++i)
    part.sources.push_back(static_cast<std::uint8_t>(i));
  plan.dense.push_back(std::move(part));
}

/// The sources on a target's own octet, which its transform leaves out.
void add_own_octets(CauchyPlan& plan) {
  for (Octet& target : plan.targets)
    for (const Octet& source : plan.sources) {
      if (source.base != target.base) continue;
      CauchyPlan::Dense part;
      part.raw = true;
      for (std::size_t i = 0; i < kOctet; ++i) {
        if (source.member[i] != kNone) part.sources.push_back(source.member[i]);
        if (target.member[i] == kNone) continue;
        target.raw[i] = static_cast<std::uint8_t>(plan.raw_rows++);
        part.rows.push_back(target.raw[i]);
      }
      plan.dense.push_back(std::move(part));
    }
}

/// The targets of a dense part's rows.
std::vector<std::uint8_t> targets_of(const CauchyPlan& plan, const CauchyPlan::Dense& part) {
  if (!part.raw) return part.rows;
  std::vector<std::uint8_t> of_raw(plan.raw_rows, kNone);
  for (const Octet& octet : plan.targets)
    for (std::size_t i = 0; i < kOctet; ++i)
      if (octet.raw[i] != kNone) of_raw[octet.raw[i]] = octet.member[i];
  std::vector<std::uint8_t> targets;
  for (const std::uint8_t row : part.rows) targets.push_back(of_raw[row]);
  return targets;
}

}  // namespace

void plan_product(std::span<const std::uint8_t> sources, std::span<const std::uint8_t> targets,
                  std::span<const std::uint8_t> scales, CauchyPlan& plan) {
  assert(sources.size() + targets.size() <= 255);
  assert(scales.empty() || scales.size() == targets.size());
  plan.source_count = sources.size();
  plan.target_count = targets.size();
  plan.scaled = !scales.empty();
  plan.raw_rows = 0;
  plan.dense.clear();
  sort_into_octets(sources, plan.sources);
  sort_into_octets(targets, plan.targets);
  choose_dense(plan);
  if (plan.targets.empty()) plan.sources.clear();
  add_own_octets(plan);

  auto& coefficients = plan.coefficients;
  coefficients.clear();
  for (const Octet& octet : plan.sources) append_twiddles(octet.base, coefficients);
  for (const Octet& octet : plan.targets) append_twiddles(octet.base, coefficients);
  for (const Octet& source : plan.sources)
    for (const Octet& target : plan.targets)
      coefficients.push_back(kConstants.weight[source.base ^ target.base]);
  for (const CauchyPlan::Dense& part : plan.dense) {
    std::vector<std::uint8_t> points = targets_of(plan, part);
    for (std::uint8_t& target : points) target = targets[target];
    std::size_t next = coefficients.size();
    coefficients.resize(next + part.sources.size() * points.size());
    for (const std::uint8_t source : part.sources)
      for (const std::uint8_t point : points)
        coefficients[next++] = kConstants.inverse[sources[source] ^ point];
  }
  coefficients.insert(coefficients.end(), scales.begin(), scales.end());
}

}  // namespace ostracon::format
