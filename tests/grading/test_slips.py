"""Answers with one slip are recognised though nobody listed them, and answers with two are not."""

import inspect
from collections.abc import Callable

import numpy as np
import pytest
import torch
from toys import exercise, two_vectors

from lossfns.grading.exercise import Exercise, Regime
from lossfns.grading.explain.slips import KINDS, slips
from lossfns.grading.judge import judge
from lossfns.grading.record import Probe


def blend(a, b, k):
    part = k / (1 + k)
    mixed = part * a**2 - (1 - part) * b
    return mixed.sum() / 7 + b.max()


def capped(a, b, k):
    return torch.where(a < k, a.log(), 2 * b.sqrt()).max()


def drift(w, g, rate, steps):
    total, before = w, 0.5 * w
    for i in range(steps):
        total = total - rate * g * (i + before)
        before = total.abs()
    return total


def spread(table, low, high):
    inside = (table >= low) & (table < high)
    count = 0
    for row in table[1:].softmax(dim=0):
        if row[0] > high:
            row = high - row * low
        count += row.sum() + inside.sum(dim=0, dtype=torch.float64)[0]
    return count * (1 - low)


def at_the_edge(rng):
    """Vectors of which elements are equal to k."""
    for n in (1, 2, 4):
        for k in (1.5, 2.25):
            a, b = rng.uniform(1, 3, n + 2), rng.uniform(0.04, 0.1, n + 2)
            a[n] = k
            yield Probe((a, b, k))
            yield Probe((rng.permutation(a), rng.permutation(b) * 20, k))


def drifts(rng):
    for steps in (1, 2, 3, 5):
        yield Probe((rng.uniform(1, 2, 2), rng.uniform(-1, 1, 2), 0.1 * steps, steps))


def tables(rng):
    for n in (3, 4, 5, 6):
        table = rng.uniform(-1, 1, (n, 3))
        table[0], low, high = rng.permutation([0.3, 0.1, -0.6]), 0.1, 0.3
        yield Probe((table, low, high))


BLEND = exercise(name="blend", reference=blend, probes=two_vectors)
CAPPED = exercise(name="capped", reference=capped, probes=at_the_edge)
DRIFT = exercise(name="drift", reference=drift, probes=drifts, gives="two numbers")
SPREAD = exercise(name="spread", reference=spread, probes=tables)

# the exercise, what its solution says, what the answer says, the kind of slip, and what the sentence points at
SLIPS = [
    (BLEND, "**2 - (", "**2 + (", "sign", "near `a` and `b`"),
    (BLEND, "k / (1 + k)", "k * (1 + k)", "quotient", "near `k`"),
    (BLEND, "k / (1 + k)", "(1 + k) / k", "backwards", "near `k`"),
    (BLEND, "(1 - part) * b", "part * b", "complement", ""),
    (BLEND, "part * a", "part * b", "argument", "`b` where another argument belongs"),
    (BLEND, " - (1 - part) * b", "", "term", "near `b`"),
    (BLEND, "part * a", "a", "factor", ""),
    (BLEND, "a**2", "a", "power", "near `a`"),
    (BLEND, "a**2", "a**3", "power", "near `a`"),
    (BLEND, "mixed.sum()", "mixed.mean()", "reduction", ""),
    (BLEND, "1 + k", "2 + k", "number", "near `k`"),
    (CAPPED, "a < k", "a <= k", "edge", "near `a` and `k`"),
    (CAPPED, "a < k", "a > k", "direction", "near `a` and `k`"),
    (CAPPED, "a.log()", "a", "function", "near `a`"),
    (CAPPED, "max()", "min()", "reduction", ""),
    (DRIFT, "range(steps)", "range(1, steps)", "rounds", "near `steps`"),
    (DRIFT, "before = total.abs()", "pass", "line", ""),
    (DRIFT, "0.5 * w", "0.25 * w", "number", "near `w`"),
    (SPREAD, "table[1:]", "table", "index", "near `table`"),
    (SPREAD, "softmax(dim=0)", "softmax(dim=1)", "axis", ""),
    (SPREAD, "count += ", "count = ", "overwritten", ""),
    (SPREAD, "softmax(dim=0)", "softmax(0)[1:]", "rounds", ""),
    (SPREAD, "if row[0] > high", "if False", "case", "near `high`"),
]


def weighed(a, b, k):
    share = max(len(a), 2) * (a > 1.5).sum()
    return (a * share).sum() / (b * k).mean() - k - b.sum()


WEIGHED = exercise(name="weighed", reference=weighed, probes=two_vectors)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (" * (a > 1.5).sum()", "", "factor"),  # and not a largest, which is True and counts as 1
        (" / (b * k).mean()", "", "factor"),  # and not an `any`
        ("max(len(a), 2)", "max(len(a), 3)", "number"),  # Python's `max` has no axis
    ],
)
def test_a_slip_is_not_called_another_that_comes_to_the_same(before, after, kind):
    assert judge(WEIGHED, rewritten(WEIGHED, (before, after))).mistake == f"slip: {kind}"


HALVES = (
    Regime(
        "the second half",
        lambda a, b: np.arange(2 * len(a)) >= len(a),
        "the second half is asked",
        "the first half is asked",
    ),
)


def halves(a, b):
    return torch.cat([a - b, a + b])


