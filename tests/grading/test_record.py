"""What comes back from a call, whatever the answer does: print, raise, exit, loop, spoil its inputs, return junk."""

import random
import sys
import threading
import time
from fractions import Fraction

import numpy as np
import pytest
import torch
from toys import descents

from lossfns.grading.deadline import DeadlineExceeded, deadline
from lossfns.grading.record import PRINT_LIMIT, Probe, as_outcome, gradient, record, trajectory

X = Probe((np.array([3.0, 1.0, 2.0]),))


def only(answer, probe=X, **how):
    (outcome,) = record(answer, [probe], **how).outcomes
    return outcome


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (2, 2.0),
        (2.5, 2.5),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.array(3), 3.0),
        (np.array([1, 2]), [1, 2]),
        (torch.tensor([True, False]), [1, 0]),
        (torch.tensor(0.25, dtype=torch.bfloat16), 0.25),
        (torch.ones(2, requires_grad=True), [1, 1]),
        ((1.0, torch.tensor([2.0])), [1, 2]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (10**30, 1e30),
        (10**400, np.inf),
        (-(10**400), -np.inf),
        (Fraction(1, 4), 0.25),
        (float("nan"), np.nan),
    ],
)
def test_as_outcome_takes_every_kind_of_number(result, value):
    np.testing.assert_array_equal(as_outcome(result).value, np.array(value, dtype=float))


class Unhelpful:
    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("result", "junk"),
    [
        (None, "NoneType"),
        ("3.5", "str"),
        ((x for x in ()), "generator"),
        ({"loss": 1.0}, "dict"),
        ([1.0, None], "list"),
        ([[1.0], [1.0, 2.0], [[1.0], [2.0]]], "list"),
        (1 + 2j, "complex"),
        (torch.tensor([1j]), "complex"),
        (np.array(["a"]), "ndarray"),
        (torch.eye(2).to_sparse(), "Tensor"),
        (Unhelpful(), "Unhelpful"),
        (print, "builtin_function_or_method"),
    ],
)
def test_as_outcome_names_the_type_of_what_is_no_number(result, junk):
    outcome = as_outcome(result)
    assert (outcome.value, outcome.junk) == (None, junk)


def test_as_outcome_survives_a_list_that_contains_itself():
    loop = []
    loop.append(loop)
    assert as_outcome(loop).junk == "list"


def test_record_gives_fresh_copies_to_an_answer_that_works_in_place():
    def spoil(x):
        x.zero_()
        return x.sum()

    assert [outcome.value for outcome in record(spoil, [X, X]).outcomes] == [0.0, 0.0]
    assert X.args[0].tolist() == [3.0, 1.0, 2.0]


def test_record_gives_arrays_to_an_answer_that_cannot_take_tensors():
    assert only(lambda x: np.lexsort((x,)).astype(x.dtype).sum()).value == 3.0


def test_record_keeps_the_error_with_the_learners_own_line():
    def broken(x):
        return torch.linalg.inv(x)

    assert "your line" in only(broken).error
    assert "return torch.linalg.inv(x)" in only(broken).error
    assert "site-packages" not in only(broken).error


def test_record_blames_the_learners_line_and_not_the_function_that_was_handed_in():
    from lossfns.grading.bank.regression.squared import mse_loss_grad

    probe = Probe((np.array([1.0]), mse_loss_grad))

    def answer(x, loss_grad):
        return loss_grad(x, "no target")

    error = only(answer, probe).error
    assert 'loss_grad(x, "no target")' in error
    assert "len(pred)" not in error


class Quit(BaseException):
    pass


class Mute(Exception):
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (Quit("enough"), "Quit: enough"),
        (Mute(), "Mute"),
        (ValueError(), "ValueError"),
    ],
)
def test_record_keeps_whatever_is_raised(error, said):
    def answer(x):
        raise error

    assert only(answer).error.startswith(f"{said}\nyour line")


