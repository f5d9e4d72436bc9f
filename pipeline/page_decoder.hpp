#pragma once
// Steps 6 and 7 of one page: matched filter outputs in, codewords out. Linear taps and one decoding
// first; only where codewords fail, soft cancellation and the decoder help each other in turns, and
// what other readings of the page say is added.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "format/page_layout.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/soft_pages.hpp"
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
  std::int32_t others = 0;       ///< readings that were added; 0: none was needed, or there is none
};

/// What other readings say of the page at hand; asked at most once a page, and only if it is
/// needed.
using OtherReadings = std::function<SoftSum()>;

class PageDecoder {
 public:
  /// Errors: those of the backend (memory, device).
  static Result<std::unique_ptr<PageDecoder>> create(
      Backend& backend, std::shared_ptr<const format::PageLayout> layout,
      const PageDecoderConfig& config = {});

  /// Decodes one page.
  ///   grid, weight   (rows + 4) x (cols + 4), from ModuleSampler, in the backend's memory
  ///   known          rows x cols on the host: 0 land, 1 pit, 2 data
  ///   others         may be empty: there are no other readings
  Result<PageDecoding> run(const format::PageHeader& header, ImageView<const float> grid,
                           ImageView<const float> weight, std::span<const std::uint8_t> known,
                           StageTimes& times, const OtherReadings& others = {});

  // Of the last page run, valid until the next.
  std::span<const InnerOutcome> outcomes() const { return outcomes_; }
  std::span<const std::uint8_t> payload() const { return payload_; }
  /// [rows][cols], scrambled. Errors: those of the backend.
  Result<std::span<const Llr>> page_llrs() { return device_.llrs.on_host(page_llrs_); }
  /// [codeword][bit], descrambled, of this reading alone. Errors: those of the backend.
  Result<std::span<const Llr>> codeword_llrs() { return device_.codewords.on_host(codeword_llrs_); }
  /// The same as SoftPage::bits. Errors: those of the backend.
  Result<std::vector<Llr>> soft_bits();
  std::int32_t lost() const;  ///< codewords not decoded

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
  /// Where other readings are added, on their way through the host.
  struct Combination {
    Buffer<Llr> codewords, beliefs;  // own with others; what the canceller is shown
    std::vector<Llr> others, own, room;
  };

  Result<> decode(bool last);
  Result<> gather(std::uint64_t seed);
  Result<> take_turns(std::uint64_t seed, ImageView<const float> grid, PageDecoding& done,
                      StageClock& clock);
  Result<double> certainty();
  Result<> add_others(const SoftSum& others);
  Result<> combine();
  Result<> show_beliefs();

  Backend& backend_;
  std::shared_ptr<const format::PageLayout> layout_;
  PageDecoderConfig config_;
  Storage device_;
  std::unique_ptr<Combination> combined_;     // of this page, where other readings are added
  std::unique_ptr<SoftCanceller> canceller_;  // made for the first page that needs it
  std::vector<std::uint8_t> skip_, payload_;
  std::vector<InnerOutcome> outcomes_;
  std::vector<std::uint32_t> certainties_;
  std::vector<Llr> page_llrs_, codeword_llrs_;  // where the backend's are not on the host
};

}  // namespace ostracon
