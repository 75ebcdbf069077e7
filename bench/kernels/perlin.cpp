// Perlin noise in C++, as written.
#include "bench/kernels/by_hand.h"

namespace {

double fade(double t) { return t * t * t * (t * (t * 6.0 - 15.0) + 10.0); }

double gradient(std::int64_t hashed, double x, double y) {
  switch (hashed & 3) {
  case 0:
    return x + y;
  case 1:
    return y - x;
  case 2:
    return x - y;
  default:
    return -x - y;
  }
}

} // namespace

extern "C" double perlin_as_written(long calls, const std::int64_t* table, long, long size, double scale,
                                    double* noise) {
  for (long call = 0; call < calls; ++call) {
#pragma omp parallel for
    for (long row = 0; row < size; ++row)
      for (long column = 0; column < size; ++column) {
        const double x = column * scale, y = row * scale, left = std::floor(x), top = std::floor(y);
        const double fx = x - left, fy = y - top, u = fade(fx), v = fade(fy);
        const std::int64_t i = static_cast<std::int64_t>(left) & 255, j = static_cast<std::int64_t>(top) & 255;
        const std::int64_t a = table[i] + j, b = table[i + 1] + j;
        const double upper = gradient(table[a], fx, fy) * (1.0 - u) + gradient(table[b], fx - 1.0, fy) * u;
        const double lower =
            gradient(table[a + 1], fx, fy - 1.0) * (1.0 - u) + gradient(table[b + 1], fx - 1.0, fy - 1.0) * u;
        noise[row * size + column] = upper * (1.0 - v) + lower * v;
      }
  }
  return 0;
}
