"""Runs the loop named on the command line: hours of work, which Ctrl-C has to end at once. Prints 'ready' before it."""

import sys

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def inner_for_in_prange(n, out):
    for i in prange(4):
        s = 0.0
        for j in range(n):
            s += j * 0.5
        out[i] = s


@njit(parallel=True)
def inner_while_in_prange(n, out):
    for i in prange(4):
        k = i
        while k < n:
            k += 1
        out[i] = k


@njit(parallel=True)
def lanes_over_inner_for(n, out):
    for i in prange(4):
        for t in range(n):
            for j in range(len(out)):
                out[j] = out[j] * 0.5 + t


@njit
def inner_for(n, out):
    for i in range(n):
        for j in range(n):
            out[0] += j * 0.5


@njit
def flat_for(n, out):
    for j in range(n):
        out[1] = out[1] * 0.5 + j


@njit
def flat_while(n, out):
    k = 0
    while k < n:
        k += 1
    out[0] = k


@njit(parallel=True)
def flat_prange(n, out):
    for j in prange(n):
        out[j & 7] = j


@njit(parallel=True)
def summing_prange(n, out):
    s = 0.0
    for j in prange(n):
        s += 1.0 / (j + 1)
    out[0] = s


@njit(parallel=True)
def pranges_in_for(n, out):
    for t in range(n):
        x = 0
        for j in prange(n >> 13):  # asks nobody, because it is short
            x = j & 7
            out[x] = j
        out[8] = x


@njit(parallel=True)
def in_order_prange(n, out):
    x = 1.0
    for j in prange(n):
        x = x * 0.5 + j
    out[0] = x


@njit
def recursion(n, out):
    if n >= 100:
        n = 15 if n == 100 else 80
    return recursion(n - 1, out) + recursion(n - 2, out) if n > 1 else n


@njit
def array_operations(n, out):
    a = np.ones((200, 200))
    for i in range(n):
        a = a @ a * 0.001


def plain_python(n, out):
    k = 0
    while k < n:
        k += 1


loops = (("inner_for_in_prange", inner_for_in_prange),
         ("inner_while_in_prange", inner_while_in_prange),
         ("lanes_over_inner_for", lanes_over_inner_for),
         ("inner_for", inner_for),
         ("flat_for", flat_for),
         ("flat_while", flat_while),
         ("flat_prange", flat_prange),
         ("summing_prange", summing_prange),
         ("pranges_in_for", pranges_in_for),
         ("in_order_prange", in_order_prange),
         ("recursion", recursion),
         ("array_operations", array_operations),
         ("plain_python", plain_python))
out = np.zeros(64)
for name, loop in loops:
    if name == sys.argv[1]:
        loop(100, out)
        print("ready", flush=True)
        loop(10**11, out)