def test_where_a_slip_lies_is_told_as_well():
    task = exercise(
        name="halves",
        reference=halves,
        probes=lambda rng: (Probe((rng.uniform(1, 2, n), rng.uniform(3, 4, n))) for n in (1, 2, 4)),
        regimes=HALVES,
    )
    verdict = judge(task, lambda a, b: torch.cat([a - b, a - b]))
    assert verdict.mistake == "regime: the second half"
    assert "wrong where the second half is asked. One slip away" in verdict.sentence
    assert "a plus where a minus belongs" in verdict.sentence


TWO_LINES = "        total = total - rate * g * (i + before)\n        before = total.abs()"

# one thought at several places -> the kind of slip, and what the sentence points at
THOUGHTS = [
    (
        DRIFT,
        {"= w,": "= g,", "0.5 * w": "0.5 * g"},
        "argument",
        "`g` where another argument belongs, throughout",
    ),
    (BLEND, {"= k /": "= (1 - k) /", "1 + k": "2 - k"}, "complement", "near `k`, throughout"),
    (
        SPREAD,
        {
            ">= low": ">= high",
            "< high": "< low",
            "> high": "> low",
            "high - row * low": "low - row * high",
            "1 - low": "1 - high",
        },
        "exchanged",
        "`low` and `high` exchanged",
    ),
    (DRIFT, {TWO_LINES: "\n".join(reversed(TWO_LINES.split("\n")))}, "order", ""),
]

TWO_SLIPS = [
    (BLEND, ("a**2", "a"), ("1 + k", "2 + k")),
    (CAPPED, ("a < k", "a > k"), ("a.log()", "a")),
    (DRIFT, ("0.5 * w", "w"), ("total = total - rate", "total = total + rate")),
    (SPREAD, ("dim=0)", "dim=1)"), ("1 - low", "low")),
]


def rewritten(task: Exercise, *changes: tuple[str, str]) -> Callable:
    """The solution as a learner would write it who slips."""
    source, space = inspect.getsource(task.reference), dict(task.reference.__globals__)
    for before, after in changes:
        assert source.count(before) == 1, before
        source = source.replace(before, after)
    exec(source, space)
    return space[task.name]


@pytest.mark.parametrize(("task", "before", "after", "kind", "points_at"), SLIPS)
def test_one_slip_is_named_by_its_kind(task, before, after, kind, points_at):
    verdict = judge(task, rewritten(task, (before, after)))
    assert verdict.mistake == f"slip: {kind}"
    assert points_at in verdict.sentence


@pytest.mark.parametrize(("task", "changes", "kind", "points_at"), THOUGHTS)
def test_one_thought_at_several_places_is_one_slip(task, changes, kind, points_at):
    verdict = judge(task, rewritten(task, *changes.items()))
    assert verdict.mistake == f"slip: {kind}"
    assert points_at in verdict.sentence


@pytest.mark.parametrize(("task", "one", "other"), TWO_SLIPS)
def test_two_slips_are_not_called_one(task, one, other):
    assert judge(task, rewritten(task, one)).mistake
    assert judge(task, rewritten(task, one, other)).mistake is None


def sorted_gap(a, b, k):
    return (a.sort(descending=True).values * b).sum() - k


def test_an_option_left_out_is_a_slip():
    task = exercise(name="sorted_gap", reference=sorted_gap, probes=two_vectors)
    assert judge(task, lambda a, b, k: (a.sort().values * b).sum() - k).mistake == "slip: option"


def test_every_kind_is_tried_here():
    assert {row[-2] for row in SLIPS + THOUGHTS} | {"option"} == set(KINDS)


def in_a_loop(a, b, k):
    total, most = 0.0, b[0]
    for x, y in zip(a, b, strict=True):
        total += (k * x**2 - y) / (1 + k)
        most = torch.maximum(most, y)
    return total / 7 + most


def test_a_variant_lends_its_slips():
    wrong = rewritten(
        exercise(name="in_a_loop", reference=in_a_loop, probes=two_vectors), ("most, y", "y, y")
    )
    task = exercise(name="blend", reference=blend, probes=two_vectors, variants=(in_a_loop,))
    assert judge(task, in_a_loop).status == "correct"
    assert judge(BLEND, wrong).mistake is None
    assert judge(task, wrong).mistake == "slip: function"


def first_of_one(a, b, k):
    return a.clamp(1)[0] * b.sum() / k


def test_slips_that_are_hardly_python_warn_nobody(recwarn):
    slips(first_of_one)
    assert not recwarn.list


def test_the_solution_itself_is_left_as_it_was():
    for task in (BLEND, CAPPED, DRIFT, SPREAD):
        assert slips(task.reference)
        assert judge(task, task.reference).status == "correct"


def waits(a, b, k):
    while k < 1:
        k = 2 * k
    return k * a.sum() - b.sum()


def test_functions_whose_change_might_never_end_or_has_no_source_are_left_alone():
    assert slips(waits) == slips(lambda a: a + 1) == slips(torch.relu) == ()


def test_a_slip_is_never_shown():
    """The sentence names arguments, and no other part of the solution."""
    for task in (BLEND, CAPPED, DRIFT, SPREAD):
        for slip in slips(task.reference):
            code = slip.sentence.split("with ", 1)[1].split("`")[1::2]
            assert set(code) <= set(task.parameters)
