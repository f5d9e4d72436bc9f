// The loops of the outer code, for any kind of vector. No include guard: this file is included
// once per instruction set, inside its namespace and under its target attribute, after
// format/outer_kernel.hpp, <cstddef>, <cstdint>, and <algorithm>.
//
// `Arithmetic` is one way to multiply vectors of bytes in GF(2^8) by a constant:
//   Vector, kBytes          bytes in lanes
//   Split, split(vector)    what products with several constants share
//   kTableBytes             of what multiply() needs to know of a constant
//   load, store, zero, add, multiply(split, table), prepare(coefficient, table)
//   kRows                   rows of a matrix product that fit the registers together

template <class Arithmetic>
struct OuterLoops {
  using Vector = typename Arithmetic::Vector;
  static constexpr std::size_t kBytes = Arithmetic::kBytes;
  static constexpr std::size_t kTable = Arithmetic::kTableBytes;

  static void prepare(std::span<const std::uint8_t> coefficients, std::uint8_t* tables) {
    for (const std::uint8_t coefficient : coefficients) {
      Arithmetic::prepare(coefficient, tables);
      tables += kTable;
    }
  }

  static OSTRACON_INLINE Vector times(Vector v, const std::uint8_t* table) {
    return Arithmetic::multiply(Arithmetic::split(v), table);
  }

  /// Values on an octet to coefficients; twiddles of the layers over 4, 2, 2 and 1, 1, 1, 1.
  static OSTRACON_INLINE void interpolate(Vector (&x)[kOctet], const std::uint8_t* twiddles) {
    for (std::size_t b = 0; b < 4; ++b) join(x[2 * b], x[2 * b + 1], twiddles + (3 + b) * kTable);
    for (std::size_t b = 0; b < 2; ++b)
      for (std::size_t i = 0; i < 2; ++i)
        join(x[4 * b + i], x[4 * b + i + 2], twiddles + (1 + b) * kTable);
    for (std::size_t i = 0; i < 4; ++i) join(x[i], x[i + 4], twiddles);
  }
  static OSTRACON_INLINE void join(Vector& low, Vector& high, const std::uint8_t* twiddle) {
    high = Arithmetic::add(high, low);
    low = Arithmetic::add(low, times(high, twiddle));
  }

  /// The inverse of interpolate().
  static OSTRACON_INLINE void evaluate(Vector (&x)[kOctet], const std::uint8_t* twiddles) {
    for (std::size_t i = 0; i < 4; ++i) part(x[i], x[i + 4], twiddles);
    for (std::size_t b = 0; b < 2; ++b)
      for (std::size_t i = 0; i < 2; ++i)
        part(x[4 * b + i], x[4 * b + i + 2], twiddles + (1 + b) * kTable);
    for (std::size_t b = 0; b < 4; ++b) part(x[2 * b], x[2 * b + 1], twiddles + (3 + b) * kTable);
  }
  static OSTRACON_INLINE void part(Vector& low, Vector& high, const std::uint8_t* twiddle) {
    low = Arithmetic::add(low, times(high, twiddle));
    high = Arithmetic::add(high, low);
  }

  /// Where vector v of a column begins. The last one may overlap the one before: every vector is
  /// made of sources and addends alone, so that making bytes twice does no harm.
  static OSTRACON_INLINE std::size_t offset_of(std::size_t v, std::size_t bytes) {
    return std::min(v * kBytes, bytes - kBytes);
  }

  /// coefficients[vector][octet][8]. Octet after octet, so that few streams are read at a time.
  static void interpolate_sources(const CauchyPlan& plan, const std::uint8_t* twiddles,
                                  const ProductColumn& column, std::uint8_t* coefficients) {
    const std::size_t octets = plan.sources.size();
    const std::size_t vectors = (column.bytes + kBytes - 1) / kBytes;
    alignas(kMostVectorBytes) static constexpr std::uint8_t kZeros[kMostVectorBytes] = {};
    for (std::size_t o = 0; o < octets; ++o) {
      const std::uint8_t* from[kOctet];
      std::size_t step[kOctet];  // 0 for points that are no source
      for (std::size_t i = 0; i < kOctet; ++i) {
        const std::uint8_t member = plan.sources[o].member[i];
        from[i] = member == kNone ? kZeros : column.sources[member];
        step[i] = member == kNone ? 0 : ~std::size_t{0};
      }
      std::uint8_t* to = coefficients + o * kOctet * kBytes;
      for (std::size_t v = 0; v < vectors; ++v, to += octets * kOctet * kBytes) {
        const std::size_t at = offset_of(v, column.bytes);
        Vector x[kOctet];
        for (std::size_t i = 0; i < kOctet; ++i) {
          x[i] = Arithmetic::load(from[i] + (at & step[i]));
        }
        interpolate(x, twiddles + o * kTwiddles * kTable);
        for (std::size_t i = 0; i < kOctet; ++i) Arithmetic::store(x[i], to + i * kBytes);
      }
    }
  }

