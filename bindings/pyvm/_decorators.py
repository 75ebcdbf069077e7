"""`njit` and `jit`: Numba's decorators, with Numba's options.

https://numba.readthedocs.io/en/stable/reference/jit-compilation.html
"""

import functools
import types
import warnings

from . import _pyvm, _source, config
from . import types as numba_types
from .errors import UnsupportedError

# Options of Numba's compiler, in the order of its message, and those that the decorator itself takes. Here only parallel,
# fastmath, error_model and locals change what is computed.
_COMPILER_OPTIONS = (
    "_dbg_extend_lifetimes", "_dbg_optnone", "_nrt", "boundscheck", "debug", "error_model", "fastmath", "forceinline", "forceobj",
    "inline", "looplift", "no_cfunc_wrapper", "no_cpython_wrapper", "no_rewrites", "nogil", "nopython", "parallel",
)
_DECORATOR_OPTIONS = ("cache", "locals", "pipeline_class")
_ASYNC = 0x80 | 0x200  # CO_COROUTINE, CO_ASYNC_GENERATOR
_FASTMATH_FLAGS = {"fast", "nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"}


class CPUDispatcher(_pyvm.Kernel):
    """A function under njit. Calling it runs it compiled; `py_func` is the function as it was."""

    def regions(self):
        """One dict for each region of the kernel's loops: file, line, function, kind (prange, for, while), state (interpreted,
        compiled, in order, blacklisted), reason, plan, isa, lanes, gangs, record_microseconds, compile_microseconds, entries,
        exits_taken, code_bytes. `plan` is a text, a line for each decision: the loops in lanes, gangs, masks, how arrays are
        accessed, the reason for every no. Empty before the first call."""
        return _pyvm.regions(self)

    def explain(self):
        """A text: what became of each loop, and why."""
        return "\n".join(map(_explained, self.regions())) or f"{self.__name__}: not called yet, or no loops"

    @property
    def signatures(self):
        """The explicit signatures, as texts."""
        return list(self._signatures)

    @property
    def __signature__(self):
        import inspect

        return inspect.signature(self.py_func)

    def __repr__(self):
        return f"CPUDispatcher({self.py_func!r})"

    def __reduce__(self):
        from ._pickle import reduced

        return reduced(self)

    # A kernel is copied as a function is: not at all.
    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _explained(region):
    r = region
    text = f"{r['file']}:{r['line']} {r['kind']}: {r['state']}"
    if r["code_bytes"]:
        text += f", {r['isa']}, {r['lanes']} lanes x {r['gangs']} gangs, entered {r['entries']} times"
    if r["reason"]:
        text += f" - {r['reason']}"
    return "\n".join([text, *("  " + line for line in r["plan"].splitlines())])


def jit(signature_or_function=None, **options):
    """Compile a function: `@jit`, `@jit(parallel=True)`, `@jit("float64(float64)")`.

    parallel: prange loops run on all threads. error_model: 'python' (division by zero raises) or 'numpy'. locals: types of
    variables, converted at every store. fastmath: floating point may be reassociated and contracted. The other options of
    Numba are accepted and change nothing.
    """
    function, signatures = None, []
    if _is_function(signature_or_function):
        function = signature_or_function
    else:
        signatures = _signature_texts(signature_or_function)
    checked = _checked(options)

    def wrapper(decorated):
        if config.DISABLE_JIT:
            return decorated
        _refuse_what_is_no_function(decorated)
        return make_kernel(decorated, signatures, checked)

    return wrapper if function is None else wrapper(function)


def njit(*arguments, **options):
    """`jit` in nopython mode, which is the only one here."""
    for name in ("nopython", "forceobj"):
        if name in options:
            warnings.warn(f"{name} is set for njit and is ignored", RuntimeWarning, stacklevel=2)
            del options[name]
    return jit(*arguments, **options)


