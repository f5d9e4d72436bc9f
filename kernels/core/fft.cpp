// cuFFT is loaded when the first plan is made, and nothing of it is linked, so that a program with
// kernels starts where there is none.

#include "kernels/core/fft.hpp"

#include <cufft.h>
#include <dlfcn.h>

#include <cassert>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ostracon::cuda {
namespace {

constexpr const char* kLibrary = "libcufft.so.12";

static_assert(sizeof(Complex) == sizeof(cufftComplex));

const char* name_of(cufftResult status) {
  switch (status) {
    case CUFFT_INVALID_PLAN:
      return "CUFFT_INVALID_PLAN";
    case CUFFT_ALLOC_FAILED:
      return "CUFFT_ALLOC_FAILED";
    case CUFFT_INVALID_TYPE:
      return "CUFFT_INVALID_TYPE";
    case CUFFT_INVALID_VALUE:
      return "CUFFT_INVALID_VALUE";
    case CUFFT_INTERNAL_ERROR:
      return "CUFFT_INTERNAL_ERROR";
    case CUFFT_EXEC_FAILED:
      return "CUFFT_EXEC_FAILED";
    case CUFFT_SETUP_FAILED:
      return "CUFFT_SETUP_FAILED";
    case CUFFT_INVALID_SIZE:
      return "CUFFT_INVALID_SIZE";
    case CUFFT_INVALID_DEVICE:
      return "CUFFT_INVALID_DEVICE";
    case CUFFT_NO_WORKSPACE:
      return "CUFFT_NO_WORKSPACE";
    case CUFFT_NOT_SUPPORTED:
      return "CUFFT_NOT_SUPPORTED";
    case CUFFT_MISSING_DEPENDENCY:
      return "CUFFT_MISSING_DEPENDENCY";
    default:
      return "an error";
  }
}

Error to_error(cufftResult status, const std::string& call, const char* file = __builtin_FILE(),
               int line = __builtin_LINE()) {
  const ErrorCode code =
      status == CUFFT_ALLOC_FAILED ? ErrorCode::kOutOfMemory : ErrorCode::kDevice;
  return Error{code,
               call + ": cuFFT answers " + name_of(status) + " (" + std::to_string(status) + ")",
               file, line};
}

/// Where the library may lie: as the loader finds it, then where a toolkit puts it.
std::vector<std::string> places() {
  std::vector<std::string> all{kLibrary};
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char* root = std::getenv(variable); root != nullptr && *root != '\0')
      all.push_back(std::string(root) + "/lib64/" + kLibrary);
  all.push_back(std::string("/usr/local/cuda/lib64/") + kLibrary);
  return all;
}

/// The functions used. Never unloaded: plans of other devices may be in use.
struct Library {
  decltype(&::cufftCreate) create = nullptr;
  decltype(&::cufftDestroy) destroy = nullptr;
  decltype(&::cufftSetStream) set_stream = nullptr;
  decltype(&::cufftSetAutoAllocation) set_auto_allocation = nullptr;
  decltype(&::cufftSetWorkArea) set_work_area = nullptr;
  decltype(&::cufftMakePlanMany) make_plan_many = nullptr;
  decltype(&::cufftExecR2C) exec_r2c = nullptr;
  decltype(&::cufftExecC2C) exec_c2c = nullptr;
};

template <class Function>
bool find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

Result<Library> load() {
  void* handle = nullptr;
  std::string looked;
  for (const std::string& place : places()) {
    handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) break;
    // The loader's sentence names the place.
    const char* why = dlerror();
    looked += (looked.empty() ? "" : "; ") + (why != nullptr ? std::string(why) : place);
  }
  if (handle == nullptr) return Error{ErrorCode::kUnavailable, "cuFFT cannot be loaded: " + looked};
  Library library;
  const bool complete = find(handle, "cufftCreate", library.create) &&
                        find(handle, "cufftDestroy", library.destroy) &&
                        find(handle, "cufftSetStream", library.set_stream) &&
                        find(handle, "cufftSetAutoAllocation", library.set_auto_allocation) &&
                        find(handle, "cufftSetWorkArea", library.set_work_area) &&
                        find(handle, "cufftMakePlanMany", library.make_plan_many) &&
                        find(handle, "cufftExecR2C", library.exec_r2c) &&
                        find(handle, "cufftExecC2C", library.exec_c2c);
  if (!complete)
    return Error{ErrorCode::kUnavailable,
                 std::string(kLibrary) + " lacks a function that is needed"};
  return library;
}

