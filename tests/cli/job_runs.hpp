#pragma once
// Bulk recoveries of many small fields, and what stands once they are done.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace ostracon::test {

/// A report without what may differ from run to run: its times.
std::string report_without_times(const std::filesystem::path& file);

/// Makes `files` of random bytes, a plate of them of `pages` pages or a few more, and scans of it
/// in `scan_files` files, scan0.h5 and so on, of one small frame a page. The number of fields.
class JobTest : public ProgramTest {
 protected:
  void make_scans(int data_pages, int scan_files);

  std::int64_t fields() const { return fields_; }
  /// "recover scan0.h5 scan1.h5 ... -o OUTPUT", and `more`.
  std::vector<std::string> recover_into(const std::string& output,
                                        std::initializer_list<std::string> more) const;
  /// An undisturbed run without a job, into `whole`.
  void recover_whole();
  /// OUTPUT and its report are what recover_whole() gave, to the byte but for times, and nothing
  /// else lies beside them that was not there.
  void expect_as_whole(const std::string& output) const;
  /// Every field is in the journals of the job, once.
  void expect_read_once(const std::string& job) const;
  /// Whole records in the job's journals; 0 if there is no job yet.
  std::uint64_t records_in(const std::string& job) const;
  /// Runs the program and fails the test unless it ends with `status`.
  Outcome expect_run(int status, const std::vector<std::string>& arguments);

 private:
  std::vector<std::string> scans_;
  std::int64_t fields_ = 0;
};

}  // namespace ostracon::test
