// A sparse matrix times a vector in C++: as written, and with four sums a row, which adds in another order.
#include "bench/kernels/by_hand.h"

extern "C" double multiply_as_written(long calls, const std::int32_t* starts, long rows, const std::int32_t* columns,
                                      long, const double* values, long, const double* x, long, double* y, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long row = 0; row < rows - 1; ++row) {
      double total = 0;
      for (long k = starts[row]; k < starts[row + 1]; ++k) total += values[k] * x[columns[k]];
      y[row] = total;
    }
  }
  return 0;
}

extern "C" double multiply_four_sums(long calls, const std::int32_t* starts, long rows, const std::int32_t* columns,
                                     long, const double* values, long, const double* x, long, double* y, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long row = 0; row < rows - 1; ++row) {
      double sums[4] = {};
      long k = starts[row];
      const long end = starts[row + 1];
      for (; k + 4 <= end; k += 4)
#pragma GCC unroll 4
        for (int s = 0; s < 4; ++s) sums[s] += values[k + s] * x[columns[k + s]];
      for (; k < end; ++k) sums[0] += values[k] * x[columns[k]];
      y[row] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
  }
  return 0;
}
