"""Softer targets with partners: mixup. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-11 · mixup -----------------------------------------------------------------------------------------------------


def mix(x, y, order, lam):
    return lam * x + (1 - lam) * x[order], lam * y + (1 - lam) * y[order]


def side_by_side(answer: Callable, args: tuple) -> object:
    """The pair that came back as one table: a row for each sample, its pixels and then its label. Other shapes: as it came."""
    pair = answer(*args)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or any(part is None for part in pair):
        return pair
    parts = [torch.as_tensor(part).detach().double() for part in pair]
    if any(part.shape != given.shape for part, given in zip(parts, args, strict=False)):
        return pair
    return torch.cat([part.reshape(len(part), -1) for part in parts], dim=1)


def onehot(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Labels (n, k), neighbours and partners of different classes, one of them soft."""
    y = np.eye(k)[rng.permutation(np.arange(n) % k)]
    y[-1] = rng.dirichlet(np.ones(k)).round(3)
    return y


def circle(rng: np.random.Generator, n: int) -> np.ndarray:
    """A permutation that is not its own inverse, when n is 3 or more: a random circle through all."""
    order, way = np.empty(n, dtype=np.int64), rng.permutation(n)
    order[way] = np.roll(way, 1)
    return order


def batches(rng: np.random.Generator) -> Iterator[Probe]:
    """Several sizes, a pair first, which is easily read; λ on both sides of a half; two that differ in λ, and two that
    differ in the partners."""
    for n, d, k, lam in ((1, 2, 2, 0.7), (2, 2, 2, 0.8), (3, 4, 3, 0.9), (4, 2, 5, 0.35), (5, 3, 3, 0.62)):
        x, y, order = rng.uniform(0, 2, (n, d)).round(2), onehot(rng, n, k), circle(rng, n)
        yield Probe((x, y, order, lam), side_by_side)
    yield Probe((x, y, order, 0.25), side_by_side)
    yield Probe((x, y, np.array([2, 1, 0, 4, 3]), 0.62), side_by_side)


