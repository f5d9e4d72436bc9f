#pragma once
// Fields of a scan come together to plates.

#include <optional>
#include <vector>

#include "core/result.hpp"
#include "pipeline/read_field.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Collects readings in field order. Keeps the payload of one plate: the one asked for, or the
/// first that is met. Not thread-safe.
class PlateAssembly {
 public:
  PlateAssembly(std::optional<Uuid> wanted, PayloadStore& store) : wanted_(wanted), store_(store) {}

  /// Takes a reading in; its report gets a reason if its page is not used. Errors: the store's.
  Result<> take(FieldReading& reading);

  /// The plate that was kept; kNotFound or kBadInput as recover() documents.
  Result<format::PageHeader> choose() const;

  /// One entry per page of the plate in order; pages never seen have every codeword kErased.
  std::vector<PageReport> take_pages();
  PlateSeen kept() const;
  std::vector<PlateSeen> others() const;

 private:
  struct Plate {
    format::PageHeader header;
    std::vector<std::uint32_t> pages;  ///< distinct, sorted
  };
  Plate& plate_of(const format::PageHeader& header);
  Result<> keep(FieldReading& reading);

  std::optional<Uuid> wanted_;
  PayloadStore& store_;
  std::vector<Plate> plates_;
  std::optional<Uuid> kept_;
  std::vector<PageReport> pages_;
};

}  // namespace ostracon
