// exp and log of an array in C++: as written, and with SLEEF's vector functions of 1 ulp (other last bits).
#include <sleef.h>

#include "bench/kernels/by_hand.h"

extern "C" double exp_and_log_as_written(long calls, const double* x, long n, double* y, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) y[i] = std::exp(-x[i]) + std::log(x[i]);
  }
  return 0;
}

#ifdef __AVX512F__
extern "C" double exp_and_log_by_hand(long calls, const double* x, long n, double* y, long) {
  const __m512d one = _mm512_set1_pd(1);
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel
    {
      const Share share = share_of(n, 8);
      for (long i = share.begin; i < share.end; i += 8) {
        const __mmask8 lanes = first_lanes(share.end - i);
        const __m512d v = _mm512_mask_loadu_pd(one, lanes, x + i);
        const __m512d exponential = Sleef_expd8_u10avx512f(_mm512_sub_pd(_mm512_set1_pd(-0.0), v));
        _mm512_mask_storeu_pd(y + i, lanes, _mm512_add_pd(exponential, Sleef_logd8_u10avx512f(v)));
      }
    }
  }
  return 0;
}
#endif
