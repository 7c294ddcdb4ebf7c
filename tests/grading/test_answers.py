"""Right answers returned in unusual ways, wrong ones that do unusual things, and what is said to them."""

import ast
import functools
import inspect
import textwrap
import time

import numpy as np
import pytest
import torch
from toys import COLOUR, MOMENTUM, SCALAR, SIDED, VECTOR, exercise, pull, sided, signed_cost, weighted_gap

from lossfns.grading.bank import exercises
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.judge import is_unwritten, judge, probes, show
from lossfns.grading.record import Probe


def other_names(x, *rest):
    return weighted_gap(x, *rest)


def with_defaults(pred, target=None, k=1.0, verbose=False):
    return weighted_gap(pred, target, k)


def in_place(a, b, k):
    a.pow_(2).mul_(k).sub_(b)
    return a.mean()


def in_python(a, b, k):
    return sum(k * x**2 - y for x, y in zip(a.tolist(), b.tolist(), strict=True)) / len(a)


def remembers(a, b, k, seen=[]):  # noqa: B006
    seen.append(a)
    return weighted_gap(a, b, k)


def talks(a, b, k):
    print("a is", a)
    return weighted_gap(a, b, k)


def sets_the_seed(a, b, k):
    torch.manual_seed(0)
    return weighted_gap(a, b, k) + 0 * torch.rand(())


class Called:
    def __call__(self, a, b, k):
        return weighted_gap(a, b, k)


class Module(torch.nn.Module):
    def forward(self, a, b, k):
        return weighted_gap(a, b, k)


class Made(float):
    def __new__(cls, a, b, k):
        return super().__new__(cls, weighted_gap(a, b, k))


RIGHT = {
    "other-names": other_names,
    "defaults": with_defaults,
    "partial": functools.partial(with_defaults, verbose=True),
    "cached": functools.cache(weighted_gap),
    "callable-object": Called(),
    "module": Module(),
    "class": Made,
    "in-place": in_place,
    "python-number": in_python,
    "prints": talks,
    "remembers": remembers,
    "sets-the-seed": sets_the_seed,
    "numpy-value": lambda a, b, k: np.float64(weighted_gap(a, b, k)),
    "numpy-array": lambda a, b, k: np.asarray(weighted_gap(a, b, k)),
    "float32": lambda a, b, k: weighted_gap(a.float(), b.float(), k),
    "one-axis": lambda a, b, k: weighted_gap(a, b, k).reshape(1),
    "tuple-of-one": lambda a, b, k: (weighted_gap(a, b, k),),
    "needs-arrays": lambda a, b, k: np.average(k * np.power(a, 2, out=np.empty(len(a))) - np.asarray(b)),
    "requires-grad": lambda a, b, k: weighted_gap(a.requires_grad_(), b, k),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT)
def test_a_right_answer_is_accepted_however_it_is_written(answer):
    for seed in range(3):
        assert judge(SCALAR, answer, seed=seed).status == "correct"


@pytest.mark.parametrize(
    "answer",
    [
        lambda a, b, k: pull(a, b, k).tolist(),
        lambda a, b, k: tuple(pull(a, b, k)),
        lambda a, b, k: [x[None] for x in pull(a, b, k)],
        lambda a, b, k: pull(a, b, k).numpy(),
    ],
)
def test_a_vector_may_be_a_list_a_tuple_or_an_array(answer):
    assert judge(VECTOR, answer).status == "correct"


def test_a_builtin_without_a_signature_is_called():
    task = exercise(
        name="largest",
        reference=lambda a, b: torch.maximum(a, b),
        probes=lambda rng: (Probe((rng.normal(size=n), rng.normal(size=n))) for n in (2, 3)),
    )
    assert judge(task, torch.maximum).status == "correct"
    assert judge(task, torch.minimum).status == "wrong"


def test_a_class_with_a_docstring_only_is_unwritten():
    class Later:
        """To come."""

    assert is_unwritten(Later)


def test_an_answer_that_drifts_from_call_to_call_is_wrong():
    calls = []

    def drifts(a, b, k):
        calls.append(1)
        return weighted_gap(a, b, k) + 0.01 * (len(calls) - 1)

    verdict = judge(SCALAR, drifts)
    assert (verdict.status, verdict.mistake) == ("mistake", "not repeatable")
    assert verdict.right == "Right on 1 of 10 inputs."


# Errors ------------------------------------------------------------------------------------------------------


def test_an_error_shows_the_learners_line_and_nothing_of_ours():
    def broken(a, b, k):
        return a / b.shape[7]

    verdict = judge(SCALAR, broken)
    assert "IndexError" in verdict.message and "return a / b.shape[7]" in verdict.message
    assert "lossfns" not in verdict.message and "Traceback" not in verdict.message


def test_an_error_on_some_inputs_says_on_which():
    def fragile(a, b, k):
        if len(a) == 5:
            raise ValueError("five!")
        return weighted_gap(a, b, k)

    verdict = judge(SCALAR, fragile)
    assert verdict.status == "error"
    assert verdict.right == "Right on 6 of 10 inputs." and "It happened on the input a [" in verdict.message


@pytest.mark.parametrize("error", [SystemExit, MemoryError, RecursionError, StopIteration, GeneratorExit])
def test_whatever_an_answer_raises_is_a_verdict(error):
    def bad(a, b, k):
        raise error

    verdict = judge(SCALAR, bad)
    assert verdict.status == "error" and error.__name__ in verdict.message


class Unspeakable:
    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize("answer", [torch.tensor(3.5), list(range(10**6)), torch.rand(1000), Unspeakable()])
def test_what_is_no_function_is_quoted_in_brief(answer):
    verdict = judge(SCALAR, answer)
    assert verdict.status == "error" and len(verdict.message) < 300 and "\n" not in verdict.message


