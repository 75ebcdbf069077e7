# peer: oracle
# Loops of more than 2**63 trips that are left early, and loops whose ends are the last ints there are.
import numpy as np
from numba import njit, prange


@njit
def left_early(lo, hi, step):
    count = 0
    last = 0
    for i in range(lo, hi, step):
        last = i
        count += 1
        if count > 40:
            break
    return count, last


@njit(parallel=True)
def left_early_in_order(lo, hi, out):
    count = 0
    for i in prange(lo, hi):
        out[count] = i
        count += 1
        if count == len(out):
            break
    return count


@njit(parallel=True)
def all_of_a_few(lo, hi, out):
    total = 0
    for i in prange(lo, hi):
        out[i - lo] += i
        total ^= i
    return total


@njit
def nested(lo, n):
    total = 0
    for k in range(n):
        for i in range(lo + k, 2**63 - 1):
            total += i & 7
            if total % 3 == 0:
                break
        else:
            total -= 1
    return total


@njit(parallel=True)
def lowest_step(lo, hi, out):
    for k in prange(len(out)):
        for i in range(lo + k, hi, -2**63):
            out[k] += 1 + (i & 3)
        for i in range(hi - k, lo, 2**63 - 1):
            out[k] += 16
    for k in prange(len(out)):
        for i in prange(hi - k, lo, -2**63):
            out[k] += 256
    return out[0], out[1]


@njit
def without_end(limit):
    count = 0
    while True:
        count += 1
        if count > limit:
            break
    return count


LOWEST = -(2**62) * 2
HIGHEST = 2**62 + (2**62 - 1)
for round in range(3):
    for step in (1, 3, 2**40, HIGHEST):
        print(left_early(LOWEST, HIGHEST, step), left_early(LOWEST, 0, step), left_early(HIGHEST - 5, HIGHEST, step))
    for step in (-1, -7, -(2**40), LOWEST):
        print(left_early(HIGHEST, LOWEST, step), left_early(0, LOWEST, step), left_early(LOWEST + 5, LOWEST, step))
    out = np.zeros(37, np.int64)
    print(left_early_in_order(LOWEST, HIGHEST, out), out[0], out[36])
    print(left_early_in_order(-(2**62) - 5, 2**62 + 3, out), out[0], out[36])
    for low in (LOWEST, HIGHEST - 37, -18):
        print(all_of_a_few(low, low + 37, out), out[0], out[36])
    print(lowest_step(LOWEST, HIGHEST, out), lowest_step(HIGHEST - 40, LOWEST, out), lowest_step(5, -5, out))
    print(nested(HIGHEST - 30, 40), nested(LOWEST, 40), without_end(1000))
