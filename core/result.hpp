#pragma once
// Failure as a value. A fallible function returns Result<T>; it never throws and never prints.
// (Stand-in for C++23 std::expected, with the same member names, so it can be replaced by it.)

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ostracon {

enum class ErrorCode {
  kInvalidArgument,  ///< the caller broke a documented precondition on sizes or parameters
  kBadInput,         ///< a file is malformed, truncated, or of an unknown version
  kNotFound,         ///< a file, data set or plate is absent
  kExists,           ///< an output stands already and may not be replaced
  kIo,               ///< the machine could not read or write (disk full, permission, read error)
  kUnavailable,      ///< this build or this machine has no such backend
  kOutOfMemory,      ///< host or device allocation failed
  kDevice,           ///< the CUDA runtime or cuFFT reported a failure
};

std::string_view to_string(ErrorCode code);

/// What went wrong, for a person: `message` names the thing and the values.
struct Error {
  ErrorCode code;
  std::string message;
  const char* file = __builtin_FILE();  // std::source_location is missing from clang 14
  int line = __builtin_LINE();
};

struct Ok {};

template <class T = Ok>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  const Error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace ostracon

/// Returns the error of `expr` from the enclosing function, if it has one.
#define OSTRACON_TRY(expr)                                                      \
  do {                                                                          \
    if (auto ostracon_try = (expr); !ostracon_try) return ostracon_try.error(); \
  } while (false)

/// `OSTRACON_TRY_ASSIGN(auto file, open(path));` declares `file`, or returns the error of `open`.
#define OSTRACON_TRY_ASSIGN(declaration, expr) \
  OSTRACON_TRY_ASSIGN_IMPL(OSTRACON_CONCAT(ostracon_result_, __LINE__), declaration, expr)
#define OSTRACON_TRY_ASSIGN_IMPL(name, declaration, expr) \
  auto name = (expr);                                     \
  if (!name) return name.error();                         \
  declaration = std::move(name).value()
#define OSTRACON_CONCAT(a, b) OSTRACON_CONCAT_IMPL(a, b)
#define OSTRACON_CONCAT_IMPL(a, b) a##b
