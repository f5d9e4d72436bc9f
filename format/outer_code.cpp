#include "format/outer_code.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "format/outer_stripe.hpp"

namespace ostracon::format {
namespace {

constexpr std::uint32_t kMaxDataInGroup = 200;
constexpr std::uint32_t kMaxMembers = 255;
constexpr std::uint32_t kMaxPages = (1U << 24) - 1;
constexpr std::uint32_t kMaxGroups = 65535;

std::uint32_t divide_up(std::uint32_t a, std::uint32_t b) { return a / b + (a % b != 0 ? 1 : 0); }

std::uint32_t parity_for(std::uint32_t k, double parity) {
  // The small slack keeps 0.2 * 5, which rounds to a hair above 1, from becoming 2.
  return std::max(2U, static_cast<std::uint32_t>(std::ceil(parity * k - 1e-9)));
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
  encode_parity(outer_kernels().front(), data, parity, bytes);
}

StripeOutcome restore_stripe(std::span<std::uint8_t* const> shards, std::uint32_t k,
                             std::size_t bytes, std::span<const std::uint32_t> erased) {
  return restore_stripe(outer_kernels().front(), shards, k, bytes, erased);
}

}  // namespace ostracon::format
