// Codes that claim to be of a QR plate: what is accepted stands for its bytes and no others, and
// whatever a description says, the plate is put together within its limits or refused by a
// sentence.
//
// Input: 1 byte how (mod 2), then
//   0  a code's bytes, and a description's
//   1  a description's fields, then codes: sequence numbers and payloads of a small plate, which
//      may be missing, doubled or wrong

#include <algorithm>
#include <vector>

#include "format/qr/plate_assembly.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace ostracon::fuzz {
namespace {

namespace qr = format::qr;

void check_bytes(Input& input) {
  const std::vector<std::uint8_t> bytes(input.rest().begin(), input.rest().end());
  if (const auto code = qr::parse_code(bytes)) {
    require(qr::serialise(*code) == bytes, "an accepted code stands for its bytes");
  }
  const auto description = qr::parse_description(bytes);
  if (!description) {
    require(!description.error().message.empty(), "a description is refused by a sentence");
    return;
  }
  const auto again = qr::serialise(description.value());
  require(std::equal(again.begin(), again.end(), bytes.begin()),
          "an accepted description stands for its bytes");
}

void check_plate(Input& input) {
  constexpr std::size_t kPayload = 32;
  qr::PlateDescription description;
  description.groups = {input.number(0, 400), input.number(0, 5), input.byte() % 60U};
  const std::uint64_t room = std::uint64_t{description.groups.data_pages} * kPayload;
  description.stream_bytes = room - std::min<std::uint64_t>(room, input.byte() % 40U);
  const auto bytes = qr::serialise(description);
  const auto parsed = qr::parse_description(bytes);
  std::vector<qr::PlateCode> codes = {
      {.tag = {}, .sequence = qr::kDescriptionSequence, .payload = {bytes.begin(), bytes.end()}}};
  const std::uint32_t missing = input.byte();
  for (std::uint32_t i = 0; i < 600; ++i) {
    // A plate of zeros: every parity is zero too.
    if (i * 7 % 256 < missing) continue;
    codes.push_back({.tag = {}, .sequence = i, .payload = std::vector<std::uint8_t>(kPayload)});
  }
  for (int left = input.byte() % 8; left > 0; --left) {
    qr::PlateCode wrong = codes[input.number(0, 65535) % codes.size()];
    wrong.sequence = input.number(0, 600);
    wrong.payload[input.byte() % kPayload] = input.byte();
    codes.insert(codes.begin() + input.number(0, 65535) % static_cast<std::ptrdiff_t>(codes.size()),
                 wrong);
  }
  const auto plates = qr::find_plates(codes);
  require(!plates.empty() && plates[0].codes == codes.size(), "all codes are of the one plate");
  require(plates[0].description.has_value() == parsed.has_value(), "a description is found");
  if (!parsed) return;
  const auto assembly = qr::assemble(parsed.value(), kPayload, codes);
  const std::uint64_t needed = (parsed.value().stream_bytes + kPayload - 1) / kPayload;
  const bool fits = std::max<std::uint64_t>(needed, 1) == parsed.value().groups.data_pages;
  require(assembly.has_value() == fits,
          "a small plate whose stream its codes make is put together");
  if (!fits) return;
  const qr::PlateAssembly& plate = assembly.value();
  require(plate.stream.size() == parsed.value().stream_bytes, "the stream is as long as it should");
  require(std::is_sorted(plate.lost.begin(), plate.lost.end()), "lost codes ascend");
  require(plate.lost.empty() || plate.lost.back() < parsed.value().groups.data_pages,
          "lost codes are data codes");
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ostracon::fuzz;
  Input input(data, size);
  if (input.byte() % 2 == 0) {
    check_bytes(input);
  } else {
    check_plate(input);
  }
  return 0;
}