def make_kernel(function, signatures, options):
    """A kernel of the function; the source text is taken and compared now, the function is compiled at the first call."""
    where = _source.locate(function)
    kernel = _pyvm.make_kernel(CPUDispatcher, function, where.text, where.path, where.line, where.ordinal,
                               {**options, "signatures": signatures})
    functools.update_wrapper(kernel, function)
    kernel._located, kernel._signatures, kernel._options = where, signatures, options
    # Numba compiles explicit signatures when it decorates, so that bad options show then.
    if signatures and options["problem"]:
        raise options["problem"]
    return kernel


def _is_function(value):
    return isinstance(value, (types.FunctionType, CPUDispatcher)) or (
        callable(value) and not isinstance(value, (numba_types.Type, numba_types.Signature))
    )


def _refuse_what_is_no_function(decorated):
    if isinstance(decorated, CPUDispatcher):
        raise TypeError(
            f"A jit decorator was called on an already jitted function {decorated!r}.  If trying to access the "
            f"original python function, use the {decorated!r}.py_func attribute."
        )
    if not isinstance(decorated, types.FunctionType):
        raise TypeError(f"The decorated object is not a function (got type {type(decorated)}).")
    if decorated.__code__.co_flags & _ASYNC:
        code = decorated.__code__
        raise UnsupportedError(f"{code.co_filename}, line {code.co_firstlineno}: an 'async def' is not supported; write a plain 'def'")


def _signature_texts(spec):
    """The signatures of njit's first argument, one or a list, as texts."""
    if spec is None:
        return []
    if isinstance(spec, list):
        return [text for item in spec for text in _signature_texts(item)]
    if isinstance(spec, tuple):
        text = "(" + ", ".join(map(numba_types.text_of, spec)) + ("," if len(spec) == 1 else "") + ")"
    elif isinstance(spec, (str, numba_types.Signature)):
        text = str(spec)
    else:
        raise TypeError(f"The decorated object is not a function (got type {type(spec)}).")
    _pyvm.check_signature(text)
    return [text]


def _checked(options):
    """The options that make_kernel takes. What Numba refuses only when it compiles is their `problem`."""
    try:
        problem = _problem(options)
    except Exception as error:
        problem = error
    parallel, fastmath = options.get("parallel"), options.get("fastmath")
    return {
        "parallel": bool(parallel) or isinstance(parallel, dict),
        # A set of LLVM's flags lifts strictness where it holds all that `fast` means.
        "fastmath": fastmath is True or (isinstance(fastmath, (set, dict)) and "fast" in fastmath),
        "error_model": options.get("error_model") or "",
        "locals": {} if problem else {name: numba_types.text_of(t) for name, t in (options.get("locals") or {}).items()},
        "problem": problem,
    }


def _problem(options):
    unknown = set(options) - set(_COMPILER_OPTIONS) - set(_DECORATOR_OPTIONS)
    if unknown:
        return KeyError(f"Unrecognized options: {unknown}. Known options are {dict.fromkeys(_COMPILER_OPTIONS).keys()}")
    if options.get("forceobj"):
        return UnsupportedError("forceobj: pyvm compiles in nopython mode only; leave the option out")
    if not isinstance(options.get("parallel", False), (bool, dict)):
        return ValueError("Expect parallel option to be either a bool or a dict")
    fastmath = options.get("fastmath", False)
    if not isinstance(fastmath, (bool, dict, set)):
        return ValueError("Expected fastmath option(s) to be either a bool, dict or set")
    flags = set() if isinstance(fastmath, bool) else {name for name in fastmath if not isinstance(fastmath, dict) or fastmath[name]}
    if not flags <= _FASTMATH_FLAGS:
        return ValueError(f"Unrecognized fastmath flags: {flags - _FASTMATH_FLAGS}")
    if options.get("error_model", "python") not in ("python", "numpy"):
        return KeyError(options["error_model"])
    inline = options.get("inline", "never")
    if inline not in ("always", "never") and not callable(inline):
        return ValueError(
            "kwarg 'inline' must be one of the strings 'always' or 'never', or it can be a callable that returns True/False. "
            f"Found value {inline}"
        )
    for spec in (options.get("locals") or {}).values():
        _pyvm.check_signature(f"void({numba_types.text_of(spec)})")
    return None
