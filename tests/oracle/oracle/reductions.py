"""Reductions of one prange loop (DESIGN section 6): blocks, lanes and the trees that combine them.

Kinds are dynamic: an empty lane takes its first contribution converted to the kind of `live_in op x`, after that the
ordinary operator decides. For the nine operators and any kinds this is a fixed kind per loop unless x changes its kind.
"""

import numpy as np

from . import scalars
from .kinds import common_kind, kind_of, scalar_kind

SIMPLE_BLOCK = 4096
MOST_BLOCKS = 1024
EMPTY = None
COMBINE = {"-": "+", "/": "*"}  # how partial results of `s -= x` and `s /= x` meet
EXTREMES = {"max": scalars.maximum, "min": scalars.minimum}


def block_size(iterations, deep):
    return max(1, -(-iterations // MOST_BLOCKS)) if deep else SIMPLE_BLOCK


def combine(op, a, b):
    """Two partial results, either of which may be empty; a is the one on the left."""
    if a is EMPTY or b is EMPTY:
        return b if a is EMPTY else a
    if op in EXTREMES:
        return EXTREMES[op](a, b)
    return scalars.binary(COMBINE.get(op, op), a, b, True)


def fold_lanes(op, lanes):
    lanes = list(lanes)
    width = len(lanes) // 2
    while width:
        for lane in range(width):
            lanes[lane] = combine(op, lanes[lane], lanes[lane + width])
        width //= 2
    return lanes[0]


def combine_blocks(op, blocks, meet=combine):
    while len(blocks) > 1:
        pairs = [meet(op, *blocks[i : i + 2]) for i in range(0, len(blocks) - 1, 2)]
        blocks = pairs + blocks[len(pairs) * 2 :]
    return blocks[0]


class ReductionLoop:
    """Iterate over it as over the range; `contribute` adds to the lane of the iteration that is under way."""

    def __init__(self, iterations, variables, deep):
        self.iterations = iterations
        self.block = block_size(len(iterations), deep)
        self.lane_count = 16 if variables > 2 else 32
        self.blocks = [[] for _ in range(variables)]
        self.ops = [None] * variables
        self.lanes = [[EMPTY] * self.lane_count for _ in range(variables)]
        self.lane = 0

    def __iter__(self):
        for ordinal, index in enumerate(self.iterations):
            if ordinal and ordinal % self.block == 0:
                self.end_block()
            self.lane = ordinal % self.block % self.lane_count
            yield index
        self.end_block()

    def end_block(self):
        for variable, lanes in enumerate(self.lanes):
            self.blocks[variable].append(fold_lanes(self.ops[variable], lanes))
            self.lanes[variable] = [EMPTY] * self.lane_count

    def contribute(self, variable, op, live_in, x, quiet, in_place=True):
        """`s op= x` for the variable of that number; live_in is the value s had before the loop; in_place: it is no
        `s = s op x`, which would make a difference to an array."""
        refuse_arrays(live_in, x)
        self.ops[variable] = op
        lanes = self.lanes[variable]
        here = lanes[self.lane]
        if op in EXTREMES:
            if here is EMPTY:
                here = scalars.convert(live_in, common_kind(kind_of(live_in), kind_of(x)))
            lanes[self.lane] = EXTREMES[op](here, x)
        elif here is EMPTY:
            lanes[self.lane] = first_contribution(op, live_in, x, quiet)
        else:
            lanes[self.lane] = scalars.binary(op, here, x, quiet)

    def absorb(self, variable, op, subtotal):
        """The total of a nested prange loop enters as one contribution."""
        self.ops[variable] = op
        lanes = self.lanes[variable]
        lanes[self.lane] = combine(op, lanes[self.lane], subtotal)

    def total(self, variable):
        return combine_blocks(self.ops[variable], self.blocks[variable])

    def leave(self, outer=None, numbers=()):
        """An iteration has raised: who sees numbers then? Arrays do (array_accumulators.py)."""

    def contributed(self, variable):
        return self.ops[variable] is not None

    def join(self, variable, live_in):
        op, total = self.ops[variable], self.total(variable)
        return total if op in EXTREMES else scalars.binary(COMBINE.get(op, op), live_in, total, True)


def first_contribution(op, live_in, x, quiet):
    kind = scalar_kind(op, kind_of(live_in), kind_of(x))
    if kind is None:
        raise scalars.Refused(f"njit does not take {op} for {kind_of(live_in)} and {kind_of(x)}")
    if op == "-":
        return scalars.unary("-", scalars.convert(x, kind))
    if op == "/":
        return scalars.convert(scalars.binary("/", scalars.convert(1, kind_of(live_in)), x, quiet), kind)
    return scalars.convert(x, kind)


def refuse_arrays(*operands):
    for operand in operands:
        if isinstance(operand, np.ndarray):
            raise TypeError("a sum that is a number before the prange becomes an array in it")
        if kind_of(operand) is None:
            raise scalars.Refused(f"{type(operand).__name__} cannot be a reduction")
