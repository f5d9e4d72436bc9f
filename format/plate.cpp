#include "format/plate.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <new>
#include <string>
#include <utility>

namespace ostracon::format {
namespace {

constexpr std::uint64_t kMaxStreamBytes = (std::uint64_t{1} << 48) - 1;
constexpr std::uint32_t kMaxPitchPm = (1U << 24) - 1;
constexpr std::int32_t kMaxGapModules = 4096;

/// Near the square root of `pages`, and no multiple of `groups`, so that the page below belongs
/// to another group as well.
std::uint32_t choose_pages_per_row(std::uint32_t pages, std::uint32_t groups) {
  auto width = static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(pages))));
  width = std::max(width, 1U);
  return groups > 1 && width % groups == 0 ? width + 1 : width;
}

/// Fills one data page's payload from its range of the stream; zeros behind the stream's end.
Result<> read_page(const ByteSource& source, std::uint32_t page, std::span<std::uint8_t> payload) {
  const std::uint64_t begin = std::min(page * std::uint64_t{payload.size()}, source.size());
  const auto bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(payload.size(), source.size() - begin));
  std::fill(payload.begin() + static_cast<std::ptrdiff_t>(bytes), payload.end(), std::uint8_t{0});
  if (bytes == 0) return Ok{};
  return source.read(begin, payload.first(bytes));
}

using Take = std::function<Result<>(std::uint32_t page, std::span<const std::uint8_t> modules)>;

/// Working memory of encode_plate: the payload of one group, members in order, and one page.
struct GroupMemory {
  std::size_t page_bytes;
  std::vector<std::uint8_t> payload;
  std::vector<std::uint8_t> modules;

  explicit GroupMemory(const PlatePlan& plan)
      : page_bytes(static_cast<std::size_t>(plan.page_payload_bytes())),
        payload(page_bytes * (plan.groups().data_in_group(0) + plan.groups().parity_per_group)),
        modules(plan.layout().known_bits().size()) {}

  std::span<std::uint8_t> member(std::uint32_t index) {
    return std::span(payload).subspan(index * page_bytes, page_bytes);
  }
};

Result<> encode_group(const PlatePlan& plan, const ByteSource& source, std::uint32_t group,
                      GroupMemory& memory, const Take& take) {
  const GroupPlan& groups = plan.groups();
  const std::uint32_t k = groups.data_in_group(group);
  const std::uint32_t members = k + groups.parity_per_group;
  std::vector<const std::uint8_t*> data;
  std::vector<std::uint8_t*> parity;
  for (std::uint32_t member = 0; member < members; ++member) {
    const auto payload = memory.member(member);
    if (member < k) {
      OSTRACON_TRY(read_page(source, groups.page_of(group, member), payload));
      data.push_back(payload.data());
    } else {
      parity.push_back(payload.data());
    }
  }
  encode_parity(data, parity, memory.page_bytes);
  for (std::uint32_t member = 0; member < members; ++member) {
    const std::uint32_t page = groups.page_of(group, member);
    encode_page(plan.layout(), plan.header(page), memory.member(member), memory.modules);
    OSTRACON_TRY(take(page, memory.modules));
  }
  return Ok{};
}

}  // namespace

