#pragma once
// A simulated scan in memory, rendered when read.

#include <string>
#include <utility>
#include <vector>

#include "datasets/simulator.hpp"
#include "datasets/written_plate.hpp"
#include "pipeline/memory_store.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::test {

using sem::RandomBytes;
using sem::WrittenPlate;

/// Renders field after field of a simulator; `order` names the simulator's field of each scan
/// field.
class SimulatedScan final : public FieldSource {
 public:
  SimulatedScan(sem::Simulator& simulator, std::vector<std::int64_t> order)
      : simulator_(simulator), order_(std::move(order)) {}
  explicit SimulatedScan(sem::Simulator& simulator) : simulator_(simulator) {
    for (std::int64_t field = 0; field < simulator.fields(); ++field) order_.push_back(field);
  }
  std::int64_t fields() const override { return static_cast<std::int64_t>(order_.size()); }
  FieldShape shape(std::int64_t) const override { return simulator_.shape(); }
  std::string describe(std::int64_t field) const override {
    return "simulated field " + std::to_string(field);
  }
  float black_level(std::int64_t) const override {
    return static_cast<float>(simulator_.offset_dn());
  }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    return simulator_.render(order_[static_cast<std::size_t>(field)], frames, nullptr);
  }

 private:
  sem::Simulator& simulator_;
  std::vector<std::int64_t> order_;
};

}  // namespace ostracon::test
