"""One contender in a process of its own, for what a shared process would spoil: first calls, memory, PYVM_JIT=0, another
build of pyvm.

    child.py first KERNEL CASE FLAVOUR   prints a dict: seconds of the first call and of the best later one, bytes of memory
    child.py serve FLAVOUR               answers orders [order, KERNEL, CASE], one JSON line each: `warm_up`, `block`, `result`
"""

import json
import sys

import numpy as np

import blocks
import contenders


def greatest_memory():
    """Bytes of this program's greatest resident set so far. (getrusage's figure is never below the parent's.)"""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def touch(argument):
    """Writes into each page of an array: fresh zeros have no memory until somebody does, which is not the kernel's cost."""
    if isinstance(argument, np.ndarray):
        pages = argument.reshape(-1).view(np.uint8)[::4096]
        pages |= 0


def first(kernel_name, case, flavour):
    """Memory counts what the import, compiling and calls have added to a process that holds the arguments already."""
    arguments = contenders.load(kernel_name, "CPython").cases[case]()
    for argument in arguments:
        touch(argument)
    memory = greatest_memory()
    kernel = contenders.load(kernel_name, flavour).kernel

    def run(calls):
        for _ in range(calls):
            kernel(*arguments)

    # Importing NumPy and making the arguments leave OpenBLAS's thread spinning on the second core for tens of milliseconds.
    blocks.wait_until_idle()
    seconds = blocks.seconds_of(run, 1)
    spent, later = 0.0, []
    while len(later) < 3 or (spent < 0.5 and len(later) < 200):
        later.append(blocks.seconds_of(run, 1))
        spent += later[-1]
    print(json.dumps({"first": seconds, "hot": min(later), "memory": greatest_memory() - memory}))


def serve(flavour):
    known = {}
    for line in sys.stdin:
        order, kernel_name, case = json.loads(line)
        if (kernel_name, case) not in known:
            module = contenders.load(kernel_name, flavour)
            make = module.cases[case]
            known[kernel_name, case] = contenders.of_function(flavour, module, module.kernel, make, make())
        print(json.dumps(getattr(known[kernel_name, case], order)()), flush=True)


def main():
    mode, *rest = sys.argv[1:]
    {"first": first, "serve": serve}[mode](*rest)


main()
