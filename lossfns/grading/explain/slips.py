"""Wrong answers that nobody had to list: the solution, or a variant of it, with exactly one part changed.

A plus for a minus, `beta1` for `beta2`, a comparison that leaves out the equal case, a line that is missing: mutation
testing calls such a function a first-order mutant (DeMillo, Lipton and Sayward, "Hints on test data selection", 1978).
They are made from the syntax tree when an answer has no other explanation, and never shown.
"""

import ast
import inspect
import textwrap
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from lossfns.grading.explain.case import Case, Finding, close, same_recording
from lossfns.grading.record import Recording, record

# kind of slip -> what completes "yours returns what the right function would with …"
KINDS = {
    "sign": "a plus where a minus belongs, or a minus where a plus does",
    "quotient": "a product where a quotient belongs, or a quotient where a product does",
    "backwards": "a difference, a quotient or a call whose two sides are exchanged",
    "edge": "a comparison that treats the equal case otherwise: think of ties, and of a value just at the edge",
    "direction": "a comparison the wrong way round",
    "case": "one case treated like the others",
    "exchanged": "{} exchanged",
    "argument": "{} where another argument belongs",
    "axis": "a sum, a softmax or the like taken along another axis",
    "overwritten": "a total that is overwritten where it should be added to",
    "rounds": "a loop that begins too late or ends too early",
    "line": "one line left out",
    "order": "two lines in the other order, so that one of them uses a value too old or too new",
    "term": "one term left out",
    "factor": "one factor or divisor left out",
    "reduction": "a sum, a mean, a largest or a smallest where another of these belongs",
    "complement": "a quantity where 1 minus that quantity belongs, or the other way round",
    "power": "one power left out, or another one",
    "function": "one function left out or another in its place: a root, a logarithm, an absolute value, a limit",
    "option": "one option of a call left out or turned round",
    "number": "another number at one place: a start, a constant, a count",
    "index": "another index or slice at one place",
}

