"""What each variable is to a prange loop (DESIGN section 3), read off the source.

A variable assigned in the body is
    private or last value   every read in the body comes after an assignment in the same iteration, on every path
    reduction               all its occurrences are `s op= x`, `s = s op x` (or `x op s` where op commutes),
                            `s = max(s, x, ...)`, always the same op, s not in x
    selected                all its occurrences are in `if x > s: s = x; where = i` (or >=, <, <=), always the same
                            comparison and variables; the values are those of the plain loop
    carried                 anything else: the loop runs in order
`break` out of the loop and `return` make it run in order too. Running the iterations one after the other gives the
right values for all but reductions, so that those are what the caller has to treat specially.
"""

import ast

REDUCTION_OPS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitAnd: "&", ast.BitOr: "|",
                 ast.BitXor: "^"}


class Reduction:
    """One statement that adds to a reduction variable.

    op is an operator's symbol, max or min; contributions are in program order; occurrences says how often the
    variable's name is in the statement; call is the max or min that is the reduction itself.
    """

    def __init__(self, name, op, contributions, occurrences, call=None):
        self.name, self.op, self.contributions, self.occurrences = name, op, contributions, occurrences
        self.call = call

    @property
    def in_place(self):
        return self.occurrences == 1


def is_name(node, name=None):
    return isinstance(node, ast.Name) and name in (None, node.id)


def match_reduction(statement, is_builtin):
    """The Reduction that the statement is by its form, or None. is_builtin(node, name) knows the real max and min."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in REDUCTION_OPS:
            return Reduction(name, REDUCTION_OPS[type(op)], [value], 1)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=op, right=right)):
            if is_name(left, name) and type(op) in REDUCTION_OPS:
                return Reduction(name, REDUCTION_OPS[type(op)], [right], 2)
            if is_name(right, name) and type(op) in REDUCTION_OPS and not isinstance(op, (ast.Sub, ast.Div)):
                return Reduction(name, REDUCTION_OPS[type(op)], [left], 2)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[first, *rest], keywords=[]) as call):
            for extreme in ("max", "min"):
                if is_name(first, name) and rest and is_builtin(call.func, extreme):
                    return Reduction(name, extreme, rest, 2, call)
    return None


class Selection:
    """`if guards and x > s: s = x; where = i`: key is s, rule the comparison of x with it."""

    def __init__(self, key, rule, x, guards, assigned):
        self.key, self.rule, self.x, self.guards, self.assigned = key, rule, x, guards, assigned


EXCHANGED = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}


def match_selection(statement, is_builtin):
    """The Selection that the statement is by its form, or None."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return None
    test, guards = statement.test, []
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        *guards, test = test.values
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or type(test.ops[0]) not in EXCHANGED:
        return None
    assigned = [pair for inner in statement.body for pair in pairs_assigned(inner)]
    values = dict(assigned)
    if None in values or len(values) != len(assigned):
        return None
    rule, left, right = type(test.ops[0]), test.left, test.comparators[0]
    for key, x, op in ((right, left, rule), (left, right, EXCHANGED[rule])):
        if not isinstance(key, ast.Name) or key.id not in values or not repeatable(x, is_builtin):
            continue
        before = [value for name, value in assigned[: list(values).index(key.id)]]
        called = any(isinstance(n, ast.Call) for value in before for n in ast.walk(value))
        unchanged = not any(n.id in values for n in names_in([x]))
        if ast.dump(x) == ast.dump(values[key.id]) and not called and unchanged:
            return Selection(key.id, op, x, guards, assigned)
    return None


