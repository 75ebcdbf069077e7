# peer: oracle
# Ranges whose bounds are further apart than 2**63, by steps known and unknown.
import numpy as np
from numba import njit, prange


@njit
def any_step(n, a, b, s):
    t = 0
    c = 0
    for k in range(n):
        for i in range(a, b, s):
            c += 1
            t += i
            if c > 1000: break
    return c, t


@njit
def down_by_a_quarter(n, a, b):
    t = 0
    c = 0
    for k in range(n):
        for i in range(a, b, -4611686018427387904):
            c += 1
            t += i
    return c, t


@njit
def up_by_a_quarter(n, a, b):
    t = 0
    c = 0
    for k in range(n):
        for i in range(a, b, 4611686018427387904):
            c += 1
            t += i
    return c, t


@njit
def up(n, a, b):
    c = 0
    for k in range(n):
        for i in range(a, b):
            c += i
            if i > a + 3: break
    return c


@njit
def down(n, a, b):
    c = 0
    for k in range(n):
        for i in range(b, a, -1):
            c += i
            if i < b - 3: break
    return c


@njit
def up_by_three(n, a, b):
    c = 0
    for k in range(n):
        for i in range(a, b, 3):
            c += i
            if c > 1000: break
    return c


@njit
def down_by_the_least(n, a, b):
    c = 0
    for k in range(n):
        for i in range(a, b, -4611686018427387904 * 2):
            c += i + 1
    return c


@njit(parallel=True)
def down_by_the_least_parallel(n, a, b):
    out = np.zeros(n, np.int64)
    for k in prange(n):
        for i in range(a, b + k, -4611686018427387904 * 2):
            out[k] += i + 1
    return out.sum()


@njit(parallel=True)
def least_step_of_prange(n, a):
    out = np.zeros(2, np.int64)
    for k in range(n):
        for i in prange(a, -9223372036854775807, -4611686018427387904 * 2):
            out[0 if i > 0 else 1] += 1
    return out[0] * 1000 + out[1]


L = -9223372036854775807 - 1
H = 9223372036854775807
n = 300
print(down_by_a_quarter(n,H,L), down_by_a_quarter(n,H,-10), down_by_a_quarter(n,5,L), down_by_a_quarter(n, 0, L))
print(up_by_a_quarter(n,L,H), up_by_a_quarter(n,-10,H), up_by_a_quarter(n,L,5), up_by_a_quarter(n,0,H), up_by_a_quarter(n,H-1,H))
print(up(n,L,H), up(n,H-2,H), up(n,H-5,H),up(n,-2,H))
print(down(n,L,H), down(n,L,L+2), down(n,L,L+6))
print(up_by_three(n,L,H), up_by_three(n,H-2,H), up_by_three(n,H-5,H))
for s in (1,2,3,7,2**62,2**61+5,H):
    for a,b in ((L,H),(0,H),(-5,H),(H-10,H),(L,L+10),(L,0),(0,10),(10,0),(H,L)):
        print(s,a,b,any_step(n,a,b,s), any_step(n,a,b,-s), any_step(n,b,a,-s))
print(any_step(n,H,L,L), any_step(n,0,L,L), any_step(n,L,H,L))
for a, b in ((H, L), (H, -1), (H, 5), (0, L), (-1, L), (-2, L), (5, 5), (L, H)):
    print(a, b, down_by_the_least(n, a, b), down_by_the_least_parallel(n, a, min(b, H - n)), least_step_of_prange(3, a))
