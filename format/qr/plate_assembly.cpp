#include "format/qr/plate_assembly.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <string>

namespace ostracon::format::qr {
namespace {

constexpr std::uint64_t kTrustedBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kTrustedRatio = 64;

enum class CodeState : std::uint8_t { kErased, kRead, kContradicting };

/// Payloads of all codes of a plate, data first, and what is known of each.
class Payloads {
 public:
  Payloads(const PlateDescription& description, std::size_t payload_bytes)
      : tag_(tag_of(description.plate)),
        size_(payload_bytes),
        bytes_(description.groups.page_count() * payload_bytes),
        states_(description.groups.page_count(), CodeState::kErased) {}

  void take(const PlateCode& code) {
    if (code.tag != tag_ || code.payload.size() != size_ || code.sequence >= states_.size()) return;
    const std::span<std::uint8_t> own = payload(code.sequence);
    CodeState& state = states_[code.sequence];
    if (state == CodeState::kErased) {
      std::copy_n(code.payload.begin(), own.size(), own.begin());
      state = CodeState::kRead;
    } else if (!std::equal(code.payload.begin(), code.payload.end(), own.begin())) {
      state = CodeState::kContradicting;
    }
  }

  std::span<std::uint8_t> payload(std::uint32_t code) {
    return std::span(bytes_).subspan(code * size_, size_);
  }
  bool is_read(std::uint32_t code) const { return states_[code] == CodeState::kRead; }
  std::uint32_t count(CodeState state) const {
    return static_cast<std::uint32_t>(std::count(states_.begin(), states_.end(), state));
  }
  std::vector<std::uint8_t> take_bytes() { return std::move(bytes_); }

 private:
  std::array<std::uint8_t, 2> tag_;
  std::size_t size_;
  std::vector<std::uint8_t> bytes_;
  std::vector<CodeState> states_;
};

/// Restores one group; its data codes that stay lost are added to the assembly.
void restore_group(const GroupPlan& groups, std::uint32_t group, Payloads& payloads,
                   PlateAssembly& assembly) {
  const std::uint32_t k = groups.data_in_group(group);
  std::vector<std::uint8_t*> shards;
  std::vector<std::uint32_t> erased;
  std::vector<std::uint32_t> erased_data;
  for (std::uint32_t member = 0; member < k + groups.parity_per_group; ++member) {
    const std::uint32_t code = groups.page_of(group, member);
    shards.push_back(payloads.payload(code).data());
    if (payloads.is_read(code)) continue;
    erased.push_back(member);
    if (member < k) erased_data.push_back(code);
  }
  if (erased_data.empty()) return;
  const auto outcome = restore_stripe(shards, k, payloads.payload(0).size(), erased);
  if (outcome == StripeOutcome::kRestored) {
    assembly.restored += static_cast<std::uint32_t>(erased_data.size());
    return;
  }
  if (outcome == StripeOutcome::kContradiction) assembly.contradictions.push_back(group);
  for (const std::uint32_t code : erased_data) {
    const auto payload = payloads.payload(code);
    std::fill(payload.begin(), payload.end(), std::uint8_t{0});
    assembly.lost.push_back(code);
  }
}

/// The codes of one tag, and the descriptions among them.
class Tally {
 public:
  void take(const PlateCode& code) {
    ++codes_;
    if (code.sequence != kDescriptionSequence) return;
    const auto same = std::find_if(
        candidates_.begin(), candidates_.end(),
        [&](const Candidate& candidate) { return candidate.code->payload == code.payload; });
    if (same == candidates_.end()) {
      candidates_.push_back({&code, 1});
    } else {
      ++same->copies;
    }
  }

  /// The description that stands most often, of those of a plate of this tag.
  PlateFound found(std::array<std::uint8_t, 2> tag) const {
    PlateFound best{.description = {}, .payload_bytes = 0, .tag = tag, .codes = codes_};
    std::size_t most = 0;
    for (const Candidate& candidate : candidates_) {
      const auto parsed = parse_description(candidate.code->payload);
      if (candidate.copies <= most || !parsed || tag_of(parsed.value().plate) != tag) continue;
      most = candidate.copies;
      best.description = parsed.value();
      best.payload_bytes = candidate.code->payload.size();
    }
    return best;
  }

 private:
  struct Candidate {
    const PlateCode* code;
    std::size_t copies;
  };
  std::size_t codes_ = 0;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::vector<PlateFound> find_plates(std::span<const PlateCode> codes) {
  std::map<std::array<std::uint8_t, 2>, Tally> tallies;
  for (const PlateCode& code : codes) tallies[code.tag].take(code);
  std::vector<PlateFound> plates;
  for (const auto& [tag, tally] : tallies) plates.push_back(tally.found(tag));
  std::stable_sort(plates.begin(), plates.end(),
                   [](const PlateFound& a, const PlateFound& b) { return a.codes > b.codes; });
  return plates;
}

Result<PlateAssembly> assemble(const PlateDescription& description, std::size_t payload_bytes,
                               std::span<const PlateCode> codes) {
  const GroupPlan& groups = description.groups;
  const std::uint64_t plate_codes = groups.page_count();
  const std::uint64_t least = std::max<std::uint64_t>(payload_bytes, 1);
  const std::uint64_t needed =
      description.stream_bytes / least + (description.stream_bytes % least != 0 ? 1 : 0);
  if (payload_bytes == 0 || std::max<std::uint64_t>(needed, 1) != groups.data_pages)
    return Error{ErrorCode::kBadInput, "QR plate " + to_string(description.plate) + " has " +
                                           std::to_string(groups.data_pages) +
                                           " codes of data, and a stream of " +
                                           std::to_string(description.stream_bytes) + " bytes, " +
                                           std::to_string(payload_bytes) + " a code"};
  if (plate_codes * payload_bytes > kTrustedBytes && plate_codes / kTrustedRatio > codes.size()) {
    return Error{ErrorCode::kBadInput, "only " + std::to_string(codes.size()) + " of the " +
                                           std::to_string(plate_codes) + " QR codes of plate " +
                                           to_string(description.plate) +
                                           " were read: too few to put it together"};
  }
  try {
    Payloads payloads(description, payload_bytes);
    for (const PlateCode& code : codes) payloads.take(code);
    PlateAssembly assembly;
    assembly.read = payloads.count(CodeState::kRead);
    assembly.contradicting = payloads.count(CodeState::kContradicting);
    for (std::uint32_t group = 0; group < groups.groups; ++group) {
      restore_group(groups, group, payloads, assembly);
    }
    std::sort(assembly.lost.begin(), assembly.lost.end());
    assembly.stream = payloads.take_bytes();
    assembly.stream.resize(static_cast<std::size_t>(description.stream_bytes));
    return assembly;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "no memory for " + std::to_string(groups.page_count()) +
                                              " QR codes of " + std::to_string(payload_bytes) +
                                              " bytes each"};
  }
}

}  // namespace ostracon::format::qr
