// Monte-Carlo pi with xorshift64 in C++: as written, and with a chunk in each lane, four vectors interleaved.
#include "bench/kernels/by_hand.h"

namespace {
constexpr std::uint64_t seed_factor = 0x9E3779B97F4A7C15ull;
constexpr double scale = 1.0 / 9007199254740992.0;
} // namespace

extern "C" double points_inside_as_written(long calls, long chunks, long points, std::int64_t* inside) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < chunks; ++i) {
      std::uint64_t state = static_cast<std::uint64_t>(i + 1) * seed_factor;
      const auto next = [&] {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<double>(state >> 11) * scale;
      };
      std::int64_t count = 0;
      for (long k = 0; k < points; ++k) {
        const double x = next(), y = next();
        if (x * x + y * y < 1.0) ++count;
      }
      inside[i] = count;
    }
  }
  return 0;
}

#ifdef __AVX512F__
extern "C" double points_inside_by_hand(long calls, long chunks, long points, std::int64_t* inside) {
  constexpr int vectors = 4;
  const __m512d one = _mm512_set1_pd(1), factor = _mm512_set1_pd(scale);
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long first = 0; first < chunks; first += 8 * vectors) {
      __m512i state[vectors], count[vectors];
      for (int v = 0; v < vectors; ++v) {
        const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
        const __m512i numbers = _mm512_add_epi64(_mm512_set1_epi64(first + 8 * v + 1), lanes);
        state[v] = _mm512_mullo_epi64(numbers, _mm512_set1_epi64(static_cast<long>(seed_factor)));
        count[v] = _mm512_setzero_si512();
      }
      for (long k = 0; k < points; ++k)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          const auto next = [&] {
            state[v] = _mm512_xor_si512(state[v], _mm512_slli_epi64(state[v], 13));
            state[v] = _mm512_xor_si512(state[v], _mm512_srli_epi64(state[v], 7));
            state[v] = _mm512_xor_si512(state[v], _mm512_slli_epi64(state[v], 17));
            return _mm512_mul_pd(_mm512_cvtepu64_pd(_mm512_srli_epi64(state[v], 11)), factor);
          };
          const __m512d x = next(), y = next();
          const __m512d square = _mm512_add_pd(_mm512_mul_pd(x, x), _mm512_mul_pd(y, y));
          count[v] = _mm512_mask_add_epi64(count[v], _mm512_cmp_pd_mask(square, one, _CMP_LT_OQ), count[v],
                                           _mm512_set1_epi64(1));
        }
      for (int v = 0; v < vectors; ++v)
        _mm512_mask_storeu_epi64(inside + first + 8 * v, first_lanes(chunks - first - 8 * v), count[v]);
    }
  }
  return 0;
}
#endif
