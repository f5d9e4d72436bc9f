#include "format/outer_code.hpp"

#include <isa-l/erasure_code.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <string>

namespace ostracon::format {
namespace {

constexpr std::uint32_t kMaxDataInGroup = 200;
constexpr std::uint32_t kMaxMembers = 255;
constexpr std::uint32_t kMaxPages = (1U << 24) - 1;
constexpr std::uint32_t kMaxGroups = 65535;
constexpr std::size_t kTableBytes = 32;     // ISA-L's tables of one coefficient
constexpr std::size_t kColumnBytes = 2048;  // k columns of this size stay in the L2 cache

std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return a / b + (a % b != 0 ? 1 : 0); }

std::uint32_t parity_for(std::uint32_t k, double parity) {
  // The small slack keeps 0.2 * 5, which rounds to a hair above 1, from becoming 2.
  return std::max(2U, static_cast<std::uint32_t>(std::ceil(parity * k - 1e-9)));
}

std::vector<std::uint8_t> tables_of(std::vector<std::uint8_t>& matrix, std::uint32_t cols,
                                    std::uint32_t rows) {
  std::vector<std::uint8_t> tables(kTableBytes * cols * rows);
  ec_init_tables(static_cast<int>(cols), static_cast<int>(rows), matrix.data(), tables.data());
  return tables;
}

/// out[r] = sum over c of matrix(r, c) in[c], in columns that fit the cache.
void multiply(std::vector<std::uint8_t>& tables, std::vector<std::uint8_t*> in,
              std::vector<std::uint8_t*> out, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const std::size_t column = std::min(kColumnBytes, bytes - done);
    ec_encode_data(static_cast<int>(column), static_cast<int>(in.size()),
                   static_cast<int>(out.size()), tables.data(), in.data(), out.data());
    for (auto& shard : in) shard += column;
    for (auto& shard : out) shard += column;
    done += column;
  }
}

std::uint8_t cauchy(std::uint32_t parity_member, std::uint32_t data_member) {
  return gf_inv(static_cast<std::uint8_t>(parity_member ^ data_member));
}

/// How to restore one pattern of erasures. Whole pages are lost together, so consecutive stripes
/// mostly share the pattern and the last one is kept per thread.
struct Pattern {
  std::uint32_t k = 0, members = 0;
  std::vector<std::uint32_t> erased;
  std::vector<std::uint32_t> sources;  ///< k members: whole data, then parity used in their stead
  std::vector<std::uint32_t> lost_data, lost_parity;
  std::vector<std::uint8_t> data_tables;    ///< lost data from `sources`
  std::vector<std::uint8_t> parity_tables;  ///< lost parity from all data

  bool is_for(std::uint32_t k_now, std::uint32_t members_now,
              std::span<const std::uint32_t> erased_now) const {
    return k == k_now && members == members_now &&
           std::equal(erased.begin(), erased.end(), erased_now.begin(), erased_now.end());
  }
};

/// Lost data = A^-1 (parity used - B whole data), A and B the Cauchy columns of lost and whole
/// data. Only the e x e matrix A is inverted; minus is plus in GF(2^8).
void plan_data(Pattern& pattern, const std::vector<std::uint32_t>& whole,
               const std::vector<std::uint32_t>& used) {
  const auto e = static_cast<std::uint32_t>(used.size());
  std::vector<std::uint8_t> a(std::size_t{e} * e), inverse(std::size_t{e} * e);
  for (std::uint32_t i = 0; i < e; ++i) {
    for (std::uint32_t j = 0; j < e; ++j) a[i * e + j] = cauchy(used[i], pattern.lost_data[j]);
  }
  [[maybe_unused]] const int singular =
      gf_invert_matrix(a.data(), inverse.data(), static_cast<int>(e));
  assert(singular == 0 && "every square part of a Cauchy matrix is regular");
  std::vector<std::uint8_t> matrix(std::size_t{e} * pattern.k);
  for (std::uint32_t i = 0; i < e; ++i) {
    std::uint8_t* row = matrix.data() + std::size_t{i} * pattern.k;
    for (std::size_t c = 0; c < whole.size(); ++c) {
      std::uint8_t sum = 0;
      for (std::uint32_t j = 0; j < e; ++j) {
        sum =
            static_cast<std::uint8_t>(sum ^ gf_mul(inverse[i * e + j], cauchy(used[j], whole[c])));
      }
      row[c] = sum;
    }
    std::copy_n(inverse.begin() + i * e, e, row + whole.size());
  }
  pattern.data_tables = tables_of(matrix, pattern.k, e);
}

