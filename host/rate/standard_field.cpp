#include "host/rate/standard_field.hpp"

#include <algorithm>
#include <utility>

#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "format/inner_code.hpp"
#include "format/plate.hpp"
#include "io/profile_file.hpp"
#include "io/scan_file.hpp"

namespace ostracon::rate {
namespace {

constexpr std::uint64_t kSeed = 1;

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

Result<ResidentScan> ResidentScan::in_staging(const StandardField& field, Memory& memory) {
  ResidentScan scan(field);
  OSTRACON_TRY_ASSIGN(scan.staged_, StagingBuffer::create(memory, field.frames.size()));
  std::copy(field.frames.begin(), field.frames.end(), scan.staged_->bytes().begin());
  return Result<ResidentScan>(std::move(scan));
}

Result<ResidentScan> ResidentScan::on_devices(const StandardField& field,
                                              const BackendFactory& make_lane) {
  ResidentScan scan(field);
  // Lanes take turns over the devices: the first that reads a copy is on a device that had its
  // turn.
  while (scan.holders_.size() < kMostDevices) {
    OSTRACON_TRY_ASSIGN(auto lane, make_lane());
    Memory& memory = lane->memory();
    if (memory.on_host())
      return Error{ErrorCode::kInvalidArgument, "a lane's memory is the host's, not a device's"};
    const bool seen = std::any_of(scan.addresses_.begin(), scan.addresses_.end(),
                                  [&](const std::byte* copy) { return memory.reads(copy); });
    if (seen) break;
    OSTRACON_TRY_ASSIGN(auto copy, Buffer<std::byte>::from(memory, field.frames));
    scan.addresses_.push_back(copy.data());
    scan.copies_.push_back(std::move(copy));
    scan.holders_.push_back(std::move(lane));
  }
  return Result<ResidentScan>(std::move(scan));
}

FieldFrames ResidentScan::in_place(std::int64_t) const {
  return {staged_ ? staged_->bytes().data() : nullptr, addresses_};
}

Result<> ResidentScan::read(std::int64_t, std::span<std::byte>) {
  return Error{ErrorCode::kInvalidArgument, "the standard field is used where it lies"};
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
