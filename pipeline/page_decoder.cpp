#include "pipeline/page_decoder.hpp"

#include <algorithm>

namespace ostracon {
namespace {

/// A turn that decodes nothing must at least make the decoder surer by this share, or it was the
/// last.
constexpr double kLeastGain = 0.01;

}  // namespace

PageDecoder::PageDecoder(Backend& backend, std::shared_ptr<const format::PageLayout> layout,
                         const PageDecoderConfig& config, Storage storage)
    : backend_(backend),
      layout_(std::move(layout)),
      config_(config),
      device_(std::move(storage)),
      skip_(device_.skip.size()),
      payload_(device_.payload.size()),
      outcomes_(device_.outcomes.size()),
      certainties_(device_.certainties.size()) {}

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
  OSTRACON_TRY_ASSIGN(auto deinterleaver, backend.make_deinterleaver({layout}));
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
  OSTRACON_TRY_ASSIGN(auto certainties, Buffer<std::uint32_t>::create(memory, codewords));
  return std::unique_ptr<PageDecoder>(new PageDecoder(
      backend, std::move(layout), config,
      {std::move(equaliser), std::move(deinterleaver), std::move(decoder), std::move(usable),
       std::move(known), std::move(skip), std::move(payload), std::move(llrs), std::move(prior),
       std::move(gathered), std::move(beliefs), std::move(outcomes), std::move(certainties)}));
}

std::int32_t PageDecoder::lost() const {
  return static_cast<std::int32_t>(
      std::count_if(outcomes_.begin(), outcomes_.end(),
                    [](const InnerOutcome& outcome) { return outcome.decoded == 0; }));
}

/// Mean certainty of the codewords not decoded, in LLR steps; 0 if there are none.
Result<double> PageDecoder::certainty() {
  OSTRACON_TRY(
      device_.deinterleaver->sum_certainties(device_.beliefs.data(), device_.certainties.data()));
  OSTRACON_TRY(device_.certainties.download(certainties_));
  double sum = 0;
  for (std::size_t c = 0; c < skip_.size(); ++c)
    if (skip_[c] == 0) sum += static_cast<double>(certainties_[c]);
  const auto bits = static_cast<double>(format::codeword_bits(layout_->geometry().rate));
  return lost() > 0 ? sum / (bits * lost()) : 0.0;
}

Result<> PageDecoder::gather(std::uint64_t seed) {
  OSTRACON_TRY(device_.deinterleaver->gather(seed, device_.llrs.data(), device_.codewords.data()));
  return combined_ ? combine() : Ok{};
}

/// Decodes what is not decoded yet; `last`: with all means, and no more beliefs.
Result<> PageDecoder::decode(bool last) {
  OSTRACON_TRY(backend_.memory().upload(device_.skip.data(), skip_.data(), skip_.size()));
  const Llr* codewords = (combined_ ? combined_->codewords : device_.codewords).data();
  OSTRACON_TRY(device_.decoder->run(codewords, layout_->codewords(), device_.payload.data(),
                                    device_.outcomes.data(),
                                    {.skip = device_.skip.data(),
                                     .beliefs = last ? nullptr : device_.beliefs.data(),
                                     .second_pass = last}));
  OSTRACON_TRY(device_.outcomes.download(outcomes_));
  for (std::size_t c = 0; c < skip_.size(); ++c) skip_[c] = outcomes_[c].decoded;
  return Ok{};
}

Result<PageDecoding> PageDecoder::run(const format::PageHeader& header, ImageView<const float> grid,
                                      ImageView<const float> weight,
                                      std::span<const std::uint8_t> known, StageTimes& times,
                                      const OtherReadings& others) {
  StageClock clock(times);
  combined_.reset();
  const auto& geometry = layout_->geometry();
  PageDecoding done;
  const std::uint64_t seed = format::scrambler_seed(header.plate, header.page_index);
  OSTRACON_TRY(backend_.memory().upload(device_.known.data(), known.data(), known.size()));
  OSTRACON_TRY_ASSIGN(
      done.channel,
      device_.equaliser->run(grid, weight,
                             {device_.known.data(), geometry.rows, geometry.cols, geometry.cols},
                             {device_.llrs.data(), geometry.rows, geometry.cols, geometry.cols},
                             {device_.usable.data(), geometry.rows, geometry.cols, geometry.cols}));
  OSTRACON_TRY(gather(seed));
  clock.charge(Stage::kEqualise);
  std::fill(skip_.begin(), skip_.end(), std::uint8_t{0});
  OSTRACON_TRY(decode(config_.most_turns == 0));
  clock.charge(Stage::kInnerDecode);
  done.linear_lost = lost();
  if (done.linear_lost > 0 && others) {
    const SoftSum sum = others();
    done.others = sum.readings();
    if (done.others > 0) OSTRACON_TRY(add_others(sum));
    clock.charge(Stage::kInnerDecode);
  }
  if (lost() > 0 && config_.most_turns > 0) {
    OSTRACON_TRY(take_turns(seed, grid, done, clock));
    if (lost() > 0) OSTRACON_TRY(decode(true));
  }
  OSTRACON_TRY(device_.payload.download(payload_));
  clock.charge(Stage::kInnerDecode);
  return done;
}

Result<> PageDecoder::take_turns(std::uint64_t seed, ImageView<const float> grid,
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
  OSTRACON_TRY_ASSIGN(double before, certainty());
  for (std::int32_t turn = 0; turn < config_.most_turns; ++turn) {
    OSTRACON_TRY(backend_.memory().upload(device_.skip.data(), skip_.data(), skip_.size()));
    if (combined_) OSTRACON_TRY(show_beliefs());
    const Llr* beliefs = (combined_ ? combined_->beliefs : device_.beliefs).data();
    OSTRACON_TRY(device_.deinterleaver->scatter(
        seed, {device_.codewords.data(), beliefs, device_.skip.data()}, device_.known.data(),
        device_.prior.data()));
    OSTRACON_TRY(canceller_->run(
        known, {device_.prior.data(), rows, cols, cols},
        turn == 0 ? config_.first_cancellations : config_.next_cancellations, llrs));
    OSTRACON_TRY(gather(seed));
    clock.charge(Stage::kCancel);
    const std::int32_t lost_before = lost();
    OSTRACON_TRY(decode(false));
    clock.charge(Stage::kInnerDecode);
    ++done.turns;
    OSTRACON_TRY_ASSIGN(const double now, certainty());
    if (lost() == 0) break;
    if (turn > 0 && lost() == lost_before && now < (1 + kLeastGain) * before) break;
    before = now;
  }
  return Ok{};
}

}  // namespace ostracon
