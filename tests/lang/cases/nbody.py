# peer: cpython
# Gravity between bodies: private accumulators in a range loop inside prange; pairs; energy as a reduction of one block.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def forces(p, m, f):
    n = p.shape[0]
    for i in prange(n):
        fx = 0.0
        fy = 0.0
        fz = 0.0
        for j in range(n):
            if i != j:
                dx = p[j, 0] - p[i, 0]
                dy = p[j, 1] - p[i, 1]
                dz = p[j, 2] - p[i, 2]
                d2 = dx * dx + dy * dy + dz * dz + 1e-3
                s = m[j] / (d2 * np.sqrt(d2))
                fx += dx * s
                fy += dy * s
                fz += dz * s
        f[i, 0] = fx
        f[i, 1] = fy
        f[i, 2] = fz


@njit(parallel=True)
def move(p, v, f, dt):
    for i in prange(p.shape[0]):
        for k in range(3):
            v[i, k] += f[i, k] * dt
            p[i, k] += v[i, k] * dt


@njit
def energy(p, v, m):
    e = 0.0
    n = len(m)
    for i in range(n):
        e += 0.5 * m[i] * (v[i, 0] ** 2 + v[i, 1] ** 2 + v[i, 2] ** 2)
        for j in range(i + 1, n):
            dx = p[i, 0] - p[j, 0]
            dy = p[i, 1] - p[j, 1]
            dz = p[i, 2] - p[j, 2]
            e -= m[i] * m[j] / np.sqrt(dx * dx + dy * dy + dz * dz)
    return e


r = np.random.RandomState(26)
for n in (1, 2, 9, 40):
    p = r.rand(n, 3)
    v = r.rand(n, 3) - 0.5
    m = r.rand(n) + 0.1
    f = np.zeros((n, 3))
    for step in range(3):
        forces(p, m, f)
        move(p, v, f, 0.01)
    print(n, energy(p, v, m), p[0, 0], v[n - 1, 2], f[n // 2, 1])
