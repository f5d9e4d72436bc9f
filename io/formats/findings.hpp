#pragma once
// Values of metadata on their way into a ScanInfo: what is malformed is a warning. Private to io/.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/formats/texts.hpp"
#include "io/scan_source.hpp"

namespace ostracon::io {

class Findings {
 public:
  ///   where   begins every warning: a file, a data set
  Findings(ScanInfo& info, std::vector<std::string>& warnings, std::string where)
      : info_(&info), warnings_(&warnings), where_(std::move(where)) {}

  ScanInfo& info() { return *info_; }

  /// `text` times `factor`. Empty: absent. No number: a warning with the value.
  void number(std::optional<double>& to, std::string_view what, std::string_view text,
              double factor = 1);
  /// A number with its unit, "5.00 kV", as so many `base` units.
  void quantity(std::optional<double>& to, std::string_view what, std::string_view text,
                std::string_view base);
  /// A number whose unit is told apart; units of something else: a warning; no units: nothing.
  void scaled(std::optional<double>& to, std::string_view what, std::optional<double> value,
              std::string_view unit, std::string_view base);
  /// Sides of a pixel; x counts where they differ, which is a warning, as are sides of no length.
  void pixel_sides(std::optional<double> x_m, std::optional<double> y_m);
  void warn(const std::string& what) { warnings_->push_back(where_ + ": " + what); }

  /// The same of a table's entry, if it stands there.
  void entry(std::optional<double>& to, const TextTable& table, const std::string& key,
             double factor = 1);

 private:
  ScanInfo* info_;
  std::vector<std::string>* warnings_;
  std::string where_;
};

}  // namespace ostracon::io
