"""From what an answer returned to a verdict: error, mistake, kind and shape, relation, regime, first failing input."""

import ast
import inspect
import random
import reprlib
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch

from lossfns.grading.exercise import Example, Exercise, Question, Verdict
from lossfns.grading.explain import (
    Case,
    Finding,
    Slip,
    factored,
    in_proportion,
    named_mistake,
    nearly,
    not_finite,
    regime,
    relation,
    same_recording,
    sized,
    slip,
    slips,
    touched,
    twofold,
    wrong_kind,
    wrong_shape,
)
from lossfns.grading.record import DEADLINE, Probe, Recording, record, trajectory

POWER = "In Python `^` is not a power; `**` is."
NUMBER = "torch wants two tensors there and got a number: `clamp` holds a tensor above or below a number."
ROWS = (
    "Shapes are lined up from the right. To meet every row of a table, or every number of another vector, a vector has "
    "to be a column, (n, 1): `keepdim=True` leaves it one, `[:, None]` makes it one."
)
PRODUCT = (
    "In `a @ b` the last axis of a meets the first of b, and both must stand for the same thing. Do they?"
)

# what Python, NumPy and torch say to common slips -> what it means
TIPS = {
    "bitwise_xor": POWER,
    "for ^:": POWER,
    "bitwise_and": "`&` binds more tightly than `<=`: put brackets round each comparison.",
    "ambiguous": "`if`, `and`, `or`, `max(a, b)` and `a <= b <= c` want a single yes or no, and a tensor has one for each element: "
    "`torch.where` and `&` decide for each of them.",
    "must match the size": ROWS,
    "could not be broadcast together": ROWS,
    "shapes cannot be multiplied": PRODUCT,
    "mismatch in its core dimension": PRODUCT,
    "is out of bounds": "That place is not there. Does it belong to this list or axis, and does it count from 0?",
    "must be Tensor, not float": NUMBER,
    "got (Tensor, float)": NUMBER,
    "only one element tensors can be converted": "`torch.tensor` is made from numbers; `torch.stack` makes one tensor of many.",
    "does not require grad": "Autograd follows only what it was asked to: `requires_grad_()` on the prediction first.",
}

NOT_REPEATABLE = (
    "Called again on the same inputs, your function returns something else: it draws random numbers, or it keeps something "
    "from one call to the next. All that it needs is given to it."
)


def judge(task: Exercise | Question, answer: object, *, seed: int = 0) -> Verdict:
    """The verdict on an answer: a function for an Exercise, a letter for a Question."""
    if isinstance(task, Question):
        return _judge_letter(task, answer)
    if answer is None or answer is Ellipsis or (callable(answer) and is_unwritten(answer)):
        return _not_attempted(task)
    if not callable(answer):
        return Verdict("error", f"A function was asked, {task.signature}; {short(answer)} is none.")
    if problem := _wrong_parameters(task, answer):
        return Verdict("error", problem)
    came = record(answer, probes(task, seed))
    verdict = judge_recording(task, came, seed=seed)
    unexplained = verdict.status == "wrong" or verdict.mistake == "nearly"
    if unexplained and _differs_again(answer, probes(task, seed), came, task.rtol):
        return replace(verdict, status="mistake", mistake="not repeatable", sentence=NOT_REPEATABLE)
    return verdict


def _differs_again(answer: Callable, probes: Sequence[Probe], came: Recording, rtol: float) -> bool:
    """Whether the answer returns something else on the same inputs where chance falls differently."""

    def elsewhere(*args: object) -> object:
        random.seed(1)
        np.random.seed(1)
        torch.default_generator.manual_seed(1)
        return answer(*args)

    again = record(elsewhere, probes)
    return not again.timed_out and not same_recording(again, came, rtol)


def judge_recording(task: Exercise, came: Recording, *, seed: int) -> Verdict:
    """The verdict on what an answer returned, wherever it ran."""
    known = known_recordings(task, seed)
    case = Case(task, probes(task, seed), known["reference"], came)
    if any(outcome.unwritten for outcome in came.outcomes):
        return _not_attempted(task)
    if came.timed_out:
        return _timeout(case)
    if task.shipped and same_recording(came, known["shipped"], task.rtol):
        return _not_attempted(task)
    if any(outcome.error for outcome in came.outcomes):
        return _error(case)
    return _correct(case) if all(case.right) else _explained(case, known, seed)