EXCHANGED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
MIRRORED = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
EDGED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
# what takes many numbers to one; a yes or no is not put where a number was, since it would count as 1
TO_A_NUMBER = ("sum", "mean", "amax", "amin", "max", "min", "argmax", "argmin", "median", "std", "var")
TO_A_YES_OR_NO = ("any", "all")
REDUCTIONS = {
    word: tuple(other for other in group if other != word)
    for group in (TO_A_NUMBER, TO_A_YES_OR_NO)
    for word in group
}
# calls in which a whole number may be an axis
ALONG_AN_AXIS = {
    *REDUCTIONS,
    *("softmax", "log_softmax", "logsumexp", "cumsum", "cumprod", "prod", "norm", "diff", "sort", "argsort"),
    *("flip", "gather", "stack", "cat", "concatenate", "squeeze", "unsqueeze", "index_add_", "scatter_"),
}
FUNCTIONS = {
    "log": ("exp", "log2", "log10", "log1p"),
    "log2": ("log",),
    "log1p": ("log",),
    "exp": ("log", "expm1"),
    "sqrt": ("square",),
    "square": ("abs", "sqrt"),
    "abs": ("square",),
    "sigmoid": ("softplus", "logsigmoid"),
    "logsigmoid": ("sigmoid",),
    "softplus": ("sigmoid", "relu"),
    "softmax": ("log_softmax",),
    "log_softmax": ("softmax",),
    "cumsum": ("cumprod",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "ceil": ("floor", "round"),
    "floor": ("ceil", "round"),
    "sign": ("abs",),
    "norm": ("sum",),
    "tril": ("triu",),
    "triu": ("tril",),
}


@dataclass(frozen=True, eq=False)
class Slip:
    """A wrong function with one part changed, at one place or throughout.

    `kind` says what sort of part, `near` the arguments that occur in it.
    """

    kind: str
    near: tuple[str, ...]
    throughout: bool
    wrong: Callable

    @property
    def name(self) -> str:
        return f"slip: {self.kind}"

    @property
    def sentence(self) -> str:
        names, what = " and ".join(f"`{name}`" for name in self.near), KINDS[self.kind]
        if "{}" in what:
            what = what.format(names)
        elif self.near:
            what += f", near {names}"
        more = ", throughout" if self.throughout else ""
        return f"One slip away: yours returns what the right function would with {what}{more}."


Slipped = tuple[Sequence[Slip], np.ndarray]


def slip(case: Case, on_one: Callable[[int], Slipped]) -> Finding | None:
    """The solution, or a variant of it, with one part changed, that returns what the answer did on every input.

    `on_one(i)` gives the slips that return something of the right shape on probe i, and what, a row for each: most of
    them differ there already.
    """
    i = case.smallest_wrong
    found, values = on_one(i)
    agree = close(values, case.rows[i][2], case.exercise.rtol).all(axis=tuple(range(1, values.ndim)))
    candidates = (found[k] for k in np.flatnonzero(agree))
    return next((Finding(one.name, one.sentence) for one in candidates if _is_everywhere(case, one)), None)


def _is_everywhere(case: Case, found: Slip) -> bool:
    """Input by input, for most that agree on one differ on the next."""
    pairs = zip(case.probes, case.came.outcomes, strict=True)
    rtol = case.exercise.rtol
    return all(same_recording(record(found.wrong, (probe,)), Recording((got,)), rtol) for probe, got in pairs)


@lru_cache(maxsize=64)
def slips(*functions: Callable) -> tuple[Slip, ...]:
    """Every slip in the functions given, each a right answer; the telling kinds first."""
    made = [slip for function in functions for slip in _slips_in(function)]
    order = list(KINDS)
    return tuple(sorted(made, key=lambda slip: (order.index(slip.kind), slip.throughout)))


def _slips_in(function: Callable) -> Iterator[Slip]:
    """The slips in one function that stands in a file by itself; closures and `while` loops are left alone."""
    tree = _tree(function)
    if tree is None:
        return
    parameters = [argument.arg for argument in tree.body[0].args.args]
    everywhere = defaultdict(list)
    for parent, place, node in _places(tree.body[0]):
        for kind, part, other in _changes(node, parent, parameters):
            near = _near(part, parameters)
            if wrong := _wrong(tree, function, [(parent, place, other)]):
                yield Slip(kind, near, False, wrong)
            if isinstance(node, (ast.Name, ast.Constant)):
                alike = (kind, ast.dump(node), ast.dump(other))
                everywhere[alike].append((near, (parent, place, other)))
    for (kind, _, _), same in everywhere.items():
        near, changes = zip(*same, strict=True)
        if len(same) > 1 and (wrong := _wrong(tree, function, changes)):
            yield Slip(kind, near[0], True, wrong)
    for pair in combinations(parameters, 2):
        renamed = dict(zip(pair, reversed(pair), strict=True))
        changes = [
            (parent, place, ast.Name(renamed[node.id], node.ctx))
            for parent, place, node in _places(tree.body[0])
            if isinstance(node, ast.Name) and node.id in renamed
        ]
        if wrong := _wrong(tree, function, changes):
            yield Slip("exchanged", pair, False, wrong)


def _tree(function: Callable) -> ast.Module | None:
    if not inspect.isfunction(function) or function.__closure__:
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return None
    loops_freely = any(isinstance(node, ast.While) for node in ast.walk(tree))
    return tree if isinstance(tree.body[0], ast.FunctionDef) and not loops_freely else None


def _wrong(tree: ast.Module, function: Callable, changes: Iterable[tuple]) -> Callable | None:
    """The function that the tree defines while the changes hold; None if it is no Python then."""
    space = dict(function.__globals__)
    with ExitStack() as changed:
        for parent, place, other in changes:
            changed.enter_context(_changed(parent, place, other))
        try:
            with warnings.catch_warnings(action="ignore"):  # Python warns of `1[0]`, which nobody wrote
                exec(compile(ast.fix_missing_locations(tree), "<slip>", "exec"), space)
        except (SyntaxError, ValueError, TypeError):
            return None
    return space[function.__name__]


def _near(part: ast.AST, parameters: list[str]) -> tuple[str, ...]:
    """The one or two arguments that occur in a part; none if there are more, for then they say nothing."""
    names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
    found = tuple(name for name in parameters if name in names)
    return found if len(found) <= 2 else ()


# Places and changes ------------------------------------------------------------------------------------------------

Place = tuple[str, int | None]  # a field of the parent, and where in it if it is a list


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, Place, ast.AST]]:
    """Everything below a function's signature: its parent, its place there, and the node itself."""
    for parent in ast.walk(ast.Module(function.body, [])):
        if isinstance(parent, ast.Module):
            parent = function
        for field, value in ast.iter_fields(parent):
            if parent is function and field != "body":
                continue
            if isinstance(value, ast.AST):
                yield parent, (field, None), value
            elif isinstance(value, list):
                yield from (
                    (parent, (field, i), node) for i, node in enumerate(value) if isinstance(node, ast.AST)
                )


