// Streams of plates that nobody vouches for, with holes: every member is listed once with what
// became of it, what is said to be verified has no hole and its checksum, and nothing is written
// outside the folder.
//
// Input: a tar, or changes of a seed (foreign_file.hpp) whose headers get right checksums again.
// The seed's choice byte has 4 bytes in front: 1 byte how (bit 0: write; bit 1: case is ignored;
// bit 2: partial files are kept), 3 bytes a hole (place, length).

#include <unistd.h>

#include <cstring>

#include "io/stream_extractor.hpp"
#include "tests/fuzz/foreign_file.hpp"

namespace ostracon::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512, kChecksum = 148;

class Stream final : public format::ByteSource {
 public:
  explicit Stream(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    require(offset <= bytes_.size() && to.size() <= bytes_.size() - offset,
            "nothing is read beyond the end of the stream");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }

 private:
  Bytes bytes_;
};

bool is_header(const Bytes& bytes, std::size_t at) {
  return at + kBlock <= bytes.size() && std::memcmp(&bytes[at + 257], "ustar", 5) == 0;
}

/// Gives every header the checksum of what it holds now.
void mend_checksums(Bytes& bytes) {
  for (std::size_t at = 0; at + kBlock <= bytes.size(); at += kBlock) {
    if (!is_header(bytes, at)) continue;
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
      sum += i >= kChecksum && i < kChecksum + 8 ? ' ' : bytes[at + i];
    std::snprintf(reinterpret_cast<char*>(&bytes[at + kChecksum]), 8, "%06o", sum & 0777777U);
    bytes[at + kChecksum + 7] = ' ';
  }
}

/// `out` to write to and `victim`, which must stay empty, in a folder that goes in the end.
class Place {
 public:
  Place() {
    fs::path shm = "/dev/shm";
    std::error_code error;
    if (!fs::is_directory(shm, error)) shm = fs::temp_directory_path();
    root_ = shm / ("ostracon-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(root_ / "victim");
  }
  ~Place() { fs::remove_all(root_); }
  fs::path out() const { return root_ / "out"; }
  void check_and_clear() {
    for (const auto& entry : fs::directory_iterator(root_))
      require(entry.path() == out() || entry.path() == root_ / "victim",
              "nothing is written beside the folder", entry.path().string());
    require(fs::is_empty(root_ / "victim"), "nothing is written through a link");
    for (const auto& entry : fs::recursive_directory_iterator(out()))
      if (entry.is_directory() && !entry.is_symlink())
        fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add);
    fs::remove_all(out());
  }

 private:
  fs::path root_;
};

void run(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Bytes> seeds = seeds_of(OSTRACON_FUZZ_CORPUS "/stream");
  static Place place;
  Bytes bytes(data, data + size);
  std::vector<ByteRange> holes;
  unsigned how = size % 2;
  if (!is_header(bytes, 0)) {
    Input input(data, size);
    how = input.byte();
    const std::uint64_t begin = input.byte() * 64U, length = input.number(0, 65535) % 4096;
    bytes = changed_seed(input, seeds);
    mend_checksums(bytes);
    const std::uint64_t end = std::min<std::uint64_t>(begin + length, bytes.size());
    if (begin < end) holes.push_back({begin, end});
  }
  const Stream stream(std::move(bytes));
  io::ExtractOptions options;
  options.folder = place.out();
  options.write = (how & 1U) != 0;
  options.keep_partial = (how & 4U) != 0;
  if ((how & 2U) != 0) options.case_sensitive = false;
  const auto report = io::extract_stream(stream, holes, options);
  if (options.write && fs::exists(place.out())) {
    if (report)
      for (const io::ExtractedFile& file : report.value().files)
        if (file.status == io::FileStatus::kVerified)
          require(fs::exists(fs::symlink_status(place.out() / file.path)),
                  "what is verified stands under its name", file.path);
    place.check_and_clear();
  }
  if (!report) {
    require(!report.error().message.empty(), "a stream is refused by a sentence");
    return;
  }
  for (const io::ExtractedFile& file : report.value().files) {
    require((file.status == io::FileStatus::kRefused) == !file.reason.empty(),
            "who is refused is told why", file.path);
    require((file.status == io::FileStatus::kLost) == !file.missing.empty(),
            "what is lost has a hole", file.path);
    for (const ByteRange& range : file.missing)
      require(range.begin < range.end && range.end <= file.size, "holes lie in the file");
    if (file.status == io::FileStatus::kVerified)
      require(io::path_problem(file.path).empty(), "no unsafe name is verified", file.path);
  }
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::run(data, size);
  return 0;
}
