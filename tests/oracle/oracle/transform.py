"""Rewrites a kernel's source so that plain CPython runs it with njit's meaning.

Every operator, subscript, call and loop becomes a call of runtime.py (names `__o_...`), places in the file are kept, so
that tracebacks show the kernel's own lines. A prange loop of a parallel kernel that has reductions (classify.py) is

    __o_loop1 = __o_reduction_loop(iterations, body has a loop or call, (lambda: s,), (('+', True),), (lambda: other,))
    try:
        for i in __o_loop1:
            ...  __o_loop1.contribute(k, '+', s, x, quiet, True)  ...    # s += x; False: s = s + x
    except:
        __o_loop1.leave(...)                                         # array_accumulators.py
        raise
    if __o_loop1.contributed(k): s = __o_loop1.join(k, s)            # or, inside another loop that reduces s:
                                                                     # outer.absorb(k', '+', __o_loop1.total(k))

The iterations of a prange whose body may draw from np.random come from __o_random_loop(iterations).
"""

import ast
import copy

from .classify import LoopFacts, match_reduction

BINARY = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.FloorDiv: "floor_divide",
          ast.Mod: "modulo", ast.Pow: "power", ast.LShift: "shift_left", ast.RShift: "shift_right",
          ast.BitAnd: "bit_and", ast.BitOr: "bit_or", ast.BitXor: "bit_xor", ast.MatMult: "matmul"}
SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
           ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.MatMult: "@"}
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
INT64 = range(-(2**63), 2**63)


def name(identifier, context=None):
    return ast.Name(identifier, context or ast.Load())


def constant(value):
    return ast.Constant(value)


def runtime(function, *operands):
    return ast.Call(name("__o_" + function), list(operands), [])


def thunks(names):
    nothing = ast.arguments([], [], None, [], [], None, [])
    return ast.Tuple([ast.Lambda(nothing, name(n)) for n in names], ast.Load())


def method(owner, attribute, *operands):
    return ast.Call(ast.Attribute(name(owner), attribute, ast.Load()), list(operands), [])


def literal_int(node):
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if not isinstance(value, bool):
            return -value
    return None


