#pragma once
// From the soft modules of QR codes to what they say.
//
//   CodeSampler --Llr--> [ CodeDecoder: format, mask off, blocks, stream ] --> report, files

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "format/qr/stream_reader.hpp"
#include "format/qr/symbol.hpp"
#include "pipeline/backend.hpp"

namespace ostracon {

/// What a user knows of every code beforehand: it is believed.
struct KnownCode {
  std::optional<int> version;
  std::optional<format::qr::Level> level;
  std::optional<int> mask;
  /// The first bytes of the message, which is one segment of bytes.
  std::vector<std::uint8_t> prefix;
};

struct CodeDecoderConfig {
  KnownCode known;
  /// Format words that are so many nats less likely than the best one are tried where that fails.
  float format_margin = 20.0F;
  std::size_t most_formats = 3;
  BlockDecoderConfig blocks;  ///< shape and max_blocks are of no meaning
};

/// Modules of one code: [side * side] ln(P(light) / P(dark)), row-major, in the host's memory.
struct SoftCode {
  int version = 0;  ///< 1 to 40
  std::span<const Llr> modules;
};

enum class CodeVerdict : std::uint8_t {
  kRead,       ///< every block is a codeword that is sure enough, the stream keeps all rules
  kUnsure,     ///< the blocks are, but not the stream's padding, and soft decisions were needed
  kNotStream,  ///< the blocks are, but they are no stream of QR
  kLost,       ///< a block could not be decoded
};
/// "read", "unsure", "not a stream", "lost".
std::string_view to_string(CodeVerdict verdict);

struct DecodedCode {
  CodeVerdict verdict = CodeVerdict::kLost;
  format::qr::FormatInformation format;
  std::int32_t blocks = 0, blocks_lost = 0;
  std::int32_t corrected = 0;               ///< octets, in the blocks that were decoded
  std::int32_t erasures = 0;                ///< octets that were no hard decisions
  BlockMethod method = BlockMethod::kNone;  ///< the last that any block needed
  /// Nats: the least of the blocks (pipeline/rules/block_confidence.hpp), and what the rules of the
  /// stream had to say besides.
  float confidence = 0;
  std::vector<std::uint8_t> data;    ///< data codewords; void where a block was lost
  format::qr::StreamReading stream;  ///< void where a block was lost
};

/// Decodes codes in batches of equal blocks, on one backend. Bounded distance is enough for a
/// stream whose padding is strange; what soft decisions guessed must keep every rule.
class CodeDecoder {
 public:
  CodeDecoder(Backend& backend, CodeDecoderConfig config)
      : backend_(&backend), config_(std::move(config)) {}

  /// One result a code, in order. Errors: kInvalidArgument for a version that does not exist, one
  /// that is known to be another, or modules that are not its side squared; those of the backend.
  Result<std::vector<DecodedCode>> run(std::span<const SoftCode> codes);

 private:
  struct Attempt;
  struct Batch;
  Result<> decode(std::span<Attempt> attempts);
  Result<> decode(const format::qr::BlockShape& shape, Batch& batch);

  Backend* backend_;
  CodeDecoderConfig config_;
  std::map<std::pair<std::int32_t, std::int32_t>, std::unique_ptr<BlockDecoder>> decoders_;
};

}  // namespace ostracon
