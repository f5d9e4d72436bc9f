// Soft bits of up to four copies of a header, disturbed at will: what is accepted is the header
// that was written, it survives the way through bytes, and the soft bits speak for it.
//
// Input: 1 byte how. Bit 0 clear: copies of a valid header; 24 bytes of that (plate, set), then a
// byte for every copy (seen, of another size) and its channel. Bit 0 set: the rest is the soft bits
// of copy (how >> 1) & 3, over and over.

#include <array>
#include <vector>

#include "pipeline/header_decoder.hpp"
#include "tests/fuzz/soft_channel.hpp"
#include "tests/fuzz/some_header.hpp"

namespace ostracon::fuzz {
namespace {

using Copies = std::array<std::vector<Llr>, 4>;
using Modules = std::array<std::uint8_t, format::kHeaderModules>;

std::optional<format::PageHeader> decode(const Copies& copies) {
  std::array<std::span<const Llr>, 4> spans;
  for (std::size_t i = 0; i < 4; ++i) spans[i] = copies[i];
  return decode_header(spans);
}

/// Sum of the soft bits of `copy`, positive where they agree with `header`.
std::int64_t speaks_for(const format::PageHeader& header, std::size_t corner,
                        const std::vector<Llr>& copy) {
  if (copy.size() != std::size_t{format::kHeaderModules}) return 0;
  Modules modules;
  format::encode_header_copy(header, static_cast<std::int32_t>(corner), modules);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < copy.size(); ++i) sum += modules[i] != 0 ? -copy[i] : copy[i];
  return sum;
}

void require_valid(const format::PageHeader& header, const Copies& copies) {
  const auto again = format::parse_header(format::serialise(header));
  require(again.has_value() && again.value() == header, "an accepted header is a valid one");
  std::int64_t all = 0, best = 0;
  for (std::size_t corner = 0; corner < 4; ++corner) {
    const std::int64_t one = speaks_for(header, corner, copies[corner]);
    all += one;
    best = std::max(best, one);
  }
  require(std::max(all, best) > 0, "the soft bits of a copy, or of all, speak for the header");
}

void try_written(Input& input) {
  format::PageHeader header = some_header();
  for (std::uint8_t& byte : header.plate.bytes) byte = input.byte();
  header.set_k = input.byte() % 200;
  if (header.set_k != 0)
    for (std::uint8_t& byte : header.set) byte = input.byte();
  Copies copies;
  bool clean = false;
  for (std::size_t corner = 0; corner < 4; ++corner) {
    const std::uint8_t kind = input.byte() % 8;  // 0, 1: not seen; 2: of another size
    if (kind < 2) continue;
    Modules modules;
    format::encode_header_copy(header, static_cast<std::int32_t>(corner), modules);
    SoftChannel channel(input);
    for (const std::uint8_t bit : modules) copies[corner].push_back(channel(bit));
    if (kind == 2) copies[corner].resize(input.number(0, 5000), Llr{1});
    if (copies[corner].size() == modules.size()) clean |= channel.clean();
  }
  const auto decoded = decode(copies);
  require(decoded || !clean, "a copy without a fault gives the header");
  if (!decoded) return;
  require(*decoded == header, "what is accepted is what was written");
  require_valid(*decoded, copies);
}

void try_raw(Input& input, std::size_t corner) {
  Copies copies;
  const auto bytes = input.rest();
  for (std::size_t i = 0; i < std::size_t{format::kHeaderModules} && !bytes.empty(); ++i)
    copies[corner].push_back(static_cast<Llr>(bytes[i % bytes.size()]));
  if (const auto decoded = decode(copies)) require_valid(*decoded, copies);
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ostracon;
  fuzz::Input input(data, size);
  const std::uint8_t how = input.byte();
  if ((how & 1U) == 0)
    fuzz::try_written(input);
  else
    fuzz::try_raw(input, (how >> 1U) & 3U);
  return 0;
}
