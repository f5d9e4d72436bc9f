#include "tests/support/record_code.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "datasets/simulator.hpp"
#include "io/profile_file.hpp"

namespace ostracon::test {
namespace {

/// A plate of one code.
class CodePlate final : public sem::PlateSource {
 public:
  explicit CodePlate(const format::qr::Matrix& code) : code_(code) {}
  std::uint32_t pages() const override { return 1; }
  std::int32_t page_rows() const override { return code_.side; }
  std::int32_t page_cols() const override { return code_.side; }
  Position position(std::uint32_t /*page*/) const override { return {0, 0}; }
  double pitch_nm() const override { return kRecordPitchNm; }
  std::int32_t gap_modules() const override { return 4; }
  bool writes_gaps() const override { return false; }
  Result<> read(std::uint32_t /*page*/, std::span<std::uint8_t> modules) override {
    std::copy(code_.modules.begin(), code_.modules.end(), modules.begin());
    return Ok{};
  }

 private:
  const format::qr::Matrix& code_;
};

float pixel_value(const std::byte* frame, PixelType type, std::size_t index) {
  const std::byte* at = frame + index * bytes_of(type);
  if (type == PixelType::kU8) return static_cast<float>(std::to_integer<std::uint8_t>(*at));
  if (type == PixelType::kU16) {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return static_cast<float>(value);
  }
  float value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

Result<sem::Profile> record_profile(double pixel_nm, double electrons) {
  OSTRACON_TRY_ASSIGN(sem::Profile profile, io::load_profile("typical"));
  profile.scan.frames = 1;
  profile.scan.pixels_per_module = kRecordPitchNm / pixel_nm;
  profile.damage.area = 0;
  if (electrons > 0) profile.noise.electrons_per_module = electrons;
  return profile;
}

Result<RecordFrame> record_frame(const format::qr::Matrix& code, const sem::Profile& profile,
                                 std::uint64_t seed) {
  CodePlate plate(code);
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, plate, seed));
  const FieldShape shape = simulator.shape();
  std::vector<std::byte> bytes(shape.bytes());
  sem::FieldTruth truth;
  OSTRACON_TRY(simulator.render(0, bytes, &truth));
  RecordFrame frame{shape.rows,
                    shape.cols,
                    {},
                    sem::FieldMap(profile, {code.side, code.side, kRecordPitchNm},
                                  {shape.rows, shape.cols}, seed, 0),
                    std::move(truth.row_shift)};
  frame.pixels.reserve(shape.pixels_per_frame());
  for (std::size_t k = 0; k < shape.pixels_per_frame(); ++k)
    frame.pixels.push_back(pixel_value(bytes.data(), shape.type, k));
  return frame;
}

}  // namespace ostracon::test
