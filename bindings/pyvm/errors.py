"""Exceptions and warnings of pyvm, under the names that Numba's `numba.core.errors` has for them."""


class NumbaError(Exception):
    """Base of the errors that a kernel can give before it runs."""


class TypingError(NumbaError, TypeError):
    """A kernel uses a value that njit code has no kind for."""


class UnsupportedError(NumbaError):
    """A kernel uses a construct of Python that pyvm does not compile: file, line, construct, and what to write instead."""


class SourceError(NumbaError):
    """The source text of a kernel is not to be had, or is not the text that the function was compiled from."""


class NumbaWarning(Warning):
    """Base of the warnings."""


class NumbaPerformanceWarning(NumbaWarning):
    """A kernel runs, but not as fast as its author asked for."""


class PyvmPerformanceWarning(NumbaPerformanceWarning):
    """A prange loop runs in order; the text names the variable or array and the line."""
