#include "host/rate/standard_field.hpp"

#include <tbb/task_arena.h>

#include <algorithm>

#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "format/inner_code.hpp"
#include "format/plate.hpp"
#include "host/parallel.hpp"
#include "io/profile_file.hpp"
#include "io/scan_file.hpp"

namespace ostracon::rate {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kPiece = std::size_t{4} << 20;  // bytes that a thread copies at once

}  // namespace

Result<StandardField> make_standard_field(std::int32_t rows, std::int32_t cols) {
  OSTRACON_TRY_ASSIGN(const auto profile, io::load_profile("typical"));
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(rows, cols, format::Rate::kFourFifths);
  OSTRACON_TRY_ASSIGN(const auto layout, format::PageLayout::create(parameters.geometry));
  const sem::RandomBytes stream(
      static_cast<std::uint64_t>(layout.codewords()) * format::kPayloadBytes, kSeed);
  OSTRACON_TRY_ASSIGN(const auto plate, sem::WrittenPlate::write(parameters, stream));
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, *plate, kSeed));

  StandardField field;
  field.shape = simulator.shape();
  field.frames.resize(field.shape.bytes());
  OSTRACON_TRY(simulator.render(0, field.frames, nullptr));
  field.black = static_cast<float>(simulator.offset_dn());
  field.pixel_size_m = simulator.pixel_size_nm() * 1e-9;
  field.dn_per_electron = simulator.dn_per_electron();
  field.rows = rows;
  field.cols = cols;
  field.codewords = layout.codewords();
  field.parity = parameters.parity;
  field.payload = stream.bytes();
  return field;
}

Result<> ResidentScan::read(std::int64_t, std::span<std::byte> frames) {
  const std::size_t pieces = (frames.size() + kPiece - 1) / kPiece;
  // Isolated: a thread that waits here must not begin to decode a field meanwhile.
  tbb::this_task_arena::isolate([&] {
    parallel_for(static_cast<std::int64_t>(pieces), [&](std::int64_t piece) {
      const std::size_t offset = static_cast<std::size_t>(piece) * kPiece;
      const std::size_t size = std::min(kPiece, frames.size() - offset);
      std::copy_n(field_->frames.data() + offset, size, frames.data() + offset);
    });
  });
  return Ok{};
}

Result<> write_scan(const StandardField& field, std::int64_t copies,
                    const std::filesystem::path& path) {
  io::ScanInfo info;
  info.shape = field.shape;
  info.detector = "simulated";
  info.pixel_size_m = field.pixel_size_m;
  info.adc_offset = static_cast<double>(field.black);
  info.dn_per_electron = field.dn_per_electron;
  OSTRACON_TRY_ASSIGN(auto scan, io::ScanWriter::create(path, false));
  OSTRACON_TRY_ASSIGN(const std::int32_t group, scan.add_scan(info));
  for (std::int64_t copy = 0; copy < copies; ++copy)
    OSTRACON_TRY(scan.append(group, field.frames, {0, 0}, nullptr));
  return scan.close();
}

}  // namespace ostracon::rate
