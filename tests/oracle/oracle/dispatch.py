"""njit and jit: a kernel's source is found, its names are frozen and it is transformed at the first call."""

import ast
import builtins
import functools
import linecache
import types

import numpy as np

from . import random, runtime, signatures
from .transform import Transformer

OPTIONS = {"nopython", "parallel", "fastmath", "error_model", "cache", "nogil", "boundscheck", "inline", "looplift",
           "locals", "forceobj", "debug", "no_cpython_wrapper", "no_cfunc_wrapper", "no_rewrites", "target"}


def prange(*bounds):
    return range(*bounds)


def source_node(function):
    """The FunctionDef or Lambda that the function was made from."""
    code = function.__code__
    tree = parsed("".join(linecache.getlines(code.co_filename)), code.co_filename)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno] + [d.lineno for d in node.decorator_list])
            if first == code.co_firstlineno:
                return node
        if isinstance(node, ast.Lambda) and code.co_name == "<lambda>" and node.lineno == code.co_firstlineno:
            return node
    raise OSError(f"no source for '{function.__qualname__}' in {code.co_filename}")


@functools.lru_cache(maxsize=None)
def parsed(text, filename):
    return ast.parse(text, filename)


def freeze(value):
    if isinstance(value, np.ndarray):
        value = value.copy(order="K")
        value.flags.writeable = False
        return value
    return runtime.entered(value)


def outer_names(function):
    """The globals and closure variables that the code mentions, as they are now."""
    closure = {}
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        closure[variable] = cell.cell_contents
    mentioned, todo = {}, [function.__code__]
    while todo:
        code = todo.pop()
        todo += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        mentioned |= {n: function.__globals__[n] for n in code.co_names if n in function.__globals__}
    return mentioned | closure


def local_names(node):
    """Variables of the function itself; nested functions are counted in, which only ever hides a global."""
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}


def resolver(node, names):
    """resolve(expression): the object that a global name or an attribute of one stands for in the function `node`."""
    hidden = local_names(node)

    def resolve(expression):
        match expression:
            case ast.Name(id=name) if name not in hidden:
                return names.get(name, getattr(builtins, name, None))
            case ast.Attribute(value=value, attr=attribute):
                return getattr(resolve(value), attribute, None)

    return resolve


def may_draw(statements, resolve, seen=()):
    """Do they name a function of np.random but seed, or a kernel that does, or call what only the run knows?"""
    for node in (n for s in statements for n in ast.walk(s)):
        found = resolve(node)
        if any(found is function for function in random.DRAWING):
            return True
        if isinstance(found, Kernel) and found not in seen:
            callee = source_node(found.py_func)
            body = callee.body if isinstance(callee, ast.FunctionDef) else [callee.body] # without its decorators
            if may_draw(body, resolver(callee, outer_names(found.py_func)), (*seen, found)):
                return True
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute) and resolve(node.func) is None:
            return True
    return False


def typed_version(function, parallel, error_model):
    node = source_node(function)
    names = {n: freeze(v) for n, v in outer_names(function).items()}
    resolve = resolver(node, names)

    def is_prange(expression):
        return isinstance(expression, ast.Call) and resolve(expression.func) is prange

    def is_builtin(expression, name):
        return resolve(expression) is getattr(builtins, name)

    transformer = Transformer(parallel, error_model, resolve, is_prange, is_builtin,
                              lambda statements: may_draw(statements, resolve))
    space = names | runtime.namespace() | {"__name__": function.__module__}
    if isinstance(node, ast.Lambda):
        made = ast.Assign([ast.Name("__o_lambda", ast.Store())], transformer.function(node))
        key = "__o_lambda"
    else:
        made = transformer.function(node)
        made.decorator_list, key = [], node.name
        made.args.defaults = [ast.Constant(None) for _ in made.args.defaults]
        made.args.kw_defaults = [d and ast.Constant(None) for d in made.args.kw_defaults]
    module = ast.fix_missing_locations(ast.Module([made], []))
    own = space.get(key)
    exec(compile(module, function.__code__.co_filename, "exec"), space)
    result = space[key]
    if key in names:
        space[key] = own  # a recursive call means the kernel, or whatever the name stood for
    result.__defaults__ = function.__defaults__ and runtime.entered(function.__defaults__)
    if function.__kwdefaults__:
        result.__kwdefaults__ = {name: runtime.entered(v) for name, v in function.__kwdefaults__.items()}
    return result


class Kernel:
    def __init__(self, function, signature=None, **options):
        unknown = set(options) - OPTIONS
        if unknown:
            raise KeyError(f"unrecognized options: {unknown}. Known options are {sorted(OPTIONS)}")
        functools.update_wrapper(self, function)
        self.py_func = function
        self.targetoptions = options
        self.parallel = options.get("parallel", False)
        self.error_model = options.get("error_model")
        self.signatures_given = signatures.parse_all(signature)
        self.version = None

    def typed(self, *operands, **keywords):
        """The call as another kernel makes it: typed scalars go in and come out."""
        if self.version is None:
            self.version = typed_version(self.py_func, self.parallel, self.error_model)
        if not self.signatures_given:
            return self.version(*operands, **keywords)
        chosen = signatures.choose(self.signatures_given, operands, self.__name__)
        return chosen.convert_result(self.version(*chosen.convert(operands), **keywords))

    def __call__(self, *operands, **keywords):
        operands = [runtime.entered(x) for x in operands]
        keywords = {k: runtime.entered(x) for k, x in keywords.items()}
        return runtime.left(self.typed(*operands, **keywords))

    def __get__(self, owner, cls=None):
        return self if owner is None else types.MethodType(self, owner)


def jit(signature_or_function=None, **options):
    if isinstance(signature_or_function, types.FunctionType):
        return Kernel(signature_or_function, **options)
    return lambda function: Kernel(function, signature_or_function, **options)


njit = jit