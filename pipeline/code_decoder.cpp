#include "pipeline/code_decoder.hpp"

#include <algorithm>
#include <string>

#include "pipeline/code_format.hpp"

namespace ostracon {
namespace {

using format::qr::BlockLayout;
using format::qr::BlockShape;
using format::qr::StreamEnd;
using format::qr::Symbol;

constexpr std::int32_t kBatch = 1024;  // blocks decoded at once
constexpr Llr kCertain = 127;
constexpr float kConfidenceSteps = 256.0F;  // of BlockOutcome::confidence, a nat
constexpr double kNatsPerBit = 0.6931471805599453;

/// The bits that every stream begins with if it is one segment of bytes, the first of them known:
/// [bit] 0, 1, or 2 where it is not known.
std::vector<std::uint8_t> known_bits(std::span<const std::uint8_t> prefix, int version) {
  using format::qr::Mode;
  std::vector<std::uint8_t> bits;
  if (prefix.empty()) return bits;
  const auto add = [&](std::uint32_t value, int count) {
    for (int bit = count - 1; bit >= 0; --bit) bits.push_back(value >> bit & 1U);
  };
  add(format::qr::indicator_of(Mode::kByte), format::qr::kModeBits);
  bits.insert(bits.end(), static_cast<std::size_t>(format::qr::count_bits(Mode::kByte, version)),
              2);
  for (const std::uint8_t byte : prefix) add(byte, 8);
  return bits;
}

}  // namespace

std::string_view to_string(CodeVerdict verdict) {
  switch (verdict) {
    case CodeVerdict::kRead:
      return "read";
    case CodeVerdict::kUnsure:
      return "unsure";
    case CodeVerdict::kNotStream:
      return "not a stream";
    case CodeVerdict::kLost:
      break;
  }
  return "lost";
}

/// One code read with one word of format information.
struct CodeDecoder::Attempt {
  const SoftCode* code = nullptr;
  std::vector<CodeFormat> formats;  // still to be tried, the likeliest first
  DecodedCode result;
};

/// Blocks of one shape, of several codes.
struct CodeDecoder::Batch {
  struct Place {
    std::size_t attempt = 0;
    std::size_t data_begin = 0;  // of the block in DecodedCode::data
  };
  std::vector<Place> places;
  std::vector<Llr> llrs;
  std::vector<std::uint8_t> octets;
  std::vector<BlockOutcome> outcomes;
};

Result<> CodeDecoder::decode(const BlockShape& shape, Batch& batch) {
  auto& decoder = decoders_[{shape.octets, shape.data_octets}];
  if (!decoder) {
    BlockDecoderConfig config = config_.blocks;
    config.shape = shape;
    config.max_blocks = kBatch;
    OSTRACON_TRY_ASSIGN(decoder, backend_->make_block_decoder(config));
  }
  const auto count = batch.places.size();
  const auto octets = static_cast<std::size_t>(shape.octets);
  batch.octets.resize(count * octets);
  batch.outcomes.resize(count);
  for (std::size_t first = 0; first < count; first += kBatch) {
    const std::size_t some = std::min<std::size_t>(kBatch, count - first);
    Memory& memory = backend_->memory();
    OSTRACON_TRY_ASSIGN(
        const auto llrs,
        Buffer<Llr>::from(
            memory,
            std::span<const Llr>(batch.llrs).subspan(8 * octets * first, 8 * octets * some)));
    OSTRACON_TRY_ASSIGN(const auto decoded, Buffer<std::uint8_t>::create(memory, octets * some));
    OSTRACON_TRY_ASSIGN(const auto outcomes, Buffer<BlockOutcome>::create(memory, some));
    OSTRACON_TRY(decoder->run(llrs.data(), static_cast<std::int32_t>(some), decoded.data(),
                              outcomes.data()));
    OSTRACON_TRY(decoded.download(std::span(batch.octets).subspan(octets * first, octets * some)));
    OSTRACON_TRY(outcomes.download(std::span(batch.outcomes).subspan(first, some)));
  }
  return Ok{};
}

/// Every attempt by the first of its formats, which is taken off.
Result<> CodeDecoder::decode(std::span<Attempt> attempts) {
  std::map<std::pair<std::int32_t, std::int32_t>, Batch> batches;
  for (std::size_t a = 0; a < attempts.size(); ++a) {
    Attempt& attempt = attempts[a];
    const int version = attempt.code->version;
    const Symbol& symbol = format::qr::symbol_of(version);
    DecodedCode& result = attempt.result = {};
    result.format = attempt.formats.front().information;
    attempt.formats.erase(attempt.formats.begin());
    const BlockLayout layout = format::qr::block_layout(version, result.format.level);
    const auto order = format::qr::transmission_order(version, result.format.level);
    const auto known = known_bits(config_.known.prefix, version);
    result.blocks = layout.blocks();
    result.data.resize(static_cast<std::size_t>(layout.data_codewords()));

    std::size_t codeword = 0, data_begin = 0;
    for (int block = 0; block < layout.blocks(); ++block) {
      const auto data_octets = static_cast<std::size_t>(layout.data_of(block));
      const std::size_t octets = data_octets + static_cast<std::size_t>(layout.parity);
      Batch& batch =
          batches[{static_cast<std::int32_t>(octets), static_cast<std::int32_t>(data_octets)}];
      batch.places.push_back({a, data_begin});
      const std::size_t first = batch.llrs.size();
      batch.llrs.resize(first + 8 * octets);
      Llr* llr = &batch.llrs[first];
      for (std::size_t octet = 0; octet < octets; ++octet, ++codeword)
        for (std::size_t bit = 0; bit < 8; ++bit, ++llr) {
          const std::size_t place = std::size_t{8} * order[codeword] + bit;
          const Llr soft = attempt.code->modules[symbol.data_modules[place]];
          const bool inverts = (symbol.masks[place] >> result.format.mask & 1) != 0;
          *llr = inverts ? static_cast<Llr>(-soft) : soft;
        }
      const std::size_t known_end = std::min(known.size(), 8 * (data_begin + data_octets));
      for (std::size_t bit = 8 * data_begin; bit < known_end; ++bit)
        if (known[bit] < 2)
          batch.llrs[first + bit - 8 * data_begin] = known[bit] == 0 ? kCertain : -kCertain;
      data_begin += data_octets;
    }
  }

  std::vector<float> least(attempts.size(), 0);
  for (auto& [shape, batch] : batches) {
    OSTRACON_TRY(decode(BlockShape{shape.first, shape.second}, batch));
    for (std::size_t b = 0; b < batch.places.size(); ++b) {
      const auto& place = batch.places[b];
      const BlockOutcome& outcome = batch.outcomes[b];
      DecodedCode& result = attempts[place.attempt].result;
      if (outcome.method == BlockMethod::kNone) {
        ++result.blocks_lost;
        continue;
      }
      const float confidence = static_cast<float>(outcome.confidence) / kConfidenceSteps;
      float& lowest = least[place.attempt];
      lowest = result.method == BlockMethod::kNone ? confidence : std::min(lowest, confidence);
      result.method = std::max(result.method, outcome.method);
      result.corrected += outcome.corrected;
      result.erasures += outcome.erasures;
      std::copy_n(batch.octets.begin() + static_cast<std::ptrdiff_t>(b) * shape.first, shape.second,
                  result.data.begin() + static_cast<std::ptrdiff_t>(place.data_begin));
    }
  }

  for (std::size_t a = 0; a < attempts.size(); ++a) {
    DecodedCode& result = attempts[a].result;
    if (result.blocks_lost > 0) continue;
    result.stream = format::qr::read_stream(result.data, attempts[a].code->version);
    result.confidence = least[a] + static_cast<float>(kNatsPerBit * result.stream.checked_bits);
    if (result.stream.end == StreamEnd::kBroken)
      result.verdict = CodeVerdict::kNotStream;
    else if (result.stream.end == StreamEnd::kStrangePadding &&
             result.method > BlockMethod::kErasures)
      result.verdict = CodeVerdict::kUnsure;
    else
      result.verdict = CodeVerdict::kRead;
  }
  return Ok{};
}

Result<std::vector<DecodedCode>> CodeDecoder::run(std::span<const SoftCode> codes) {
  const auto known_version = config_.known.version;
  std::vector<Attempt> attempts;
  for (const SoftCode& code : codes) {
    const bool exists = code.version >= format::qr::kMinVersion &&
                        code.version <= format::qr::kMaxVersion &&
                        known_version.value_or(code.version) == code.version;
    const auto side = static_cast<std::size_t>(exists ? format::qr::side_of(code.version) : 0);
    if (!exists || code.modules.size() != side * side)
      return Error{ErrorCode::kInvalidArgument,
                   "a code of version " + std::to_string(code.version) + " with " +
                       std::to_string(code.modules.size()) + " modules"};
    Attempt attempt{&code,
                    likely_formats(code.modules, code.version, config_.known.level,
                                   config_.known.mask, config_.format_margin),
                    {}};
    if (attempt.formats.size() > config_.most_formats) attempt.formats.resize(config_.most_formats);
    attempts.push_back(std::move(attempt));
  }

  std::vector<DecodedCode> decoded(codes.size());
  std::vector<std::size_t> which(codes.size());
  for (std::size_t i = 0; i < which.size(); ++i) which[i] = i;
  for (std::size_t round = 0; !attempts.empty(); ++round) {
    OSTRACON_TRY(decode(attempts));
    std::vector<Attempt> again;
    std::vector<std::size_t> which_again;
    for (std::size_t a = 0; a < attempts.size(); ++a) {
      const bool read = attempts[a].result.verdict == CodeVerdict::kRead;
      if (read || round == 0) decoded[which[a]] = attempts[a].result;
      if (read || attempts[a].formats.empty()) continue;
      which_again.push_back(which[a]);
      again.push_back(std::move(attempts[a]));
    }
    attempts = std::move(again);
    which = std::move(which_again);
  }
  return decoded;
}

}  // namespace ostracon
