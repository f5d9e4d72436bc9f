#include "host/cli/farewell.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace ostracon::cli {
namespace {

// A handler may touch little else than these.
std::array<char, 1000> g_farewell;
std::atomic<std::size_t> g_farewell_bytes = 0;

extern "C" void say_farewell(int signal_number) {
  // What cannot be written cannot be told either.
  if (::write(STDERR_FILENO, g_farewell.data(), g_farewell_bytes.load()) < 0) ::_exit(4);
  ::raise(signal_number);  // the default action, which SA_RESETHAND has restored
}

}  // namespace

void say_if_ended(const std::string& message) {
  g_farewell_bytes = 0;
  const std::size_t bytes = std::min(message.size(), g_farewell.size());
  std::memcpy(g_farewell.data(), message.data(), bytes);
  g_farewell_bytes = bytes;
  struct sigaction action {};
  if (message.empty()) {
    action.sa_handler = SIG_DFL;
  } else {
    action.sa_handler = say_farewell;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  }
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace ostracon::cli
