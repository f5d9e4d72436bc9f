#include "bench/dose_curve/page_trial.hpp"

#include <algorithm>

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

Result<FieldReading> PageWorker::read(bool want_llrs) {
  if (!reader_) {
    OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
    reader_ = std::make_unique<FieldReader>(std::move(backend), layouts_);
  }
  return reader_->read(page_.shape, page_.frames, page_.black, want_llrs);
}

Result<PageRecord> PageWorker::trial(const Point& point, const Plate& plate, double electrons,
                                     std::int32_t page) {
  OSTRACON_TRY(render(point, plate, electrons, page, false));
  const double start = seconds(Clock::kThread);
  OSTRACON_TRY_ASSIGN(const FieldReading reading, read(false));
  PageRecord record = count_losses(reading, plate, page);
  record.cpu_seconds = seconds(Clock::kThread) - start;
  return record;
}

PageRecord count_losses(const FieldReading& reading, const Plate& plate, std::int32_t page) {
  const auto& geometry = plate.layout->geometry();
  const std::int32_t zones = geometry.zone_rows * geometry.zone_cols;
  PageRecord record;
  record.page = page;
  record.codewords = plate.layout->codewords();
  record.zone_lost.assign(static_cast<std::size_t>(zones), record.codewords / zones);
  record.mutual_information = static_cast<double>(reading.report.mutual_information);
  record.erased = static_cast<double>(reading.report.erased_fraction);
  record.reason = reading.report.reason;
  record.lost = record.codewords;
  if (!reading.header || reading.header->page_index != static_cast<std::uint32_t>(page)) {
    if (record.reason.empty()) record.reason = "another page than the one in view was read";
    return record;
  }
  record.lost = 0;
  std::fill(record.zone_lost.begin(), record.zone_lost.end(), 0);
  const auto written = plate.payload(page);
  for (std::int32_t c = 0; c < record.codewords; ++c) {
    const auto at = static_cast<std::size_t>(c) * format::kPayloadBytes;
    if (reading.outcomes[static_cast<std::size_t>(c)].decoded == 0) {
      ++record.lost;
      ++record.zone_lost[static_cast<std::size_t>(c / (record.codewords / zones))];
    } else if (!std::equal(
                   written.begin() + static_cast<std::ptrdiff_t>(at),
                   written.begin() + static_cast<std::ptrdiff_t>(at) + format::kPayloadBytes,
                   reading.payload.begin() + static_cast<std::ptrdiff_t>(at))) {
      ++record.wrong;
    }
  }
  return record;
}

}  // namespace ostracon::bench
