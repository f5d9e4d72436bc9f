// The part of PageDecoder that adds other readings of the page.

#include <algorithm>

#include "pipeline/page_decoder.hpp"
#include "pipeline/rules/combined_bit.hpp"

namespace ostracon {

/// Decodes with other readings added to this one.
Result<> PageDecoder::add_others(const SoftSum& others) {
  auto& memory = backend_.memory();
  const std::size_t bits = device_.codewords.size();
  OSTRACON_TRY_ASSIGN(auto codewords, Buffer<Llr>::create(memory, bits));
  OSTRACON_TRY_ASSIGN(auto beliefs, Buffer<Llr>::create(memory, bits));
  combined_.reset(new Combination{std::move(codewords), std::move(beliefs), others.others(),
                                  std::vector<Llr>(bits), std::vector<Llr>(bits)});
  OSTRACON_TRY(combine());
  OSTRACON_TRY(decode(config_.most_turns == 0));
  // A certainty that is no codeword after all says nothing; believed, it would mislead neighbours.
  const std::size_t length = bits / skip_.size();
  bool misled = false;
  for (std::size_t c = 0; c < skip_.size(); ++c) {
    const auto of = std::span(combined_->others).subspan(c * length, length);
    if (skip_[c] != 0 || std::abs(int{of[0]}) != rules::kCertainSteps) continue;
    std::fill(of.begin(), of.end(), Llr{0});
    misled = true;
  }
  if (!misled) return Ok{};
  OSTRACON_TRY(combine());
  return decode(config_.most_turns == 0);
}

/// This reading's codewords with the others' beside them, for the decoder.
Result<> PageDecoder::combine() {
  Combination& with = *combined_;
  OSTRACON_TRY(device_.codewords.download(with.own));
  for (std::size_t i = 0; i < with.own.size(); ++i)
    with.room[i] = rules::combined_bit(with.own[i], with.others[i]);
  return backend_.memory().upload(with.codewords.data(), with.room.data(), with.room.size());
}

/// The decoder's beliefs with the others' beside them, for the canceller.
Result<> PageDecoder::show_beliefs() {
  Combination& with = *combined_;
  OSTRACON_TRY(device_.beliefs.download(with.room));
  const std::size_t length = with.room.size() / skip_.size();
  for (std::size_t i = 0; i < with.room.size(); ++i)
    if (skip_[i / length] == 0) with.room[i] = rules::shown_belief(with.room[i], with.others[i]);
  return backend_.memory().upload(with.beliefs.data(), with.room.data(), with.room.size());
}

Result<std::vector<Llr>> PageDecoder::soft_bits() {
  OSTRACON_TRY_ASSIGN(const auto own, codeword_llrs());
  std::vector<Llr> bits(own.begin(), own.end());
  const format::Rate rate = layout_->geometry().rate;
  const auto length = static_cast<std::size_t>(format::codeword_bits(rate));
  std::vector<std::uint8_t> sent(length);
  for (std::size_t c = 0; c < outcomes_.size(); ++c) {
    if (outcomes_[c].decoded == 0) continue;
    format::encode_codeword(
        std::span(payload_).subspan(c * format::kPayloadBytes, format::kPayloadBytes), rate, sent);
    for (std::size_t j = 0; j < length; ++j)
      bits[c * length + j] =
          static_cast<Llr>(sent[j] == 0 ? rules::kCertainSteps : -rules::kCertainSteps);
  }
  return bits;
}

}  // namespace ostracon