/// Loaded by the first who asks; what that gave stays.
const Result<Library>& library() {
  static const Result<Library> loaded = load();
  return loaded;
}

class CudaFft final : public Fft {
 public:
  CudaFft(const Library& library, FftKind kind) : library_(library), kind_(kind) {}
  ~CudaFft() override {
    // A status here is one of earlier work, and Device::synchronize tells it.
    if (made_) static_cast<void>(library_.destroy(plan_));
  }

  Result<> plan(Device& device, std::int32_t rows, std::int32_t cols, std::int32_t images,
                const std::string& what) {
    device_ = &device;
    OSTRACON_TRY(device.make_current());
    if (const auto status = library_.create(&plan_); status != CUFFT_SUCCESS)
      return to_error(status, "a plan of " + what);
    made_ = true;
    if (const auto status = library_.set_stream(plan_, device.stream()); status != CUFFT_SUCCESS)
      return to_error(status, "the queue of " + what);
    if (const auto status = library_.set_auto_allocation(plan_, 0); status != CUFFT_SUCCESS)
      return to_error(status, "the memory of " + what);
    const bool real = kind_ == FftKind::kRealToComplex;
    int size[] = {rows, cols};
    int in[] = {rows, cols};
    int out[] = {rows, real ? cols / 2 + 1 : cols};
    // A single row is a transform of one dimension.
    const int first = rows == 1 ? 1 : 0;
    std::size_t bytes = 0;
    if (const auto status = library_.make_plan_many(plan_, 2 - first, size + first, in + first, 1,
                                                    rows * cols, out + first, 1, rows * out[1],
                                                    real ? CUFFT_R2C : CUFFT_C2C, images, &bytes);
        status != CUFFT_SUCCESS)
      return to_error(status, "a plan of " + what);
    OSTRACON_TRY_ASSIGN(auto work, Buffer<std::byte>::create(device.memory(), bytes));
    work_.emplace(std::move(work));
    if (const auto status = library_.set_work_area(plan_, work_->data()); status != CUFFT_SUCCESS)
      return to_error(status, "the memory of " + what);
    return Ok{};
  }

  Result<> forward(const float* in, Complex* out) override {
    assert(kind_ == FftKind::kRealToComplex);
    OSTRACON_TRY(device_->make_current());
    // cuFFT takes no const; a transform out of place leaves its input.
    const auto status = library_.exec_r2c(plan_, const_cast<float*>(in), to_cufft(out));
    if (status != CUFFT_SUCCESS) return to_error(status, "a real transform");
    return Ok{};
  }
  Result<> forward(const Complex* in, Complex* out) override {
    return transform(in, out, CUFFT_FORWARD);
  }
  Result<> inverse(const Complex* in, Complex* out) override {
    return transform(in, out, CUFFT_INVERSE);
  }

 private:
  static cufftComplex* to_cufft(Complex* numbers) {
    return reinterpret_cast<cufftComplex*>(numbers);
  }
  Result<> transform(const Complex* in, Complex* out, int direction) {
    assert(kind_ == FftKind::kComplexToComplex);
    OSTRACON_TRY(device_->make_current());
    const auto status =
        library_.exec_c2c(plan_, to_cufft(const_cast<Complex*>(in)), to_cufft(out), direction);
    if (status != CUFFT_SUCCESS) return to_error(status, "a complex transform");
    return Ok{};
  }

  Device* device_ = nullptr;
  const Library& library_;
  FftKind kind_;
  cufftHandle plan_ = 0;
  bool made_ = false;
  std::optional<Buffer<std::byte>> work_;
};

}  // namespace

Result<std::unique_ptr<Fft>> Fft::create(Device& device, FftKind kind, std::int32_t rows,
                                         std::int32_t cols, std::int32_t images) {
  OSTRACON_TRY(check_fft(rows, cols, images));
  const Result<Library>& loaded = library();
  if (!loaded) return loaded.error();
  auto fft = std::make_unique<CudaFft>(loaded.value(), kind);
  OSTRACON_TRY(fft->plan(device, rows, cols, images,
                         std::to_string(images) + " transforms of " + std::to_string(rows) + " x " +
                             std::to_string(cols)));
  return std::unique_ptr<Fft>(std::move(fft));
}

}  // namespace ostracon::cuda
