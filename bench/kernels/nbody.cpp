// Accelerations of n bodies in C++: as written, and with sixteen bodies in two vectors, each adding up in the loop's
// order.
#include "bench/kernels/by_hand.h"

using Array = const double*;

extern "C" double accelerations_as_written(long calls, Array x, long n, Array y, long, Array z, long, Array mass, long,
                                           double* ax, long, double* ay, long, double* az, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      double sx = 0, sy = 0, sz = 0;
      for (long j = 0; j < n; ++j) {
        if (i == j) continue;
        const double dx = x[j] - x[i], dy = y[j] - y[i], dz = z[j] - z[i];
        const double inverse = 1.0 / std::sqrt(dx * dx + dy * dy + dz * dz);
        const double force = mass[j] * inverse * inverse * inverse;
        sx += force * dx;
        sy += force * dy;
        sz += force * dz;
      }
      ax[i] = sx;
      ay[i] = sy;
      az[i] = sz;
    }
  }
  return 0;
}

#ifdef __AVX512F__
extern "C" double accelerations_by_hand(long calls, Array x, long n, Array y, long, Array z, long, Array mass, long,
                                        double* ax, long, double* ay, long, double* az, long) {
  constexpr int vectors = 2;
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel
    {
      const Share share = share_of(n, 8 * vectors);
      for (long i = share.begin; i < share.end; i += 8 * vectors) {
        __m512d xi[vectors], yi[vectors], zi[vectors], sx[vectors], sy[vectors], sz[vectors];
        __mmask8 lanes[vectors];
        for (int v = 0; v < vectors; ++v) {
          lanes[v] = first_lanes(share.end - i - 8 * v);
          xi[v] = _mm512_maskz_loadu_pd(lanes[v], x + i + 8 * v);
          yi[v] = _mm512_maskz_loadu_pd(lanes[v], y + i + 8 * v);
          zi[v] = _mm512_maskz_loadu_pd(lanes[v], z + i + 8 * v);
          sx[v] = sy[v] = sz[v] = _mm512_setzero_pd();
        }
        for (long j = 0; j < n; ++j) {
          const __m512d xj = _mm512_set1_pd(x[j]), yj = _mm512_set1_pd(y[j]), zj = _mm512_set1_pd(z[j]);
          const __m512d mj = _mm512_set1_pd(mass[j]);
#pragma GCC unroll 2
          for (int v = 0; v < vectors; ++v) {
            const long own = j - i - 8 * v;
            const auto others = static_cast<__mmask8>(own >= 0 && own < 8 ? ~(1 << own) : 0xff);
            const __m512d dx = _mm512_sub_pd(xj, xi[v]), dy = _mm512_sub_pd(yj, yi[v]), dz = _mm512_sub_pd(zj, zi[v]);
            const __m512d square =
                _mm512_add_pd(_mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy)), _mm512_mul_pd(dz, dz));
            const __m512d inverse = _mm512_div_pd(_mm512_set1_pd(1), _mm512_sqrt_pd(square));
            const __m512d force = _mm512_mul_pd(_mm512_mul_pd(_mm512_mul_pd(mj, inverse), inverse), inverse);
            sx[v] = _mm512_mask_add_pd(sx[v], others, sx[v], _mm512_mul_pd(force, dx));
            sy[v] = _mm512_mask_add_pd(sy[v], others, sy[v], _mm512_mul_pd(force, dy));
            sz[v] = _mm512_mask_add_pd(sz[v], others, sz[v], _mm512_mul_pd(force, dz));
          }
        }
        for (int v = 0; v < vectors; ++v) {
          _mm512_mask_storeu_pd(ax + i + 8 * v, lanes[v], sx[v]);
          _mm512_mask_storeu_pd(ay + i + 8 * v, lanes[v], sy[v]);
          _mm512_mask_storeu_pd(az + i + 8 * v, lanes[v], sz[v]);
        }
      }
    }
  }
  return 0;
}
#endif
