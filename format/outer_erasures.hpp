#pragma once
// What has to be known of one stripe's erasures to undo them: which parity serves, and the inverse
// of its Cauchy matrix in closed form.

#include <cstdint>
#include <span>
#include <vector>

namespace ostracon::format {

using Points = std::vector<std::uint8_t>;  ///< members of a group: elements of the field

/// Members by what becomes of them.
struct Erasures {
  Points whole_data, lost_data;
  Points used;    ///< as many whole parity members as there are lost data
  Points remade;  ///< lost parity, then the whole one that is compared, if any is left
  bool compares = false;
};

/// Takes parity members octet by octet, those first that have to be visited anyway since a member
/// is lost, then where most are whole: the fewer octets, the fewer multiplications.
/// erased: sorted, different, at most as many as there is parity (members k and up).
Erasures sort_members(std::uint32_t k, std::uint32_t members,
                      std::span<const std::uint32_t> erased);

/// The inverse of the matrix 1 / (x_i + y_j) has the entries u_j v_i / (x_i + y_j) with, k running
/// over the other points,
///   v_i = prod (x_i + y_k) / prod (x_i + x_k),   u_j = prod (x_k + y_j) / prod (y_j + y_k).
/// Appends them to v and u. As many x as y, all different.
void find_inverse_scales(const Points& x, const Points& y, Points& v, Points& u);

}  // namespace ostracon::format