@contextmanager
def _changed(parent: ast.AST, place: Place, other: ast.AST | list) -> Iterator[None]:
    """The tree with `other` at a place; a list of statements replaces as many as it has."""
    field, i = place
    before = getattr(parent, field)
    if i is None:
        setattr(parent, field, other)
    else:
        others = other if isinstance(other, list) else [other]
        setattr(parent, field, [*before[:i], *others, *before[i + len(others) :]])
    try:
        yield
    finally:
        setattr(parent, field, before)


# the kind, the part that tells which arguments are near, what replaces it
Change = tuple[str, ast.AST, ast.AST | list]


def _changes(node: ast.AST, parent: ast.AST, parameters: list[str]) -> Iterator[Change]:
    """What a slip may put in the place of a node."""
    match node:
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            kind = "sign" if isinstance(node.op, ast.USub) else "direction"
            yield kind, node.operand, node.operand
        case ast.Compare(ops=[operator]):
            yield from _of_comparison(node, operator)
        case ast.Constant(value=bool()):
            yield "option", node, ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield from _of_number(node, parent)
        case ast.Call():
            yield from _of_call(node)
        case ast.Name(ctx=ast.Load()) if node.id in parameters:
            others = [name for name in parameters if name != node.id]
            yield from (("argument", ast.Name(name, node.ctx), ast.Name(name, node.ctx)) for name in others)
            yield "sign", node, ast.UnaryOp(ast.USub(), node)
            yield "complement", node, ast.BinOp(ast.Constant(1), ast.Sub(), node)
        case ast.Subscript(ctx=ast.Load()):
            yield "index", node, node.value
        case ast.IfExp():
            yield from (("case", node.test, branch) for branch in (node.body, node.orelse))
        case ast.stmt():
            yield from _of_statement(node, parent)


def _of_operation(node: ast.BinOp) -> Iterator[Change]:
    left, op, right = node.left, node.op, node.right
    if type(op) in EXCHANGED:
        kind = "sign" if isinstance(op, (ast.Add, ast.Sub)) else "quotient"
        yield kind, node, ast.BinOp(left, EXCHANGED[type(op)](), right)
    if isinstance(op, (ast.Sub, ast.Div, ast.Pow)):
        yield "backwards", node, ast.BinOp(right, op, left)
    of_one = isinstance(op, ast.Sub) and isinstance(left, ast.Constant) and left.value == 1
    kind = {ast.Add: "term", ast.Sub: "term", ast.Pow: "power"}.get(type(op), "factor")
    yield "complement" if of_one else kind, right if of_one else left, right
    yield kind, node if kind == "power" else right, left


def _of_comparison(node: ast.Compare, operator: ast.cmpop) -> Iterator[Change]:
    for kind, others in (("edge", EDGED), ("direction", MIRRORED)):
        if type(operator) in others:
            yield kind, node, ast.Compare(node.left, [others[type(operator)]()], node.comparators)


