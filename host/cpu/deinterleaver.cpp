#include "host/cpu/deinterleaver.hpp"

#include <algorithm>
#include <cstdlib>

#include "format/pn.hpp"
#include "host/parallel.hpp"
#include "pipeline/rules/extrinsic.hpp"

namespace ostracon::cpu {
namespace {

class CpuDeinterleaver final : public Deinterleaver {
 public:
  explicit CpuDeinterleaver(const DeinterleaverConfig& config)
      : layout_(config.layout),
        bits_(static_cast<std::size_t>(format::codeword_bits(layout_->geometry().rate))) {}

  Result<> gather(std::uint64_t seed, const Llr* page, Llr* codewords) override {
    parallel_for(layout_->codewords(), [&](std::int64_t c) {
      const auto modules = layout_->modules_of(static_cast<std::int32_t>(c));
      Llr* out = codewords + static_cast<std::size_t>(c) * bits_;
      for (std::size_t j = 0; j < bits_; ++j)
        out[j] = rules::scrambled(page[modules[j]], format::pn_bit(seed, modules[j]));
    });
    return Ok{};
  }

  Result<> scatter(std::uint64_t seed, const DecodedBatch& batch, std::uint8_t* known,
                   Llr* prior) override {
    const auto& geometry = layout_->geometry();
    std::fill_n(prior, std::ptrdiff_t{geometry.rows} * geometry.cols, Llr{0});
    parallel_for(layout_->codewords(), [&](std::int64_t c) {
      const auto modules = layout_->modules_of(static_cast<std::int32_t>(c));
      const std::size_t first = static_cast<std::size_t>(c) * bits_;
      for (std::size_t j = 0; j < bits_; ++j) {
        const unsigned flip = format::pn_bit(seed, modules[j]);
        const Llr belief = batch.beliefs[first + j];
        if (batch.decoded[c] != 0)
          known[modules[j]] = static_cast<std::uint8_t>((belief < 0 ? 1U : 0U) ^ flip);
        else
          prior[modules[j]] =
              rules::scrambled(rules::extrinsic_steps(belief, batch.codewords[first + j]), flip);
      }
    });
    return Ok{};
  }

  Result<> sum_certainties(const Llr* beliefs, std::uint32_t* sums) override {
    parallel_for(layout_->codewords(), [&](std::int64_t c) {
      const Llr* of = beliefs + static_cast<std::size_t>(c) * bits_;
      std::uint32_t sum = 0;
      for (std::size_t j = 0; j < bits_; ++j) sum += static_cast<std::uint32_t>(std::abs(of[j]));
      sums[c] = sum;
    });
    return Ok{};
  }

 private:
  std::shared_ptr<const format::PageLayout> layout_;
  std::size_t bits_;
};

}  // namespace

Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(const DeinterleaverConfig& config) {
  return std::unique_ptr<Deinterleaver>(std::make_unique<CpuDeinterleaver>(config));
}

}  // namespace ostracon::cpu
