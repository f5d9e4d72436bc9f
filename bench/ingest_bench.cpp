// Reading of HDF5 scans: our own way, HDF5's on one thread, and a plain parallel read of the same
// file, in turns in one run. One JSON line a layout and state of the page cache: warm (the file was
// read before) or cold (dropped from the cache before every pass).
//
//   ingest_bench --folder /data --fields 64 --passes 5
//
// Times are of the wall, and of the CPU over all threads, which others on the machine disturb less;
// of each the median pass. Packed chunks repeat those of the first field.

#include <fcntl.h>
#include <libdeflate.h>
#include <lz4.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "bench/harness.hpp"
#include "io/chunk_reader.hpp"

namespace ostracon {
namespace {

using io::Axes;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kFrames = 16, kSide = 1024, kFrameBytes = kSide * kSide;
constexpr std::size_t kFieldBytes = kFrames * kFrameBytes;
constexpr std::uint64_t kRequest = std::uint64_t{8} << 20;
constexpr std::int32_t kBitshuffle = 32008;

struct Options {
  std::string folder = ".";
  std::size_t fields = 64;
  std::size_t passes = 5;
  std::size_t threads = 2;
};

/// Two grey levels in squares of 8 pixels and noise of about 12 counts.
Bytes make_frame(std::uint64_t seed) {
  Bytes frame(kFrameBytes);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    std::uint32_t noise = 0;
    for (int k = 0; k < 4; ++k) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      noise += static_cast<std::uint32_t>(seed >> 59U);
    }
    const std::size_t cell = i / 8 % 128 * 131 + i / kSide / 8 * 137;
    frame[i] = static_cast<std::uint8_t>((cell * 2654435761U >> 13U & 1U) * 60 + 40 + noise / 2);
  }
  return frame;
}

Bytes deflated(const Bytes& frame) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(4), libdeflate_free_compressor);
  Bytes packed(libdeflate_zlib_compress_bound(compressor.get(), frame.size()));
  packed.resize(libdeflate_zlib_compress(compressor.get(), frame.data(), frame.size(),
                                         packed.data(), packed.size()));
  return packed;
}

void append_number(Bytes& to, std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0) to.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

Bytes bitshuffled(const Bytes& frame) {
  constexpr std::size_t kBlock = 8192;
  Bytes packed, room(static_cast<std::size_t>(LZ4_compressBound(kBlock)));
  append_number(packed, frame.size(), 8);
  append_number(packed, kBlock, 4);
  for (std::size_t begin = 0; begin < frame.size(); begin += kBlock) {
    std::array<char, kBlock> bits{};
    for (std::size_t i = 0; i < kBlock; ++i)
      for (std::size_t k = 0; k < 8; ++k)
        bits[k * kBlock / 8 + i / 8] =
            static_cast<char>(bits[k * kBlock / 8 + i / 8] | (frame[begin + i] >> k & 1) << i % 8);
    const int size = LZ4_compress_default(bits.data(), reinterpret_cast<char*>(room.data()), kBlock,
                                          static_cast<int>(room.size()));
    append_number(packed, static_cast<std::uint64_t>(size), 4);
    packed.insert(packed.end(), room.begin(), room.begin() + size);
  }
  return packed;
}

/// A filter that can be named in a file but is not there to run.
std::size_t absent(unsigned, std::size_t, const unsigned*, std::size_t, std::size_t*, void**) {
  return 0;
}

