// Soft pages that nobody vouches for: refused by a sentence, or as many bits as the header says,
// all of a meaning, and the same bytes' worth when written and read again; a sum takes any of them.
//
// Input: 1 byte how (bit 0: the checksum is made right again; bit 1: the rest is the whole file,
// else changes of one that was written), then as foreign_file.hpp says.

#include <cstdlib>

#include "format/crc.hpp"
#include "io/soft_page_file.hpp"
#include "pipeline/rules/combined_bit.hpp"
#include "tests/fuzz/foreign_file.hpp"
#include "tests/fuzz/some_header.hpp"

namespace ostracon::fuzz {
namespace {

/// Of three codewords, the first of which was decoded, and of one.
std::vector<Bytes> written_pages() {
  std::vector<Bytes> files;
  for (const std::uint16_t codewords : {std::uint16_t{3}, std::uint16_t{1}}) {
    SoftPage page{.header = some_header(), .reading = codewords, .bits = {}};
    page.header.codewords = codewords;
    page.header.interleaver_step = codewords > 1 ? 1 : 0;
    page.header.stream_bytes = 4096;
    page.bits.resize(soft_bits_of(page.header));
    const std::size_t length = page.bits.size() / codewords;
    for (std::size_t i = 0; i < page.bits.size(); ++i)
      page.bits[i] = i < length && codewords > 1 ? (i * i % 7 < 3 ? Llr{127} : Llr{-127})
                                                 : static_cast<Llr>(static_cast<int>(i % 61) - 30);
    auto bytes = io::soft_page_bytes(page);
    require(bytes.has_value() && io::parse_soft_page(bytes.value()).has_value(),
            "what is written is read");
    files.push_back(std::move(bytes).value());
  }
  return files;
}

void mend_checksum(Bytes& bytes) {
  if (bytes.size() < 4) return;
  const std::uint32_t crc = format::crc32c(std::span(bytes).first(bytes.size() - 4));
  for (std::size_t i = 0; i < 4; ++i)
    bytes[bytes.size() - 4 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
}

void run(Input& input) {
  static const std::vector<Bytes> seeds = written_pages();
  const std::uint8_t how = input.byte();
  Bytes bytes(input.rest().begin(), input.rest().end());
  if ((how & 2U) == 0) bytes = changed_seed(input, seeds);
  if ((how & 1U) != 0) mend_checksum(bytes);
  const auto page = io::parse_soft_page(bytes);
  if (!page) {
    require(!page.error().message.empty(), "a soft page is refused by a sentence");
    return;
  }
  const SoftPage& soft = page.value();
  require(soft.bits.size() == soft_bits_of(soft.header), "as many bits as the header says");
  for (const Llr bit : soft.bits) {
    const int size = std::abs(int{bit});
    require(size <= rules::kMostLlrSteps || size == rules::kCertainSteps, "bits have a meaning");
  }
  const auto again = io::parse_soft_page(io::soft_page_bytes(soft).value());
  require(again.has_value() && again.value().bits == soft.bits &&
              again.value().header == soft.header && again.value().reading == soft.reading,
          "what is written again is the same page");
  SoftSum sum;
  sum.add(soft);
  sum.add(soft);
  require(sum.readings() == 1 && sum.combined() == soft.bits, "a reading counts once");
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::Input input(data, size);
  ostracon::fuzz::run(input);
  return 0;
}
