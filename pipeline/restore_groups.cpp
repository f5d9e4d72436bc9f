#include "pipeline/restore_groups.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "format/inner_code.hpp"

namespace ostracon {
namespace {

/// One group: its pages and which of their codewords are void.
class Group {
 public:
  Group(const format::GroupPlan& plan, std::uint32_t group, std::vector<PageReport>& pages)
      : k_(plan.data_in_group(group)), m_(plan.parity_per_group) {
    for (std::uint32_t member = 0; member < k_ + m_; ++member)
      pages_.push_back(&pages[plan.page_of(group, member)]);
  }

  std::uint32_t k() const { return k_; }
  std::uint32_t m() const { return m_; }

  std::vector<std::uint32_t> erased_in(std::size_t stripe) const {
    std::vector<std::uint32_t> erased;
    for (std::uint32_t member = 0; member < k_ + m_; ++member)
      if (pages_[member]->outcomes[stripe] == CodewordOutcome::kErased) erased.push_back(member);
    return erased;
  }
  bool needs_restoring(std::size_t codewords) const {
    for (std::size_t stripe = 0; stripe < codewords; ++stripe)
      for (std::uint32_t member = 0; member < k_; ++member)
        if (pages_[member]->outcomes[stripe] == CodewordOutcome::kErased) return true;
    return false;
  }

  Result<> load(const PayloadStore& store, std::size_t page_bytes) {
    payload_.resize(pages_.size() * page_bytes);
    // A page need not have been seen by a field of this run: soft pages of others may have given
    // it.
    const auto is_known = [](CodewordOutcome outcome) {
      return outcome != CodewordOutcome::kErased;
    };
    for (std::size_t member = 0; member < pages_.size(); ++member) {
      const auto& outcomes = pages_[member]->outcomes;
      if (std::any_of(outcomes.begin(), outcomes.end(), is_known))
        OSTRACON_TRY(store.read(pages_[member]->page, 0, shard_page(member, page_bytes)));
    }
    return Ok{};
  }

  /// Rewrites the erased shards of one stripe, or marks them lost.
  format::StripeOutcome restore(std::size_t stripe, const std::vector<std::uint32_t>& erased,
                                std::size_t page_bytes) {
    if (erased.empty()) return format::StripeOutcome::kRestored;
    auto outcome = format::StripeOutcome::kBeyondParity;
    if (erased.size() <= m_) {
      std::vector<std::uint8_t*> shards;
      for (std::size_t member = 0; member < pages_.size(); ++member)
        shards.push_back(payload_.data() + member * page_bytes + stripe * format::kPayloadBytes);
      outcome = format::restore_stripe(shards, k_, format::kPayloadBytes, erased);
    }
    for (const std::uint32_t member : erased)
      pages_[member]->outcomes[stripe] = outcome == format::StripeOutcome::kRestored
                                             ? CodewordOutcome::kRestored
                                             : CodewordOutcome::kLost;
    return outcome;
  }

  Result<> save(PayloadStore& store, std::size_t page_bytes) {
    for (std::size_t member = 0; member < pages_.size(); ++member) {
      const auto& outcomes = pages_[member]->outcomes;
      if (std::find(outcomes.begin(), outcomes.end(), CodewordOutcome::kRestored) != outcomes.end())
        OSTRACON_TRY(store.write(pages_[member]->page, 0, shard_page(member, page_bytes)));
    }
    return Ok{};
  }

 private:
  std::span<std::uint8_t> shard_page(std::size_t member, std::size_t page_bytes) {
    return std::span(payload_).subspan(member * page_bytes, page_bytes);
  }

  std::uint32_t k_, m_;
  std::vector<PageReport*> pages_;
  std::vector<std::uint8_t> payload_;
};

}  // namespace

Result<std::vector<GroupReport>> restore_groups(const format::GroupPlan& plan,
                                                std::int32_t codewords, PayloadStore& store,
                                                std::vector<PageReport>& pages) {
  const auto stripes = static_cast<std::size_t>(codewords);
  const std::size_t page_bytes = stripes * format::kPayloadBytes;
  std::vector<GroupReport> reports;
  for (std::uint32_t g = 0; g < plan.groups; ++g) {
    Group group(plan, g, pages);
    GroupReport report{g, group.k(), group.m(), {}, {}};
    std::vector<std::vector<std::uint32_t>> erased(stripes);
    for (std::size_t stripe = 0; stripe < stripes; ++stripe) {
      erased[stripe] = group.erased_in(stripe);
      report.erasures.push_back(static_cast<std::uint32_t>(erased[stripe].size()));
    }
    reports.push_back(std::move(report));
    if (!group.needs_restoring(stripes)) continue;
    // Of a plate seen in part most groups are beyond restoring: their pages need not be read.
    const bool some = std::any_of(erased.begin(), erased.end(), [&](const auto& members) {
      return !members.empty() && members.size() <= group.m();
    });
    if (some) OSTRACON_TRY(group.load(store, page_bytes));
    std::vector<format::StripeOutcome> outcomes(stripes);
    tbb::parallel_for(std::size_t{0}, stripes, [&](std::size_t s) {
      outcomes[s] = group.restore(s, erased[s], page_bytes);
    });
    for (std::size_t s = 0; s < stripes; ++s)
      if (outcomes[s] == format::StripeOutcome::kContradiction)
        reports.back().contradictions.push_back(static_cast<std::uint32_t>(s));
    if (some) OSTRACON_TRY(group.save(store, page_bytes));
  }
  return reports;
}

std::vector<ByteRange> find_holes(const format::GroupPlan& plan, std::int32_t codewords,
                                  std::uint64_t stream_bytes,
                                  const std::vector<PageReport>& pages) {
  std::vector<ByteRange> holes;
  const auto page_bytes =
      static_cast<std::uint64_t>(codewords) * static_cast<std::uint64_t>(format::kPayloadBytes);
  for (std::uint32_t p = 0; p < plan.data_pages; ++p)
    for (std::size_t c = 0; c < pages[p].outcomes.size(); ++c) {
      const CodewordOutcome outcome = pages[p].outcomes[c];
      if (outcome != CodewordOutcome::kErased && outcome != CodewordOutcome::kLost) continue;
      const std::uint64_t begin = p * page_bytes + c * format::kPayloadBytes;
      const std::uint64_t end =
          std::min<std::uint64_t>(begin + format::kPayloadBytes, stream_bytes);
      if (begin >= end) continue;
      if (!holes.empty() && holes.back().end == begin)
        holes.back().end = end;
      else
        holes.push_back({begin, end});
    }
  return holes;
}

}  // namespace ostracon