  /// sums[row][vector][8] of rows `first` to `first` + kCount - 1.
  template <std::size_t kCount>
  static void combine_rows(const CauchyPlan& plan, const std::uint8_t* weights,
                           const std::uint8_t* coefficients, std::size_t vectors, std::size_t first,
                           std::uint8_t* sums) {
    const std::size_t octets = plan.sources.size();
    const std::size_t row_tables = plan.targets.size() * kTable;
    for (std::size_t v = 0; v < vectors; ++v)
      for (std::size_t i = 0; i < kOctet; ++i) {
        const std::uint8_t* from = coefficients + (v * octets * kOctet + i) * kBytes;
        const std::uint8_t* table = weights + first * kTable;
        Vector sum[kCount];
        for (std::size_t r = 0; r < kCount; ++r) sum[r] = Arithmetic::zero();
        for (std::size_t o = 0; o < octets; ++o) {
          const auto split = Arithmetic::split(Arithmetic::load(from));
          for (std::size_t r = 0; r < kCount; ++r)
            sum[r] = Arithmetic::add(sum[r], Arithmetic::multiply(split, table + r * kTable));
          from += kOctet * kBytes;
          table += row_tables;
        }
        for (std::size_t r = 0; r < kCount; ++r)
          Arithmetic::store(sum[r], sums + (((first + r) * vectors + v) * kOctet + i) * kBytes);
      }
  }

  /// As many rows as are left of kCount at a time.
  template <std::size_t kCount>
  static void combine(const CauchyPlan& plan, const std::uint8_t* weights,
                      const std::uint8_t* coefficients, std::size_t vectors, std::size_t first,
                      std::uint8_t* sums) {
    for (; first + kCount <= plan.targets.size(); first += kCount)
      combine_rows<kCount>(plan, weights, coefficients, vectors, first, sums);
    if constexpr (kCount > 1)
      combine<kCount - 1>(plan, weights, coefficients, vectors, first, sums);
  }

  static OSTRACON_INLINE Vector finished(Vector sum, std::size_t target, std::size_t at,
                                         const ProductColumn& column, const std::uint8_t* scales) {
    if (column.addends[target] != nullptr)
      sum = Arithmetic::add(sum, Arithmetic::load(column.addends[target] + at));
    return scales == nullptr ? sum : times(sum, scales + target * kTable);
  }

  static void evaluate_targets(const CauchyPlan& plan, const std::uint8_t* twiddles,
                               const std::uint8_t* scales, const std::uint8_t* sums,
                               const std::uint8_t* raw, const ProductColumn& column) {
    const std::size_t vectors = (column.bytes + kBytes - 1) / kBytes;
    for (const CauchyPlan::Octet& octet : plan.targets) {
      for (std::size_t v = 0; v < vectors; ++v, sums += kOctet * kBytes) {
        const std::size_t at = offset_of(v, column.bytes);
        Vector x[kOctet];
        for (std::size_t i = 0; i < kOctet; ++i) x[i] = Arithmetic::load(sums + i * kBytes);
        evaluate(x, twiddles);
        for (std::size_t i = 0; i < kOctet; ++i) {
          const std::uint8_t target = octet.member[i];
          if (target == kNone) continue;
          if (octet.raw[i] != kNone)
            x[i] = Arithmetic::add(x[i],
                                   Arithmetic::load(raw + (octet.raw[i] * vectors + v) * kBytes));
          Arithmetic::store(finished(x[i], target, at, column, scales),
                            column.targets[target] + at);
        }
      }
      twiddles += kTwiddles * kTable;
    }
  }

