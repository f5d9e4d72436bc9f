// Runs a fuzzer where there is no libFuzzer: over the files named, and over pseudo-random inputs
// that are the same on every machine.
//   NAME_fuzzer [--inputs N] [--only I] [FILE or FOLDER...]

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "datasets/random.hpp"

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace ostracon::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::size_t current_input = 0;  // of generated inputs, for who must repeat a finding

void report(int /*signal*/) {
  std::fprintf(stderr, "by input %zu: repeat it with --only %zu\n", current_input, current_input);
}

void run(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Short and long ones; of all byte values, of few, mostly zeros, or one value throughout.
Bytes generated(std::size_t index) {
  sem::Random random(index);
  const std::size_t most = std::size_t{1} << random.word() % 13;
  Bytes input(random.word() % (most + 1));
  const std::uint64_t kind = random.word() % 4, few = random.word();
  for (std::uint8_t& byte : input) {
    const std::uint64_t word = random.word();
    const auto value = static_cast<std::uint8_t>(word);
    const auto one_of_few = static_cast<std::uint8_t>(few >> (8 * (value % 4)));
    const bool sparse = word >> 32 < 0x20000000U;
    byte = kind == 0   ? value
           : kind == 1 ? one_of_few
           : kind == 2 ? (sparse ? value : std::uint8_t{0})
                       : static_cast<std::uint8_t>(few);
  }
  return input;
}

int replay(const std::vector<const char*>& arguments) {
  std::size_t inputs = 0, files = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool takes_number =
        std::strcmp(arguments[i], "--inputs") == 0 || std::strcmp(arguments[i], "--only") == 0;
    if (!takes_number) {
      for (const auto& file : files_of(arguments[i])) run(read(file)), ++files;
      continue;
    }
    if (i + 1 == arguments.size()) {
      std::fprintf(stderr, "%s wants a number\n", arguments[i]);
      return 2;
    }
    const bool only = std::strcmp(arguments[i], "--only") == 0;
    const std::size_t number = std::strtoull(arguments[++i], nullptr, 10);
    current_input = only ? number : 0;
    for (std::size_t left = only ? 1 : number; left > 0; --left, ++inputs, ++current_input)
      run(generated(current_input));
  }
  std::printf("%zu files and %zu generated inputs: all properties hold\n", files, inputs);
  return files + inputs > 0 ? 0 : 2;
}

}  // namespace
}  // namespace ostracon::fuzz

int main(int argc, char** argv) {
  std::signal(SIGABRT, ostracon::fuzz::report);
  try {
    return ostracon::fuzz::replay({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
