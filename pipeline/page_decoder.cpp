#include "pipeline/page_decoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "pipeline/page_codewords.hpp"

namespace ostracon {
namespace {

/// A turn that decodes nothing must at least make the decoder surer by this share, or it was the
/// last.
constexpr double kLeastGain = 0.01;

/// Mean certainty of the codewords not decoded, in LLR steps.
double certainty(std::span<const Llr> beliefs, std::span<const std::uint8_t> decoded) {
  const std::size_t bits = beliefs.size() / decoded.size();
  double sum = 0, count = 0;
  for (std::size_t c = 0; c < decoded.size(); ++c) {
    if (decoded[c] != 0) continue;
    std::int64_t total = 0;
    for (const Llr belief : beliefs.subspan(c * bits, bits)) total += std::abs(belief);
    sum += static_cast<double>(total);
    count += static_cast<double>(bits);
  }
  return count > 0 ? sum / count : 0;
}

}  // namespace

PageDecoder::PageDecoder(Backend& backend, std::shared_ptr<const format::PageLayout> layout,
                         const PageDecoderConfig& config, Storage storage)
    : backend_(backend),
      layout_(std::move(layout)),
      config_(config),
      device_(std::move(storage)),
      skip_(device_.skip.size()),
      payload_(device_.payload.size()),
      prior_(device_.prior.size()),
      outcomes_(device_.outcomes.size()) {}

Result<std::unique_ptr<PageDecoder>> PageDecoder::create(
    Backend& backend, std::shared_ptr<const format::PageLayout> layout,
    const PageDecoderConfig& config) {
  const auto& geometry = layout->geometry();
  const auto modules =
      static_cast<std::size_t>(geometry.rows) * static_cast<std::size_t>(geometry.cols);
  const auto codewords = static_cast<std::size_t>(layout->codewords());
  const auto bits = codewords * static_cast<std::size_t>(format::codeword_bits(geometry.rate));
  auto& memory = backend.memory();
  OSTRACON_TRY_ASSIGN(auto equaliser, backend.make_equaliser({geometry.rows, geometry.cols}));
  OSTRACON_TRY_ASSIGN(
      auto decoder,
      backend.make_inner_decoder({.rate = geometry.rate, .max_codewords = layout->codewords()}));
  OSTRACON_TRY_ASSIGN(auto usable, Buffer<std::uint8_t>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(auto known, Buffer<std::uint8_t>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(auto skip, Buffer<std::uint8_t>::create(memory, codewords));
  OSTRACON_TRY_ASSIGN(auto payload,
                      Buffer<std::uint8_t>::create(memory, codewords * format::kPayloadBytes));
  OSTRACON_TRY_ASSIGN(auto llrs, Buffer<Llr>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(auto prior, Buffer<Llr>::create(memory, modules));
  OSTRACON_TRY_ASSIGN(auto gathered, Buffer<Llr>::create(memory, bits));
  OSTRACON_TRY_ASSIGN(auto beliefs, Buffer<Llr>::create(memory, bits));
  OSTRACON_TRY_ASSIGN(auto outcomes, Buffer<InnerOutcome>::create(memory, codewords));
  return std::unique_ptr<PageDecoder>(new PageDecoder(
      backend, std::move(layout), config,
      {std::move(equaliser), std::move(decoder), std::move(usable), std::move(known),
       std::move(skip), std::move(payload), std::move(llrs), std::move(prior), std::move(gathered),
       std::move(beliefs), std::move(outcomes)}));
}

std::int32_t PageDecoder::lost() const {
  return static_cast<std::int32_t>(
      std::count_if(outcomes_.begin(), outcomes_.end(),
                    [](const InnerOutcome& outcome) { return outcome.decoded == 0; }));
}

/// Decodes what is not decoded yet; `last`: with all means, and no more beliefs.
Result<> PageDecoder::decode(bool last) {
  OSTRACON_TRY(backend_.memory().upload(device_.skip.data(), skip_.data(), skip_.size()));
  OSTRACON_TRY(device_.decoder->run(device_.codewords.data(), layout_->codewords(),
                                    device_.payload.data(), device_.outcomes.data(),
                                    {.skip = device_.skip.data(),
                                     .beliefs = last ? nullptr : device_.beliefs.data(),
                                     .second_pass = last}));
  OSTRACON_TRY(device_.outcomes.download(outcomes_));
  for (std::size_t c = 0; c < skip_.size(); ++c) skip_[c] = outcomes_[c].decoded;
  return Ok{};
}

Result<PageDecoding> PageDecoder::run(const format::PageHeader& header, ImageView<const float> grid,
                                      ImageView<const float> weight,
                                      std::span<const std::uint8_t> known, StageTimes& times) {
  StageClock clock(times);
  const auto& geometry = layout_->geometry();
  PageDecoding done;
  known_.assign(known.begin(), known.end());
  OSTRACON_TRY(backend_.memory().upload(device_.known.data(), known.data(), known.size()));
  OSTRACON_TRY_ASSIGN(
      done.channel,
      device_.equaliser->run(grid, weight,
                             {device_.known.data(), geometry.rows, geometry.cols, geometry.cols},
                             {device_.llrs.data(), geometry.rows, geometry.cols, geometry.cols},
                             {device_.usable.data(), geometry.rows, geometry.cols, geometry.cols}));
  gather_codewords(*layout_, header, page_llrs(),
                   {device_.codewords.data(), device_.codewords.size()});
  clock.charge(Stage::kEqualise);
  std::fill(skip_.begin(), skip_.end(), std::uint8_t{0});
  OSTRACON_TRY(decode(config_.most_turns == 0));
  clock.charge(Stage::kInnerDecode);
  done.linear_lost = lost();
  if (done.linear_lost > 0 && config_.most_turns > 0) {
    OSTRACON_TRY(take_turns(header, grid, done, clock));
    if (lost() > 0) OSTRACON_TRY(decode(true));
  }
  OSTRACON_TRY(device_.payload.download(payload_));
  clock.charge(Stage::kInnerDecode);
  return done;
}

Result<> PageDecoder::take_turns(const format::PageHeader& header, ImageView<const float> grid,
                                 PageDecoding& done, StageClock& clock) {
  const auto& geometry = layout_->geometry();
  const std::int32_t rows = geometry.rows, cols = geometry.cols;
  const ImageView<const std::uint8_t> usable{device_.usable.data(), rows, cols, cols};
  const ImageView<const std::uint8_t> known{device_.known.data(), rows, cols, cols};
  const ImageView<Llr> llrs{device_.llrs.data(), rows, cols, cols};
  if (canceller_ == nullptr) {
    OSTRACON_TRY_ASSIGN(canceller_, backend_.make_soft_canceller({rows, cols}));
  }
  OSTRACON_TRY_ASSIGN(const auto learned, canceller_->begin(grid, usable, known, llrs));
  if (learned.trained_on == 0) return Ok{};
  const std::span<Llr> beliefs{device_.beliefs.data(), device_.beliefs.size()};
  double before = certainty(beliefs, skip_);
  for (std::int32_t turn = 0; turn < config_.most_turns; ++turn) {
    scatter_beliefs(*layout_, header, codeword_llrs(), beliefs, skip_, known_, prior_);
    OSTRACON_TRY(backend_.memory().upload(device_.known.data(), known_.data(), known_.size()));
    OSTRACON_TRY(backend_.memory().upload(device_.prior.data(), prior_.data(), prior_.size()));
    OSTRACON_TRY(canceller_->run(
        known, {device_.prior.data(), rows, cols, cols},
        turn == 0 ? config_.first_cancellations : config_.next_cancellations, llrs));
    gather_codewords(*layout_, header, page_llrs(),
                     {device_.codewords.data(), device_.codewords.size()});
    clock.charge(Stage::kCancel);
    const std::int32_t lost_before = lost();
    OSTRACON_TRY(decode(false));
    clock.charge(Stage::kInnerDecode);
    ++done.turns;
    const double now = certainty(beliefs, skip_);
    if (lost() == 0) break;
    if (turn > 0 && lost() == lost_before && now < (1 + kLeastGain) * before) break;
    before = now;
  }
  return Ok{};
}

}  // namespace ostracon
