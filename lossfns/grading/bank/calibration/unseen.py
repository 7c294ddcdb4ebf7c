"""Which rows a temperature may learn from. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.calibration.temperature import (
    _newton,
    _newton_by_autograd,
    _newton_in_numpy,
    fit_temperature,
    logits_of,
)
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# cal-09 · fix: fitted on the training data --------------------------------------------------------------------------


def network_temperature_shipped(logits, target, n_train, steps):
    known, answer = logits[:n_train], target[:n_train]
    beta = torch.zeros((), dtype=logits.dtype)
    for _ in range(steps):
        p = torch.softmax(beta * known, dim=1)
        lead = known - known.gather(1, answer[:, None])
        mean = (p * lead).sum(dim=1)
        variance = (p * lead**2).sum(dim=1) - mean**2
        beta = beta - mean.mean() / variance.mean()
    return 1 / beta


def network_temperature(logits, target, n_train, steps):
    known, answer = logits[n_train:], target[n_train:]
    beta = torch.zeros((), dtype=logits.dtype)
    for _ in range(steps):
        p = torch.softmax(beta * known, dim=1)
        lead = known - known.gather(1, answer[:, None])
        mean = (p * lead).sum(dim=1)
        variance = (p * lead**2).sum(dim=1) - mean**2
        beta = beta - mean.mean() / variance.mean()
    return 1 / beta


def networks(rng: np.random.Generator) -> Iterator[Probe]:
    """Rows that were learned by heart first, then rows that were not: more of the one kind, more of the other, equally
    many; a network that is too timid; and more than a hundred."""
    sizes = (
        (9, 14, 1, 2.5),
        (9, 14, 5, 2.5),
        (16, 9, 4, 2.5),
        (8, 8, 3, 2.5),
        (5, 15, 2, 2.5),
        (6, 20, 4, 0.5),
        (88, 24, 3, 2.5),
    )
    for n_train, n_held, steps, heat in sizes:
        z, t = logits_of(rng, n_held, 3, heat)
        learnt = rng.integers(3, size=n_train)
        seen = rng.normal(0, 1, (n_train, 3)).round(2)
        seen[np.arange(n_train), learnt] += rng.uniform(3, 5, n_train).round(2)
        yield Probe((np.concatenate([seen, z]), np.concatenate([learnt, t]), n_train, steps))
    z, t = logits_of(rng, 12, 3, 2.5)
    learnt = np.array([0, 1, 2, 1, 0, 2, 0, 1])
    seen = rng.normal(0, 1, (8, 3)).round(2)
    seen[np.arange(8), learnt] += rng.uniform(3, 5, 8).round(2)
    seen[5, 0] = seen[5, 2] + 1  # one that it could not learn
    yield Probe((np.concatenate([seen, z]), np.concatenate([learnt, t]), 8, 3))


def _fitted(rows=lambda n, m: slice(m, None), steps=lambda s: s, end=lambda b: 1 / b):
    """The mended function with one of its parts replaced."""

    def fit(z, t, m, s):
        part = rows(len(z), m)
        return end(1 / fit_temperature(z[part], t[part], steps(s)))

    return fit


def _from_training_rows(**parts):
    """The function as it was shipped with another of its parts replaced: the rows are still those of training."""
    return lambda z, t, m, s: _newton(**parts)(z[:m], t[:m], s)


def _stopped_early(z, t, m, s):
    """The function as it was shipped; of its steps the one is kept that suits the unseen rows best."""
    fits = [1 / _newton()(z[:m], t[:m], i) for i in range(1, s + 1)]
    return 1 / min(fits, key=lambda beta: float(F.cross_entropy(beta * z[m:], t[m:])))


def _some_unseen(chosen):
    """Of the rows that the network has not seen, some: chosen by whether it answers them rightly."""

    def fit(z, t, m, s):
        z, t = z[m:], t[m:]
        some = chosen(z.argmax(1) == t)
        return fit_temperature(z[some], t[some], s)

    return fit


HELD_OUT = Exercise(
    id="cal-09",
    name="network_temperature",
    title="The temperature that makes it worse",
    points=2,
    minutes=12,
    difficulty=2,
    reference=network_temperature,
    shipped=network_temperature_shipped,
    symptom="It still behaves as it came: the negative log-likelihood that it minimises goes down nicely, the temperature "
    "comes out far below 1, and on new digits the probabilities are worse with it than without.",
    probes=networks,
    gives="one number, the temperature,",
    hints=(
        "The steps are right: they find the best temperature for the rows that they are given. Best for whom?",
        "On rows that a network was trained on it is nearly always right. What does a temperature do for somebody who is "
        "always right?",
        "Only rows that the network has not seen tell how often it is right on new ones: those after the first n_train.",
    ),
    mistakes=(
        Mistake(
            "all-rows",
            _fitted(rows=lambda n, m: slice(None)),
            "Now the rows that the network has not seen are in, and those that it has learned by heart are in still.",
        ),
        Mistake(
            "last-n-train",
            _fitted(rows=lambda n, m: slice(n - m, None)),
            "You take the *last* n_train rows. What does `n_train` count, and has it anything to do with how many the others "
            "are?",
        ),
        Mistake(
            "all-but-the-last",
            _fitted(rows=lambda n, m: slice(m, -1)),
            "Nearly: the last row is missing. A slice ends *before* its end.",
        ),
        Mistake(
            "one-too-early",
            _fitted(rows=lambda n, m: slice(m - 1, None)),
            "Nearly: your rows begin one too early. Counting starts at 0.",
        ),
        Mistake(
            "one-too-late",
            _fitted(rows=lambda n, m: slice(m + 1, None)),
            "Nearly: your rows begin one too late. Counting starts at 0.",
        ),
        Mistake(
            "second-half",
            _fitted(rows=lambda n, m: slice(n // 2, None)),
            "You take the second half. `n_train` says where the rows begin that the network has not seen.",
        ),
        Mistake(
            "never-below-one",
            lambda z, t, m, s: network_temperature_shipped(z, t, m, s).clamp(min=1.0),
            "You do not let the temperature fall below 1. Then it does no harm, and no good either: it is still learned from "
            "the same rows. What do they know?",
        ),
        Mistake(
            "always-one",
            lambda z, t, m, s: torch.ones((), dtype=z.dtype),
            "A temperature of 1 changes nothing, whatever the network is like. It should be learned, from the right rows.",
        ),
        Mistake(
            "turned-over",
            lambda z, t, m, s: 1 / network_temperature_shipped(z, t, m, s),
            "You turn the result over, so that it comes out above 1. It is still learned from the same rows: what do they "
            "know?",
        ),
        Mistake(
            "turned-over-as-well",
            _fitted(end=lambda b: b),
            "The rows are right now. What is returned should be the temperature, 1/β.",
        ),
        Mistake(
            "one-step-only",
            _fitted(steps=lambda s: 1),
            "The rows are right now. But only one step is taken: is the `return` inside the loop?",
        ),
        Mistake(
            "one-step-more",
            _fitted(steps=lambda s: s + 1),
            "The rows are right now. But one step too many is taken.",
        ),
        Mistake(
            "fewer-steps",
            lambda z, t, m, s: network_temperature_shipped(z, t, m, 1),
            "You stop after one step, before the temperature falls far. It is still learned from the same rows: what do they "
            "know?",
        ),
        Mistake(
            "mean-of-both",
            lambda z, t, m, s: (
                (network_temperature(z, t, m, s) + network_temperature_shipped(z, t, m, s)) / 2
            ),
            "You average two temperatures. One of them is learned from rows that the network knows by heart.",
        ),
        Mistake(
            "longer-training-rows",
            lambda z, t, m, s: network_temperature_shipped(z, t, m, 10 * s),
            "More steps find the best temperature for the same rows more exactly. Are they the right rows to ask?",
        ),
        Mistake(
            "training-rows-that-it-gets-right",
            lambda z, t, m, s: (lambda right: fit_temperature(z[:m][right], t[:m][right], s))(
                z[:m].argmax(1) == t[:m]
            ),
            "Of the rows that the network was trained on you keep those that it answers rightly. What does a temperature "
            "learn from somebody who is always right?",
        ),
        Mistake(
            "half-of-the-training-rows",
            _fitted(rows=lambda n, m: slice(None, m // 2)),
            "You take half of the training rows. The network has seen every one of those as well.",
        ),
        Mistake(
            "other-half-of-the-training-rows",
            _fitted(rows=lambda n, m: slice(m // 2, m)),
            "You take half of the training rows. The network has seen every one of those as well.",
        ),
        *(
            Mistake(
                f"{name}-half-of-the-unseen-rows",
                _fitted(rows=rows),
                "The network has seen none of your rows: right. But you take only half of those. All rows that can tell should.",
            )
            for name, rows in (
                ("first", lambda n, m: slice(m, m + (n - m) // 2)),
                ("second", lambda n, m: slice(m + (n - m) // 2, None)),
            )
        ),
        Mistake(
            "stopped-early",
            _stopped_early,
            "The unseen rows now choose among the steps, but each step still goes where the training rows send it: what do they know?",
        ),
        Mistake(
            "targets-not-cut",
            lambda z, t, m, s: fit_temperature(z[m:], t[: len(z) - m], s),
            "The logits are those of the right rows. Their targets stand in the same rows as they do.",
        ),
        Mistake(
            "as-many-as-in-training",
            _fitted(rows=lambda n, m: slice(m, 2 * m)),
            "You start at the right row and stop after n_train of them. All rows that can tell should: where do they end?",
        ),
        Mistake(
            "to-the-end",
            _fitted(steps=lambda s: 100),
            "The rows are right now. `steps` no longer says how many steps are taken.",
        ),
        Mistake(
            "hundred",
            _fitted(rows=lambda n, m: slice(100, None)),
            "Your rows begin at a number that you wrote down. `n_train` says where those begin that the network has not seen.",
        ),
        Mistake(
            "all-but-the-last-n-train",
            _fitted(rows=lambda n, m: slice(None, -m)),
            "You leave out the *last* n_train rows. Those that the network has seen are the first.",
        ),
        Mistake(
            "starts-at-one",
            lambda z, t, m, s: _newton(start=1.0)(z[m:], t[m:], s),
            "The rows are right now. The steps begin at β = 0, as they did.",
        ),
        Mistake(
            "starts-at-one-and-training-rows",
            _from_training_rows(start=1.0),
            "You begin at another β. From there the steps look for the best temperature for the same rows: what do they know?",
        ),
        Mistake(
            "uphill-and-training-rows",
            _from_training_rows(step=lambda g, h: g / h),
            "You turned the steps round; they were right. They go where the rows send them: which rows are asked?",
        ),
        Mistake(
            "sign-turned",
            _from_training_rows(end=lambda b: -1 / b),
            "You turn the sign of the result. It is still learned from the same rows: what do they know?",
        ),
        Mistake(
            "only-what-it-gets-right",
            _some_unseen(lambda right: right),
            "Your rows begin where they should. Then you keep only those that the network answers rightly: what does a "
            "temperature learn from somebody who is always right?",
        ),
        Mistake(
            "only-what-it-gets-wrong",
            _some_unseen(lambda right: ~right),
            "Your rows begin where they should. Then you keep only those that the network answers wrongly; how often it is "
            "right, they cannot tell.",
        ),
        Mistake(
            "without-the-wrong-labels",
            _fitted(rows=lambda n, m: slice(20, m)),
            "You leave out rows with wrong labels. The network knows the others by heart as well, and is always right there.",
        ),
        Mistake(
            "right-rows-never-below-one",
            _fitted(end=lambda b: (1 / b).clamp(min=1.0)),
            "The rows are right now. A network may be too timid as well: no guard was asked.",
        ),
        Mistake(
            "all-rows-but-twenty",
            _fitted(rows=lambda n, m: slice(20, None)),
            "You leave out twenty rows. The network was trained on `n_train` of them, and knows every one of those by heart.",
        ),
        Mistake(
            "one-added",
            lambda z, t, m, s: 1 + network_temperature_shipped(z, t, m, s),
            "You add 1, so that the result lies above it. It is still learned from the same rows: what do they know?",
        ),
    ),
    variants=(
        lambda z, t, m, s: fit_temperature(z[m:], t[m:], s),
        lambda z, t, m, s: _newton_by_autograd(z[m:], t[m:], s),
        lambda z, t, m, s: _newton_in_numpy(z[m - len(z) :], t[m - len(t) :], s),
        lambda z, t, m, s: _fitted()(z.float(), t, m, s),
    ),
)
