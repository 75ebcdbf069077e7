// y = a*x + y in C++: as written, and with vectors, a contiguous share for each thread.
#include "bench/kernels/by_hand.h"

extern "C" double axpy_as_written(long calls, double a, const double* x, long n, double* y, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) y[i] = a * x[i] + y[i];
  }
  return 0;
}

#ifdef __AVX512F__
extern "C" double axpy_by_hand(long calls, double a, const double* x, long n, double* y, long) {
  const __m512d factor = _mm512_set1_pd(a);
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel
    {
      const Share share = share_of(n, 8);
      for (long i = share.begin; i < share.end; i += 8) {
        const __mmask8 lanes = first_lanes(share.end - i);
        const __m512d product = _mm512_mul_pd(factor, _mm512_maskz_loadu_pd(lanes, x + i));
        _mm512_mask_storeu_pd(y + i, lanes, _mm512_add_pd(product, _mm512_maskz_loadu_pd(lanes, y + i)));
      }
    }
  }
  return 0;
}
#endif
