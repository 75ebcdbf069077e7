"""Kernels called from several threads, from children, and while their first call is under way."""

import concurrent.futures
import multiprocessing
import os
import signal
import threading

import numpy as np
import pytest

import pyvm
from pyvm import njit, prange


@njit(parallel=True)
def total(a):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def add_scaled(factor, x, y):
    for i in prange(len(x)):
        y[i] = factor * x[i] + y[i]


@njit(parallel=True)
def fails_half_way(a):
    for i in prange(len(a)):
        if i >= len(a) // 2:
            raise ValueError("half")
        a[i] = i


NUMBERS = np.arange(100_000.0)


def use_all(length):
    x, y = np.arange(float(length)), np.zeros(length)
    for k in range(50):
        add_scaled(0.5, x, y)
        assert total(x) == length * (length - 1) / 2
        with pytest.raises(ValueError, match="half"):
            fails_half_way(np.zeros(length))
    return bool((y == 25.0 * x).all())


def test_from_several_threads():
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        assert all(threads.map(use_all, range(1000, 13000, 1000)))


def new_kernel(factor):
    @njit(parallel=True)
    def scaled_total(a):
        s = 0.0
        for i in prange(len(a)):
            s += a[i] * factor
        return s

    return scaled_total


def test_first_calls_at_once():
    for factor in range(1, 11):
        kernel, start, results = new_kernel(factor), threading.Barrier(5), []

        def call():
            start.wait()
            results.append(kernel(NUMBERS))

        threads = [threading.Thread(target=call) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [factor * NUMBERS.sum()] * 5


def in_a_child():
    child = os.fork()
    if child == 0:
        os._exit(0 if total(NUMBERS) == NUMBERS.sum() and new_kernel(2)(NUMBERS) == 2 * NUMBERS.sum() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_in_a_forked_child():
    total(NUMBERS)
    assert in_a_child() == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_a_thread_compiles():
    """The child calls the very kernel that another thread was compiling when it was made."""
    stop, latest = threading.Event(), [new_kernel(1)]

    def compile_kernels():
        while not stop.is_set():
            latest[0] = new_kernel(1)
            latest[0](NUMBERS)

    thread = threading.Thread(target=compile_kernels)
    thread.start()
    try:
        for _ in range(60):
            kernel = latest[0]
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                os._exit(0 if kernel(NUMBERS) == NUMBERS.sum() else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        thread.join()


def new_caller():
    """A kernel whose hot loop names another one that is not compiled yet, since its branch is not taken."""

    @njit
    def callee(x):
        return x * 2.0 + np.float64(1)

    @njit
    def caller(a, o, calls):
        for i in range(a.shape[0]):
            if calls:
                o[i] = callee(a[i])
            else:
                o[i] = a[i] + 1.0

    return caller


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_a_thread_compiles_what_a_loop_names():
    """Names are resolved under the GIL, which who forks holds: not while fork waits for the compiler."""
    kernels, out = [new_caller() for _ in range(60)], np.zeros(5000)

    def call_all():
        for kernel in kernels:
            kernel(np.arange(5000.0), out, False)

    thread = threading.Thread(target=call_all)
    thread.start()
    while thread.is_alive():
        child = os.fork()
        if child == 0:
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert out[7] == 8.0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_a_thread_is_in_a_kernel():
    stop = threading.Event()

    def call():
        while not stop.is_set():
            total(NUMBERS)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        assert [in_a_child() for _ in range(5)] == [0] * 5
    finally:
        stop.set()
        thread.join()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(total, [NUMBERS, NUMBERS[:3]]) == [NUMBERS.sum(), 3.0]


def test_the_same_bits_on_any_number_of_threads():
    values = np.random.RandomState(1).rand(100_003) * 10.0 ** np.arange(100_003).__mod__(20)
    before, sums = pyvm.get_num_threads(), set()
    for threads in range(1, before + 1):
        pyvm.set_num_threads(threads)
        assert pyvm.get_num_threads() == threads
        sums.add(total(values))
    pyvm.set_num_threads(before)
    assert len(sums) == 1


@pytest.mark.parametrize("threads", [0, -1, 10**6])
def test_numbers_of_threads_that_there_are_not(threads):
    with pytest.raises(ValueError, match="number of threads"):
        pyvm.set_num_threads(threads)
    with pytest.raises(TypeError):
        pyvm.set_num_threads("two")
