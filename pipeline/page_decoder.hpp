#pragma once
// Steps 6 and 7 of one page: matched filter outputs in, codewords out. Linear taps and one decoding
// first; only where codewords fail, soft cancellation and the decoder help each other in turns.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "format/page_layout.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/stage_clock.hpp"

namespace ostracon {

/// How hard a page is tried. The defaults are what docs/benchmarks.md measured.
struct PageDecoderConfig {
  std::int32_t most_turns = 24;          ///< of cancellation and decoding; 0: linear taps only
  std::int32_t first_cancellations = 6;  ///< rounds before the first decoding with them
  std::int32_t next_cancellations = 3;   ///< rounds in every later turn
};

struct PageDecoding {
  ChannelReport channel;
  std::int32_t turns = 0;        ///< of cancellation and decoding that were needed
  std::int32_t linear_lost = 0;  ///< codewords that linear taps alone had left
};

class PageDecoder {
 public:
  /// Errors: those of the backend (memory, device).
  static Result<std::unique_ptr<PageDecoder>> create(
      Backend& backend, std::shared_ptr<const format::PageLayout> layout,
      const PageDecoderConfig& config = {});

  /// Decodes one page.
  ///   grid, weight   (rows + 4) x (cols + 4), from ModuleSampler, in the backend's memory
  ///   known          rows x cols on the host: 0 land, 1 pit, 2 data
  Result<PageDecoding> run(const format::PageHeader& header, ImageView<const float> grid,
                           ImageView<const float> weight, std::span<const std::uint8_t> known,
                           StageTimes& times);

  // Of the last page run, valid until the next.
  std::span<const InnerOutcome> outcomes() const { return outcomes_; }
  std::span<const std::uint8_t> payload() const { return payload_; }
  /// [rows][cols], scrambled. Errors: those of the backend.
  Result<std::span<const Llr>> page_llrs() { return device_.llrs.on_host(page_llrs_); }
  /// [codeword][bit], descrambled. Errors: those of the backend.
  Result<std::span<const Llr>> codeword_llrs() { return device_.codewords.on_host(codeword_llrs_); }

 private:
  /// All that depends on the layout alone; in the backend's memory.
  struct Storage {
    std::unique_ptr<Equaliser> equaliser;
    std::unique_ptr<Deinterleaver> deinterleaver;
    std::unique_ptr<InnerDecoder> decoder;
    Buffer<std::uint8_t> usable, known, skip, payload;
    Buffer<Llr> llrs, prior, codewords, beliefs;
    Buffer<InnerOutcome> outcomes;
    Buffer<std::uint32_t> certainties;
  };

  PageDecoder(Backend& backend, std::shared_ptr<const format::PageLayout> layout,
              const PageDecoderConfig& config, Storage storage);
  Result<> decode(bool last);
  Result<> gather(std::uint64_t seed);
  Result<> take_turns(std::uint64_t seed, ImageView<const float> grid, PageDecoding& done,
                      StageClock& clock);
  Result<double> certainty();
  std::int32_t lost() const;

  Backend& backend_;
  std::shared_ptr<const format::PageLayout> layout_;
  PageDecoderConfig config_;
  Storage device_;
  std::unique_ptr<SoftCanceller> canceller_;  // made for the first page that needs it
  std::vector<std::uint8_t> skip_, payload_;
  std::vector<InnerOutcome> outcomes_;
  std::vector<std::uint32_t> certainties_;
  std::vector<Llr> page_llrs_, codeword_llrs_;  // where the backend's are not on the host
};

}  // namespace ostracon
