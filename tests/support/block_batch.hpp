#pragma once
// A batch of noisy blocks of a QR code, from clean ones to hopeless ones, with erasures.

#include <cstring>
#include <ostream>
#include <vector>

#include "pipeline/stages/block_decoder.hpp"
#include "tests/support/qr_blocks.hpp"

namespace ostracon {
inline void PrintTo(BlockMethod method, std::ostream* out) { *out << static_cast<int>(method); }
}  // namespace ostracon

namespace ostracon::test {

struct BlockBatch {
  std::vector<std::uint8_t> sent;  ///< [block][octet]
  std::vector<Llr> llrs;           ///< [block][bit]

  void add(const std::vector<std::uint8_t>& word, const std::vector<Llr>& soft) {
    sent.insert(sent.end(), word.begin(), word.end());
    llrs.insert(llrs.end(), soft.begin(), soft.end());
  }
};

/// Every way to a codeword is taken by some of 20 blocks, and some are lost.
inline BlockBatch mixed_batch(const format::qr::BlockShape& shape, std::size_t blocks,
                              std::uint32_t seed) {
  std::mt19937 random(seed);
  BlockBatch batch;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto word = random_codeword(shape, random);
    const double ebn0 = 2.5 + 0.5 * static_cast<double>(i % 10);
    auto llrs = noisy_llrs(word, esn0_db(shape, i % 10 == 9 ? 14.0 : ebn0), random);
    if (i % 20 >= 10)  // a burst
      for (std::size_t b = 0; b < 4 * static_cast<std::size_t>(shape.parity()); ++b) llrs[b] = 0;
    batch.add(word, llrs);
  }
  return batch;
}

inline bool same(const BlockOutcome& a, const BlockOutcome& b) {
  if (a.method != b.method) return false;
  return a.method == BlockMethod::kNone ||
         (a.erasures == b.erasures && a.corrected == b.corrected && a.loss == b.loss &&
          a.confidence == b.confidence);
}

}  // namespace ostracon::test
