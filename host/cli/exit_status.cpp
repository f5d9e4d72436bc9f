#include "host/cli/exit_status.hpp"

namespace ostracon::cli {

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kExists:
      return ExitStatus::kUsage;
    case ErrorCode::kBadInput:
    case ErrorCode::kNotFound:
      return ExitStatus::kBadInput;
    case ErrorCode::kIo:
    case ErrorCode::kUnavailable:
    case ErrorCode::kOutOfMemory:
    case ErrorCode::kDevice:
      return ExitStatus::kMachine;
  }
  return ExitStatus::kMachine;
}

}  // namespace ostracon::cli
