#pragma once
// The recovery of QR plates: raw frames in, the bytes of the stream out, and what became of every
// code.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.hpp"
#include "format/qr/plate_assembly.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/code_reading.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// What one field showed.
struct CodeField {
  std::int64_t field = 0;
  std::string source;                 ///< where in the file, for a person
  std::string reason;                 ///< why nothing could be looked for; empty: it was
  std::vector<CodeReading> readings;  ///< in order of the middle's y, then x
};

struct RecoverCodesOptions {
  CodeDecoderConfig decoder;
  std::optional<Uuid> plate;  ///< which plate, when the scan holds several
  std::function<void(std::int64_t done, std::int64_t total, std::uint64_t pixels)> progress;
  /// Called after every field, in their order; an error ends the recovery.
  std::function<Result<>(const CodeField&)> field;
};

struct CodeRecovery {
  std::uint64_t located = 0, read = 0;  ///< codes in all fields
  std::uint64_t of_plates = 0;          ///< of those read: what they say is a plate's
  std::uint64_t pixels = 0;             ///< of all raw frames
  format::qr::PlateDescription plate;
  format::qr::PlateAssembly assembly;  ///< its stream has plate.stream_bytes bytes
  std::vector<ByteRange> holes;        ///< of the stream, sorted, disjoint
};

/// Reads the codes of every field, and puts those of the plate together. Fields are read one after
/// the other, each by all threads.
///
/// Errors: kNotFound if no field shows a code of the plate asked for (or of any whose description
/// was read); kBadInput if there are several and `options.plate` is not set (the message lists
/// them); those of source, backend and `options.field`.
Result<CodeRecovery> recover_codes(FieldSource& source, Backend& backend,
                                   const RecoverCodesOptions& options);

}  // namespace ostracon
