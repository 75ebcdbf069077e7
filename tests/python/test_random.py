"""np.random in kernels called from CPython: NumPy's stream outside prange, the same draws on any thread inside."""

import concurrent.futures

import numpy as np
import pytest
import running

from pyvm import njit, prange


@njit
def legacy(seed):
    np.random.seed(seed)
    out = np.empty(19)
    out[0] = np.random.rand()
    out[1] = np.random.normal()
    out[2] = np.random.normal(1.0, 2.0)
    out[3] = np.random.standard_normal()
    out[4] = np.random.uniform(2.0, 5.0)
    out[5] = np.random.randint(0, 10)
    out[6] = np.random.randint(-5, 2**40)
    out[7] = np.random.random()
    out[8] = np.random.randint(7)
    out[9] = np.random.randn()
    out[10] = np.random.random_sample()
    out[11] = np.random.ranf()
    out[12] = np.random.sample()
    out[13] = np.random.randint(0, 256)
    out[14] = np.random.randint(0, 2**33)
    out[15] = np.random.rand(2)[1]
    out[16] = np.random.normal(0.0, 1.0, 3)[2]
    out[17] = np.random.randint(0, 100, 3)[1]
    out[18] = np.random.normal()
    return out


@njit
def seeded(seed):
    np.random.seed(seed)


@njit
def outside():
    return np.random.rand()


@njit(parallel=True)
def fill(out):
    for i in prange(len(out)):
        out[i] = np.random.rand() + np.random.rand() * np.random.uniform(1.0, 2.0)


@njit(parallel=True)
def integers(out, low, high):
    for i in prange(len(out)):
        out[i] = np.random.randint(low[i], high[i])


@njit(parallel=True)
def uniforms(out, low, high):
    for i in prange(len(out)):
        out[i] = np.random.uniform(low[i], high[i])


@njit(parallel=True)
def normals(out, scale):
    for i in prange(len(out)):
        out[i] = np.random.normal(1.0, scale[i])


def test_numpys_stream_outside_prange():
    for seed in (0, 1, 42, 2**32 - 1):
        assert np.array_equal(legacy(seed), legacy.py_func(seed))


def test_the_state_is_not_numpys():
    np.random.seed(3)
    seeded(4)
    outside()
    assert np.random.rand() == np.random.RandomState(3).rand()


def filled(seed):
    seeded(seed)
    out = np.zeros(1000)
    fill(out)
    return out


def test_each_thread_has_a_state():
    expected = [filled(seed) for seed in range(12)]
    assert not np.array_equal(expected[0], expected[1])
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        for got, wanted in zip(threads.map(filled, range(12)), expected):
            assert np.array_equal(got, wanted)


def printed(folder, text, **variables):
    script = folder / "script.py"
    script.write_text("import numpy as np\nfrom pyvm import njit, prange\n" + text)
    return running.python(script, **variables).stdout


def test_seeded_by_the_system_before_seed(tmp_path):
    text = "@njit\ndef f():\n    return np.random.rand()\nprint(f())\n"
    assert float(printed(tmp_path, text)) != float(printed(tmp_path, text))


def test_a_loop_that_draws_nothing_leaves_the_stream_alone():
    twister = np.random.RandomState(9)
    seeded(9)
    fill(np.zeros(0))
    assert outside() == twister.rand()
    fill(np.zeros(1))
    twister.randint(0, 2**64, dtype=np.uint64)
    assert outside() == twister.rand()


# One iteration of many has nothing to draw from: its exception, with what the ones before it have drawn.


@pytest.mark.parametrize("failing", [0, 1, 77, 499])
def test_randint_of_no_value(failing):
    low, high = np.zeros(500, np.int64), np.full(500, 10)
    expected = np.zeros(500, np.int64)
    seeded(1)
    integers(expected, low, high)
    high[failing] = 0
    for _ in range(2):
        got = np.full(500, -1)
        seeded(1)
        with pytest.raises(ValueError, match="low >= high"):
            integers(got, low, high)
        assert np.array_equal(got[:failing], expected[:failing]) and got[failing] == -1


@pytest.mark.parametrize("bad", [np.inf, np.nan, -np.inf])
def test_uniform_of_an_infinite_range(bad):
    low, high = np.zeros(100), np.ones(100)
    uniforms(np.zeros(100), low, high)
    high[60] = bad
    with pytest.raises(OverflowError, match="Range exceeds valid bounds"):
        uniforms(np.zeros(100), low, high)


def test_scales():
    scale = np.full(100, 2.0)
    out = np.zeros(100)
    normals(out, scale)
    scale[40], scale[50] = 0.0, np.nan
    normals(out, scale)
    assert out[40] == 1.0 and np.isnan(out[50]) and not np.isnan(np.delete(out, 50)).any()
    scale[70] = -1.0
    with pytest.raises(ValueError, match="scale < 0"):
        normals(out, scale)


SUM = """
@njit(parallel=True)
def f(n):
    s = 0.0
    np.random.seed(2)
    for i in prange(n):
        s += np.random.rand() - np.random.normal()
    return s
print(f(5), f(100000))
"""


def test_threads_and_widths_do_not_matter(tmp_path):
    seen = {printed(tmp_path, SUM, PYVM_NUM_THREADS=str(threads), PYVM_ISA=isa)
            for isa in ("scalar", "avx2", "avx512") for threads in (1, 2, 3)}
    assert len(seen) == 1 and "." in seen.pop()
