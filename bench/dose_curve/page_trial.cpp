#include "bench/dose_curve/page_trial.hpp"

#include <algorithm>

#include "bench/dose_curve/told_reader.hpp"
#include "bench/harness.hpp"

namespace ostracon::bench {

Result<> PageWorker::render(const Point& point, const Plate& plate, double electrons,
                            std::int32_t page, bool want_truth) {
  OSTRACON_TRY_ASSIGN(auto simulator,
                      sem::Simulator::create(point.at_dose(electrons), *plate.written, point.seed));
  page_.shape = simulator.shape();
  page_.black = static_cast<float>(simulator.offset_dn());
  page_.frames.resize(page_.shape.bytes());
  return simulator.render(page, page_.frames, want_truth ? &page_.truth : nullptr);
}

Result<FieldReading> PageWorker::read(const PageDecoderConfig& decoder, bool want_llrs) {
  if (!reader_ || decoder.most_turns != reader_config_.most_turns) {
    OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
    reader_ = std::make_unique<FieldReader>(std::move(backend), layouts_, decoder);
    reader_config_ = decoder;
  }
  return reader_->read(page_.shape, {page_.frames.data()}, page_.black, want_llrs);
}

Result<PageRecord> PageWorker::trial(const Point& point, const Plate& plate, double electrons,
                                     std::int32_t page) {
  OSTRACON_TRY(render(point, plate, electrons, page, point.told != Told::kNothing));
  const double start = seconds(Clock::kThread);
  if (point.told != Told::kNothing) {
    OSTRACON_TRY_ASSIGN(PageRecord record, read_told(point, plate, page_, page));
    record.cpu_seconds = seconds(Clock::kThread) - start;
    return record;
  }
  OSTRACON_TRY_ASSIGN(const FieldReading reading, read(point.decoder(), false));
  const FieldReport& report = reading.report;
  const bool found =
      reading.header && reading.header->page_index == static_cast<std::uint32_t>(page);
  PageRecord record =
      count_losses(found ? std::span(reading.outcomes) : std::span<const InnerOutcome>(),
                   reading.payload, plate, page);
  record.reason = report.reason;
  if (!found && record.reason.empty()) record.reason = "another page than the one in view was read";
  record.linear_lost = found ? report.linear_lost : record.codewords;
  record.turns = report.turns;
  record.mutual_information = static_cast<double>(report.mutual_information);
  record.erased = static_cast<double>(report.erased_fraction);
  record.cpu_seconds = seconds(Clock::kThread) - start;
  return record;
}

PageRecord count_losses(std::span<const InnerOutcome> outcomes,
                        std::span<const std::uint8_t> payload, const Plate& plate,
                        std::int32_t page) {
  const auto& geometry = plate.layout->geometry();
  const std::int32_t zones = geometry.zone_rows * geometry.zone_cols;
  PageRecord record;
  record.page = page;
  record.codewords = plate.layout->codewords();
  record.zone_lost.assign(static_cast<std::size_t>(zones), 0);
  const auto written = plate.payload(page);
  for (std::int32_t c = 0; c < record.codewords; ++c) {
    const auto at = static_cast<std::size_t>(c) * format::kPayloadBytes;
    if (outcomes.empty() || outcomes[static_cast<std::size_t>(c)].decoded == 0) {
      ++record.lost;
      ++record.zone_lost[static_cast<std::size_t>(c / (record.codewords / zones))];
    } else if (!std::ranges::equal(written.subspan(at, format::kPayloadBytes),
                                   payload.subspan(at, format::kPayloadBytes))) {
      ++record.wrong;
    }
  }
  return record;
}

}  // namespace ostracon::bench