Pattern make_pattern(std::uint32_t k, std::uint32_t members,
                     std::span<const std::uint32_t> erased) {
  Pattern pattern;
  pattern.k = k;
  pattern.members = members;
  pattern.erased.assign(erased.begin(), erased.end());
  std::vector<std::uint32_t> whole, used;
  const auto is_erased = [&](std::uint32_t member) {
    return std::binary_search(erased.begin(), erased.end(), member);
  };
  for (std::uint32_t i = 0; i < k; ++i) (is_erased(i) ? pattern.lost_data : whole).push_back(i);
  for (std::uint32_t i = k; i < members; ++i) {
    if (is_erased(i)) {
      pattern.lost_parity.push_back(i);
    } else if (used.size() < pattern.lost_data.size()) {
      used.push_back(i);
    }
  }
  pattern.sources = whole;
  pattern.sources.insert(pattern.sources.end(), used.begin(), used.end());
  if (!pattern.lost_data.empty()) plan_data(pattern, whole, used);
  if (!pattern.lost_parity.empty()) {
    std::vector<std::uint8_t> matrix;
    matrix.reserve(pattern.lost_parity.size() * k);
    for (const std::uint32_t member : pattern.lost_parity) {
      for (std::uint32_t c = 0; c < k; ++c) matrix.push_back(cauchy(member, c));
    }
    pattern.parity_tables =
        tables_of(matrix, k, static_cast<std::uint32_t>(pattern.lost_parity.size()));
  }
  return pattern;
}

std::vector<std::uint8_t*> pick(std::span<std::uint8_t* const> shards,
                                const std::vector<std::uint32_t>& members) {
  std::vector<std::uint8_t*> picked;
  picked.reserve(members.size());
  for (const std::uint32_t member : members) picked.push_back(shards[member]);
  return picked;
}

}  // namespace

std::uint32_t GroupPlan::page_of(std::uint32_t group, std::uint32_t member) const {
  const std::uint32_t k = data_in_group(group);
  return member < k ? group + member * groups : data_pages + group + (member - k) * groups;
}

std::uint32_t GroupPlan::member_of(std::uint32_t page) const {
  if (page < data_pages) return page / groups;
  return data_in_group(group_of(page)) + (page - data_pages) / groups;
}

Result<GroupPlan> plan_groups(std::uint32_t data_pages, double parity) {
  if (!(parity > 0.0 && parity <= 1.0)) {
    return Error{ErrorCode::kInvalidArgument,
                 "the parity share must be above 0 and at most 1, not " + std::to_string(parity)};
  }
  if (data_pages == 0 || data_pages > kMaxPages) {
    return Error{ErrorCode::kInvalidArgument,
                 "a plate holds 1 to 16777215 data pages, not " + std::to_string(data_pages)};
  }
  std::uint32_t largest = kMaxDataInGroup;
  while (largest + parity_for(largest, parity) > kMaxMembers) --largest;
  const std::uint32_t groups = divide_up(data_pages, largest);
  const std::uint32_t m = parity_for(divide_up(data_pages, groups), parity);
  const std::uint64_t pages = data_pages + std::uint64_t{groups} * m;
  if (groups > kMaxGroups || pages > kMaxPages) {
    return Error{ErrorCode::kInvalidArgument,
                 std::to_string(data_pages) + " data pages need " + std::to_string(groups) +
                     " groups and " + std::to_string(pages) +
                     " pages in all; a plate numbers 65535 groups and 16777215 pages"};
  }
  return GroupPlan{data_pages, groups, m};
}

GroupPlan plan_of(const PageHeader& header) {
  return {header.data_pages(), header.groups, header.outer_m};
}

void encode_parity(std::span<const std::uint8_t* const> data, std::span<std::uint8_t* const> parity,
                   std::size_t bytes) {
  const auto k = static_cast<std::uint32_t>(data.size());
  const auto m = static_cast<std::uint32_t>(parity.size());
  assert(k >= 1 && k + m <= kMaxMembers);
  if (m == 0 || bytes == 0) return;
  std::vector<std::uint8_t> generator(std::size_t{k + m} * k);
  gf_gen_cauchy1_matrix(generator.data(), static_cast<int>(k + m), static_cast<int>(k));
  generator.erase(generator.begin(), generator.begin() + static_cast<std::ptrdiff_t>(k) * k);
  auto tables = tables_of(generator, k, m);
  std::vector<std::uint8_t*> in;
  in.reserve(k);
  for (const std::uint8_t* shard : data) in.push_back(const_cast<std::uint8_t*>(shard));
  multiply(tables, std::move(in), {parity.begin(), parity.end()}, bytes);
}

bool restore_stripe(std::span<std::uint8_t* const> shards, std::uint32_t k, std::size_t bytes,
                    std::span<const std::uint32_t> erased) {
  const auto members = static_cast<std::uint32_t>(shards.size());
  assert(k >= 1 && k <= members && members <= kMaxMembers);
  assert(std::is_sorted(erased.begin(), erased.end()));
  assert(erased.empty() || erased.back() < members);
  if (erased.size() > members - k) return false;
  if (erased.empty() || bytes == 0) return true;
  thread_local Pattern pattern;
  if (!pattern.is_for(k, members, erased)) pattern = make_pattern(k, members, erased);
  if (!pattern.lost_data.empty()) {
    multiply(pattern.data_tables, pick(shards, pattern.sources), pick(shards, pattern.lost_data),
             bytes);
  }
  if (!pattern.lost_parity.empty()) {
    multiply(pattern.parity_tables, {shards.begin(), shards.begin() + k},
             pick(shards, pattern.lost_parity), bytes);
  }
  return true;
}

}  // namespace ostracon::format
