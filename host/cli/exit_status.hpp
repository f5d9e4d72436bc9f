#pragma once
// What the program tells the shell. The one place that turns an ErrorCode into a number.

#include "core/result.hpp"

namespace ostracon::cli {

enum class ExitStatus : int {
  kVerified = 0,  ///< done; everything asked for is whole and verified
  kLost = 1,      ///< done; some file could not be recovered whole
  kUsage = 2,     ///< the command line is wrong, or would replace something without --force
  kBadInput = 3,  ///< an input is absent, malformed, or holds no plate
  kMachine = 4,   ///< this machine could not: I/O, memory, device
};

ExitStatus exit_status(ErrorCode code);

}  // namespace ostracon::cli
