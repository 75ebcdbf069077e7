// The product of two matrices in C++: the loops as written, with the two inner loops exchanged by hand, and in tiles of
// 8 rows by 24 columns that stay in registers. All add the products of an element in the same order, by a
// multiplication and an addition, so that all give the plain loop's bits.
#include "bench/kernels/by_hand.h"

#include <memory>

extern "C" double matmul_as_written(long calls, const double* a, long n, long m, const double* b, long, long p,
                                    double* c) {
  for (long call = 0; call < calls; ++call) {
    std::memset(c, 0, sizeof(double) * n * p);
#pragma omp parallel for
    for (long i = 0; i < n; ++i)
      for (long j = 0; j < p; ++j)
        for (long k = 0; k < m; ++k) c[i * p + j] += a[i * m + k] * b[k * p + j];
  }
  return 0;
}

extern "C" double matmul_ikj(long calls, const double* a, long n, long m, const double* b, long, long p, double* c) {
  for (long call = 0; call < calls; ++call) {
    std::memset(c, 0, sizeof(double) * n * p);
#pragma omp parallel for
    for (long i = 0; i < n; ++i)
      for (long k = 0; k < m; ++k)
        for (long j = 0; j < p; ++j) c[i * p + j] += a[i * m + k] * b[k * p + j];
  }
  return 0;
}

#ifdef __AVX512F__
namespace {

constexpr long tile_rows = 8, vectors = 3, panel = 8 * vectors;

// Columns [first, first + 24) of b, one row after the other, zero behind the last column.
void pack(const double* b, long m, long p, long first, double* packed) {
  for (long k = 0; k < m; ++k)
    for (long v = 0; v < vectors; ++v)
      _mm512_store_pd(packed + k * panel + 8 * v,
                      _mm512_maskz_loadu_pd(first_lanes(p - first - 8 * v), b + k * p + first + 8 * v));
}

// On Zen 4 the integer broadcast leaves the units that add alone; elsewhere the two cost the same.
inline __m512d broadcast(const double& from) {
  __m512d all;
  asm("vpbroadcastq %1, %0" : "=v"(all) : "m"(from));
  return all;
}

template <long rows> void tile(const double* a, long m, const double* packed, double* c, long p, long columns) {
  __m512d sums[rows][vectors] = {};
  for (long k = 0; k < m; ++k) {
    __m512d of_b[vectors];
    for (long v = 0; v < vectors; ++v) of_b[v] = _mm512_load_pd(packed + k * panel + 8 * v);
#pragma GCC unroll 8
    for (long r = 0; r < rows; ++r) {
      const __m512d of_a = broadcast(a[r * m + k]);
#pragma GCC unroll 3
      for (long v = 0; v < vectors; ++v) sums[r][v] = _mm512_add_pd(sums[r][v], _mm512_mul_pd(of_a, of_b[v]));
    }
  }
  for (long r = 0; r < rows; ++r)
    for (long v = 0; v < vectors; ++v)
      _mm512_mask_storeu_pd(c + r * p + 8 * v, first_lanes(columns - 8 * v), sums[r][v]);
}

} // namespace

extern "C" double matmul_by_hand(long calls, const double* a, long n, long m, const double* b, long, long p,
                                 double* c) {
  const long panels = (p + panel - 1) / panel;
  const std::unique_ptr<double, decltype(&std::free)> memory(
      static_cast<double*>(std::aligned_alloc(64, sizeof(double) * panels * panel * m)), &std::free);
  double* packed = memory.get();
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel
    {
#pragma omp for schedule(static)
      for (long j = 0; j < panels; ++j) pack(b, m, p, j * panel, packed + j * panel * m);
      const Share rows = share_of(n, tile_rows);
      for (long j = 0; j < panels; ++j) {
        const double* of_b = packed + j * panel * m;
        const long columns = p - j * panel;
        long i = rows.begin;
        for (; i + tile_rows <= rows.end; i += tile_rows)
          tile<tile_rows>(a + i * m, m, of_b, c + i * p + j * panel, p, columns);
        for (; i < rows.end; ++i) tile<1>(a + i * m, m, of_b, c + i * p + j * panel, p, columns);
      }
    }
  }
  return 0;
}
#endif
