#include "io/scan_truth.hpp"

namespace ostracon::io::hdf5 {

struct TruthWriter::Part {
  const char* name;
  hid_t stored, memory;
  std::vector<hsize_t> tail;  // sides but the first
  const void* values;
  std::size_t count;  // values there are; must be the product of `tail`
  const char* units;
};

std::vector<TruthWriter::Part> TruthWriter::parts_of(const sem::FieldTruth& truth) {
  const auto pairs = [](const char* name, const std::vector<std::array<float, 2>>& values,
                        std::vector<hsize_t> tail) {
    return Part{name,          H5T_IEEE_F32LE,    H5T_NATIVE_FLOAT, std::move(tail),
                values.data(), 2 * values.size(), "pixel"};
  };
  const auto number = [](const char* name, const double& value, const char* units) {
    return Part{name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {}, &value, 1, units};
  };
  const auto bytes = [](const char* name, const std::vector<std::uint8_t>& values) {
    return Part{name, H5T_STD_U8LE, H5T_NATIVE_UINT8, {values.size()}, values.data(), values.size(),
                ""};
  };
  return {
      {"page", H5T_STD_U32LE, H5T_NATIVE_UINT32, {}, &truth.page, 1, ""},
      {"stage_offset",
       H5T_IEEE_F64LE,
       H5T_NATIVE_DOUBLE,
       {2},
       truth.stage_offset_modules.data(),
       2,
       "module"},
      pairs(
          "lattice", truth.lattice,
          {static_cast<hsize_t>(truth.lattice_rows), static_cast<hsize_t>(truth.lattice_cols), 2}),
      pairs("frame_shift", truth.frame_shift, {truth.frame_shift.size(), 2}),
      pairs("row_motion", truth.row_motion, {truth.row_motion.size(), 2}),
      number("bright_electrons", truth.bright_electrons, "electron"),
      number("dn_per_electron", truth.dn_per_electron, ""),
      number("offset_dn", truth.offset_dn, ""),
      bytes("modules", truth.modules),
      bytes("damaged", truth.damaged),
  };
}

Result<std::unique_ptr<TruthWriter>> TruthWriter::create(const Handle& file, std::int32_t scan,
                                                         const sem::FieldTruth& first) {
  const auto made = H5Lexists(file.get(), "truth", H5P_DEFAULT) > 0
                        ? open_group(file.get(), "truth", "/truth")
                        : create_group(file.get(), "truth");
  if (!made) return made.error();
  OSTRACON_TRY_ASSIGN(const auto group,
                      create_group(made.value().get(), "scan" + std::to_string(scan)));
  auto writer = std::make_unique<TruthWriter>();
  for (const Part& part : parts_of(first)) {
    // A side of nothing cannot be chunked: such a part is left out.
    Handle dataset;
    if (part.count > 0) {
      OSTRACON_TRY_ASSIGN(dataset, create_growing(group.get(), part.name, part.stored, part.tail));
      if (*part.units != '\0')
        OSTRACON_TRY(write_text_attribute(dataset.get(), "units", part.units));
    }
    writer->datasets_.push_back(std::move(dataset));
    writer->tails_.push_back(part.tail);
  }
  return writer;
}

Result<> TruthWriter::append(const sem::FieldTruth& truth, const std::string& what) {
  const auto parts = parts_of(truth);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::size_t expected = 1;
    for (const hsize_t side : parts[i].tail) expected *= static_cast<std::size_t>(side);
    if (parts[i].tail != tails_[i] || parts[i].count != expected)
      return Error{ErrorCode::kInvalidArgument,
                   "the truth's " + std::string(parts[i].name) + " changes its size at " + what};
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (datasets_[i])
      OSTRACON_TRY(
          hdf5::append(datasets_[i], parts[i].memory, parts[i].values, "the truth of " + what));
  return Ok{};
}

}  // namespace ostracon::io::hdf5