Result<> write_scan(const std::string& path, const std::string& layout, std::size_t fields) {
  std::filesystem::remove(path);
  OSTRACON_TRY_ASSIGN(const auto file, io::hdf5::create_file(path, path));
  const io::hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  const Axes sides{fields, kFrames, kSide, kSide}, chunk{1, 1, kSide, kSide};
  H5Pset_chunk(properties.get(), 4, chunk.data());
  if (layout == "gzip") H5Pset_deflate(properties.get(), 4);
  if (layout == "bitshuffle+LZ4") {
    const H5Z_class2_t filter{H5Z_CLASS_T_VERS, kBitshuffle, 1,       1,
                              "absent",         nullptr,     nullptr, absent};
    const std::array<unsigned, 5> values{0, 4, 1, 0, 2};
    H5Zregister(&filter);
    H5Pset_filter(properties.get(), kBitshuffle, H5Z_FLAG_OPTIONAL, values.size(), values.data());
  }
  const io::hdf5::Handle space(H5Screate_simple(4, sides.data(), nullptr));
  const io::hdf5::Handle dataset(H5Dcreate2(file.get(), "frames", H5T_STD_U8LE, space.get(),
                                            H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  std::array<Bytes, kFrames> stored;
  for (std::size_t f = 0; f < kFrames; ++f) {
    stored[f] = make_frame(f + 1);
    if (layout == "gzip") stored[f] = deflated(stored[f]);
    if (layout == "bitshuffle+LZ4") stored[f] = bitshuffled(stored[f]);
  }
  for (std::size_t i = 0; i < fields * kFrames; ++i) {
    const Axes begin{i / kFrames, i % kFrames, 0, 0};
    const Bytes& bytes = stored[i % kFrames];
    if (H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, begin.data(), bytes.size(), bytes.data()) < 0)
      return io::hdf5::last_error(ErrorCode::kIo, "cannot write " + path);
  }
  return Ok{};
}

/// One way of reading the file. Its threads are limited by the caller.
using Pass = std::function<Result<>()>;

/// The whole file by requests of 8 MiB, every thread into memory of its own.
Result<> read_plainly(const io::FileDescriptor& file, std::uint64_t bytes,
                      tbb::enumerable_thread_specific<Bytes>& rooms) {
  std::atomic<bool> failed = false;
  tbb::parallel_for(std::uint64_t{0}, (bytes + kRequest - 1) / kRequest, [&](std::uint64_t i) {
    const auto to = std::span(rooms.local()).first(std::min(kRequest, bytes - i * kRequest));
    if (!io::read_at(file, i * kRequest, to, "the file")) failed = true;
  });
  if (failed) return Error{ErrorCode::kIo, "cannot read the file"};
  return Ok{};
}

struct Cost {
  double wall = 0, cpu = 0;
};

Result<Cost> time_of(const Pass& pass, const io::FileDescriptor& file, bool cold) {
  if (cold) ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  const double wall = bench::seconds(bench::Clock::kWall);
  const double cpu = bench::seconds(bench::Clock::kProcess);
  OSTRACON_TRY(pass());
  return Cost{bench::seconds(bench::Clock::kWall) - wall,
              bench::seconds(bench::Clock::kProcess) - cpu};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Result<> measure_layout(const Options& options, const std::string& layout) {
  const std::string path = (std::filesystem::path(options.folder) / "ingest_bench.h5").string();
  OSTRACON_TRY(write_scan(path, layout, options.fields));
  const io::FileDescriptor plain_file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ::fsync(plain_file.get());
  const std::uint64_t stored = std::filesystem::file_size(path);
  OSTRACON_TRY_ASSIGN(const auto file, io::hdf5::open_located_file(path));
  OSTRACON_TRY_ASSIGN(const auto dataset, io::hdf5::open_dataset(file.get(), "frames", "frames"));
  OSTRACON_TRY_ASSIGN(auto index, io::hdf5::ChunkIndex::create(file, dataset, H5T_NATIVE_UINT8));
  io::hdf5::ChunkReader reader(std::move(index));
  OSTRACON_TRY_ASSIGN(const auto library_file, io::hdf5::open_file(path));
  OSTRACON_TRY_ASSIGN(const auto library_set,
                      io::hdf5::open_dataset(library_file.get(), "frames", "frames"));
  tbb::enumerable_thread_specific<Bytes> rooms([] { return Bytes(kRequest); });
  std::vector<std::byte> field(kFieldBytes);
  const auto box_of = [](std::size_t i) {
    return io::hdf5::Box{{i, 0, 0, 0}, {1, kFrames, kSide, kSide}};
  };
  const auto on = [](std::size_t threads, const Pass& pass) {
    return [=]() -> Result<> {
      const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
      return pass();
    };
  };
  const Pass ingest = [&]() -> Result<> {
    for (std::size_t i = 0; i < options.fields; ++i) {
      OSTRACON_TRY_ASSIGN(const auto lost, reader.read(box_of(i), field));
      if (!lost.empty()) return lost.front().error;
      if (i + 1 < options.fields) reader.announce(box_of(i + 1));
    }
    return Ok{};
  };
  const Pass library = [&]() -> Result<> {
    for (std::size_t i = 0; i < options.fields; ++i)
      OSTRACON_TRY(io::hdf5::read_box(library_set, H5T_NATIVE_UINT8, box_of(i).begin,
                                      box_of(i).count, field.data(), "a field"));
    return Ok{};
  };
  std::vector<std::pair<std::string, Pass>> ways{
      {"plain_read", on(options.threads, [&] { return read_plainly(plain_file, stored, rooms); })},
      {"ingest", on(options.threads, ingest)},
      {"ingest_1_thread", on(1, ingest)}};
  if (layout != "bitshuffle+LZ4") ways.emplace_back("h5dread", library);

  const double raw_gb = static_cast<double>(options.fields * kFieldBytes) * 1e-9;
  for (const bool cold : {false, true}) {
    std::vector<std::vector<double>> wall(ways.size()), cpu(ways.size());
    for (std::size_t pass = 0; pass <= options.passes; ++pass)
      for (std::size_t way = 0; way < ways.size(); ++way) {
        OSTRACON_TRY_ASSIGN(const Cost cost, time_of(ways[way].second, plain_file, cold));
        if (pass == 0) continue;  // warms up
        wall[way].push_back(cost.wall);
        cpu[way].push_back(cost.cpu);
      }
    std::printf(R"({"layout":"%s","cache":"%s","fields":%zu,"raw_gb":%.2f,"stored_gb":%.2f,)"
                R"("threads":%zu,"passes":%zu)",
                layout.c_str(), cold ? "cold" : "warm", options.fields, raw_gb,
                static_cast<double>(stored) * 1e-9, options.threads, options.passes);
    for (std::size_t way = 0; way < ways.size(); ++way)
      std::printf(R"(,"%s":{"wall_s":%.3f,"cpu_s":%.3f,"raw_gb_per_s":%.3f})",
                  ways[way].first.c_str(), median(wall[way]), median(cpu[way]),
                  raw_gb / median(wall[way]));
    std::printf("}\n");
    std::fflush(stdout);
  }
  std::filesystem::remove(path);
  return Ok{};
}

}  // namespace
}  // namespace ostracon

int main(int argc, char** argv) {
  ostracon::Options options;
  CLI::App app{"Reading of HDF5 scans beside a plain read and HDF5's own"};
  app.add_option("--folder", options.folder, "where the file is written and read");
  app.add_option("--fields", options.fields, "of 16 MiB each");
  app.add_option("--passes", options.passes, "of which the median counts");
  app.add_option("--threads", options.threads, "of the plain read and of ours");
  CLI11_PARSE(app, argc, argv);
  for (const char* layout : {"plain", "gzip", "bitshuffle+LZ4"}) {
    const auto done = ostracon::measure_layout(options, layout);
    if (!done) std::fprintf(stderr, "ingest_bench: %s\n", done.error().message.c_str());
    if (!done) return 1;
  }
  return 0;
}