@lru_cache(maxsize=256)
def probes(task: Exercise, seed: int) -> tuple[Probe, ...]:
    """The inputs of an exercise: the same for the same seed."""
    return tuple(task.probes(np.random.default_rng(seed)))


@lru_cache(maxsize=256)
def known_recordings(task: Exercise, seed: int) -> dict[str, Recording]:
    """What the reference, the shipped function and every known mistake return."""
    known = {mistake.name: mistake.wrong for mistake in task.mistakes} | {"reference": task.reference}
    if task.shipped:
        known["shipped"] = task.shipped
    return {name: record(function, probes(task, seed)) for name, function in known.items()}


@lru_cache(maxsize=256)
def slipped(task: Exercise, seed: int, i: int) -> tuple[tuple[Slip, ...], np.ndarray]:
    """The slips in the solution and its variants that return something of the right shape on probe i, and what."""
    probe, shape = (probes(task, seed)[i],), known_recordings(task, seed)["reference"].outcomes[i].value.shape
    found, values = [], []
    for one in slips(task.reference, *task.variants):
        outcomes = record(one.wrong, probe, seconds=1).outcomes  # a few never end
        if outcomes and outcomes[0].value is not None and outcomes[0].value.shape == shape:
            found.append(one)
            values.append(outcomes[0].value)
    return tuple(found), np.array(values).reshape(-1, *shape)


def is_unwritten(function: Callable) -> bool:
    """Whether the body is still a stub: a docstring, `pass`, `...` or `raise NotImplementedError`, nothing else."""
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return False  # no source at hand: then what it returns must tell
    body = getattr(definition, "body", None)
    return isinstance(body, list) and all(_says_nothing(statement) for statement in body)


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return "NotImplementedError" in ast.unparse(statement)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _wrong_parameters(task: Exercise, answer: Callable) -> str | None:
    """A sentence if the answer cannot be called with the stub's arguments, in the stub's order."""
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # a builtin without one: let the call itself tell
        return None
    try:
        signature.bind(*task.parameters)
    except TypeError:
        return (
            f"Your function takes {signature}; {task.id} calls it with {len(task.parameters)} arguments, "
            f"({', '.join(task.parameters)})."
        )
    return None


def _not_attempted(task: Exercise | Question) -> Verdict:
    symptom = getattr(task, "symptom", "")
    return Verdict("not attempted", symptom or f"Not attempted yet. hint({task.id!r}) gives a first idea.")


def _correct(case: Case) -> Verdict:
    sentence = f"Correct on all {len(case.probes)} inputs."
    if refused := next((outcome.on_tensors for outcome in case.came.outcomes if outcome.on_tensors), None):
        sentence += f" They were given as NumPy arrays, since on tensors your function stops with {refused}"
    return Verdict("correct", sentence, printed=case.came.printed)


def _timeout(case: Case) -> Verdict:
    at = f"on input {len(case.came.outcomes) + 1} of {len(case.probes)}"
    sentence = f"Took too long: stopped after {DEADLINE:g} seconds, {at}. Is there a loop that never ends?"
    return Verdict("timeout", sentence, printed=case.came.printed)


def _error(case: Case) -> Verdict:
    """The first error, with the learner's own line; and whether other inputs went well."""
    failing = [i for i, outcome in enumerate(case.came.outcomes) if outcome.error]
    error = case.came.outcomes[failing[0]].error
    sentence = f"Your function stopped with {error}"
    if tip := next((tip for words, tip in TIPS.items() if words in error), None):
        sentence += f"\n{tip}"
        if tip in (ROWS, PRODUCT) and case.exercise.axes:
            sentence += f" Here: {case.exercise.axes}"
    if len(failing) < len(case.probes):
        sentence += f"\nIt happened on the input {given(case, failing[0])}."
    if place := next((r for r in case.exercise.regimes if touched(case.probes, r) == set(failing)), None):
        sentence += f" It happens wherever {place.inside}, and nowhere else."
    return Verdict("error", sentence, right=_what_is_right(case), printed=case.came.printed)