@pytest.mark.parametrize("junk", [{"B"}, np.array(["B", "C"]), torch.ones(2), float("nan"), Unspeakable()])
def test_a_question_answered_with_an_object_is_an_error_and_no_crash(junk):
    assert judge(COLOUR, junk).status == "error"


def test_an_answer_that_does_not_end_took_too_long(monkeypatch):
    monkeypatch.setattr("lossfns.grading.record.record.__kwdefaults__", {"seconds": 0.2})

    def endless(a, b, k):
        print("still here")
        while len(a) > 1:
            pass
        return weighted_gap(a, b, k)

    start = time.monotonic()
    verdict = judge(SCALAR, endless)
    assert time.monotonic() - start < 2
    assert verdict.status == "timeout"
    assert "input 3 of 10" in verdict.message and "still here" in verdict.message


# The order in which explanations are asked -------------------------------------------------------------------

ORDERED = exercise(
    name="signed_cost",
    reference=signed_cost,
    probes=sided,
    regimes=SIDED.regimes,
    mistakes=(
        Mistake("even", lambda p, t: (p - t).abs().mean(), "Both sides cost the same."),
        Mistake("terms", lambda p, t: torch.where(p > t, p - t, 2 * (t - p)), "One number, their mean."),
        Mistake("tripled", lambda p, t: 3 * signed_cost(p, t), "Three times."),
    ),
)


@pytest.mark.parametrize(
    ("answer", "status", "mistake"),
    [
        # an error on one input, though the others are a known mistake
        (lambda p, t: (p - t).abs().mean() if len(p) == 3 else 1 / 0, "error", None),
        (
            lambda p, t: (p - t).abs().mean(),
            "mistake",
            "even",
        ),  # and no "regime: too low", which fits as well
        (lambda p, t: torch.where(p > t, p - t, 2 * (t - p)), "mistake", "terms"),  # and no shape
        (lambda p, t: 3 * signed_cost(p, t), "mistake", "tripled"),  # and no factor
        (
            lambda p, t: torch.where(p > t, p - t, 4 * (t - p)),
            "mistake",
            "shape: not reduced",
        ),  # and no regime
        (lambda p, t: 5 * signed_cost(p, t), "mistake", "relation: a constant factor"),
        (lambda p, t: torch.where(p > t, p - t, 4 * (t - p)).mean(), "mistake", "regime: too low"),
        (lambda p, t: signed_cost(p, t) ** 1.5 + 0.1, "wrong", None),
    ],
)
def test_order_is_error_mistake_shape_relation_regime(answer, status, mistake):
    verdict = judge(ORDERED, answer)
    assert (verdict.status, verdict.mistake) == (status, mistake)


def test_a_relation_is_asked_before_a_regime_that_fits_too():
    task = exercise(
        name="weighted_gap",
        reference=weighted_gap,
        probes=SCALAR.probes,
        regimes=(Regime("k not one", lambda a, b, k: k != 1, "k is not 1", "k is 1"),),
    )
    assert judge(task, lambda a, b, k: weighted_gap(a, b, 1.0)).mistake == "relation: k has no effect"
    assert judge(task, lambda a, b, k: weighted_gap(a, b, k**2)).mistake == "regime: k not one"


# What is said ------------------------------------------------------------------------------------------------


def test_example_shows_enough_digits_to_see_the_difference():
    verdict = judge(SCALAR, lambda a, b, k: weighted_gap(a, b, k) * (1 + 1e-4 * len(a) * k))
    assert verdict.mistake == "nearly"
    assert verdict.example.expected != verdict.example.yours


def test_example_of_a_trajectory_names_the_arguments_step_by_step():
    verdict = judge(MOMENTUM, lambda w, v, g, lr: (w - lr * v, v + g))
    assert verdict.example.given.startswith("w ") and ", v 0; g " in verdict.example.given


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.1235"),
        (np.array([1.0, 2.5]), "[1.  2.5]"),
        (np.arange(20.0), "[ 0.  1.  2. ... 17. 18. 19.]"),
        (np.array([[0.5, 0.5 + 2e-6], [1.0, 2.0]]), "[[0.5      0.500002]\n [1.       2.      ]]"),
        (np.array([np.nan, np.nan, 0.0]), "[nan nan  0.]"),
        (True, "1"),
        ("mean", "mean"),
        (None, "None"),
        ((1.0, (2.0, "x")), "(1, (2, x))"),
        (weighted_gap, "weighted_gap"),
    ],
)
def test_show_writes_values_for_people(value, shown):
    assert show(value) == shown


def last_expression(function) -> str:
    """What a reference returns, as it is written, without blanks."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return "".join(ast.unparse(returned[-1]).split())


WRITTEN = [task for task in exercises() if isinstance(task, Exercise)]
TELLING = [task for task in WRITTEN if len(last_expression(task.reference)) > 5]  # not `return w, b`


@pytest.mark.parametrize("task", TELLING, ids=lambda task: task.id)
def test_no_message_of_the_bank_contains_the_solution(task):
    solution = last_expression(task.reference)
    wrong = [mistake.wrong for mistake in task.mistakes]
    for answer in (*wrong, lambda *args: None, lambda *args: 1 / 0, lambda *args: "x", lambda *args: 0.3):
        assert solution not in "".join(judge(task, answer).message.split())


def test_probes_are_the_same_for_a_seed_and_others_for_another():
    again = tuple(SCALAR.probes(np.random.default_rng(5)))
    for one, other in zip(probes(SCALAR, 5), again, strict=True):
        np.testing.assert_array_equal(one.args[0], other.args[0])
    assert not np.array_equal(probes(SCALAR, 5)[0].args[0], probes(SCALAR, 6)[0].args[0])
