// Black-Scholes with erf.
#include "bench/kernels/black_scholes.h"

extern "C" double prices_as_written(long calls, Array spot, long n, Array strike, long, Array years, long, double rate,
                                    double volatility, double* price, long) {
  prices_scalar(calls, spot, n, strike, years, rate, volatility, price,
                [](double x) { return 0.5 * (1.0 + std::erf(x * 0.7071067811865476)); });
  return 0;
}

#ifdef __AVX512F__
extern "C" double prices_by_hand(long calls, Array spot, long n, Array strike, long, Array years, long, double rate,
                                 double volatility, double* price, long) {
  prices_vector(calls, spot, n, strike, years, rate, volatility, price, [](__m512d x) {
    const __m512d erf = Sleef_erfd8_u10avx512f(_mm512_mul_pd(x, _mm512_set1_pd(0.7071067811865476)));
    return _mm512_mul_pd(_mm512_set1_pd(0.5), _mm512_add_pd(_mm512_set1_pd(1), erf));
  });
  return 0;
}
#endif
