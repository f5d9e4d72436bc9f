#pragma once
// Reading JSON that nobody vouches for. Private to io/: no other header includes nlohmann's.

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace ostracon::io {

/// kBadInput "`what` is not valid JSON".
inline Result<nlohmann::json> parse_json(std::string_view text, const std::string& what) {
  auto value = nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Error{ErrorCode::kBadInput, what + " is not valid JSON"};
  return value;
}

/// Text of `value`; invalid UTF-8 becomes U+FFFD. A negative indent: one line.
inline std::string json_text(const nlohmann::ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// Takes members out of an object and remembers the first thing wrong.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string what)
      : object_(&object), what_(std::move(what)) {
    if (!object.is_object()) fail(what_ + " is no JSON object");
  }

  template <class Integer>
  void integer(const char* name, Integer& to, std::uint64_t limit) {
    const auto* value = find(name);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || value->template get<std::uint64_t>() > limit)
      return fail(what_ + ": '" + name + "' is not an integer from 0 to " + std::to_string(limit));
    to = static_cast<Integer>(value->template get<std::uint64_t>());
  }
  void signed_integer(const char* name, std::int64_t& to) {
    const auto* value = find(name);
    if (value == nullptr) return;
    if (!value->is_number_integer() ||
        (value->is_number_unsigned() &&
         value->get<std::uint64_t>() >
             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())))
      return fail(what_ + ": '" + name + "' is not an integer of 64 bits");
    to = value->get<std::int64_t>();
  }
  void number(const char* name, double& to) {
    const auto* value = find(name);
    if (value == nullptr) return;
    if (!value->is_number()) return fail(what_ + ": '" + name + "' is not a number");
    to = value->get<double>();
  }
  void text(const char* name, std::string& to) {
    const auto* value = find(name);
    if (value == nullptr) return;
    if (!value->is_string()) return fail(what_ + ": '" + name + "' is not a text");
    to = value->get<std::string>();
  }
  void expect(const char* name, std::string_view wanted) {
    std::string got;
    text(name, got);
    if (good() && got != wanted)
      fail(what_ + ": '" + name + "' is '" + got + "', not '" + std::string(wanted) + "'");
  }
  bool good() const { return message_.empty(); }
  void fail(std::string message) {
    if (message_.empty()) message_ = std::move(message);
  }
  Result<> done() const {
    if (good()) return Ok{};
    return Error{ErrorCode::kBadInput, message_};
  }

 private:
  const nlohmann::json* find(const char* name) {
    if (!good()) return nullptr;
    const auto found = object_->find(name);
    if (found != object_->end()) return &*found;
    fail(what_ + ": '" + name + "' is missing");
    return nullptr;
  }

  const nlohmann::json* object_;
  std::string what_;
  std::string message_;
};

}  // namespace ostracon::io
