// Black-Scholes prices in C++, the same for both ways to compute the normal distribution: as written, and with SLEEF's
// vector functions of 1 ulp, whose last bits differ from those of the C library and of pyvm's consistent variants.
#pragma once

#include <sleef.h>

#include "bench/kernels/by_hand.h"

using Array = const double*;

template <class Normal>
void prices_scalar(long calls, Array spot, long n, Array strike, Array years, double rate, double volatility,
                   double* price, Normal normal) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      const double spread = volatility * std::sqrt(years[i]);
      const double d1 = (std::log(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread;
      const double d2 = d1 - spread;
      price[i] = spot[i] * normal(d1) - strike[i] * std::exp(-rate * years[i]) * normal(d2);
    }
  }
}

#ifdef __AVX512F__
template <class Normal>
void prices_vector(long calls, Array spot, long n, Array strike, Array years, double rate, double volatility,
                   double* price, Normal normal) {
  const __m512d sigma = _mm512_set1_pd(volatility), drift = _mm512_set1_pd(rate + 0.5 * volatility * volatility);
  const __m512d one = _mm512_set1_pd(1), discount = _mm512_set1_pd(-rate);
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel
    {
      const Share share = share_of(n, 8);
      for (long i = share.begin; i < share.end; i += 8) {
        const __mmask8 lanes = first_lanes(share.end - i);
        const __m512d s = _mm512_mask_loadu_pd(one, lanes, spot + i), k = _mm512_mask_loadu_pd(one, lanes, strike + i);
        const __m512d t = _mm512_mask_loadu_pd(one, lanes, years + i);
        const __m512d spread = _mm512_mul_pd(sigma, _mm512_sqrt_pd(t));
        const __m512d logarithm = Sleef_logd8_u10avx512f(_mm512_div_pd(s, k));
        const __m512d d1 = _mm512_div_pd(_mm512_add_pd(logarithm, _mm512_mul_pd(drift, t)), spread);
        const __m512d d2 = _mm512_sub_pd(d1, spread);
        const __m512d discounted = _mm512_mul_pd(k, Sleef_expd8_u10avx512f(_mm512_mul_pd(discount, t)));
        const __m512d value = _mm512_sub_pd(_mm512_mul_pd(s, normal(d1)), _mm512_mul_pd(discounted, normal(d2)));
        _mm512_mask_storeu_pd(price + i, lanes, value);
      }
    }
  }
}
#endif
