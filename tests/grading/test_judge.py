"""From an answer to a verdict: the order of the questions, stubs in every form, letters, parameters."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
import torch
from toys import COLOUR, SCALAR, SIDED, TABLE, exercise, weighted_gap

from lossfns.grading.exercise import Mistake
from lossfns.grading.judge import judge
from lossfns.grading.record import Probe


def raises(a, b, k):
    if len(a) > 1:
        raise ZeroDivisionError("by hand")
    return 2 * weighted_gap(a, b, k)


def test_an_error_comes_before_every_explanation():
    verdict = judge(SCALAR, raises)
    assert (verdict.status, verdict.mistake) == ("error", None)
    assert "ZeroDivisionError: by hand" in verdict.message
    assert 'raise ZeroDivisionError("by hand")' in verdict.message


@pytest.mark.parametrize(
    ("answer", "tip"),
    [
        (lambda a, b: (a[:, None] - b[None]) / torch.ones(len(a) + 1), "`keepdim=True`"),
        (lambda a, b: (a[:, None] - b[None]).numpy() / np.ones(len(a) + 1), "`keepdim=True`"),
        (lambda a, b: (a[:, None] - b[None]) @ torch.ones(1, 2), "`a @ b`"),
        (lambda a, b: np.outer(a, b) @ np.ones((1, 2)), "`a @ b`"),
        (lambda a, b: a[len(a)], "count from 0"),
        (lambda a, b: a.numpy()[len(a)], "count from 0"),
        (lambda a, b: a if a > b else b, "yes or no"),
        (lambda a, b: max(a, 1.0), "yes or no"),
        (lambda a, b: torch.maximum(a, 1.0), "two tensors"),
        (lambda a, b: torch.max(a, 1.0), "two tensors"),
        (lambda a, b: torch.tensor([torch.as_tensor(a), torch.as_tensor(b)]), "`torch.stack`"),
    ],
)
def test_an_error_that_many_meet_comes_with_a_tip(answer, tip):
    verdict = judge(TABLE, answer)
    assert verdict.status == "error" and tip in verdict.sentence


def test_the_tip_says_what_the_axes_stand_for():
    task = replace(TABLE, axes="rows are hills, columns are valleys.")
    verdict = judge(task, lambda a, b: (a[:, None] - b[None]) @ torch.ones(1, 2))
    assert "Do they? Here: rows are hills, columns are valleys." in verdict.sentence
    elsewhere = judge(task, lambda a, b: a[len(a)]).sentence
    assert "hills" not in elsewhere


def test_an_input_is_shown_on_which_the_error_is_plain():
    two_inputs = (Probe((np.zeros(1),)), Probe((np.array([3.0, 50.0]),)))
    task = exercise(name="total", reference=lambda x: x.sum(), probes=lambda rng: iter(two_inputs))
    assert judge(task, lambda x: (x - 1e-8).clamp(max=20).sum()).example.given == "x [ 3. 50.]"
    assert judge(task, lambda x: x.sum() - 1e-8 * (len(x) == 1)).example.given == "x [0.]"


def test_a_relation_comes_before_a_regime():
    assert judge(SIDED, lambda p, t: 2 * SIDED.reference(p, t)).mistake == "relation: twice"


def test_an_answer_without_explanation_is_wrong_and_shows_an_input():
    verdict = judge(SCALAR, lambda a, b, k: (a**3).sum() - b.prod() * k**2)
    assert (verdict.status, verdict.mistake) == ("wrong", None)
    assert verdict.example.expected in verdict.message and verdict.example.yours in verdict.message


def scattered(a, b, k):
    return weighted_gap(a, b, k) + torch.rand(())


def scattered_by_numpy(a, b, k):
    return weighted_gap(a, b, k) + np.random.rand()


def counting():
    calls = []
    return lambda a, b, k: calls.append(k) or weighted_gap(a, b, k) + len(calls) ** 2


@pytest.mark.parametrize("answer", [scattered, scattered_by_numpy, counting()])
def test_an_answer_that_differs_when_called_again_is_told_so(answer):
    verdict = judge(SCALAR, answer)
    assert (verdict.status, verdict.mistake) == ("mistake", "not repeatable")
    assert "draws random numbers" in verdict.message


def test_what_is_right_already_is_said_first():
    verdict = judge(SCALAR, lambda a, b, k: weighted_gap(a, b, 1.0))
    assert verdict.message.startswith("Right on 5 of 10 inputs.\n")


def only_docstring(a, b, k):
    """What it will do."""


def only_pass(a, b, k):
    pass


def only_dots(a, b, k): ...


def only_raises(a, b, k):
    """What it will do."""
    raise NotImplementedError


def raises_with_words(a, b, k):
    raise NotImplementedError("later")


def stops_half_way(a, b, k):
    gap = k * a**2 - b
    raise NotImplementedError(*[gap][1:])


STUBS = [None, ..., only_docstring, only_pass, only_dots, only_raises, raises_with_words, stops_half_way]


@pytest.mark.parametrize("stub", STUBS)
def test_a_stub_is_not_attempted(stub):
    assert judge(SCALAR, stub).status == "not attempted"


def test_code_that_returns_nothing_is_attempted():
    def forgets(a, b, k):
        print(weighted_gap(a, b, k))

    verdict = judge(SCALAR, forgets)
    assert verdict.mistake == "no-return"
    assert verdict.printed in verdict.message and verdict.printed.strip()


def test_a_shipped_function_is_not_attempted_and_shows_its_symptom():
    def shipped(a, b, k):
        return weighted_gap(b, a, k)

    task = exercise(
        name="weighted_gap",
        reference=weighted_gap,
        probes=SCALAR.probes,
        shipped=shipped,
        symptom="It comes out too large.",
    )
    same = judge(task, lambda a, b, k: (k * b * b - a).mean())
    assert (same.status, same.message) == ("not attempted", "It comes out too large.")
    assert judge(task, weighted_gap).status == "correct"


@pytest.mark.parametrize(
    "answer", [lambda a: a, lambda a, b: a, lambda a, b, k, more: a, lambda *, a, b, k: a]
)
def test_wrong_parameters_are_named(answer):
    verdict = judge(SCALAR, answer)
    assert verdict.status == "error"
    assert "(a, b, k)" in verdict.message and str(inspect.signature(answer)) in verdict.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, y, z: weighted_gap(x, y, z),
        lambda *args: weighted_gap(*args),
        lambda a, b, k, more=1: weighted_gap(a, b, k),
    ],
)
def test_parameters_may_have_other_names_and_defaults(answer):
    assert judge(SCALAR, answer).status == "correct"


@pytest.mark.parametrize("answer", [3.0, "A", [weighted_gap]])
def test_something_that_is_no_function_is_refused_by_name(answer):
    verdict = judge(SCALAR, answer)
    assert verdict.status == "error" and "weighted_gap(a, b, k)" in verdict.message


@pytest.mark.parametrize("letter", ["B", "b", " b ", "(b)", "B.", "b)\n"])
def test_a_letter_is_read_in_every_form(letter):
    verdict = judge(COLOUR, letter)
    assert (verdict.status, verdict.message) == ("correct", "Correct. Grass.")


@pytest.mark.parametrize(("letter", "sentence"), [("A", "Not the rose."), ("c", "Not the sky.")])
def test_a_wrong_option_is_a_mistake_with_its_own_sentence(letter, sentence):
    verdict = judge(COLOUR, letter)
    assert verdict.mistake == f"option {letter.upper()}" and verdict.message == sentence


@pytest.mark.parametrize("letter", [None, ..., "", "  "])
def test_no_letter_is_not_attempted(letter):
    assert judge(COLOUR, letter).status == "not attempted"


@pytest.mark.parametrize("letter", ["D", "AB", 2, ["B"], weighted_gap])
def test_what_is_no_letter_is_an_error(letter):
    assert judge(COLOUR, letter).status == "error"


def test_no_message_contains_the_reference():
    """Neither its expression, nor the name of the module that holds it."""
    task = exercise(
        name="weighted_gap",
        reference=weighted_gap,
        probes=SCALAR.probes,
        mistakes=(Mistake("first", lambda a, b, k: a[0], "Only one counts."),),
    )
    wrong = (raises, lambda a, b, k: a[0], lambda a, b, k: a, lambda a, b, k: "x", lambda a: a)
    for answer in (*wrong, lambda a, b, k: -weighted_gap(a, b, k), lambda a, b, k: a.std() ** 3 - k):
        assert "k * a**2" not in judge(task, answer).message
        assert "toys" not in judge(task, answer).message


def test_the_verdict_is_the_same_for_the_same_seed():
    assert judge(SCALAR, lambda a, b, k: a[-1], seed=4) == judge(SCALAR, lambda a, b, k: a[-1], seed=4)
