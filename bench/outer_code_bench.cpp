// Bytes of data per second and core of the outer code, 200 + 40: encoding, and restoring with a
// pattern of erasures of its own in every stripe. Beside it, in the same run, what ISA-L alone
// does: one table for the whole matrix, and a matrix inverted anew for every pattern.

#include <isa-l/erasure_code.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <random>

#include "bench/harness.hpp"
#include "format/inner_code.hpp"
#include "format/outer_stripe.hpp"

namespace ostracon::bench {
namespace {

constexpr std::uint32_t kData = 200, kParity = 40, kMembers = kData + kParity;
constexpr std::size_t kPatterns = 64;
// More than any cache holds, as on the way from one page to the next.
constexpr std::size_t kBytesInFlight = std::size_t{96} << 20;

/// A group of pages: shard s of stripe i begins at s * page_bytes + i * shard_bytes.
struct Group {
  std::size_t shard_bytes, stripes;
  std::vector<std::uint8_t> bytes;
  std::vector<std::vector<std::uint8_t*>> shards;  ///< [stripe][member]

  explicit Group(std::size_t shard)
      : shard_bytes(shard),
        stripes(std::max<std::size_t>(2, kBytesInFlight / (kMembers * shard))),
        bytes(kMembers * shard * stripes) {
    std::mt19937_64 random(1);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() >> 56);
    for (std::size_t i = 0; i < stripes; ++i) {
      auto& stripe = shards.emplace_back();
      for (std::size_t s = 0; s < kMembers; ++s)
        stripe.push_back(bytes.data() + (s * stripes + i) * shard);
    }
  }
};

using Pattern = std::vector<std::uint32_t>;

/// Erasures of `lost` random members among the first `members`, for one stripe after the other.
std::vector<Pattern> random_patterns(std::uint32_t members, std::size_t lost) {
  std::mt19937 random(2);
  std::vector<Pattern> patterns(kPatterns);
  Pattern all(members);
  std::iota(all.begin(), all.end(), 0U);
  for (Pattern& pattern : patterns) {
    std::shuffle(all.begin(), all.end(), random);
    pattern.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(lost));
    std::sort(pattern.begin(), pattern.end());
  }
  return patterns;
}

void isal_multiply(std::vector<std::uint8_t>& rows, std::vector<std::uint8_t*> in,
                   std::vector<std::uint8_t*> out, std::size_t bytes) {
  std::vector<std::uint8_t> tables(32 * rows.size());
  const auto k = static_cast<int>(in.size()), m = static_cast<int>(out.size());
  ec_init_tables(k, m, rows.data(), tables.data());
  ec_encode_data(static_cast<int>(bytes), k, m, tables.data(), in.data(), out.data());
}

std::vector<std::uint8_t> isal_generator() {
  std::vector<std::uint8_t> generator(std::size_t{kMembers} * kData);
  gf_gen_cauchy1_matrix(generator.data(), kMembers, kData);
  return generator;
}

void isal_encode(const std::vector<std::uint8_t*>& stripe, std::size_t bytes) {
  const auto generator = isal_generator();
  std::vector<std::uint8_t> rows(generator.begin() + std::ptrdiff_t{kData} * kData,
                                 generator.end());
  isal_multiply(rows, {stripe.begin(), stripe.begin() + kData},
                {stripe.begin() + kData, stripe.end()}, bytes);
}

/// As ISA-L's own examples restore: the k x k matrix of the members that are left is inverted,
/// lost data are its rows, lost parity is encoded again.
void isal_restore(const std::vector<std::uint8_t*>& stripe, const Pattern& erased,
                  std::size_t bytes) {
  static const std::vector<std::uint8_t> kGenerator = isal_generator();
  std::vector<std::uint8_t> left, inverse(std::size_t{kData} * kData), data_rows, parity_rows;
  std::vector<std::uint8_t*> sources, lost_data, lost_parity;
  for (std::uint32_t member = 0; member < kMembers; ++member) {
    const auto row = kGenerator.begin() + std::ptrdiff_t{member} * kData;
    if (std::binary_search(erased.begin(), erased.end(), member)) {
      (member < kData ? lost_data : lost_parity).push_back(stripe[member]);
      if (member >= kData) parity_rows.insert(parity_rows.end(), row, row + kData);
    } else if (sources.size() < kData) {
      sources.push_back(stripe[member]);
      left.insert(left.end(), row, row + kData);
    }
  }
  gf_invert_matrix(left.data(), inverse.data(), kData);
  for (const std::uint32_t member : erased)
    if (member < kData)
      data_rows.insert(data_rows.end(), inverse.begin() + std::ptrdiff_t{member} * kData,
                       inverse.begin() + std::ptrdiff_t{member + 1} * kData);
  if (!lost_data.empty()) isal_multiply(data_rows, sources, lost_data, bytes);
  if (!lost_parity.empty())
    isal_multiply(parity_rows, {stripe.begin(), stripe.begin() + kData}, lost_parity, bytes);
}

Error wrong(const std::string& name) { return {ErrorCode::kBadInput, name + ": wrong bytes"}; }

