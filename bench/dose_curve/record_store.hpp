#pragma once
// What has been measured, one JSON object a line, appended the moment it is known, so that a run
// can be stopped at any time and taken up where it was.

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bench/dose_curve/point.hpp"
#include "core/result.hpp"

namespace ostracon::bench {

/// One page read at one dose.
struct PageRecord {
  std::int32_t page = 0;
  std::int32_t codewords = 0, lost = 0;
  std::int32_t wrong = 0;               ///< accepted with a payload that was not written
  std::vector<std::int32_t> zone_lost;  ///< the lost ones by zone
  std::int32_t linear_lost = 0;         ///< what linear taps alone had left
  std::int32_t turns = 0;               ///< of cancellation and decoding
  double mutual_information = 0;        ///< as the reader reports it; 0 where it was told anything
  double erased = 0;                    ///< share of the modules
  double cpu_seconds = 0;               ///< of the reading alone
  std::string reason;                   ///< why the page was not found, else empty
};

/// One value of the split of the loss, by name.
struct SplitRecord {
  std::int32_t page = 0;
  std::map<std::string, double> values;
};

class RecordStore {
 public:
  /// Reads what `path` holds (a last line cut short is passed over) and appends to it from now on.
  /// kIo if it cannot be opened; kBadInput if a line in its middle is no record.
  static Result<std::unique_ptr<RecordStore>> open(const std::string& path);

  /// Writes the point's description once, so that keys can be read by a person.
  Result<> describe(const Point& point);
  std::optional<PageRecord> page(const std::string& key, std::int32_t step,
                                 std::int32_t page) const;
  std::optional<SplitRecord> split(const std::string& key, std::int32_t step,
                                   std::int32_t page) const;
  /// kIo if the line cannot be written whole. May be called from any thread.
  Result<> add(const std::string& key, std::int32_t step, const PageRecord& record);
  Result<> add(const std::string& key, std::int32_t step, const SplitRecord& record);

 private:
  using Id = std::tuple<std::string, std::int32_t, std::int32_t>;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Result<> load(const std::string& path);
  Result<> append(const std::string& line);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  mutable std::mutex mutex_;
  std::map<Id, PageRecord> pages_;
  std::map<Id, SplitRecord> splits_;
  std::map<std::string, std::string> points_;
};

}  // namespace ostracon::bench
