"""One contender in a process of its own, for what a shared process would spoil: first calls, and PYVM_JIT=0.

    child.py first KERNEL CASE FLAVOUR   prints [seconds of the first call, seconds of the best later one]
    child.py serve KERNEL CASE FLAVOUR   answers the orders `warm_up`, `block` and `result`, one JSON line each
"""

import json
import sys

import blocks
import contenders


def first(module, make):
    arguments = make()

    def run(calls):
        for _ in range(calls):
            module.kernel(*arguments)

    seconds = blocks.seconds_of(run, 1)
    spent, later = 0.0, []
    while len(later) < 3 or (spent < 0.5 and len(later) < 200):
        later.append(blocks.seconds_of(run, 1))
        spent += later[-1]
    print(json.dumps([seconds, min(later)]))


def serve(contender):
    for order in sys.stdin:
        print(json.dumps(getattr(contender, order.strip())()), flush=True)


def main():
    mode, kernel_name, case, flavour = sys.argv[1:]
    module = contenders.load(kernel_name, flavour)
    make = module.cases[case]
    if mode == "first":
        first(module, make)
    else:
        serve(contenders.of_function(flavour, module, module.kernel, make, make()))


main()
