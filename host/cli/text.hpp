#pragma once
// What people type and read: sizes, shares, amounts.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ostracon::cli {

struct Size {
  std::int32_t rows = 0, cols = 0;
};

/// "1280x960" (rows x columns) or "1280" (square); kInvalidArgument names `option` and the text.
Result<Size> parse_size(std::string_view text, std::string_view option);

/// "20%" or "0.2"; kInvalidArgument unless it is a finite number.
Result<double> parse_share(std::string_view text, std::string_view option);

/// "3,8,11-13": numbers >= 0 and closed ranges, ascending and distinct in the result.
Result<std::vector<std::int64_t>> parse_list(std::string_view text, std::string_view option);

/// `name` with control characters as "?": names come from plates and must not steer a terminal.
std::string printable(std::string_view name);
std::string human_bytes(std::uint64_t bytes);  ///< "812 B", "1.6 MB" (powers of ten)
std::string human_duration(double seconds);    ///< "0.42 s", "1:07", "2:03:11"
std::string plural(std::uint64_t count, std::string_view noun);  ///< "1 page", "3 pages"

}  // namespace ostracon::cli