Result<PlatePlan> PlatePlan::create(const PlateParameters& parameters, std::uint64_t stream_bytes,
                                    const Uuid& plate) {
  if (parameters.pitch_pm == 0 || parameters.pitch_pm > kMaxPitchPm) {
    return Error{ErrorCode::kInvalidArgument, "a pitch of " + std::to_string(parameters.pitch_pm) +
                                                  " pm is outside 1 to 16777215 pm"};
  }
  if (parameters.gap_modules < 0 || parameters.gap_modules > kMaxGapModules) {
    return Error{ErrorCode::kInvalidArgument, "a gap of " + std::to_string(parameters.gap_modules) +
                                                  " modules is outside 0 to " +
                                                  std::to_string(kMaxGapModules)};
  }
  if (stream_bytes > kMaxStreamBytes) {
    return Error{ErrorCode::kInvalidArgument, "a stream of " + std::to_string(stream_bytes) +
                                                  " bytes is longer than 48 bits can count"};
  }
  OSTRACON_TRY_ASSIGN(auto layout, PageLayout::create(parameters.geometry));
  PlatePlan plan(std::move(layout));
  plan.parameters_ = parameters;
  plan.plate_ = plate;
  plan.stream_bytes_ = stream_bytes;
  const std::uint64_t page_bytes = plan.page_payload_bytes();
  const std::uint64_t data_pages =
      std::max<std::uint64_t>(1, (stream_bytes + page_bytes - 1) / page_bytes);
  // plan_groups names the limit; the count is cut only so that it fits its argument.
  const auto counted = static_cast<std::uint32_t>(std::min<std::uint64_t>(data_pages, UINT32_MAX));
  OSTRACON_TRY_ASSIGN(plan.groups_, plan_groups(counted, parameters.parity));
  plan.pages_per_row_ = choose_pages_per_row(plan.groups_.page_count(), plan.groups_.groups);
  return plan;
}

std::uint64_t PlatePlan::page_payload_bytes() const {
  return static_cast<std::uint64_t>(layout_.codewords()) * std::uint64_t{kPayloadBytes};
}

PageHeader PlatePlan::header(std::uint32_t page) const {
  assert(page < groups_.page_count());
  const PageGeometry& geometry = layout_.geometry();
  PageHeader header;
  header.plate = plate_;
  header.page_index = page;
  header.page_count = groups_.page_count();
  header.rows = static_cast<std::uint16_t>(geometry.rows);
  header.cols = static_cast<std::uint16_t>(geometry.cols);
  header.pitch_pm = parameters_.pitch_pm;
  header.zone_rows = static_cast<std::uint8_t>(geometry.zone_rows);
  header.zone_cols = static_cast<std::uint8_t>(geometry.zone_cols);
  header.rate = geometry.rate;
  header.outer_k = static_cast<std::uint8_t>(groups_.data_in_group(0));
  header.outer_m = static_cast<std::uint8_t>(groups_.parity_per_group);
  header.groups = static_cast<std::uint16_t>(groups_.groups);
  header.codewords = static_cast<std::uint16_t>(layout_.codewords());
  header.interleaver_step = layout_.interleaver_step();
  header.stream_bytes = stream_bytes_;
  return header;
}

PlatePlan::Position PlatePlan::position(std::uint32_t page) const {
  assert(page < groups_.page_count());
  // Slots go round the groups, member after member: slot s always holds a page of group
  // s mod groups, and data pages come first in their own order.
  const std::uint32_t slot = groups_.member_of(page) * groups_.groups + groups_.group_of(page);
  const PageGeometry& geometry = layout_.geometry();
  const std::int64_t pitch_rows = geometry.rows + parameters_.gap_modules;
  const std::int64_t pitch_cols = geometry.cols + parameters_.gap_modules;
  return {slot / pages_per_row_ * pitch_rows, slot % pages_per_row_ * pitch_cols};
}

Uuid uuid_from_digest(std::span<const std::uint8_t, 32> digest) {
  Uuid uuid;
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x80U);  // version 8
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);  // RFC 9562 variant
  return uuid;
}

Result<> encode_plate(const PlatePlan& plan, const ByteSource& source, const Take& take) {
  if (source.size() != plan.header(0).stream_bytes) {
    return Error{ErrorCode::kInvalidArgument, "the stream has " + std::to_string(source.size()) +
                                                  " bytes, the plate's plan " +
                                                  std::to_string(plan.header(0).stream_bytes)};
  }
  try {
    GroupMemory memory(plan);
    for (std::uint32_t group = 0; group < plan.groups().groups; ++group) {
      OSTRACON_TRY(encode_group(plan, source, group, memory, take));
    }
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "no memory to encode a group of " +
                                              std::to_string(plan.page_payload_bytes()) +
                                              " bytes a page"};
  }
  return Ok{};
}

}  // namespace ostracon::format
