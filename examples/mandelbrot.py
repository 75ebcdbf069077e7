"""The Mandelbrot set: a loop that leaves early at a different step in every pixel. Draws it in the terminal."""
from time import perf_counter

import numpy as np
from numba import njit, prange


@njit
def escape_time(cx, cy, limit):
    x = 0.0
    y = 0.0
    for n in range(limit):
        if x * x + y * y > 4.0:
            return n
        x, y = x * x - y * y + cx, 2.0 * x * y + cy
    return limit


@njit(parallel=True)
def mandelbrot(image, left, right, bottom, top, limit):
    height, width = image.shape
    for i in prange(height):
        cy = bottom + (top - bottom) * i / height
        for j in range(width):
            cx = left + (right - left) * j / width
            image[i, j] = escape_time(cx, cy, limit)


image = np.zeros((768, 1024), np.int64)
for call in ("first", "second"):
    start = perf_counter()
    mandelbrot(image, -2.0, 1.0, -1.125, 1.125, 200)
    print(f"{call} call: {(perf_counter() - start) * 1e3:.1f} ms")
print("steps in all", image.sum())

shades = " .:-=+*#%@"
for i in range(0, 768, 32):
    line = ""
    for j in range(0, 1024, 16):
        line += shades[min(9, int(image[i, j]) * 10 // 201)]
    print(line)
