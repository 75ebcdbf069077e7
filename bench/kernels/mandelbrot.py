"""The Mandelbrot set: an inner while loop whose length differs from pixel to pixel."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def mandelbrot(width, height, limit):
    counts = np.empty((height, width), np.int32)
    for y in prange(height):
        for x in range(width):
            cr = -2.0 + 3.0 * x / width
            ci = -1.0 + 2.0 * y / height
            zr = 0.0
            zi = 0.0
            n = 0
            while n < limit and zr * zr + zi * zi <= 4.0:
                t = zr * zr - zi * zi + cr
                zi = 2.0 * zr * zi + ci
                zr = t
                n += 1
            counts[y, x] = n
    return counts


kernel = mandelbrot
cases = {"mandelbrot 1024x768x200": lambda: (1024, 768, 200)}
cpp = {"C++ as written": "mandelbrot_as_written", "C++ by hand": "mandelbrot_by_hand"}


def cpp_out(width, height, limit):
    return np.empty((height, width), np.int32)