def pairs_assigned(statement):
    """(name, value) of each plain name that an assignment sets; a name None where it is anything else."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return [(name, value)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            if len(names) == len(values) and all(is_name(n) for n in names):
                return [(n.id, v) for n, v in zip(names, values)]
    return [(None, None)]


def repeatable(node, is_builtin):
    """Gives the same value each time, and does nothing else."""
    allowed = (ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Subscript, ast.Tuple)
    return all(
        isinstance(n, allowed)
        or (isinstance(n, ast.Call) and not n.keywords and any(is_builtin(n.func, f) for f in ("abs", "min", "max")))
        for n in ast.walk(node)
        if isinstance(n, ast.expr)
    )


def names_in(nodes):
    return [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)]


def loads_in(nodes):
    return [n for n in names_in(nodes) if isinstance(n.ctx, ast.Load)]


class LoopFacts:
    """in_order: None or the reason; reductions: name -> op in order of appearance; deep: a loop or call is inside;
    in_place: of the reductions those that are only ever `s op= x`; invariants: names that the body only reads."""

    def __init__(self, loop, is_builtin):
        walk = Walk(loop, is_builtin)
        self.in_order = walk.in_order
        self.reductions = {}
        occurrences = names_in(loop.body)
        self.check_selections(walk.selections, loop, [n.id for n in occurrences])
        for name in walk.exposed:
            found = walk.contributions.get(name, [])
            ops = {reduction.op for reduction in found}
            counted = sum(reduction.occurrences for reduction in found)
            if len(ops) == 1 and counted == sum(n.id == name for n in occurrences) and name not in walk.private_uses:
                self.reductions[name] = ops.pop()
            else:
                self.in_order = self.in_order or f"'{name}' is carried from one iteration to the next"
        self.in_place = {name for name in self.reductions if all(r.in_place for r in walk.contributions[name])}
        self.invariants = sorted({n.id for n in loads_in(loop.body)} - walk.variables)
        extremes = {id(r.call) for found in walk.contributions.values() for r in found if r.name in self.reductions}
        self.deep = any(
            isinstance(n, (ast.For, ast.While)) or (isinstance(n, ast.Call) and id(n) not in extremes)
            for statement in loop.body
            for n in ast.walk(statement)
        )


    def check_selections(self, selections, loop, occurrences):
        """They run as they are written, but whatever else names their variables makes the loop run in order."""
        keys = {selection.key for selection, _ in selections}
        for key in keys:
            found = [(s, frozenset(companions)) for s, companions in selections if s.key == key]
            companions = frozenset().union(*(c for _, c in found))
            alone = (
                len({(s.rule, c) for s, c in found}) == 1
                and occurrences.count(key) == 2 * len(found)
                and all(occurrences.count(c) == len(found) for c in companions)
                and isinstance(loop.target, ast.Name)
                and not any(n.id == loop.target.id and isinstance(n.ctx, ast.Store) for n in names_in(loop.body))
            )
            if not alone:
                self.in_order = self.in_order or f"'{key}' is chosen, and also used in another way"


class Walk:
    """One pass over the body. The state: the variables that this iteration has surely assigned; None: unreachable."""

    def __init__(self, loop, is_builtin):
        self.is_builtin = is_builtin
        self.in_order = None
        self.exposed = []  # variables read, or added to, before this iteration assigned them
        self.contributions = {}
        self.selections = []  # and of each what it sets that is not the iteration's own
        self.private_uses = set()  # variables whose reduction form was met after an assignment
        self.breaks = [None]  # for each loop around: the join of the states at its breaks
        stored = [n for n in names_in([loop.target, *loop.body]) if isinstance(n.ctx, ast.Store)]
        inner_defs = [n.name for s in loop.body for n in ast.walk(s) if isinstance(n, ast.FunctionDef)]
        self.variables = {n.id for n in stored} | set(inner_defs)
        self.block(loop.body, {n.id for n in names_in([loop.target])})

    # ---- expressions: reads in the order of evaluation

    def expose(self, name):
        if name not in self.exposed:
            self.exposed.append(name)

    def expression(self, node, state):
        match node:
            case None:
                pass
            case ast.Name(id=name):
                if name in self.variables and name not in state:
                    self.expose(name)
            case ast.NamedExpr(target=target, value=value):
                self.expression(value, state)
                state.add(target.id)
            case ast.BoolOp(values=[first, *rest]):
                self.expression(first, state)
                self.maybe(rest, state)
            case ast.Compare(left=left, comparators=[first, *rest]):
                self.expression(left, state)
                self.expression(first, state)
                self.maybe(rest, state)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.expression(test, state)
                self.maybe([body], state)
                self.maybe([orelse], state)
            case ast.Lambda() | ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                self.maybe(loads_in([node]), state)
            case _:
                for child in ast.iter_child_nodes(node):
                    self.expression(child, state)

    def maybe(self, nodes, state):
        """Expressions that may not be evaluated: what they assign does not count afterwards."""
        state = set(state)
        for node in nodes:
            self.expression(node, state)

    def target(self, node, state):
        if isinstance(node, ast.Name):
            state.add(node.id)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.target(element, state)
        else:
            for child in ast.iter_child_nodes(node):
                self.expression(child, state)

    # ---- statements: each gives the state after it

    def block(self, statements, state):
        for statement in statements:
            if state is None:
                return None
            state = self.statement(statement, state)
        return state

    def statement(self, node, state):
        reduction = match_reduction(node, self.is_builtin)
        if reduction is not None and reduction.name in self.variables:
            return self.reduction(reduction, state)
        selection = match_selection(node, self.is_builtin)
        if selection is not None and selection.key in self.variables and selection.key not in state:
            for value in [*selection.guards, selection.x, *(value for _, value in selection.assigned)]:
                self.expression(value, state)
            companions = [name for name, _ in selection.assigned if name not in state and name != selection.key]
            self.selections.append((selection, companions))
            return state
        match node:
            case ast.Assign(targets=targets, value=value):
                self.expression(value, state)
                for target in targets:
                    self.target(target, state)
            case ast.AugAssign(target=target, value=value):
                if isinstance(target, ast.Name):
                    self.expression(target, state)
                    self.expression(value, state)
                    state.add(target.id)
                else:
                    self.target(target, state)
                    self.expression(value, state)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.expression(value, state)
                    self.target(target, state)
            case ast.If(test=test, body=body, orelse=orelse):
                self.expression(test, state)
                return join(self.block(body, set(state)), self.block(orelse, set(state)))
            case ast.For() | ast.While():
                return self.loop(node, state)
            case ast.FunctionDef(name=name):
                self.maybe(loads_in(node.body), state)
                state.add(name)
            case ast.Break():
                if len(self.breaks) == 1:
                    self.in_order = "it has a break"
                self.breaks[-1] = join(self.breaks[-1], state)
                return None
            case ast.Return():
                self.in_order = "it has a return"
                return None
            case ast.Continue():
                return None
            case ast.Raise():
                self.expression(node.exc, state)
                return None
            case _:
                for child in ast.iter_child_nodes(node):
                    self.expression(child, state)
        return state

    def reduction(self, reduction, state):
        for value in reduction.contributions:
            self.expression(value, state)
        if reduction.name in state:
            self.private_uses.add(reduction.name)
        else:
            self.expose(reduction.name)
            self.contributions.setdefault(reduction.name, []).append(reduction)
        return state

    def loop(self, node, state):
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        self.expression(node.test if isinstance(node, ast.While) else node.iter, state)
        inside = set(state)
        if isinstance(node, ast.For):
            self.target(node.target, inside)
        self.breaks.append(None)
        self.block(node.body, inside)
        broken = self.breaks.pop()
        finished = None if endless else self.block(node.orelse, set(state))
        return join(finished, broken)


def join(a, b):
    if a is None or b is None:
        return b if a is None else a
    return a & b