class Transformer:
    """options: parallel, error_model (None, 'python', 'numpy'); resolve(node) gives the object a name stands for;
    may_draw(statements) says whether they may draw from np.random."""

    def __init__(self, parallel, error_model, resolve, is_prange, is_builtin, may_draw):
        self.may_draw = may_draw
        self.parallel, self.error_model = parallel, error_model
        self.resolve, self.is_prange, self.is_builtin = resolve, is_prange, is_builtin
        self.prange_depth = 0
        self.counter = 0
        self.active = {}  # reduction variable -> (loop object, its number, op) of the innermost loop that reduces it

    def quiet(self):
        """Does a zero divisor give inf, nan and 0 here?"""
        in_prange = self.parallel and self.prange_depth > 0 and self.error_model != "python"
        return constant(in_prange or self.error_model == "numpy")

    def fresh(self, what):
        self.counter += 1
        return f"__o_{what}{self.counter}"

    # ---- expressions

    def expression(self, node):
        if node is None:
            return None
        made = self.rewrite(node)
        return ast.copy_location(made, node)

    def rewrite(self, node):
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(op, self.expression(left), right)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY and not isinstance(operand, ast.Constant):
                return runtime("unary", constant(UNARY[type(op)]), self.expression(operand))
            case ast.Compare():
                return self.comparison(node)
            case ast.Subscript(value=value, slice=index):
                return runtime("load", self.expression(value), self.index(index))
            case ast.Call():
                return self.call(node)
            case ast.Lambda():
                return self.function(node)
            case ast.NamedExpr(target=target, value=value):
                return ast.NamedExpr(target, self.expression(value))
            case ast.Constant(value=value):
                if isinstance(value, int) and value not in INT64:
                    raise OverflowError(f"line {node.lineno}: the literal {value} does not fit int64")
                return copy.copy(node)
        return self.children(node)

    def children(self, node):
        """The node with its child expressions rewritten: for kinds of nodes whose own meaning is Python's."""
        made = copy.copy(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(made, field, self.expression(value))
            elif isinstance(value, list):
                setattr(made, field, [self.expression(v) if isinstance(v, ast.expr) else v for v in value])
        return made

    def binary(self, op, left, right):
        """left is rewritten already, right is not."""
        exponent = literal_int(right)
        if isinstance(op, ast.Pow) and exponent is not None:
            return runtime("pow_literal", left, constant(exponent))
        return runtime(BINARY[type(op)], left, self.expression(right), self.quiet())

    def comparison(self, node):
        """a < b < c is (a < (t := b)) and (t < c)."""
        parts, left = [], self.expression(node.left)
        for position, (op, right) in enumerate(zip(node.ops, node.comparators)):
            right = self.expression(right)
            if position + 1 < len(node.ops):
                temporary = self.fresh("middle")
                right = ast.copy_location(ast.NamedExpr(name(temporary, ast.Store()), right), node)
            if type(op) in COMPARISONS:
                part = runtime("compare", constant(COMPARISONS[type(op)]), left, right)
            else:
                part = ast.Compare(left, [op], [right])
            parts.append(ast.copy_location(part, node))
            if position + 1 < len(node.ops):
                left = ast.copy_location(name(temporary), node)
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), parts)

    def index(self, node):
        match node:
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = [self.expression(part) if part else constant(None) for part in (lower, upper, step)]
                return ast.copy_location(runtime("slice", *parts), node)
            case ast.Tuple(elts=elements):
                return ast.copy_location(ast.Tuple([self.index(e) for e in elements], ast.Load()), node)
        return self.expression(node)

    def call(self, node):
        keywords = [ast.copy_location(ast.keyword(k.arg, self.expression(k.value)), k) for k in node.keywords]
        operands = [self.expression(a) for a in node.args]
        if isinstance(node.func, ast.Attribute):
            owner = self.expression(node.func.value)
            return ast.Call(name("__o_method"), [owner, constant(node.func.attr), *operands], keywords)
        return ast.Call(name("__o_call"), [self.expression(node.func), *operands], keywords)

    # ---- targets

    def assign(self, target, value):
        """Statements that store a rewritten value in the target."""
        match target:
            case ast.Subscript(value=container, slice=index):
                return [ast.Expr(runtime("store", value, self.expression(container), self.index(index)))]
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                temporaries = [self.fresh("item") for _ in elements]
                unpack = ast.Tuple([name(t, ast.Store()) for t in temporaries], ast.Store())
                stores = [ast.Assign([unpack], runtime("iterate", value))]
                for element, temporary in zip(elements, temporaries):
                    stores += self.assign(element, name(temporary))
                return stores
        return [ast.Assign([target], value)]

    def assignment(self, node):
        value = self.expression(node.value)
        if len(node.targets) == 1:
            return self.assign(node.targets[0], value)
        temporary = self.fresh("value")
        made = [ast.Assign([name(temporary, ast.Store())], value)]
        for target in node.targets:
            made += self.assign(target, name(temporary))
        return made

    def augmented(self, node):
        op = constant(SYMBOLS[type(node.op)])
        if isinstance(node.target, ast.Name):
            exponent = literal_int(node.value)
            if isinstance(node.op, ast.Pow) and exponent is not None:
                return [ast.Assign([node.target], runtime("pow_literal", name(node.target.id), constant(exponent)))]
            value = self.expression(node.value)
            return [ast.Assign([node.target], runtime("augment", op, name(node.target.id), value, self.quiet()))]
        container, index, old = self.fresh("container"), self.fresh("index"), self.fresh("old")
        made = [ast.Assign([name(container, ast.Store())], self.expression(node.target.value)),
                ast.Assign([name(index, ast.Store())], self.index(node.target.slice)),
                ast.Assign([name(old, ast.Store())], runtime("load", name(container), name(index)))]
        exponent = literal_int(node.value)
        if isinstance(node.op, ast.Pow) and exponent is not None:
            new = runtime("pow_literal", name(old), constant(exponent))
        else:
            new = runtime("augment", op, name(old), self.expression(node.value), self.quiet())
        return made + [ast.Expr(runtime("store", new, name(container), name(index)))]

    # ---- statements

    def block(self, statements):
        made = []
        for statement in statements:
            for new in self.statement(statement):
                made.append(place(new, statement))
        return made

    def statement(self, node):
        reduction = match_reduction(node, self.is_builtin)
        if reduction is not None and reduction.name in self.active:
            return self.contribution(reduction)
        match node:
            case ast.Assign():
                return self.assignment(node)
            case ast.AugAssign():
                return self.augmented(node)
            case ast.AnnAssign(target=target, value=value):
                return self.assign(target, self.expression(value)) if value else []
            case ast.If(test=test, body=body, orelse=orelse):
                return [ast.If(self.expression(test), self.block(body), self.block(orelse))]
            case ast.While(test=test, body=body, orelse=orelse):
                return [ast.While(self.expression(test), self.block(body), self.block(orelse))]
            case ast.For():
                return self.for_loop(node)
            case ast.FunctionDef():
                return [self.function(node)]
        return [self.children(node)]

    def contribution(self, reduction):
        loop, number, op = self.active[reduction.name]
        return [
            ast.Expr(method(loop, "contribute", constant(number), constant(op), name(reduction.name), self.expression(value),
                            self.quiet(), constant(reduction.in_place)))
            for value in reduction.contributions
        ]

    def for_loop(self, node):
        iterations = runtime("iterate", self.expression(node.iter))
        parallel = self.parallel and self.is_prange(node.iter)
        facts = LoopFacts(node, self.is_builtin) if parallel else None
        if parallel and not facts.in_order and self.may_draw(node.body):
            iterations = runtime("random_loop", iterations)
        if not parallel or facts.in_order or not facts.reductions:
            target, unpacking = self.loop_target(node.target)
            body = self.loop_body(node, parallel)
            return [ast.For(target, iterations, unpacking + body, self.block(node.orelse))]
        loop = self.fresh("loop")
        outside = dict(self.active)
        for number, (variable, op) in enumerate(facts.reductions.items()):
            self.active[variable] = (loop, number, op)
        body = self.loop_body(node, parallel)
        self.active = outside
        rows = [(op, variable in facts.in_place) for variable, op in facts.reductions.items()]
        start = runtime("reduction_loop", iterations, constant(facts.deep), thunks(facts.reductions),
                        constant(tuple(rows)), thunks(facts.invariants))
        made = [ast.Assign([name(loop, ast.Store())], start), self.guarded(loop, facts, ast.For(node.target, name(loop), body, []))]
        for number, variable in enumerate(facts.reductions):
            made.append(self.finish(loop, number, variable))
        return made + self.block(node.orelse)

    def guarded(self, loop, facts, made):
        outers = [self.active.get(variable, (None, None, None)) for variable in facts.reductions]
        outer = next((o for o, _, _ in outers if o is not None), None)
        numbers = constant(tuple(number for _, number, _ in outers))
        leave = method(loop, "leave", *([name(outer), numbers] if outer else []))
        return ast.Try([made], [ast.ExceptHandler(None, None, [ast.Expr(leave), ast.Raise()])], [], [])

    def finish(self, loop, number, variable):
        if variable in self.active:
            outer, outer_number, op = self.active[variable]
            total = method(loop, "total", constant(number))
            then = ast.Expr(method(outer, "absorb", constant(outer_number), constant(op), total))
        else:
            joined = method(loop, "join", constant(number), name(variable))
            then = ast.Assign([name(variable, ast.Store())], joined)
        return ast.If(method(loop, "contributed", constant(number)), [then], [])

    def loop_target(self, target):
        if isinstance(target, ast.Name):
            return target, []
        temporary = self.fresh("element")
        return name(temporary, ast.Store()), [place(s, target) for s in self.assign(target, name(temporary))]

    def loop_body(self, node, parallel):
        self.prange_depth += parallel
        body = self.block(node.body)
        self.prange_depth -= parallel
        return body

    def function(self, node):
        """A nested def or lambda: its own scope, not inside any prange."""
        saved = self.active, self.prange_depth
        self.active, self.prange_depth = {}, 0
        made = copy.copy(node)
        made.args = copy.deepcopy(node.args)
        made.args.defaults = [self.expression(d) for d in node.args.defaults]
        made.args.kw_defaults = [self.expression(d) if d else None for d in node.args.kw_defaults]
        if isinstance(node, ast.Lambda):
            made.body = self.expression(node.body)
        else:
            made.body = self.block(node.body)
            made.decorator_list = [self.expression(d) for d in node.decorator_list]
        self.active, self.prange_depth = saved
        return made


def place(made, source):
    """Gives nodes that have no place the one of the statement they were made from."""
    for node in ast.walk(made):
        if isinstance(node, (ast.expr, ast.stmt, ast.keyword, ast.arg, ast.excepthandler)) and not hasattr(node, "lineno"):
            ast.copy_location(node, source)
    return made
