// The k nearest neighbours in C++, as written.
#include "bench/kernels/by_hand.h"

#include <limits>
#include <vector>

extern "C" double nearest_as_written(long calls, const double* x, long n, const double* y, long, const double* z, long,
                                     long k, std::int64_t* neighbours) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      std::vector<double> distance(k, std::numeric_limits<double>::infinity());
      std::vector<std::int64_t> index(k);
      for (long j = 0; j < n; ++j) {
        if (j == i) continue;
        const double dx = x[j] - x[i], dy = y[j] - y[i], dz = z[j] - z[i], d = dx * dx + dy * dy + dz * dz;
        if (d >= distance[k - 1]) continue;
        long place = k - 1;
        for (; place > 0 && distance[place - 1] > d; --place) {
          distance[place] = distance[place - 1];
          index[place] = index[place - 1];
        }
        distance[place] = d;
        index[place] = j;
      }
      std::copy_n(index.begin(), k, neighbours + i * k);
    }
  }
  return 0;
}
