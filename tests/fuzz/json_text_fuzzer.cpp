// JSON that nobody vouches for, as a manifest, as a profile of the simulator and as the description
// of a master: refused by a sentence, or what is accepted is written and read back the same.
//
// Input: a text that begins with '{', or changes of a seed (foreign_file.hpp).

#include "io/master_description.hpp"
#include "io/profile_file.hpp"
#include "io/stream_manifest.hpp"
#include "tests/fuzz/foreign_file.hpp"

namespace ostracon::fuzz {
namespace {

void check_manifest(std::string_view text) {
  const auto entries = io::parse_manifest(text);
  if (!entries) {
    require(!entries.error().message.empty(), "a manifest is refused by a sentence");
    return;
  }
  const auto again = io::parse_manifest(io::manifest_text(entries.value()));
  require(again.has_value(), "a manifest that was accepted is accepted again");
  require(again.value().size() == entries.value().size(), "with as many entries");
  for (std::size_t i = 0; i < entries.value().size(); ++i) {
    const io::StreamEntry& entry = entries.value()[i];
    // Text that is no UTF-8 does not survive JSON: parse_json has refused it.
    require(again.value()[i] == entry, "and the same ones", entry.path);
    if (io::path_problem(entry.path).empty())
      require(entry.path.front() != '/' && ("/" + entry.path + "/").find("/../") == entry.path.npos,
              "a path that may stand stays in its folder", entry.path);
  }
}

void check_profile(std::string_view text) {
  const auto profile = io::parse_profile(text, "the profile");
  if (!profile) {
    require(!profile.error().message.empty(), "a profile is refused by a sentence");
    return;
  }
  const std::string written = io::profile_text(profile.value(), "it");
  const auto again = io::parse_profile(written, "the profile");
  require(again.has_value(), "a profile that was accepted is accepted again");
  require(io::profile_text(again.value(), "it") == written, "with the same parameters");
}

void check_description(std::string_view text) {
  const auto description = io::parse_description(text);
  if (!description) {
    require(!description.error().message.empty(), "a description is refused by a sentence");
    return;
  }
  const std::string written = io::description_text(description.value());
  const auto again = io::parse_description(written);
  require(again.has_value(), "a description that was accepted is accepted again");
  require(io::description_text(again.value()) == written, "with the same values");
}

void run(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Bytes> seeds = seeds_of(OSTRACON_FUZZ_CORPUS "/json_text");
  Bytes bytes(data, data + size);
  if (size == 0 || data[0] != '{') {
    Input input(data, size);
    bytes = changed_seed(input, seeds);
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  check_manifest(text);
  check_profile(text);
  check_description(text);
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::run(data, size);
  return 0;
}