/// Checks, then times `work(stripe)` over all stripes; `spoil(stripe)` makes its result void.
/// Sets `seconds_per_byte` of the fastest run.
template <class Spoil, class Run>
Result<> check_and_measure(const std::string& name, const std::string& extra, Group& group,
                           const Spoil& spoil, const Run& work, std::size_t stripes_a_run,
                           double& best) {
  const std::vector<std::uint8_t> truth = group.bytes;
  for (std::size_t i = 0; i < std::min<std::size_t>(group.stripes, kPatterns); ++i) {
    spoil(i);
    if (!work(i)) return wrong(name);
  }
  if (group.bytes != truth) return wrong(name);
  const auto data = static_cast<double>(stripes_a_run * kData * group.shard_bytes);
  std::size_t next = 0;
  best = 1e9;
  const auto run = [&]() -> Result<> {
    const double start = seconds(Clock::kThread);
    for (std::size_t i = 0; i < stripes_a_run; ++i) {
      if (!work(next)) return wrong(name);
      next = (next + 1) % group.stripes;
    }
    best = std::min(best, (seconds(Clock::kThread) - start) / data);
    return Ok{};
  };
  OSTRACON_TRY(measure({name, data * kMembers / kData, data, extra}, Clock::kThread, run));
  if (group.bytes != truth) return wrong(name);
  return Ok{};
}

/// One case with ISA-L and with every kernel that the machine has.
template <class Spoil, class Ours, class Isal>
Result<> compare(const std::string& what, Group& group, const Spoil& spoil, const Ours& ours,
                 const Isal& isal, std::size_t isal_stripes_a_run) {
  const std::string cpu = R"("cpu":")" + cpu_name() + "\"";
  const std::string size = "/200+40x" + std::to_string(group.shard_bytes);
  const std::size_t stripes =
      std::clamp<std::size_t>((std::size_t{8} << 20) / (kData * group.shard_bytes), 1, 64);
  double isal_best = 0;
  OSTRACON_TRY(check_and_measure("outer_" + what + size + "/ISA-L", cpu, group, spoil, isal,
                                 std::min(stripes, isal_stripes_a_run), isal_best));
  for (const format::OuterKernel& kernel : format::outer_kernels()) {
    if (kernel.name == std::string("plain")) continue;  // of no CPU with vectors
    double best = 0;
    OSTRACON_TRY(check_and_measure(
        "outer_" + what + size + "/" + kernel.name, cpu, group, spoil,
        [&](std::size_t i) { return ours(kernel, i); }, stripes, best));
    std::printf(R"({"case":"outer_%s%s/%s","best_data_gb_per_s":%.2f,"isal_gb_per_s":%.3f,)"
                R"("times_isal":%.2f})"
                "\n",
                what.c_str(), size.c_str(), kernel.name, 1e-9 / best, 1e-9 / isal_best,
                isal_best / best);
  }
  return Ok{};
}

Result<> run(std::size_t shard_bytes) {
  Group group(shard_bytes);
  for (auto& stripe : group.shards) isal_encode(stripe, shard_bytes);

  const auto void_parity = [&](std::size_t i) {
    for (std::size_t s = kData; s < kMembers; ++s)
      std::fill_n(group.shards[i][s], shard_bytes, std::uint8_t{0xA5});
  };
  const auto encode = [&](const format::OuterKernel& kernel, std::size_t i) {
    const auto& shards = group.shards[i];
    const std::vector<const std::uint8_t*> data(shards.begin(), shards.begin() + kData);
    format::encode_parity(kernel, data, std::span(shards).subspan(kData), shard_bytes);
    return true;
  };
  const auto encode_isal = [&](std::size_t i) {
    isal_encode(group.shards[i], shard_bytes);
    return true;
  };
  OSTRACON_TRY(compare("encode", group, void_parity, encode, encode_isal, 64));

  struct Case {
    const char* name;
    std::uint32_t among;  // the first members
    std::uint32_t lost;
    std::uint32_t parity;  // how much of it the decoder knows of; what is to spare is compared
  };
  for (const Case& c : {Case{"restore_40_data", kData, 40, kParity},
                        Case{"restore_40_members", kMembers, 40, kParity},
                        Case{"restore_10_data", kData, 10, kParity},
                        Case{"restore_10_data_none_to_spare", kData, 10, 10},
                        Case{"restore_4_data", kData, 4, kParity},
                        Case{"restore_4_data_none_to_spare", kData, 4, 4}}) {
    const auto patterns = random_patterns(c.among, c.lost);
    const auto erase = [&](std::size_t i) {
      for (const std::uint32_t member : patterns[i % kPatterns])
        std::fill_n(group.shards[i][member], shard_bytes, std::uint8_t{0xA5});
    };
    const auto restore = [&](const format::OuterKernel& kernel, std::size_t i) {
      const auto members = std::span(group.shards[i]).first(kData + c.parity);
      return format::restore_stripe(kernel, members, kData, shard_bytes, patterns[i % kPatterns]) ==
             format::StripeOutcome::kRestored;
    };
    const auto restore_isal = [&](std::size_t i) {
      isal_restore(group.shards[i], patterns[i % kPatterns], shard_bytes);
      return true;
    };
    OSTRACON_TRY(compare(c.name, group, erase, restore, restore_isal, 4));
  }
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main() {
  using namespace ostracon;
  // One stripe of a page, a column of a long shard, and a long shard.
  for (const std::size_t bytes :
       {std::size_t{format::kPayloadBytes}, std::size_t{4096}, std::size_t{131072}})
    if (auto done = bench::run(bytes); !done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      return 1;
    }
}
