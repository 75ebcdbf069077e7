"""Arrays that a prange adds to as a whole, `hist += row` (DESIGN section 6).

A loop that has such a reduction has blocks of ceil(n / 64) iterations. Each block adds, in iteration order, to an array of
its own that begins empty; the blocks' arrays meet in section 6's tree, the total joins hist last, in place. After an
exception hist is joined with what the blocks before the failing iteration, and its own, have.

It runs in order where hist is replaced (`hist = hist + row`), shares memory with what else the body names, has elements
that overlap each other, is read-only, or has a dtype that the operator does not give back.
"""

import types

import numpy as np

from . import arrays, scalars
from .kinds import array_kind, kind_of
from .reductions import COMBINE, EMPTY, EXTREMES, ReductionLoop, combine, combine_blocks

MOST_BLOCKS = 64


def value_of(thunk):
    """What a variable holds as the loop begins; None where it is not bound."""
    try:
        return thunk()
    except NameError:
        return None


def loop_for(iterations, deep, live_ins, rows, others):
    """The loop object: live_ins and others are functions that give the variables' values, rows has (op, in place)."""
    live_ins = [value_of(thunk) for thunk in live_ins]
    if not any(isinstance(live, np.ndarray) for live in live_ins):
        return ReductionLoop(iterations, len(live_ins), deep)
    others = [value_of(thunk) for thunk in others]
    for number, (live, (op, in_place)) in enumerate(zip(live_ins, rows)):
        known = others + [x for k, x in enumerate(live_ins) if k != number and rows[k][1]]
        if not may_accumulate(live, op, in_place, known):
            return LoopInOrder(getattr(iterations, "iterations", iterations))  # whose draws are a serial loop's
    return LoopWithArrays(iterations, live_ins, deep)


def may_accumulate(live, op, in_place, others):
    if not isinstance(live, np.ndarray):
        return kind_of(live) is not None
    if not in_place or op in EXTREMES or not live.flags.writeable or not has_separate_elements(live):
        return False
    kind = array_kind(op, live.dtype.name, live.dtype.name)
    if kind is None or not np.can_cast(kind, live.dtype, "same_kind"):
        return False
    return not any(reaches(other, live) for other in others)


def has_separate_elements(array):
    filled = array.itemsize
    for stride, length in sorted((abs(s), n) for s, n in zip(array.strides, array.shape) if n > 1):
        if stride < filled and array.size:
            return False
        filled += (length - 1) * stride
    return True


def reaches(value, array):
    if isinstance(value, np.ndarray):
        return np.may_share_memory(value, array)
    if isinstance(value, tuple):
        return any(reaches(item, array) for item in value)
    if isinstance(value, types.BuiltinMethodType):
        return reaches(value.__self__, array)
    if isinstance(value, types.FunctionType):
        return any(reaches(cell.cell_contents, array) for cell in value.__closure__ or () if filled(cell))
    return False


def filled(cell):
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True


class LoopWithArrays(ReductionLoop):
    def __init__(self, iterations, live_ins, deep):
        super().__init__(iterations, len(live_ins), deep)
        self.block = max(1, -(-len(iterations) // MOST_BLOCKS))
        self.live_ins = live_ins
        self.copies = [EMPTY] * len(live_ins)

    def is_array(self, variable):
        return isinstance(self.live_ins[variable], np.ndarray)

    def end_block(self):
        super().end_block()
        for variable, copy in enumerate(self.copies):
            if self.is_array(variable):
                self.blocks[variable][-1] = copy
        self.copies = [EMPTY] * len(self.copies)

    def contribute(self, variable, op, live_in, x, quiet, in_place=True):
        if not self.is_array(variable):
            return super().contribute(variable, op, live_in, x, quiet)
        self.ops[variable] = op
        arrays.in_place(op, self.copy(variable), x)

    def absorb(self, variable, op, subtotal):
        if not self.is_array(variable):
            return super().absorb(variable, op, subtotal)
        if subtotal is not EMPTY:
            self.ops[variable] = op
            arrays.in_place(COMBINE.get(op, op), self.copy(variable), subtotal)

    def copy(self, variable):
        if self.copies[variable] is EMPTY:
            live, op = self.live_ins[variable], self.ops[variable]
            identity = {"*": 1, "/": 1, "&": -1}.get(op, -0.0 if live.dtype.kind == "f" else 0)
            if live.dtype.kind == "u" and identity == -1:
                identity = np.iinfo(live.dtype).max
            self.copies[variable] = np.full(live.shape, identity, live.dtype)
        return self.copies[variable]

    def total(self, variable):
        if not self.is_array(variable):
            return super().total(variable)
        return combine_blocks(self.ops[variable], list(self.blocks[variable]), self.meet)

    @staticmethod
    def meet(op, a, b):
        if a is EMPTY or b is EMPTY:
            return combine(op, a, b)
        return arrays.in_place(COMBINE.get(op, op), a, b)

    def join(self, variable, live_in):
        if not self.is_array(variable):
            return super().join(variable, live_in)
        op, total = self.ops[variable], self.total(variable)
        return live_in if total is EMPTY else arrays.in_place(COMBINE.get(op, op), live_in, total)

    def leave(self, outer=None, numbers=()):
        """An iteration has raised. numbers: of the outer loop's variables, None for those that it does not reduce."""
        self.end_block()
        for variable, live in enumerate(self.live_ins):
            if not self.is_array(variable) or not self.contributed(variable):
                continue
            if outer is not None and numbers[variable] is not None:
                outer.absorb(numbers[variable], self.ops[variable], self.total(variable))
            else:
                self.join(variable, live)


class LoopInOrder:
    """The same calls as a plain loop means them."""

    def __init__(self, iterations):
        self.iterations = iterations
        self.values = {}

    def __iter__(self):
        return iter(self.iterations)

    def contribute(self, variable, op, live_in, x, quiet, in_place=True):
        here = self.values.get(variable, live_in)
        if op in EXTREMES:
            self.values[variable] = EXTREMES[op](here, x)
        elif not isinstance(here, np.ndarray) and not isinstance(x, np.ndarray):
            self.values[variable] = scalars.binary(op, here, x, quiet)
        elif not in_place or not isinstance(here, np.ndarray):
            self.values[variable] = arrays.binary(op, here, x)
        elif here is live_in:
            arrays.in_place(op, here, x)
        else:
            self.values[variable] = arrays.in_place(op, here, x)

    def contributed(self, variable):
        return variable in self.values

    def join(self, variable, live_in):
        return self.values[variable]

    def absorb(self, variable, op, subtotal):
        raise NotImplementedError("the oracle has no prange inside one that an array makes run in order")

    def total(self, variable):
        raise NotImplementedError("the oracle has no prange inside one that an array makes run in order")

    def leave(self, outer=None, numbers=()):
        pass