def _explained(case: Case, known: dict[str, Recording], seed: int) -> Verdict:
    """The first explanation that fits, and a failing input as an example. Where it lies and which slip it is are both told."""

    def one_slip(case: Case) -> Finding | None:
        return slip(case, lambda i: slipped(case.exercise, seed, i))

    finders = (
        lambda c: named_mistake(c, known),
        lambda c: twofold(c, known),
        lambda c: factored(c, known),
        wrong_kind,
        wrong_shape,
        not_finite,
        relation,
        regime,
        sized,
        one_slip,
        in_proportion,
        nearly,
    )
    finding = next((found for find in finders if (found := find(case))), None)
    if finding and finding.name.startswith("regime: ") and (found := one_slip(case)):
        finding = replace(finding, sentence=f"{finding.sentence} {found.sentence}")
    return Verdict(
        "mistake" if finding else "wrong",
        finding.sentence
        if finding
        else f"Not right yet, and not a mistake that is known here. Work out the example by hand and compare; "
        f"`hint({case.exercise.id!r})` may help.",
        mistake=finding.name if finding else None,
        example=_example(case, finding),
        right=_what_is_right(case),
        printed=case.came.printed,
    )


def _what_is_right(case: Case) -> str:
    right = sum(case.right)
    return f"Right on {right} of {len(case.probes)} inputs." if right else ""


def _example(case: Case, finding: Finding | None) -> Example:
    """The smallest input that was answered wrongly, or the one that the finding points at."""
    at = finding.probe if finding else None
    i = case.smallest_wrong if at is None or case.right[at] else at
    want, got = case.expected.outcomes[i].value, case.came.outcomes[i]
    if got.value is None:
        return Example(given(case, i), show(want), "nothing" if got.junk == "NoneType" else f"a {got.junk}")
    digits = 4 if show(want) != show(got.value) else 10
    return Example(given(case, i), show(want, digits), show(got.value, digits))


def given(case: Case, i: int) -> str:
    """The arguments of a probe, written out: pred [110], target [100], q 0.9."""
    names, args = case.exercise.parameters, case.probes[i].args
    if case.probes[i].via is not trajectory:
        return _named(names, args)
    carried, steps = args
    return "; ".join([_named(names, carried), *(_named(names[len(carried) :], more) for more in steps)])


def _named(names: Sequence[str], values: Sequence[object]) -> str:
    return ", ".join(f"{name} {show(value)}" for name, value in zip(names, values, strict=False))


def show(value: object, digits: int = 4) -> str:
    """A number with four digits, an array in brackets, a function by its name."""
    if callable(value):
        return getattr(value, "__name__", "a function")
    if isinstance(value, (tuple, list)):
        parts = [show(part, digits) for part in value]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    if value is None or isinstance(value, str):
        return str(value)
    if np.asarray(value).dtype.kind == "f":
        value = value + 0.0  # no −0
        digits = 10 if _looks_constant(value, digits) else digits
    with np.printoptions(precision=digits, suppress=True, threshold=6, edgeitems=3, linewidth=200):
        return f"{value:.{digits}g}" if np.ndim(value) == 0 else str(value)


def _looks_constant(value: np.ndarray | float, digits: int) -> bool:
    """Whether different numbers of a row would be written as one number, again and again."""
    rows = np.atleast_2d(value)
    printed = rows.round(digits)
    return bool(((rows != rows[..., :1]).any(-1) & (printed == printed[..., :1]).all(-1)).any())


def short(answer: object) -> str:
    """An answer of the wrong kind as Python writes it, on one line of bearable length."""
    return textwrap.shorten(reprlib.repr(answer), 80, placeholder=" …")


def _judge_letter(task: Question, answer: object) -> Verdict:
    """Any case, blanks and a closing bracket or full stop forgiven."""
    if answer is None or answer is Ellipsis:
        return _not_attempted(task)
    letter = answer.strip(" .()\t\n").upper() if isinstance(answer, str) else None
    if letter == "":
        return _not_attempted(task)
    if letter not in task.options:
        return Verdict("error", f"Answer with one letter, {task.signature}: {short(answer)} is none of them.")
    if letter == task.answer:
        return Verdict("correct", f"Correct. {task.because}")
    return Verdict("mistake", task.misconceptions[letter], mistake=f"option {letter}")
