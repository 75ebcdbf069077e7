// What the kernels written by hand share. They need AVX-512; where the compiler has none they are left out, and the
// benchmark runs without them. Unless their file says so, they give the bits of the loop as written.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <omp.h>

#ifdef __AVX512F__
#include <immintrin.h>

inline __m512d zero_to_seven() { return _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0); }

// A mask of the lanes below `count`, all of them from 8 on.
inline __mmask8 first_lanes(long count) {
  return count >= 8 ? 0xff : count <= 0 ? 0 : static_cast<__mmask8>((1 << count) - 1);
}
#endif

struct Share {
  long begin, end;
};

// The calling thread's share of n, cut at multiples of `unit`.
inline Share share_of(long n, long unit) {
  const long units = (n + unit - 1) / unit, threads = omp_get_num_threads(), thread = omp_get_thread_num();
  return {std::min(n, units * thread / threads * unit), std::min(n, units * (thread + 1) / threads * unit)};
}
