"""Calls every kernel of bench/kernels with arguments that its author did not think of, and prints what came of it.

    python hostile_arguments.py [kernel ...]

A line for each call: kernel, arguments, and a digest of what it returned and left in its arrays (NaNs are all the same),
or its exception with the line that raised. The lines must be the same whatever PYVM_JIT, PYVM_ISA, PYVM_STRESS and
PYVM_NUM_THREADS say.
"""

import hashlib
import pathlib
import sys
import traceback
import warnings

import numpy as np

import pyvm

KERNELS = pathlib.Path(__file__).resolve().parents[2] / "bench" / "kernels"
TRIPS = (0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65, 130)
SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308, -1.5)
MORE = 40  # lengths and counts from here on are replaced


def load(path):
    sys.modules["numba"] = pyvm
    space = {"__name__": path.stem}
    exec(compile(path.read_text(), str(path), "exec"), space)
    return space


def cut(argument, n):
    """The same in small: counts become n, long dimensions too."""
    if isinstance(argument, int) and argument >= MORE:
        return n
    if isinstance(argument, np.ndarray):
        return argument[tuple(slice(n if length >= MORE else None) for length in argument.shape)].copy()
    return argument


def with_special_values(argument, random):
    if not isinstance(argument, np.ndarray) or argument.size == 0:
        return argument
    changed = argument.copy()
    places = random.randint(0, argument.size, max(1, argument.size // 4))
    if argument.dtype.kind == "f":
        changed.flat[places] = [SPECIAL[k] for k in random.randint(0, len(SPECIAL), len(places))]
    else:
        changed.flat[places] = 0
    return changed


def with_one_bad_index(argument, random):
    if not isinstance(argument, np.ndarray) or argument.size == 0 or argument.dtype.kind != "i":
        return argument
    changed = argument.copy()
    changed.flat[random.randint(argument.size)] = random.choice([np.iinfo(argument.dtype).max // 2, -(10**6), argument.size])
    return changed


def reversed_view(argument, random):
    if not isinstance(argument, np.ndarray):
        return argument
    return argument[tuple(slice(None, None, -1) for _ in argument.shape)].copy()[tuple(slice(None, None, -1) for _ in argument.shape)]


def strided_view(argument, random):
    if not isinstance(argument, np.ndarray):
        return argument
    larger = np.zeros(tuple(3 * length for length in argument.shape), argument.dtype)
    view = larger[tuple(slice(1, None, 3) for _ in argument.shape)]
    view[...] = argument
    return view


def overlapping(arguments, random):
    """Arrays of one dtype become windows of one buffer, a few elements apart."""
    buffers, result = {}, []
    for argument in arguments:
        if not isinstance(argument, np.ndarray) or argument.ndim != 1 or argument.size < 2:
            result.append(argument)
            continue
        if argument.dtype not in buffers:
            buffers[argument.dtype] = np.resize(argument, 2 * argument.size + 20)
        start = random.randint(0, 4)
        result.append(buffers[argument.dtype][start:start + argument.size])
    return tuple(result)


def each(change):
    return lambda arguments, random: tuple(change(argument, random) for argument in arguments)


WAYS = {
    "as they are": lambda arguments, random: arguments,
    "NaN, inf, -0.0, zeros": each(with_special_values),
    "one bad index": each(with_one_bad_index),
    "negative strides": each(reversed_view),
    "every third element": each(strided_view),
    "overlapping": overlapping,
}


def digest(value):
    if isinstance(value, tuple):
        return " ".join(digest(item) for item in value)
    array = np.asarray(value)
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.nan, array)
    name = f"{array.dtype}{list(array.shape)}"
    return name + hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def outcome(kernel, arguments):
    try:
        returned = kernel(*arguments)
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}, line {traceback.extract_tb(error.__traceback__)[-1].lineno}"
    return digest((returned, *(a for a in arguments if isinstance(a, np.ndarray))) if returned is not None else arguments)


def main(names):
    warnings.simplefilter("ignore")
    for path in sorted(KERNELS.glob("*.py")):
        if names and path.stem not in names or path.stem.startswith(("interpreted", "monte_carlo_random")):
            continue
        space = load(path)
        made = next(iter(space["cases"].values()))()
        for n in TRIPS:
            small = tuple(cut(argument, n) for argument in made)
            for name, way in WAYS.items():
                arguments = way(tuple(cut(argument, n) for argument in small), np.random.RandomState(n))
                print(f"{path.stem}, {n}, {name}: {outcome(space['kernel'], arguments)}")


main(sys.argv[1:])
