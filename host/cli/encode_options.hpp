#pragma once
// What `ostracon encode` is told. Private to the files of that verb.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "host/cli/exit_status.hpp"
#include "io/sha256.hpp"
#include "io/stream_writer.hpp"

namespace ostracon::cli {

struct EncodeOptions {
  std::vector<std::string> paths;
  std::string output;
  std::string symbology = "page";
  std::string rate = "0.8";
  std::string page = "1280x1280";
  std::string zones;
  std::string code = "3-M";
  std::string codes = "31x31";
  std::int32_t code_gap_modules = 4;
  std::string parity = "20%";
  double pitch_nm = 49;
  std::int32_t gap_modules = 16;
  bool force = false;
  std::vector<std::string> given;  ///< the options of one symbology alone that were given
};

/// The plate's name follows from what is on it: the same files and `parameters`, the same plate.
Result<Uuid> plate_uuid(const io::Sha256Digest& stream, std::string_view parameters);

/// Prints what the plate is called and how much is on it.
void print_stream(const Uuid& plate, const io::SpooledStream& stream);

/// Encodes a QR plate. Errors: of options, and all of the way from files to the master.
Result<ExitStatus> encode_qr(const EncodeOptions& options);

}  // namespace ostracon::cli
