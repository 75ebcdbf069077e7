// Jacobi steps in C++, as written.
#include "bench/kernels/by_hand.h"

extern "C" double jacobi_as_written(long calls, double* a, long n, long m, double* b, long, long, long steps) {
  for (long call = 0; call < calls; ++call)
    for (long step = 0; step < steps; ++step) {
#pragma omp parallel for
      for (long i = 1; i < n - 1; ++i)
        for (long j = 1; j < m - 1; ++j)
          b[i * m + j] =
              0.2 * (a[i * m + j] + a[(i - 1) * m + j] + a[(i + 1) * m + j] + a[i * m + j - 1] + a[i * m + j + 1]);
      std::swap(a, b);
    }
  return 0;
}
