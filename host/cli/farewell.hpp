#pragma once

#include <string>

namespace ostracon::cli {

/// Has `message` printed on standard error if the process is ended by SIGINT or SIGTERM, which end
/// it all the same. An empty one: nothing is said any more. At most 1000 bytes are said. Main
/// thread.
void say_if_ended(const std::string& message);

}  // namespace ostracon::cli
