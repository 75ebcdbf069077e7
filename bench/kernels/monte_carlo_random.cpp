// Monte-Carlo pi by Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011), eight counters in
// a vector: a block of four 32-bit numbers gives the two coordinates of one point, as in vm/semantics/philox.h. Words
// stand in 64-bit lanes, with anything above their 32 bits: the multiplication does not look there.
#include "bench/kernels/by_hand.h"

#ifdef __AVX512F__
namespace {

struct Keys {
  __m512i first[10], second[10];
};

Keys keys_of(std::uint32_t key0, std::uint32_t key1) {
  Keys keys;
  for (int round = 0; round < 10; ++round) {
    keys.first[round] = _mm512_set1_epi64(key0);
    keys.second[round] = _mm512_set1_epi64(key1);
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return keys;
}

struct Block {
  __m512i word[4];
};

Block philox(__m512i counter, const Keys& keys) {
  const __m512i multiply0 = _mm512_set1_epi64(0xD2511F53), multiply1 = _mm512_set1_epi64(0xCD9E8D57);
  constexpr int of_three = 0x96; // exclusive or
  Block b{{counter, _mm512_srli_epi64(counter, 32), _mm512_setzero_si512(), _mm512_setzero_si512()}};
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const __m512i p0 = _mm512_mul_epu32(multiply0, b.word[0]), p1 = _mm512_mul_epu32(multiply1, b.word[2]);
    b = {{_mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), b.word[1], keys.first[round], of_three), p1,
          _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), b.word[3], keys.second[round], of_three), p0}};
  }
  return b;
}

// 53 bits of two words, as NumPy makes a double in [0, 1).
__m512d number(__m512i low, __m512i high) {
  const __m512i bits = _mm512_mask_blend_epi32(0xaaaa, low, _mm512_slli_epi64(high, 32));
  return _mm512_mul_pd(_mm512_cvtepi64_pd(_mm512_srli_epi64(bits, 11)), _mm512_set1_pd(1.0 / 9007199254740992.0));
}

} // namespace

extern "C" double points_inside_by_philox(long calls, long points) {
  long total = 0;
  for (long call = 0; call < calls; ++call) {
    total = 0;
    const Keys keys = keys_of(0x12345678, 0x9abcdef0 + static_cast<std::uint32_t>(call));
#pragma omp parallel for reduction(+ : total)
    for (long i = 0; i < points; i += 8) {
      const __m512i counter = _mm512_add_epi64(_mm512_set1_epi64(i), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
      const Block b = philox(counter, keys);
      const __m512d x = number(b.word[0], b.word[1]), y = number(b.word[2], b.word[3]);
      const __m512d square = _mm512_add_pd(_mm512_mul_pd(x, x), _mm512_mul_pd(y, y));
      total +=
          __builtin_popcount(_mm512_mask_cmp_pd_mask(first_lanes(points - i), square, _mm512_set1_pd(1), _CMP_LT_OQ));
    }
  }
  return static_cast<double>(total);
}
#endif
