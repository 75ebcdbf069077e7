// A histogram of bytes in C++: as written, and with four tables for each thread, so that equal neighbours do not wait
// for each other's store.
#include "bench/kernels/by_hand.h"

#include <vector>

extern "C" double histogram_as_written(long calls, const std::uint8_t* data, long n, long parts, std::int64_t* counts) {
  for (long call = 0; call < calls; ++call) {
    std::vector<std::int64_t> rows(parts * 256);
#pragma omp parallel for
    for (long t = 0; t < parts; ++t)
      for (long i = t * n / parts; i < (t + 1) * n / parts; ++i) ++rows[t * 256 + data[i]];
    std::fill_n(counts, 256, 0);
    for (long t = 0; t < parts; ++t)
      for (long value = 0; value < 256; ++value) counts[value] += rows[t * 256 + value];
  }
  return 0;
}

extern "C" double histogram_by_hand(long calls, const std::uint8_t* data, long n, long, std::int64_t* counts) {
  constexpr int tables = 4;
  for (long call = 0; call < calls; ++call) {
    std::fill_n(counts, 256, 0);
#pragma omp parallel
    {
      alignas(64) std::uint32_t table[tables * 256] = {};
      const Share share = share_of(n, 64);
      long i = share.begin;
      for (; i + 8 <= share.end; i += 8) {
        std::uint64_t bytes;
        std::memcpy(&bytes, data + i, 8);
#pragma GCC unroll 8
        for (int k = 0; k < 8; ++k) ++table[k % tables * 256 + (bytes >> 8 * k & 255)];
      }
      for (; i < share.end; ++i) ++table[data[i]];
#pragma omp critical
      for (int t = 0; t < tables; ++t)
        for (int value = 0; value < 256; ++value) counts[value] += table[t * 256 + value];
    }
  }
  return 0;
}
