#include "pipeline/combine_pages.hpp"

#include <algorithm>
#include <optional>

namespace ostracon {
namespace {

/// The inner decoder on sums of readings, in a backend's memory.
class SumDecoder {
 public:
  static Result<SumDecoder> create(const BackendFactory& make_lane,
                                   const format::PageHeader& header) {
    OSTRACON_TRY_ASSIGN(auto backend, make_lane());
    const auto codewords = static_cast<std::size_t>(header.codewords);
    auto& memory = backend->memory();
    OSTRACON_TRY_ASSIGN(
        auto decoder,
        backend->make_inner_decoder({.rate = header.rate, .max_codewords = header.codewords}));
    OSTRACON_TRY_ASSIGN(auto llrs, Buffer<Llr>::create(memory, soft_bits_of(header)));
    OSTRACON_TRY_ASSIGN(auto skip, Buffer<std::uint8_t>::create(memory, codewords));
    OSTRACON_TRY_ASSIGN(auto payload,
                        Buffer<std::uint8_t>::create(memory, codewords * format::kPayloadBytes));
    OSTRACON_TRY_ASSIGN(auto outcomes, Buffer<InnerOutcome>::create(memory, codewords));
    return SumDecoder(std::move(backend), std::move(decoder), std::move(llrs), std::move(skip),
                      std::move(payload), std::move(outcomes));
  }

  /// Decodes those with skip[c] == 0.
  Result<> run(std::span<const Llr> llrs, std::span<const std::uint8_t> skip) {
    auto& memory = backend_->memory();
    OSTRACON_TRY(memory.upload(llrs_.data(), llrs.data(), llrs.size()));
    OSTRACON_TRY(memory.upload(skip_.data(), skip.data(), skip.size()));
    OSTRACON_TRY(decoder_->run(llrs_.data(), static_cast<std::int32_t>(skip.size()),
                               payload_.data(), outcomes_.data(), {.skip = skip_.data()}));
    outcomes.resize(skip.size());
    payload.resize(payload_.size());
    OSTRACON_TRY(outcomes_.download(outcomes));
    return payload_.download(payload);
  }

  std::vector<InnerOutcome> outcomes;  // of the last run; void where it skipped
  std::vector<std::uint8_t> payload;

 private:
  SumDecoder(std::unique_ptr<Backend> backend, std::unique_ptr<InnerDecoder> decoder,
             Buffer<Llr> llrs, Buffer<std::uint8_t> skip, Buffer<std::uint8_t> payload_room,
             Buffer<InnerOutcome> outcome_room)
      : backend_(std::move(backend)),
        decoder_(std::move(decoder)),
        llrs_(std::move(llrs)),
        skip_(std::move(skip)),
        payload_(std::move(payload_room)),
        outcomes_(std::move(outcome_room)) {}

  std::unique_ptr<Backend> backend_;  // outlives what it made
  std::unique_ptr<InnerDecoder> decoder_;
  Buffer<Llr> llrs_;
  Buffer<std::uint8_t> skip_, payload_;
  Buffer<InnerOutcome> outcomes_;
};

/// Takes over what `decoder` decoded of a page.
Result<> take_over(const SumDecoder& decoder, std::int32_t readings, PayloadStore& store,
                   PageReport& page) {
  for (std::size_t c = 0; c < page.outcomes.size(); ++c) {
    if (page.outcomes[c] != CodewordOutcome::kErased) continue;
    const InnerOutcome& inner = decoder.outcomes[c];
    page.iterations[c] = std::max(page.iterations[c], inner.iterations);
    if (inner.decoded == 0) continue;
    page.outcomes[c] =
        inner.iterations == 0 ? CodewordOutcome::kClean : CodewordOutcome::kCorrected;
    ++page.combined;
    OSTRACON_TRY(store.write(
        page.page, c * format::kPayloadBytes,
        std::span(decoder.payload).subspan(c * format::kPayloadBytes, format::kPayloadBytes)));
  }
  page.readings = std::max(page.readings, readings);
  return Ok{};
}

}  // namespace

Result<> combine_pages(const format::PageHeader& header, const SoftPageStore& soft,
                       const BackendFactory& make_lane, PayloadStore& store,
                       std::vector<PageReport>& pages) {
  std::optional<SumDecoder> decoder;
  std::vector<std::uint8_t> skip;
  for (PageReport& page : pages) {
    skip.clear();
    for (const CodewordOutcome outcome : page.outcomes)
      skip.push_back(outcome == CodewordOutcome::kErased ? 0 : 1);
    if (std::find(skip.begin(), skip.end(), 0) == skip.end()) continue;
    const std::size_t own = soft.own_readings(page.page);
    if (own == 1) continue;  // its field has been tried with all earlier ones
    SoftSum sum;
    OSTRACON_TRY(soft.visit_own(page.page, [&](const SoftPage& reading) { sum.add(reading); }));
    format::PageHeader wanted = header;
    wanted.page_index = page.page;
    soft.visit_earlier(wanted, [&](const SoftPage& reading) { sum.add(reading); });
    if (sum.readings() == 0) continue;
    if (!decoder) {
      OSTRACON_TRY_ASSIGN(auto made, SumDecoder::create(make_lane, header));
      decoder.emplace(std::move(made));
    }
    OSTRACON_TRY(decoder->run(sum.combined(), skip));
    OSTRACON_TRY(take_over(*decoder, sum.readings(), store, page));
  }
  return Ok{};
}

}  // namespace ostracon
