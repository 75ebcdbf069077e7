// The Mandelbrot set in C++: as written, and with a vector of pixels that runs until its last one has left; four
// vectors interleaved hide the latencies.
#include "bench/kernels/by_hand.h"

extern "C" double mandelbrot_as_written(long calls, long width, long height, long limit, std::int32_t* counts) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for schedule(dynamic, 4)
    for (long y = 0; y < height; ++y)
      for (long x = 0; x < width; ++x) {
        const double cr = -2.0 + 3.0 * x / width, ci = -1.0 + 2.0 * y / height;
        double zr = 0, zi = 0;
        int n = 0;
        while (n < limit && zr * zr + zi * zi <= 4.0) {
          const double t = zr * zr - zi * zi + cr;
          zi = 2.0 * zr * zi + ci;
          zr = t;
          ++n;
        }
        counts[y * width + x] = n;
      }
  }
  return 0;
}

#ifdef __AVX512F__
namespace {

constexpr int vectors = 4;

void row(std::int32_t* counts, long width, double ci_of_row, long limit) {
  const __m512d two = _mm512_set1_pd(2), four = _mm512_set1_pd(4), ci = _mm512_set1_pd(ci_of_row);
  const __m512i one = _mm512_set1_epi64(1);
  for (long x = 0; x < width; x += 8 * vectors) {
    __m512d cr[vectors], zr[vectors], zi[vectors];
    __m512i n[vectors];
    __mmask8 inside[vectors];
    for (int v = 0; v < vectors; ++v) {
      const __m512d xs = _mm512_add_pd(_mm512_set1_pd(double(x + 8 * v)), zero_to_seven());
      cr[v] = _mm512_add_pd(_mm512_set1_pd(-2),
                            _mm512_div_pd(_mm512_mul_pd(_mm512_set1_pd(3), xs), _mm512_set1_pd(double(width))));
      zr[v] = zi[v] = _mm512_setzero_pd();
      n[v] = _mm512_setzero_si512();
      inside[v] = 0xff;
    }
    for (long step = 0; step < limit; ++step) {
      unsigned any = 0;
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        const __m512d r2 = _mm512_mul_pd(zr[v], zr[v]), i2 = _mm512_mul_pd(zi[v], zi[v]);
        inside[v] = _mm512_mask_cmp_pd_mask(inside[v], _mm512_add_pd(r2, i2), four, _CMP_LE_OQ);
        any |= inside[v];
        n[v] = _mm512_mask_add_epi64(n[v], inside[v], n[v], one);
        const __m512d t = _mm512_add_pd(_mm512_sub_pd(r2, i2), cr[v]);
        zi[v] = _mm512_add_pd(_mm512_mul_pd(_mm512_mul_pd(two, zr[v]), zi[v]), ci);
        zr[v] = t;
      }
      if (!any) break;
    }
    for (int v = 0; v < vectors; ++v)
      _mm256_mask_storeu_epi32(counts + x + 8 * v, first_lanes(width - x - 8 * v), _mm512_cvtepi64_epi32(n[v]));
  }
}

} // namespace

extern "C" double mandelbrot_by_hand(long calls, long width, long height, long limit, std::int32_t* counts) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for schedule(dynamic, 4)
    for (long y = 0; y < height; ++y) row(counts + y * width, width, -1.0 + 2.0 * y / height, limit);
  }
  return 0;
}
#endif
