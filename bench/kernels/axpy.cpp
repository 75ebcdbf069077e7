// y = a*x + y in C++, as written.

extern "C" double axpy_as_written(long calls, double a, const double* x, long n, double* y, long) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) y[i] = a * x[i] + y[i];
  }
  return 0;
}
