#pragma once
// The processes that work on one job: those that MPI has started together, or this one alone.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/result.hpp"
#include "pipeline/read_fields.hpp"

namespace ostracon {

/// Every member but rank(), size() and local_rank() is called by all ranks together, each from the
/// thread that called join_ranks().
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;  ///< 0 to size() - 1
  virtual int size() const = 0;
  virtual int local_rank() const = 0;  ///< the same, among the ranks on this machine

  /// Ok if all ranks say so, else the error of the first that does not, with its number.
  virtual Result<> agree(const Result<>& mine) = 0;

  /// What a rank does with the fields that it is given.
  using Work = std::function<Result<>(const NextField& next)>;
  /// Hands the fields that rank 0 names, ascending, to the ranks one by one as they ask for them.
  /// Once a rank's work fails, no more are handed out. Returns on all ranks when the work of all
  /// has ended, with what they agree on.
  virtual Result<> deal(const std::vector<std::int64_t>& fields, const Work& work) = 0;
};

/// This process alone.
std::unique_ptr<Ranks> single_rank();

/// The ranks that this process was started with by mpirun or srun; itself alone if by neither, or
/// if this build is without MPI. To be called once, by the main thread. kUnavailable if MPI cannot
/// start.
Result<std::unique_ptr<Ranks>> join_ranks();

/// True if join_ranks() would give more than this process alone, as far as the environment tells.
bool started_as_ranks();

/// Which MPI this build knows: "Open MPI v4.1.4 ...", or "none".
const char* mpi_name();

}  // namespace ostracon