def test_record_lets_the_learner_interrupt():
    def answer(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(answer, [X])


def test_record_caps_what_an_error_says():
    def answer(x):
        raise ValueError("x" * 10**6)

    assert len(only(answer).error) < 1000


def test_record_survives_endless_recursion():
    def answer(x):
        return answer(x)

    assert only(answer).error.startswith("RecursionError")


def test_record_tells_the_learners_notimplementederror_from_that_of_torch():
    def unwritten(x):
        raise NotImplementedError

    assert only(unwritten).unwritten
    assert not only(lambda x: torch.nn.Module()(x)).unwritten


def test_record_keeps_what_is_printed_by_the_first_call_and_caps_it(capsys):
    def chatty(x):
        print("hello")
        return x.sum()

    def flood(x):
        for _ in range(10**4):
            print("a" * 100)
        return x.sum()

    assert record(chatty, [X, X]).printed == "hello\n"
    assert len(record(flood, [X]).printed) == PRINT_LIMIT
    assert capsys.readouterr().out == ""


def test_record_puts_back_the_random_states():
    def stir(x):
        torch.manual_seed(1), np.random.seed(1), random.seed(1)
        return torch.rand(1).sum() + np.random.rand() + random.random()

    def draw():
        return torch.rand(1).item(), np.random.rand(), random.random()

    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    expected = draw()
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    record(stir, [X])
    assert draw() == expected


# Calls that never end ----------------------------------------------------------------------------------------


def for_ever(x):
    while True:
        pass


def for_ever_catching_everything(x):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue


def for_ever_catching_exceptions(x):
    while True:
        try:
            sum(range(1000))
        except Exception:
            continue


def for_ever_in_torch(x):
    while True:
        x = torch.sin(x)


def for_ever_in_finally(x):
    try:
        for_ever(x)
    finally:
        for_ever(x)


def asleep(x):
    time.sleep(100)


ENDLESS = [
    for_ever,
    for_ever_catching_everything,
    for_ever_catching_exceptions,
    for_ever_in_torch,
    for_ever_in_finally,
    asleep,
]


@pytest.mark.parametrize("answer", ENDLESS)
def test_record_stops_an_answer_that_does_not_end(answer):
    tracer, start = sys.gettrace(), time.monotonic()
    recording = record(answer, [X, X], seconds=0.2)
    assert recording.timed_out and recording.outcomes == ()
    assert time.monotonic() - start < 2
    assert sys.gettrace() is tracer


@pytest.mark.parametrize("answer", [for_ever, for_ever_catching_exceptions, for_ever_in_torch])
def test_record_stops_it_on_another_thread_too(answer):
    found = []
    thread = threading.Thread(target=lambda: found.append(record(answer, [X], seconds=0.2)), daemon=True)
    thread.start()
    thread.join(5)
    assert found and found[0].timed_out


def test_record_gives_the_deadline_to_all_probes_together():
    recording = record(lambda x: time.sleep(0.1) or x.sum(), [X] * 10, seconds=0.35)
    assert recording.timed_out and 2 <= len(recording.outcomes) <= 3


def test_deadline_leaves_nothing_behind():
    for seconds in np.linspace(0.0001, 0.003, 60):  # some strike inside, some on the way out, some never
        try:
            with deadline(seconds):
                time.sleep(0.001)
        except DeadlineExceeded:
            pass
    time.sleep(0.1)


def test_deadline_leaves_nothing_behind_on_another_thread():
    def tries():
        for seconds in np.linspace(0.0001, 0.003, 60):
            try:
                with deadline(seconds):
                    sum(range(20_000))
            except DeadlineExceeded:
                pass
        sum(range(1_000_000))
        done.append(True)

    done = []
    thread = threading.Thread(target=tries, daemon=True)
    thread.start()
    thread.join(10)
    assert done


# Gradients and trajectories ----------------------------------------------------------------------------------


def test_gradient_of_a_square_by_hand():
    assert only(lambda x: (x**2).sum(), Probe(X.args, via=gradient)).value.tolist() == [6, 2, 4]


@pytest.mark.parametrize(
    "answer", [lambda x: x.sum().item(), lambda x: x.detach().sum(), lambda x: torch.ones(())]
)
def test_gradient_is_zero_where_none_flows(answer):
    assert only(answer, Probe(X.args, via=gradient)).value.tolist() == [0, 0, 0]


def test_gradient_of_nothing_is_nothing():
    assert only(lambda x: None, Probe(X.args, via=gradient)).junk == "NoneType"


def test_gradient_lets_an_answer_work_in_place():
    assert only(lambda x: x.mul_(2).sum(), Probe(X.args, via=gradient)).value.tolist() == [2, 2, 2]


def test_gradient_flows_although_the_notebook_has_switched_it_off():
    with torch.no_grad():
        assert only(lambda x: x.sum(), Probe(X.args, via=gradient)).value.tolist() == [1, 1, 1]


PATH = Probe(((1.0, 0.0), ((1.0, 0.5), (1.0, 0.5), (2.0, 0.5))), via=trajectory)


@pytest.mark.parametrize("kind", [tuple, list])
def test_trajectory_carries_the_state_from_step_to_step(kind):
    def heavy_ball(w, v, g, lr):
        v = 0.5 * v + g
        return kind((w - lr * v, v))

    # v: 1, 1.5, 2.75; w: 1 − .5, − .75, − 1.375
    assert only(heavy_ball, PATH).value.tolist() == [0.5, -0.25, -1.625]


def test_trajectory_keeps_each_step_of_an_answer_that_works_in_place():
    probe = Probe(((np.array([1.0, 2.0]),), ((1.0,), (1.0,))), via=trajectory)
    assert only(lambda w, g: w.sub_(g), probe).value.tolist() == [[0, 1], [-1, 0]]


@pytest.mark.parametrize(
    "step",
    [
        lambda w, v, g: (
            w.numpy() - v.numpy() - g.numpy(),
            v.numpy() + g.numpy(),
        ),  # asks for tensors, gives arrays
        lambda w, v, g: ([a - b - c for a, b, c in zip(w, v, g, strict=True)], v + g),
        lambda w, v, g: (torch.from_numpy(np.subtract(w, v + g)), torch.from_numpy(np.add(v, g))),
    ],
)
def test_trajectory_hands_back_the_kind_that_it_handed_out(step):
    probe = Probe(((np.ones(3), np.zeros(3)), ((np.ones(3),), (np.ones(3),))), via=trajectory)
    (outcome,) = record(step, [probe]).outcomes
    assert outcome.value.tolist() == [[0] * 3, [-2] * 3]


@pytest.mark.parametrize("returned", [(None, None), (np.ones(3), (np.ones(3), np.ones(2)))])
def test_trajectory_of_parts_that_are_no_numbers_is_no_error(returned):
    probe = Probe(((np.ones(3), np.zeros(3)), ((np.ones(3),),)), via=trajectory)
    (outcome,) = record(lambda w, v, g: returned, [probe]).outcomes
    assert (outcome.junk, outcome.error) == ("tuple", None)


def test_as_outcome_keeps_the_shape_of_a_table_of_one_column_in_lists():
    assert as_outcome([[1.0], [2.0]]).value.shape == (2, 1)
    assert as_outcome((np.ones(1), 2.0)).value.shape == (2,)


def test_trajectory_of_an_answer_that_returns_nothing():
    assert only(lambda w, v, g, lr: None, PATH).junk == "NoneType"


def test_trajectory_takes_a_table_whose_rows_are_the_carried_values():
    probe = Probe(((np.ones(3), np.zeros(3)), ((np.ones(3),), (np.ones(3),))), via=trajectory)
    stacked = only(lambda w, v, g: torch.stack([w - v - g, v + g]), probe).value
    np.testing.assert_array_equal(stacked, only(lambda w, v, g: (w - v - g, v + g), probe).value)


@pytest.mark.parametrize(
    "returned", [lambda w, v, g: w - g, lambda w, v, g: (w - g,), lambda w, v, g: (w, v, g)]
)
def test_trajectory_of_an_answer_that_returns_too_few_or_too_many_shows_in_the_shape(returned):
    probe = Probe(((np.ones(3), np.zeros(3)), ((np.ones(3),), (np.ones(3),))), via=trajectory)
    outcome = only(returned, probe)
    assert outcome.error is None and outcome.value.shape != (2, 3)


def test_trajectory_draws_the_same_probes_for_a_seed():
    first, second = (list(descents(np.random.default_rng(3))) for _ in range(2))
    assert [probe.args for probe in first] == [probe.args for probe in second]


def test_what_torch_imports_late_is_not_on_the_answers_clock(monkeypatch):
    imported = []
    monkeypatch.setattr("lossfns.grading.record.import_module", imported.append)

    def by_optimizer(x):
        def one_step(w):
            return torch.optim.SGD([w], lr=0.1)

        return one_step

    record(lambda x: x, [Probe((1.0,))])
    assert imported == []
    record(by_optimizer, [Probe((1.0,))])
    assert imported == ["torch._dynamo"]


def test_what_an_answer_imports_is_not_on_its_clock(monkeypatch):
    imported = []
    monkeypatch.setattr("lossfns.grading.record.import_module", imported.append)

    def by_library(x):
        from xml.etree.ElementTree import Element  # noqa: F401

        return x

    record(by_library, [Probe((1.0,))])
    assert imported == ["xml.etree.ElementTree"]


def test_an_import_that_fails_is_the_answers_error():
    def by_library(x):
        import no_such_library

        return no_such_library.double(x)

    (outcome,) = record(by_library, [Probe((1.0,))]).outcomes
    assert "no_such_library" in outcome.error


def test_an_import_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr("lossfns.grading.record.IMPORT_DEADLINE", 0.05)
    monkeypatch.setattr("lossfns.grading.record.import_module", lambda module: time.sleep(30))

    def by_library(x):
        import json  # noqa: F401

        return x

    began = time.monotonic()
    (outcome,) = record(by_library, [Probe((1.0,))]).outcomes
    assert outcome.value == 1.0
    assert time.monotonic() - began < 10
