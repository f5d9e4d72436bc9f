#include "io/chunk_driver.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <memory>
#include <new>
#include <span>

#include "io/heap_check.hpp"

namespace ostracon::io::hdf5 {
namespace {

/// What the library keeps of an open file. It knows the first member alone.
struct Driver {
  H5FD_t library;
  FileDescriptor file;
  std::uint64_t bytes;
  dev_t device;
  ino_t inode;
  haddr_t end_of_allocation;
  std::size_t length_bytes;  ///< of lengths in this file
  bool listening;            ///< requests for data are noted, not answered
  std::uint32_t heard;       ///< how many
  StoredChunk location;      ///< of the last one
};

Driver& driver_of(H5FD_t* file) { return *reinterpret_cast<Driver*>(file); }
const Driver& driver_of(const H5FD_t* file) { return *reinterpret_cast<const Driver*>(file); }

/// Of the first superblock that the library would find; 8 if there is none.
std::size_t length_bytes_of(const FileDescriptor& file, std::uint64_t bytes) {
  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  std::array<std::uint8_t, 16> block{};
  for (std::uint64_t at = 0; at + block.size() <= bytes; at = at == 0 ? 512 : 2 * at) {
    if (!read_at(file, at, block, "")) break;
    if (std::equal(kSignature.begin(), kSignature.end(), block.begin()))
      return block[8] < 2 ? block[14] : block[10];
  }
  return 8;
}

H5FD_t* open(const char* name, unsigned flags, hid_t, haddr_t) {
  if ((flags & H5F_ACC_RDWR) != 0) return nullptr;
  FileDescriptor file(::open(name, O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return nullptr;
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  const std::size_t length_bytes = length_bytes_of(file, bytes);
  auto* driver = new (std::nothrow) Driver{.library = {},
                                           .file = std::move(file),
                                           .bytes = bytes,
                                           .device = status.st_dev,
                                           .inode = status.st_ino,
                                           .end_of_allocation = 0,
                                           .length_bytes = length_bytes,
                                           .listening = false,
                                           .heard = 0,
                                           .location = {}};
  return driver == nullptr ? nullptr : &driver->library;
}

herr_t close(H5FD_t* file) {
  delete &driver_of(file);
  return 0;
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const Driver &left = driver_of(a), &right = driver_of(b);
  if (left.device != right.device) return left.device < right.device ? -1 : 1;
  if (left.inode != right.inode) return left.inode < right.inode ? -1 : 1;
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t end_of_allocation(const H5FD_t* file, H5FD_mem_t) {
  return driver_of(file).end_of_allocation;
}

herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  driver_of(file).end_of_allocation = end;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return driver_of(file).bytes; }

herr_t handle(H5FD_t* file, hid_t, void** to) {
  *to = file;
  return 0;
}

/// Of what was read at `offset`: if a global heap begins there, all of it is looked at, for the
/// library will ask for the rest without its beginning.
bool is_sound_heap(const Driver& driver, haddr_t offset, std::span<const std::uint8_t> block) {
  constexpr std::uint64_t kMostHeapBytes = std::uint64_t{1} << 28;
  const std::uint64_t all = heap_bytes(block, driver.length_bytes);
  if (all <= block.size()) return heap_is_sound(block, driver.length_bytes);
  if (all > kMostHeapBytes || offset > driver.bytes || all > driver.bytes - offset) return false;
  const std::unique_ptr<std::uint8_t[]> room(new (std::nothrow) std::uint8_t[all]);
  if (!room) return false;
  const std::span whole(room.get(), static_cast<std::size_t>(all));
  return read_at(driver.file, offset, whole, "") && heap_is_sound(whole, driver.length_bytes);
}

herr_t read(H5FD_t* file, H5FD_mem_t type, hid_t, haddr_t offset, std::size_t bytes, void* to) {
  Driver& driver = driver_of(file);
  if (driver.listening && type == H5FD_MEM_DRAW) {
    driver.location = {.offset = offset, .bytes = bytes};
    ++driver.heard;
    return 0;
  }
  if (offset > static_cast<haddr_t>(std::numeric_limits<off_t>::max())) return -1;
  const std::span block(static_cast<std::uint8_t*>(to), bytes);
  if (!read_at(driver.file, offset, block, "")) return -1;
  // Global heaps come as data.
  return type != H5FD_MEM_DRAW || is_sound_heap(driver, offset, block) ? 0 : -1;
}

herr_t write(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, std::size_t, const void*) { return -1; }

constexpr const char* kName = "ostracon_chunk_driver";

/// The registered driver, below 0 where this HDF5 wants another kind of driver.
hid_t driver_id() {
  static const hid_t kId = [] {
    H5FD_class_t driver{};
    driver.name = kName;
    driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
    driver.fc_degree = H5F_CLOSE_WEAK;
    driver.open = open;
    driver.close = close;
    driver.cmp = compare;
    driver.query = query;
    driver.get_eoa = end_of_allocation;
    driver.set_eoa = set_end_of_allocation;
    driver.get_eof = end_of_file;
    driver.get_handle = handle;
    driver.read = read;
    driver.write = write;
    constexpr std::array<H5FD_mem_t, H5FD_MEM_NTYPES> kFreeLists = H5FD_FLMAP_DICHOTOMY;
    std::copy(kFreeLists.begin(), kFreeLists.end(), driver.fl_map);
    return H5FDregister(&driver);
  }();
  return kId;
}

Driver* driver_of(hid_t file) {
  const Handle access(H5Fget_access_plist(file));
  void* driver = nullptr;
  if (!access || H5Pget_driver(access.get()) != driver_id() ||
      H5Fget_vfd_handle(file, H5P_DEFAULT, &driver) < 0)
    return nullptr;
  return static_cast<Driver*>(driver);
}

}  // namespace

Result<Handle> open_located_file(const std::string& path) {
  silence();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  if (driver_id() < 0 || !access || H5Pset_driver(access.get(), driver_id(), nullptr) < 0) {
    H5Eclear2(H5E_DEFAULT);
    return open_file(path);
  }
  return open_file(path, access.get());
}

std::optional<LocatedFile> located_file(hid_t file) {
  const Driver* driver = driver_of(file);
  if (driver == nullptr) return std::nullopt;
  return LocatedFile{.file = &driver->file, .bytes = driver->bytes};
}

Result<std::optional<StoredChunk>> locate_chunk(hid_t file, hid_t dataset,
                                                const std::vector<hsize_t>& begin) {
  Driver* driver = driver_of(file);
  assert(driver != nullptr);
  std::uint8_t never_written_to = 0;
  std::uint32_t mask = 0;
  driver->listening = true;
  driver->heard = 0;
  const herr_t read = H5Dread_chunk(dataset, H5P_DEFAULT, begin.data(), &mask, &never_written_to);
  driver->listening = false;
  if (read >= 0 && driver->heard == 1) {
    StoredChunk chunk = driver->location;
    chunk.mask = mask;
    return std::optional(chunk);
  }
  const Error refused = last_error(ErrorCode::kBadInput, "the index of chunks is damaged");
  // Slow, but for chunks that were never written alone.
  haddr_t offset = HADDR_UNDEF;
  hsize_t stored = 0;
  if (read < 0 && H5Dget_chunk_info_by_coord(dataset, begin.data(), &mask, &offset, &stored) >= 0 &&
      offset == HADDR_UNDEF)
    return std::optional<StoredChunk>();
  H5Eclear2(H5E_DEFAULT);
  return refused;
}

}  // namespace ostracon::io::hdf5