def _of_number(node: ast.Constant, parent: ast.AST) -> Iterator[Change]:
    """A neighbour of a whole number, the double and the half of any: an axis in a call, an index, a power, a constant."""
    value = node.value
    others = {value + 1, value - 1} if isinstance(value, int) else {2 * value, value / 2, 0.0, 1.0, 1 - value}
    match parent:
        case ast.Call(func=ast.Attribute()) if _word(parent) in ALONG_AN_AXIS:
            kind = "axis" if isinstance(value, int) else "number"
        case ast.keyword(arg="dim" | "axis"):
            kind = "axis"
        case ast.Subscript() | ast.Slice() | ast.Tuple():
            kind = "index"
        case ast.BinOp(op=ast.Pow()):
            kind = "power"
        case _:
            kind = "number"
    yield from ((kind, parent, ast.Constant(other)) for other in sorted(others - {value}))


def _word(call: ast.Call) -> str:
    """The name by which something is called, `sum` for `x.sum(1)` and for `torch.sum(x, 1)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _of_call(node: ast.Call) -> Iterator[Change]:
    called, method, word = node.func, isinstance(node.func, ast.Attribute), _word(node)

    def renamed(other: str) -> ast.Call:
        by = ast.Attribute(called.value, other, ast.Load()) if method else ast.Name(other, ast.Load())
        return ast.Call(by, node.args, node.keywords)

    if word in REDUCTIONS:
        yield from (("reduction", node, renamed(other)) for other in REDUCTIONS[word])
    yield from (("function", node, renamed(other)) for other in FUNCTIONS.get(word, ()))
    if method and word not in REDUCTIONS:
        yield "function", node, called.value
    if word not in REDUCTIONS:
        yield from (("function", node, argument) for argument in node.args)
    for i, keyword in enumerate(node.keywords):
        kind = "axis" if keyword.arg in ("dim", "axis") else "option"
        yield kind, node, ast.Call(called, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])
    for i in range(len(node.args) - 1):
        first, second = node.args[i : i + 2]
        exchanged = [*node.args[:i], second, first, *node.args[i + 2 :]]
        yield "backwards", node, ast.Call(called, exchanged, node.keywords)


def _of_statement(node: ast.stmt, parent: ast.AST) -> Iterator[Change]:
    nothing = ast.Pass()
    match node:
        case ast.AugAssign():
            if type(node.op) in EXCHANGED:
                kind = "sign" if isinstance(node.op, (ast.Add, ast.Sub)) else "quotient"
                yield kind, node, ast.AugAssign(node.target, EXCHANGED[type(node.op)](), node.value)
            yield "overwritten", node, ast.Assign([node.target], node.value)
            yield "line", node, nothing
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == 2:
            one_after_the_other = [
                ast.Assign([name], value) for name, value in zip(names, values, strict=True)
            ]
            yield "order", node, ast.If(ast.Constant(True), one_after_the_other, [])
            yield from (
                ("line", node, ast.Assign([name], value)) for name, value in zip(names, values, strict=True)
            )
            yield "line", node, nothing
        case ast.Assign():
            yield "line", node, nothing
        case ast.Expr(value=ast.Call()):
            yield "line", node, nothing
        case ast.If():
            yield "case", node.test, ast.If(ast.Constant(True), node.body, [])
            yield "case", node.test, ast.If(ast.Constant(True), node.orelse or [nothing], [])
        case ast.For():
            for cut in (slice(0, 1), slice(-1, None), slice(1, None), slice(0, -1)):
                yield "rounds", node.iter, ast.For(node.target, _cut(node.iter, cut), node.body, node.orelse)
    for field in ("body", "orelse"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and node in block[:-1]:
            after = block[block.index(node) + 1]
            if not isinstance(after, ast.Return):
                yield "order", ast.Module([node, after], []), [after, node]


def _cut(rounds: ast.expr, cut: slice) -> ast.expr:
    everything = ast.Call(ast.Name("list", ast.Load()), [rounds], [])
    ends = [None if end is None else ast.Constant(end) for end in (cut.start, cut.stop)]
    return ast.Subscript(everything, ast.Slice(*ends), ast.Load())
