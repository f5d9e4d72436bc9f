#pragma once
// The block decoder as its contract says, one bit after the other: the oracle of all backends.

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "format/gf256.hpp"
#include "pipeline/rules/block_confidence.hpp"
#include "pipeline/stages/block_decoder.hpp"

namespace ostracon::test {

class ScalarBlockDecoder {
 public:
  explicit ScalarBlockDecoder(const BlockDecoderConfig& config)
      : config_(config), shape_(config.shape), trusted_(trusted_errors(config)) {}

  struct Decoded {
    BlockOutcome outcome;
    std::vector<std::uint8_t> octets;
  };

  Decoded decode(const Llr* llrs) {
    llrs_ = llrs;
    hard_.assign(static_cast<std::size_t>(shape_.octets), 0);
    doubt_ = 0;
    std::vector<std::int32_t> erased, doubts(hard_.size(), 0);
    for (std::size_t i = 0; i < hard_.size(); ++i) {
      bool any = false;
      for (std::size_t b = 0; b < 8; ++b) {
        const Llr llr = llrs[8 * i + b];
        if (llr < 0) hard_[i] = static_cast<std::uint8_t>(hard_[i] | (0x80U >> b));
        doubts[i] += rules::doubt(llr);
        any |= llr == 0;
      }
      doubt_ += doubts[i];
      if (any) erased.push_back(static_cast<std::int32_t>(i));
    }

    if (static_cast<std::int32_t>(erased.size()) <= shape_.parity()) {
      auto word = hard_;
      if (const auto done = format::qr::decode_block(shape_, word, erased)) {
        const bool trusted = done->errors <= trusted_[erased.size()];
        const auto method = !erased.empty() ? BlockMethod::kErasures
                            : word == hard_ ? BlockMethod::kClean
                                            : BlockMethod::kErrors;
        if (trusted || sure(word)) return accepted(method, erased.size(), word);
      }
    }
    if (config_.last_method >= BlockMethod::kMinimumDistance) {
      std::vector<std::int32_t> order(hard_.size());
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        return doubts[static_cast<std::size_t>(a)] > doubts[static_cast<std::size_t>(b)];
      });
      for (std::int32_t lost = 2 - shape_.parity() % 2; lost <= shape_.parity(); lost += 2) {
        std::vector<std::int32_t> erasures(order.begin(), order.begin() + lost);
        std::sort(erasures.begin(), erasures.end());
        auto word = hard_;
        if (format::qr::decode_block(shape_, word, erasures) && sure(word))
          return accepted(BlockMethod::kMinimumDistance, erasures.size(), word);
      }
    }
    if (config_.last_method >= BlockMethod::kOrderedStatistics) {
      Decoded found{};
      if (search(found)) return found;
    }
    return {{}, hard_};
  }

 private:
  using Bits = std::vector<char>;
  static std::int32_t size_of(Llr llr) { return std::abs(std::int32_t{llr}); }
  static bool bit_of(const std::vector<std::uint8_t>& word, std::size_t bit) {
    return (word[bit / 8] & (0x80U >> (bit % 8))) != 0;
  }

  std::int32_t loss_of(const std::vector<std::uint8_t>& word) const {
    std::int32_t loss = 0;
    for (std::size_t b = 0; b < 8 * word.size(); ++b)
      if (bit_of(word, b) != bit_of(hard_, b)) loss += size_of(llrs_[b]);
    return loss;
  }
  std::int32_t confidence_of(const std::vector<std::uint8_t>& word) const {
    return rules::block_confidence(shape_.parity_bits(), doubt_, loss_of(word));
  }
  bool sure(const std::vector<std::uint8_t>& word) const {
    return confidence_of(word) >= least_confidence(config_);
  }
  Decoded accepted(BlockMethod method, std::size_t erasures,
                   const std::vector<std::uint8_t>& word) const {
    std::size_t corrected = 0;
    for (std::size_t i = 0; i < word.size(); ++i) corrected += word[i] != hard_[i] ? 1U : 0U;
    return {{method, static_cast<std::uint8_t>(erasures), static_cast<std::uint8_t>(corrected),
             loss_of(word), confidence_of(word)},
            word};
  }

  /// [check][bit], the last bit of all the check's sum over the hard decisions; Gauss and Jordan's
  /// elimination from the least reliable bit on.
  bool search(Decoded& found) const {
    const auto bits = static_cast<std::size_t>(shape_.bits());
    const auto checks = static_cast<std::size_t>(shape_.parity_bits());
    std::vector<Bits> matrix(checks, Bits(bits + 1, 0));
    for (std::size_t b = 0; b < bits; ++b)
      for (std::size_t j = 0; j < checks / 8; ++j) {
        const std::uint8_t octet =
            format::gf256::kTables.exp[(j * (hard_.size() - 1 - b / 8) + 7 - b % 8) % 255];
        for (std::size_t r = 0; r < 8; ++r) {
          const char one = static_cast<char>((octet >> r) & 1);
          matrix[8 * j + r][b] = one;
          if (bit_of(hard_, b)) matrix[8 * j + r][bits] ^= one;
        }
      }
    std::vector<std::size_t> order(bits), row_bit, basis;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return size_of(llrs_[a]) < size_of(llrs_[b]);
    });
    for (const std::size_t b : order) {
      std::size_t row = row_bit.size();
      while (row < checks && matrix[row][b] == 0) ++row;
      if (row == checks) {
        basis.push_back(b);
        continue;
      }
      std::swap(matrix[row], matrix[row_bit.size()]);
      const Bits pivot = matrix[row_bit.size()];
      for (std::size_t r = 0; r < checks; ++r)
        if (r != row_bit.size() && matrix[r][b] != 0)
          for (std::size_t c = 0; c <= bits; ++c) matrix[r][c] ^= pivot[c];
      row_bit.push_back(b);
    }

    const auto try_changes = [&](std::initializer_list<std::size_t> changed) {
      auto word = hard_;
      const auto change = [&](std::size_t b) {
        word[b / 8] = static_cast<std::uint8_t>(word[b / 8] ^ (0x80U >> (b % 8)));
      };
      for (const std::size_t i : changed) change(basis[i]);
      for (std::size_t r = 0; r < checks; ++r) {
        char differs = matrix[r][bits];
        for (const std::size_t i : changed) differs ^= matrix[r][basis[i]];
        if (differs != 0) change(row_bit[r]);
      }
      if (!sure(word)) return false;
      found = accepted(BlockMethod::kOrderedStatistics, 0, word);
      return true;
    };
    if (try_changes({})) return true;
    for (std::size_t i = 0; i < basis.size(); ++i)
      if (try_changes({i})) return true;
    const std::size_t paired = std::min(basis.size(), static_cast<std::size_t>(config_.pair_bits));
    for (std::size_t j = 1; j < paired; ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (try_changes({i, j})) return true;
    return false;
  }

  BlockDecoderConfig config_;
  format::qr::BlockShape shape_;
  TrustedErrors trusted_;
  const Llr* llrs_ = nullptr;
  std::vector<std::uint8_t> hard_;
  std::int32_t doubt_ = 0;
};

}  // namespace ostracon::test
