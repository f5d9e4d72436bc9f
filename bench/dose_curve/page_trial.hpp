#pragma once
// One simulated page through the blind reader.

#include <tbb/task_arena.h>

#include <memory>
#include <vector>

#include "bench/dose_curve/point.hpp"
#include "bench/dose_curve/record_store.hpp"
#include "pipeline/read_field.hpp"

namespace ostracon::bench {

/// A field and what is true of it.
struct SimulatedPage {
  FieldShape shape;
  float black = 0;
  std::vector<std::byte> frames;
  sem::FieldTruth truth;
};

/// Everything one worker keeps: a reader, and the memory of one field at a time. Not thread-safe;
/// all its work stays on the calling thread.
///
/// Memory: the frames (frames * pixels * bytes a sample, once) and what the reader holds for a
/// field, both bounded by the largest field it was given.
class PageWorker {
 public:
  explicit PageWorker(LayoutCache& layouts) : layouts_(layouts) {}

  /// Renders data page `page` at `electrons`. Errors of the simulator.
  Result<> render(const Point& point, const Plate& plate, double electrons, std::int32_t page,
                  bool want_truth);
  /// Reads what was rendered last, knowing nothing of it. Errors of the reader.
  Result<FieldReading> read(const PageDecoderConfig& decoder, bool want_llrs);
  /// Both, and the losses counted against what was written; a reader that is told the map begins
  /// with it. Errors of both.
  Result<PageRecord> trial(const Point& point, const Plate& plate, double electrons,
                           std::int32_t page);
  const SimulatedPage& rendered() const { return page_; }
  /// Runs `body` on this thread alone, whatever it spreads by oneTBB.
  template <class Body>
  void alone(const Body& body) {
    arena_.execute(body);
  }

 private:
  LayoutCache& layouts_;
  tbb::task_arena arena_{1};
  std::unique_ptr<FieldReader> reader_;
  PageDecoderConfig reader_config_;
  SimulatedPage page_;
};

/// Codewords lost and wrong against the payload written; all are lost where `outcomes` is empty.
PageRecord count_losses(std::span<const InnerOutcome> outcomes,
                        std::span<const std::uint8_t> payload, const Plate& plate,
                        std::int32_t page);

}  // namespace ostracon::bench
