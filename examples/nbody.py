"""Bodies that attract each other: all pairs at every step, the energy before and after."""
from time import perf_counter

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def accelerate(position, mass, velocity, dt):
    n = position.shape[0]
    for i in prange(n):
        ax = 0.0
        ay = 0.0
        az = 0.0
        for j in range(n):
            dx = position[j, 0] - position[i, 0]
            dy = position[j, 1] - position[i, 1]
            dz = position[j, 2] - position[i, 2]
            d2 = dx * dx + dy * dy + dz * dz + 1e-4
            s = mass[j] / (d2 * np.sqrt(d2))
            ax += dx * s
            ay += dy * s
            az += dz * s
        velocity[i, 0] += ax * dt
        velocity[i, 1] += ay * dt
        velocity[i, 2] += az * dt


@njit(parallel=True)
def move(position, velocity, dt):
    for i in prange(position.shape[0]):
        for k in range(3):
            position[i, k] += velocity[i, k] * dt


@njit(parallel=True)
def energy(position, velocity, mass):
    n = position.shape[0]
    total = 0.0
    for i in prange(n):
        e = 0.5 * mass[i] * (velocity[i, 0] ** 2 + velocity[i, 1] ** 2 + velocity[i, 2] ** 2)
        for j in range(i + 1, n):
            dx = position[i, 0] - position[j, 0]
            dy = position[i, 1] - position[j, 1]
            dz = position[i, 2] - position[j, 2]
            e -= mass[i] * mass[j] / np.sqrt(dx * dx + dy * dy + dz * dz + 1e-4)
        total += e
    return total


n = 2000
np.random.seed(0)
position = np.random.rand(n, 3)
velocity = np.zeros((n, 3))
mass = np.full(n, 1.0 / n)
print("energy", energy(position, velocity, mass))
for step in range(5):
    start = perf_counter()
    accelerate(position, mass, velocity, 1e-3)
    move(position, velocity, 1e-3)
    print(f"step {step}: {(perf_counter() - start) * 1e3:.1f} ms")
print("energy", energy(position, velocity, mass), "first body", position[0, 0], position[0, 1], position[0, 2])
