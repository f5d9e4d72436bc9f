#include "pipeline/plate_assembly.hpp"

#include <algorithm>

namespace ostracon {
namespace {

// Every codeword of a plate has its outcome in memory: this many take 0.8 GB. A forged header must
// not be able to ask for more.
constexpr std::uint64_t kMostCodewords = std::uint64_t{1} << 28;

/// True if two headers can be pages of one plate: all but the page index is equal.
bool same_plate(const format::PageHeader& a, format::PageHeader b) {
  b.page_index = a.page_index;
  return a == b;
}

CodewordOutcome outcome_of(const InnerOutcome& inner) {
  if (inner.decoded == 0) return CodewordOutcome::kErased;
  return inner.iterations == 0 ? CodewordOutcome::kClean : CodewordOutcome::kCorrected;
}

}  // namespace

PlateAssembly::Plate& PlateAssembly::plate_of(const format::PageHeader& header) {
  const auto at = std::find_if(plates_.begin(), plates_.end(), [&](const Plate& plate) {
    return plate.header.plate == header.plate;
  });
  if (at != plates_.end()) return *at;
  plates_.push_back({header, {}});
  return plates_.back();
}

Result<> PlateAssembly::take(FieldReading& reading) {
  if (!reading.header) return Ok{};
  const format::PageHeader& header = *reading.header;
  if (std::uint64_t{header.page_count} * header.codewords > kMostCodewords) {
    reading.report.reason = "its header names a plate of " + std::to_string(header.page_count) +
                            " pages, more than are handled at once";
    return Ok{};
  }
  Plate& plate = plate_of(header);
  if (!same_plate(plate.header, header)) {
    reading.report.reason = "its header disagrees with that of other pages of the same plate";
    return Ok{};
  }
  const auto at = std::lower_bound(plate.pages.begin(), plate.pages.end(), header.page_index);
  if (at == plate.pages.end() || *at != header.page_index)
    plate.pages.insert(at, header.page_index);
  if (!kept_ && (!wanted_ || *wanted_ == header.plate)) {
    kept_ = header.plate;
    OSTRACON_TRY(
        store_.resize(header.page_count, std::uint64_t{header.codewords} * format::kPayloadBytes));
    pages_.resize(header.page_count);
    for (std::uint32_t p = 0; p < header.page_count; ++p) pages_[p].page = p;
  }
  if (kept_ != header.plate) {
    reading.report.reason = "a page of another plate, " + to_string(header.plate);
    return Ok{};
  }
  return keep(reading);
}

Result<> PlateAssembly::keep(FieldReading& reading) {
  PageReport& page = pages_[reading.header->page_index];
  page.fields.push_back(reading.report.field);
  if (reading.report.others > 0) page.readings = std::max(page.readings, reading.report.others + 1);
  const std::size_t count = reading.outcomes.size();
  if (page.outcomes.empty()) {
    page.outcomes.assign(count, CodewordOutcome::kErased);
    page.iterations.assign(count, 0);
  }
  for (std::size_t c = 0; c < count; ++c) {
    const InnerOutcome& inner = reading.outcomes[c];
    if (page.outcomes[c] != CodewordOutcome::kErased) continue;
    page.iterations[c] = inner.iterations;
    if (inner.decoded == 0) continue;
    page.outcomes[c] = outcome_of(inner);
    const auto bytes = std::span<const std::uint8_t>(reading.payload)
                           .subspan(c * format::kPayloadBytes, format::kPayloadBytes);
    OSTRACON_TRY(store_.write(page.page, c * format::kPayloadBytes, bytes));
  }
  return Ok{};
}

Result<format::PageHeader> PlateAssembly::choose() const {
  if (plates_.empty())
    return Error{ErrorCode::kNotFound, "no field of the scan shows a readable page"};
  std::string list;
  for (const Plate& plate : plates_)
    list += "\n  " + to_string(plate.header.plate) + "  " + std::to_string(plate.pages.size()) +
            " of " + std::to_string(plate.header.page_count) + " pages";
  if (!wanted_ && plates_.size() > 1)
    return Error{ErrorCode::kBadInput, "the scan shows " + std::to_string(plates_.size()) +
                                           " plates; choose one of them by its UUID:" + list};
  if (!kept_)
    return Error{ErrorCode::kNotFound,
                 "the scan shows no page of plate " + to_string(*wanted_) + "; it shows:" + list};
  return std::find_if(plates_.begin(), plates_.end(),
                      [&](const Plate& plate) { return plate.header.plate == *kept_; })
      ->header;
}

std::vector<PageReport> PlateAssembly::take_pages() {
  const auto header = choose();
  if (!header) return {};
  for (PageReport& page : pages_)
    if (page.outcomes.empty()) {
      page.outcomes.assign(header.value().codewords, CodewordOutcome::kErased);
      page.iterations.assign(header.value().codewords, 0);
    }
  return std::move(pages_);
}

PlateSeen PlateAssembly::kept() const {
  for (const Plate& plate : plates_)
    if (kept_ == plate.header.plate)
      return {plate.header, static_cast<std::uint32_t>(plate.pages.size())};
  return {};
}

std::vector<PlateSeen> PlateAssembly::others() const {
  std::vector<PlateSeen> out;
  for (const Plate& plate : plates_)
    if (kept_ != plate.header.plate)
      out.push_back({plate.header, static_cast<std::uint32_t>(plate.pages.size())});
  return out;
}

}  // namespace ostracon
