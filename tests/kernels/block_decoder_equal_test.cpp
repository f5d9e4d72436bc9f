// The block decoder's kernel against the CPU's, to the bit, with all pairs of the basis.

#include "tests/support/block_batch.hpp"
#include "tests/support/both_backends.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kBlocks = 20;

struct Decoded {
  std::vector<std::uint8_t> octets;
  std::vector<BlockOutcome> outcomes;
};

Result<Decoded> decode(Backend& backend, const format::qr::BlockShape& shape,
                       const std::vector<Llr>& llrs) {
  auto& memory = backend.memory();
  OSTRACON_TRY_ASSIGN(const auto decoder,
                      backend.make_block_decoder({.shape = shape, .max_blocks = kBlocks}));
  OSTRACON_TRY_ASSIGN(const auto in, Buffer<Llr>::from(memory, llrs));
  Decoded out{std::vector<std::uint8_t>(llrs.size() / 8), std::vector<BlockOutcome>(kBlocks)};
  OSTRACON_TRY_ASSIGN(const auto octets, Buffer<std::uint8_t>::from(memory, out.octets));
  OSTRACON_TRY_ASSIGN(const auto outcomes, Buffer<BlockOutcome>::from(memory, out.outcomes));
  OSTRACON_TRY(decoder->run(in.data(), kBlocks, octets.data(), outcomes.data()));
  OSTRACON_TRY(octets.download(out.octets));
  OSTRACON_TRY(outcomes.download(out.outcomes));
  return out;
}

class BlockDecoderEqualTest : public BothBackendsTest {};

TEST_F(BlockDecoderEqualTest, OctetsAndOutcomesAreTheSame) {
  for (const format::qr::BlockShape& shape : kShapes) {
    const BlockBatch batch = mixed_batch(shape, kBlocks, 61);
    const auto expected = decode(cpu(), shape, batch.llrs);
    ASSERT_OK(expected);
    const auto found = decode(kernels(), shape, batch.llrs);
    ASSERT_OK(found);
    EXPECT_EQ(found.value().octets, expected.value().octets);
    for (std::size_t i = 0; i < expected.value().outcomes.size(); ++i)
      EXPECT_TRUE(same(found.value().outcomes[i], expected.value().outcomes[i]))
          << shape.octets << ", block " << i;
  }
}

}  // namespace
}  // namespace ostracon::test
