// The product of two matrices in C++: the loops as written, and with the two inner loops exchanged by hand.
// Both add the products of an element in the same order, so that both give the plain loop's bits.

#include <cstring>

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