  /// sums[row][vector] += rows `first` to `first` + kCount - 1 of a dense part over `count` sources
  /// from `from` on. `begins`: the sums are void before.
  template <std::size_t kCount>
  static void add_sources(const CauchyPlan::Dense& part, const std::uint8_t* tables,
                          const ProductColumn& column, std::size_t first, std::size_t from,
                          std::size_t count, std::uint8_t* sums) {
    const std::size_t vectors = (column.bytes + kBytes - 1) / kBytes;
    const std::size_t row_tables = part.rows.size() * kTable;
    const std::uint8_t* sources[kOctet];
    for (std::size_t i = 0; i < count; ++i) sources[i] = column.sources[part.sources[from + i]];
    for (std::size_t v = 0; v < vectors; ++v, sums += kCount * kBytes) {
      const std::size_t at = offset_of(v, column.bytes);
      const std::uint8_t* table = tables + from * row_tables + first * kTable;
      Vector sum[kCount];
      for (std::size_t r = 0; r < kCount; ++r)
        sum[r] = from == 0 ? Arithmetic::zero() : Arithmetic::load(sums + r * kBytes);
      for (std::size_t i = 0; i < count; ++i) {
        const auto split = Arithmetic::split(Arithmetic::load(sources[i] + at));
        for (std::size_t r = 0; r < kCount; ++r)
          sum[r] = Arithmetic::add(sum[r], Arithmetic::multiply(split, table + r * kTable));
        table += row_tables;
      }
      for (std::size_t r = 0; r < kCount; ++r) Arithmetic::store(sum[r], sums + r * kBytes);
    }
  }

  /// The rows of a dense part from `first` on, kCount at a time, then as many as are left. Eight
  /// sources at a time, so that few streams are read together.
  template <std::size_t kCount>
  static void multiply_out(const CauchyPlan::Dense& part, const std::uint8_t* tables,
                           const std::uint8_t* scales, const ProductColumn& column,
                           std::size_t first, std::uint8_t* sums, std::uint8_t* raw) {
    const std::size_t vectors = (column.bytes + kBytes - 1) / kBytes;
    for (; first + kCount <= part.rows.size(); first += kCount) {
      std::size_t from = 0;
      do {  // at least once: without sources the sums are zero
        const std::size_t count = std::min(kOctet, part.sources.size() - from);
        add_sources<kCount>(part, tables, column, first, from, count, sums);
        from += kOctet;
      } while (from < part.sources.size());
      for (std::size_t r = 0; r < kCount; ++r) {
        const std::uint8_t row = part.rows[first + r];
        for (std::size_t v = 0; v < vectors; ++v) {
          const Vector sum = Arithmetic::load(sums + (v * kCount + r) * kBytes);
          const std::size_t at = offset_of(v, column.bytes);
          if (part.raw)
            Arithmetic::store(sum, raw + (row * vectors + v) * kBytes);
          else
            Arithmetic::store(finished(sum, row, at, column, scales), column.targets[row] + at);
        }
      }
    }
    if constexpr (kCount > 1)
      multiply_out<kCount - 1>(part, tables, scales, column, first, sums, raw);
  }

  static void run(const CauchyPlan& plan, const std::uint8_t* tables, const ProductColumn& column,
                  std::uint8_t* scratch) {
    const std::size_t in = plan.sources.size(), out = plan.targets.size();
    const std::size_t vectors = (column.bytes + kBytes - 1) / kBytes;
    const std::uint8_t* in_twiddles = tables;
    const std::uint8_t* out_twiddles = in_twiddles + in * kTwiddles * kTable;
    const std::uint8_t* weights = out_twiddles + out * kTwiddles * kTable;
    const std::uint8_t* dense = weights + in * out * kTable;
    const std::uint8_t* scales =
        plan.scaled ? tables + (plan.coefficients.size() - plan.target_count) * kTable : nullptr;
    std::uint8_t* coefficients = scratch;
    std::uint8_t* sums = coefficients + vectors * in * kOctet * kBytes;
    std::uint8_t* raw = sums + vectors * std::max(out * kOctet, Arithmetic::kRows) * kBytes;
    for (const CauchyPlan::Dense& part : plan.dense) {
      multiply_out<Arithmetic::kRows>(part, dense, scales, column, 0, sums, raw);
      dense += part.sources.size() * part.rows.size() * kTable;
    }
    if (out == 0) return;
    interpolate_sources(plan, in_twiddles, column, coefficients);
    combine<Arithmetic::kRows>(plan, weights, coefficients, vectors, 0, sums);
    evaluate_targets(plan, out_twiddles, scales, sums, raw, column);
  }
};
