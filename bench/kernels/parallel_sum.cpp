// The sum in C++: as written, and with vectors, as fast as memory allows, in an order of its own.

#include <algorithm>
#include <cstring>
#include <omp.h>

namespace {

#ifdef __AVX512F__
constexpr int vector_bytes = 64;
#else
constexpr int vector_bytes = 32;
#endif
constexpr long width = vector_bytes / sizeof(double);
typedef double Vector __attribute__((vector_size(vector_bytes)));

Vector load(const double* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

// Eight accumulators: enough to hide the latency of an addition.
double sum_range(const double* a, long n) {
  constexpr long accumulators = 8;
  Vector sums[accumulators] = {};
  long i = 0;
  for (; i + accumulators * width <= n; i += accumulators * width) {
#pragma GCC unroll 8
    for (long k = 0; k < accumulators; ++k) sums[k] += load(a + i + k * width);
  }
  for (; i + width <= n; i += width) sums[0] += load(a + i);
  for (long k = 1; k < accumulators; ++k) sums[0] += sums[k];
  double total = 0;
  for (long k = 0; k < width; ++k) total += sums[0][k];
  for (; i < n; ++i) total += a[i];
  return total;
}

} // namespace

extern "C" double sum_vectors(long calls, const double* a, long n) {
  double total = 0;
  for (long call = 0; call < calls; ++call) {
    total = 0;
#pragma omp parallel
    {
      // One contiguous share for each thread, cut at whole cache lines where the array starts at one.
      constexpr long line = 8;
      long lines = (n + line - 1) / line, threads = omp_get_num_threads(), thread = omp_get_thread_num();
      long first = lines * thread / threads * line;
      long last = std::min(n, lines * (thread + 1) / threads * line);
      double share = sum_range(a + first, last - first);
#pragma omp atomic
      total += share;
    }
    asm volatile("" ::: "memory");
  }
  return total;
}

extern "C" double sum_as_written(long calls, const double* a, long n) {
  double total = 0;
  for (long call = 0; call < calls; ++call) {
    total = 0;
#pragma omp parallel for reduction(+ : total)
    for (long i = 0; i < n; ++i) total += a[i];
    asm volatile("" ::: "memory");
  }
  return total;
}
