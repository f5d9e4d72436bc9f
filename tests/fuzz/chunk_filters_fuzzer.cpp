// Stored chunks of HDF5 through their filters: nothing is written beyond the chunk, what is
// accepted is accepted again with the same samples, and what a plug-in wrote is read.
//
// Input: 1 byte which filters; 1 byte a mask of filters not applied; 2 bytes the chunk's size; 1
// byte how. Bit 0 of `how` set: the rest is the stored chunk; clear: one that a plug-in wrote, of
// which every 2 bytes of the rest change a byte (place, value).

#include <algorithm>
#include <optional>
#include <vector>

#include "tests/fuzz/fuzz_input.hpp"
#include "tests/io/chunk_samples.hpp"

namespace ostracon::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kGuard = 64;

/// The chunk between guards.
std::optional<Bytes> decode(const io::FilterPipeline& pipeline, const Bytes& stored,
                            std::uint32_t mask) {
  Bytes room(pipeline.chunk_bytes() + 2 * kGuard, 0xA5);
  io::FilterPipeline::Room scratch;
  const auto chunk = std::span(room).subspan(kGuard, pipeline.chunk_bytes());
  const auto done = pipeline.decode(stored, mask, chunk, scratch);
  const auto whole = [](std::uint8_t byte) { return byte == 0xA5; };
  require(std::all_of(room.begin(), room.begin() + kGuard, whole) &&
              std::all_of(room.end() - kGuard, room.end(), whole),
          "nothing is written beyond the chunk");
  if (done) return Bytes(chunk.begin(), chunk.end());
  require(!done.error().message.empty(), "a refusal has a reason");
  return std::nullopt;
}

void run(Input& input) {
  const auto& samples = io::test::stored_samples();
  const auto& sample = samples[input.byte() % samples.size()];
  const std::uint32_t mask = input.byte() % 4 == 3 ? input.byte() : 0U;
  const std::size_t size = input.number(0, 65535) % 4096;
  const bool raw = (input.byte() & 1U) != 0;
  const Bytes plain = io::test::sample_bytes();
  auto made = io::FilterPipeline::create(sample.filters, raw ? size + 1 : plain.size());
  require(made.has_value(), "the filters are known", sample.name);
  const io::FilterPipeline& pipeline = made.value();
  const auto rest = input.rest();
  if (raw) {
    decode(pipeline, Bytes(rest.begin(), rest.end()), mask);
    return;
  }
  Bytes stored = io::test::bytes_of_hex(sample.hex);
  bool changed = mask != 0;
  for (std::size_t i = 0; i + 1 < rest.size(); i += 2) {
    std::uint8_t& byte = stored[rest[i] % stored.size()];
    changed |= byte != rest[i + 1];
    byte = rest[i + 1];
  }
  const auto decoded = decode(pipeline, stored, mask);
  if (!changed) require(decoded == plain, "what a plug-in wrote is read", sample.name);
  // szip's library leaves of a damaged stream what its memory held.
  if (decoded && sample.filters.front().id != 4)
    require(decode(pipeline, stored, mask) == decoded, "the same bytes give the same samples",
            sample.name);
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::Input input(data, size);
  ostracon::fuzz::run(input);
  return 0;
}
