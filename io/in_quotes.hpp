#pragma once

#include <filesystem>
#include <string>

namespace ostracon::io {

/// 'path', for messages.
inline std::string in_quotes(const std::filesystem::path& path) {
  std::string text(1, '\'');
  text += path.native();
  text += '\'';
  return text;
}

}  // namespace ostracon::io
