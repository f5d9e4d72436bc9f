#include "bench/dose_curve/told_reader.hpp"

#include "pipeline/page_codewords.hpp"

namespace ostracon::bench {

Result<SampledPage> sample_told(Backend& backend, const Point& point, const SimulatedPage& page,
                                const TrueField& field, Told told) {
  SampledPage sampled;
  sampled.rows = point.rows + 2 * kEqualiserMargin;
  sampled.cols = point.cols + 2 * kEqualiserMargin;
  const std::int32_t modules = sampled.rows * sampled.cols;
  sampled.grid.resize(static_cast<std::size_t>(modules));
  sampled.weight.resize(static_cast<std::size_t>(modules));
  const Pulse pulse{static_cast<float>(point.profile.optics.blur_sigma_modules),
                    static_cast<float>(point.profile.scan.pixels_per_module)};
  OSTRACON_TRY_ASSIGN(auto sampler, backend.make_module_sampler({page.shape, modules}));
  OSTRACON_TRY(sampler->run({page.frames.data(), page.shape, page.black}, field.flat, field.drift,
                            field.map, pulse, -kEqualiserMargin, -kEqualiserMargin,
                            sampled.grid_view(), sampled.weight_view()));
  if (told == Told::kRows)
    sample_by_truth(point, page, field, kEqualiserMargin, sampled.grid_view());
  return sampled;
}

Result<PageRecord> read_told(const Point& point, const Plate& plate, const SimulatedPage& page,
                             std::int32_t page_number) {
  OSTRACON_TRY_ASSIGN(auto backend, make_backend(BackendKind::kCpu));
  const TrueField field = true_field(point, page, page_number);
  OSTRACON_TRY_ASSIGN(SampledPage sampled, sample_told(*backend, point, page, field, point.told));
  OSTRACON_TRY_ASSIGN(auto decoder, PageDecoder::create(*backend, plate.layout, point.decoder()));
  const format::PageHeader header =
      plate.written->plan().header(static_cast<std::uint32_t>(page_number));
  StageTimes times;
  OSTRACON_TRY_ASSIGN(const PageDecoding decoding,
                      decoder->run(header, sampled.grid_view(), sampled.weight_view(),
                                   known_modules(*plate.layout, header), times));
  PageRecord record = count_losses(decoder->outcomes(), decoder->payload(), plate, page_number);
  record.linear_lost = decoding.linear_lost;
  record.turns = decoding.turns;
  record.erased = static_cast<double>(decoding.channel.erased_fraction);
  return record;
}

}  // namespace ostracon::bench
