// Lengths of Collatz sequences in C++: as written, and with a number in each lane, four vectors interleaved.
#include "bench/kernels/by_hand.h"

extern "C" double collatz_as_written(long calls, long limit, std::int64_t* lengths) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for schedule(dynamic, 1000)
    for (long i = 0; i < limit; ++i) {
      std::int64_t n = i + 1, steps = 0;
      while (n != 1) {
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        ++steps;
      }
      lengths[i] = steps;
    }
  }
  return 0;
}

#ifdef __AVX512F__
extern "C" double collatz_by_hand(long calls, long limit, std::int64_t* lengths) {
  constexpr int vectors = 4;
  const __m512i one = _mm512_set1_epi64(1), lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for schedule(dynamic, 32)
    for (long first = 0; first < limit; first += 8 * vectors) {
      __m512i n[vectors], steps[vectors];
      for (int v = 0; v < vectors; ++v) {
        n[v] = _mm512_add_epi64(_mm512_set1_epi64(first + 8 * v + 1), lanes);
        steps[v] = _mm512_setzero_si512();
      }
      for (unsigned any = 1; any;) {
        any = 0;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          const __mmask8 active = _mm512_cmpneq_epi64_mask(n[v], one);
          const __mmask8 odd = _mm512_mask_test_epi64_mask(active, n[v], one);
          const __m512i tripled = _mm512_add_epi64(_mm512_add_epi64(n[v], _mm512_add_epi64(n[v], n[v])), one);
          n[v] = _mm512_mask_mov_epi64(_mm512_mask_srai_epi64(n[v], active, n[v], 1), odd, tripled);
          steps[v] = _mm512_mask_add_epi64(steps[v], active, steps[v], one);
          any |= active;
        }
      }
      for (int v = 0; v < vectors; ++v)
        _mm512_mask_storeu_epi64(lengths + first + 8 * v, first_lanes(limit - first - 8 * v), steps[v]);
    }
  }
  return 0;
}
#endif