def _in_the_labels(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where in the table of `side_by_side` the labels are."""
    pixels = x[0].size
    return np.tile(np.arange(pixels + y.shape[1]) >= pixels, (len(x), 1))


ONE_OF_THE_PAIR = (
    Regime("y'", lambda x, y, *rest: _in_the_labels(x, y), "y' is asked", "x' is asked"),
    Regime("x'", lambda x, y, *rest: ~_in_the_labels(x, y), "x' is asked", "y' is asked"),
)
PARTNERS_LARGER = (
    Regime("a small λ", lambda x, y, order, lam: lam < 0.5, "λ is below a half", "λ is above a half"),
)


def _mixed(
    inputs=lambda x, partner, lam: lam * x + (1 - lam) * partner,
    targets=lambda y, partner, lam: lam * y + (1 - lam) * partner,
    who=lambda v, order: v[order],
    whose=lambda v, order: v[order],
    end=lambda x, y: (x, y),
):
    """Mixup with one of its parts replaced."""
    return lambda x, y, order, lam: end(inputs(x, who(x, order), lam), targets(y, whose(y, order), lam))


def _blend(v, partner, lam):
    return lam * v + (1 - lam) * partner


def _swapped_blend(v, partner, lam):
    return (1 - lam) * v + lam * partner


def _inverse(v, order):
    return v[order.argsort()]


def _mixed_in_place(x, y, order, lam):
    x, y = x.clone(), y.clone()
    for i, j in enumerate(order.tolist()):
        x[i], y[i] = _blend(x[i].clone(), x[j], lam), _blend(y[i].clone(), y[j], lam)
    return x, y


# who meets whom, and how much of each
WHO = (
    (
        "the-other-way-round",
        {"who": _inverse, "whose": _inverse},
        "Row i's partner is the sample number order[i], not the one whose partner it is.",
    ),
    (
        "backwards",
        {"who": lambda v, order: v.flip(0), "whose": lambda v, order: v.flip(0)},
        "`order` says who the partners are.",
    ),
)
SHARES = (
    (
        "lambda-swapped",
        {"inputs": _swapped_blend, "targets": _swapped_blend},
        "And λ is the share that a sample *keeps*.",
    ),
    ("labels-untouched", {"targets": lambda y, p, lam: y}, "And the labels are mixed as well."),
)


def _mix_in_a_loop(x, y, order, lam):
    rows = [(_blend(x[i], x[j], lam), _blend(y[i], y[j], lam)) for i, j in enumerate(order.tolist())]
    return torch.stack([a for a, _ in rows]), torch.stack([b for _, b in rows])


def _mix_in_numpy(x, y, order, lam):
    x, y, order = np.asarray(x), np.asarray(y), np.asarray(order)
    return [v * lam + np.take(v, order, axis=0) * (1 - lam) for v in (x, y)]


def _mix_into_copies(x, y, order, lam):
    new_x, new_y = torch.empty_like(x), torch.empty_like(y)
    for i in range(len(x)):
        j = order[i]
        new_x[i] = lam * x[i] + (1 - lam) * x[j]
        new_y[i] = lam * y[i] + (1 - lam) * y[j]
    return new_x, new_y


def _mix_by_lerp(x, y, order, lam):
    partner_x, partner_y = x[order], y[order]
    return torch.lerp(partner_x, x, lam), torch.lerp(partner_y, y, lam)


MIXUP = Exercise(
    id="cal-11",
    name="mix",
    title="Mixup",
    points=2,
    minutes=6,
    difficulty=1,
    reference=mix,
    probes=batches,
    regimes=(*PARTNERS_LARGER, *ONE_OF_THE_PAIR),
    gives="the pair (x', y'), each in the shape that it came in,",
    hints=(
        "Every sample has a partner. What does `x[order]` look like?",
        "`x[order]` is the batch of partners: row i is the sample number `order[i]`. Blend the two batches.",
        "λ times the sample plus 1 − λ times its partner, and the same for the labels with the same λ and the same "
        "partners.",
    ),
    mistakes=(
        Mistake(
            "labels-untouched",
            _mixed(targets=lambda y, partner, lam: y),
            "The inputs are right. The labels still say that each image is wholly its own.",
        ),
        Mistake(
            "inputs-untouched",
            _mixed(inputs=lambda x, partner, lam: x),
            "The labels are right. The inputs are as they came.",
        ),
        Mistake(
            "lambda-swapped",
            _mixed(_swapped_blend, _swapped_blend),
            "Partners are right. λ is the share that a sample *keeps*: at λ = 1 nothing changes.",
        ),
        Mistake(
            "lambda-swapped-in-labels",
            _mixed(targets=_swapped_blend),
            "The inputs are right. In the labels λ and 1 − λ stand in each other's place.",
        ),
        Mistake(
            "labels-of-the-partner",
            _mixed(targets=lambda y, partner, lam: partner),
            "The inputs are right. The labels went to the partners altogether.",
        ),
        Mistake(
            "lambda-swapped-in-inputs",
            _mixed(inputs=_swapped_blend),
            "The labels are right. In the inputs λ and 1 − λ stand in each other's place.",
        ),
        Mistake(
            "the-other-way-round",
            _mixed(who=_inverse, whose=_inverse),
            "Each sample meets the one that it is the partner *of*. Row i's partner is the sample number order[i].",
        ),
        Mistake(
            "labels-of-others",
            _mixed(whose=_inverse),
            "The inputs are right. The labels are mixed with those of other samples than the inputs were.",
        ),
        Mistake(
            "inputs-of-others",
            _mixed(who=_inverse),
            "The labels are right. The inputs are mixed with others than the labels were.",
        ),
        Mistake(
            "backwards",
            _mixed(who=lambda v, order: v.flip(0), whose=lambda v, order: v.flip(0)),
            "The partners are the batch in reverse order in yours. `order` says who they are.",
        ),
        Mistake(
            "neighbours",
            _mixed(who=lambda v, order: v.roll(1, 0), whose=lambda v, order: v.roll(1, 0)),
            "The partners are the neighbours in yours. `order` says who they are.",
        ),
        Mistake(
            "one-partner-for-all",
            _mixed(who=lambda v, order: v[order[0]], whose=lambda v, order: v[order[0]]),
            "One sample is the partner of all in yours. Every row has a partner of its own.",
        ),
        Mistake(
            "put-in-order-first",
            lambda x, y, order, lam: mix(x[order], y[order], order, lam),
            "You put the batch into the order of the partners first, and mix then. The new row i keeps a share of the *old* "
            "row i.",
        ),
        *two_at_once(_mixed, WHO, SHARES),
        *two_at_once(
            _mixed,
            (("lambda-swapped", {"inputs": _swapped_blend}, "λ is the share that a sample *keeps*."),),
            SHARES[1:],
        ),
        Mistake(
            "own-partner",
            _mixed(who=lambda v, order: v, whose=lambda v, order: v),
            "Every sample is mixed with itself. Where does `order` come in?",
        ),
        Mistake(
            "labels-own",
            _mixed(targets=lambda y, partner, lam: torch.where(torch.tensor(lam > 0.5), y, partner)),
            "The inputs are right. Each label is wholly that of the sample with the larger share, as if the other were not in "
            "the image: how much of each is in it?",
        ),
        Mistake(
            "half-and-half",
            lambda x, y, order, lam: mix(x, y, order, 0.5),
            "Partners are right. Everything is mixed half and half: changing `lam` changes nothing.",
        ),
        Mistake(
            "added",
            _mixed(lambda x, p, lam: x + (1 - lam) * p, lambda y, p, lam: y + (1 - lam) * p),
            "You add the partner's share and the sample keeps all of its own. The two shares add up to 1.",
        ),
        Mistake(
            "summed",
            _mixed(lambda x, p, lam: x + p, lambda y, p, lam: y + p),
            "You add the two. How much of each?",
        ),
        Mistake(
            "in-place",
            _mixed_in_place,
            "The first rows are right. Later rows meet partners that you have mixed already: the partners should be the "
            "samples as they came.",
        ),
        Mistake(
            "partners-already-shrunk",
            _mixed(
                lambda x, p, lam: lam * x + (1 - lam) * lam * p,
                lambda y, p, lam: lam * y + (1 - lam) * lam * p,
            ),
            "Each sample's own share is right. Its partner's is too small: when you fetch the partner, you have multiplied it "
            "by λ already. The partners should be the samples as they came.",
        ),
        Mistake(
            "partners-already-shrunk-in-the-inputs",
            _mixed(lambda x, p, lam: lam * x + (1 - lam) * lam * p),
            "The labels are right. In the inputs the partner's share is too small: when you fetch the partner, you have "
            "multiplied it by λ already.",
        ),
        Mistake(
            "inputs-in-place",
            lambda x, y, order, lam: (_mixed_in_place(x, y, order, lam)[0], mix(x, y, order, lam)[1]),
            "The labels are right, and the first inputs. Later ones meet partners that you have mixed already: the partners "
            "should be the samples as they came.",
        ),
        Mistake(
            "labels-both-whole",
            _mixed(targets=lambda y, partner, lam: y + partner),
            "The inputs are right. Both labels count whole in yours: how much of each?",
        ),
        Mistake(
            "labels-first",
            _mixed(end=lambda x, y: (y, x)),
            "Both are right, and in the wrong order: inputs first.",
        ),
        Mistake(
            "partners-alone",
            _mixed(lambda x, p, lam: p, lambda y, p, lam: p),
            "You return the partners alone. What share does each sample keep?",
        ),
        Mistake(
            "shares-only",
            _mixed(lambda x, p, lam: lam * x, lambda y, p, lam: lam * y),
            "Each sample's own share is right. The partner's is missing.",
        ),
        Mistake(
            "squared-shares",
            _mixed(
                lambda x, p, lam: lam**2 * x + (1 - lam) ** 2 * p,
                lambda y, p, lam: lam**2 * y + (1 - lam) ** 2 * p,
            ),
            "Your shares are squared and do not add up to 1.",
        ),
        Mistake(
            "larger-share",
            lambda x, y, order, lam: mix(x, y, order, max(lam, 1 - lam)),
            "Right while λ is above a half. You always give the sample itself the larger share; here λ is what it says.",
        ),
        Mistake(
            "labels-half-and-half",
            _mixed(targets=lambda y, p, lam: (y + p) / 2),
            "The inputs are right. The labels are mixed half and half, whatever λ is.",
        ),
        Mistake(
            "brackets",
            _mixed(lambda x, p, lam: lam * x + 1 - lam * p, lambda y, p, lam: lam * y + 1 - lam * p),
            "`1 - lam * p` multiplies first and subtracts then. What belongs in brackets?",
        ),
        Mistake(
            "lambda-minus-one",
            _mixed(lambda x, p, lam: lam * x + (lam - 1) * p, lambda y, p, lam: lam * y + (lam - 1) * p),
            "The partner is subtracted in yours. The two shares are both positive and add up to 1.",
        ),
        Mistake(
            "partner-whole",
            _mixed(lambda x, p, lam: lam * x + p, lambda y, p, lam: lam * y + p),
            "The partner comes in whole. The two shares add up to 1.",
        ),
        Mistake(
            "the-same-share",
            _mixed(lambda x, p, lam: lam * (x + p), lambda y, p, lam: lam * (y + p)),
            "Both get λ in yours. The two shares add up to 1.",
        ),
    ),
    variants=(
        _mix_in_a_loop,
        _mix_in_numpy,
        _mix_into_copies,
        _mix_by_lerp,
        lambda x, y, order, lam: mix(x.float(), y.float(), order, lam),
    ),
)
