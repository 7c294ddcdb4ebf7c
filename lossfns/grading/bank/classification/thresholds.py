"""A threshold from what errors cost. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# cls-12 · the cheapest threshold ----------------------------------------------------------------------------------


def cheapest_threshold(probs, target, cost_miss, cost_false_alarm):
    best, lowest = None, float("inf")
    for threshold in sorted(probs.tolist()):
        yes = probs >= threshold
        misses = (~yes & (target == 1)).sum()
        false_alarms = (yes & (target == 0)).sum()
        cost = cost_miss * misses + cost_false_alarm * false_alarms
        if cost < lowest:
            best, lowest = threshold, cost
    return best


def scored(rng: np.random.Generator) -> Iterator[Probe]:
    """Cases in disorder whose probabilities overlap, for several prices of the two errors; ties in cost among them."""
    for n, prices in (
        (1, ((2.0, 1.0),)),
        (8, ((1.0, 1.0), (7.0, 1.0))),
        (16, ((1.0, 1.0), (3.0, 1.0), (2.0, 5.0), (1.0, 1.5))),
        (24, ((2.5, 1.0), (1.0, 2.0), (1.5, 1.0))),
    ):
        y = (rng.uniform(size=n) < 0.4).astype(float)
        p = (1 / (1 + np.exp(-(rng.normal(0, 1, n) + 0.8 * y - 0.5)))).round(2).clip(0.01, 0.99)
        for miss, alarm in prices:
            yield Probe((p + 0.003, y, miss, alarm))  # off every grid
    y = (rng.uniform(size=20) < 0.5).astype(float)
    for miss, alarm in ((1.4, 1.0), (1.0, 1.3)):
        yield Probe((rng.permutation(np.arange(5, 95))[:20] / 100 + 0.003, y, miss, alarm))
    p = np.array([0.624, 0.113, 0.836, 0.352, 0.487, 0.074, 0.915, 0.293])
    y = np.array([1.0, 0, 0, 1, 0, 0, 1, 1])
    for miss, alarm in ((1.0, 1.0), (1.0, 3.0), (1.0, 9.0), (4.0, 1.0), (2.0, 1.0), (60.0, 1.0)):
        yield Probe((p, y, miss, alarm))
    p = np.array([0.413, 0.557, 0.804, 0.351, 0.106, 0.209, 0.752, 0.608])  # yes and no take turns
    y = np.isin(p, [0.209, 0.413, 0.608, 0.804]).astype(float)
    for miss, alarm in ((1.0, 0.4), (1.0, 3.0), (3.0, 1.0), (0.4, 1.0)):
        yield Probe((p, y, miss, alarm))
    p = np.array(
        [0.654, 0.104, 0.404, 0.154, 0.904, 0.204, 0.454, 0.254, 0.354, 0.304, 0.504, 0.384, 0.604]
    )  # few yeses
    yield Probe((p, np.isin(p, [0.354, 0.384, 0.904]).astype(float), 1.0, 1.0))
    # 0.2, 0.4, 0.6 and 0.8 cost the same, and they come in disorder
    p = np.array([0.4, 0.55, 0.8, 0.75, 0.1, 0.2, 0.35, 0.6])
    yield Probe((p, np.isin(p, [0.2, 0.4, 0.6, 0.8]).astype(float), 1.0, 1.0))
    yield Probe((p[:-1], np.isin(p, [0.2, 0.4, 0.6, 0.8])[:-1].astype(float), 1.0, 1.0))
    p = np.array(
        [0.523, 0.103, 0.904, 0.604, 0.704]
    )  # the only yes is last of all, and the best threshold belongs to a no
    yield Probe((p, (p < 0.2).astype(float), 1.0, 1.0))
    yield Probe((np.array([0.624, 0.313]), np.ones(2), 1.0, 1.0))
    yield Probe((np.array([0.314, 0.702, 0.505]), np.array([0.0, 0.0, 1.0]), 1.0, 5.0))
    yield Probe((np.array([0.3, 0.6, 0.6, 0.8, 0.1]), np.array([0.0, 1, 0, 1, 0]), 1.0, 2.0))


def _cheapest(
    says=lambda p, t: p >= t,
    cost=lambda yes, y, miss, alarm: miss * (~yes & (y == 1)).sum() + alarm * (yes & (y == 0)).sum(),
    candidates=lambda p: sorted(p.tolist()),
    pick=min,
    result=lambda t, c, p: t,
):
    """The search with one of its parts replaced."""

    def search(p, y, miss, alarm):
        priced = [(float(cost(says(p, t), y, miss, alarm)), t) for t in candidates(p)]
        best = pick(c for c, _ in priced)
        return result(*next((t, c) for c, t in priced if c == best), p)

    return search


def _vectorised(p, y, miss, alarm):
    order = np.sort(np.asarray(p))
    yes = np.asarray(p)[None, :] >= order[:, None]
    cost = miss * ((~yes) * np.asarray(y)).sum(1) + alarm * (yes * (1 - np.asarray(y))).sum(1)
    return order[cost.argmin()]


def _cumulative(p, y, miss, alarm):
    order = p.sort().values
    cost = torch.stack([miss * y[p < t].sum() + alarm * (1 - y[p >= t]).sum() for t in order])
    return order[cost.argmin()]


def _from_yeses(p, y, miss, alarm):
    own = p[y == 1] if (y == 1).any() else p
    return _cheapest(candidates=lambda _: sorted(own.tolist()))(p, y, miss, alarm)


def _rate(yes, y, wanted):
    return (yes == wanted).double()[y == float(not wanted)].mean().nan_to_num()


THRESHOLD = Exercise(
    id="cls-12",
    name="cheapest_threshold",
    title="The threshold that costs least",
    points=2,
    minutes=12,
    difficulty=2,
    reference=cheapest_threshold,
    probes=scored,
    regimes=(
        Regime("costs differ", lambda p, y, m, a: m != a, "the two costs differ", "the two costs are equal"),
        Regime("misses dearer", lambda p, y, m, a: m > a, "a miss costs more", "a miss costs no more"),
        Regime(
            "alarms dearer",
            lambda p, y, m, a: m < a,
            "a false alarm costs more",
            "a false alarm costs no more",
        ),
    ),
    gives="one of the n probabilities, a number,",
    hints=(
        "For one threshold, write down what it costs. Then try them all.",
        "Yes where `probs >= threshold`. Count the yeses that were said to a 0, and the noes that were said to a 1; each "
        "count has its price.",
        "Go through `sorted(probs.tolist())` and keep the first threshold whose cost is *strictly* below the lowest so far.",
    ),
    mistakes=(
        Mistake(
            "strictly-above-largest",
            _cheapest(says=lambda p, t: p > t, candidates=lambda p: sorted(p.tolist(), reverse=True)),
            "You say yes only *above* the threshold, and take the largest of several that are equally cheap. The text settles both.",
        ),
        Mistake(
            "strictly-above-first",
            _cheapest(says=lambda p, t: p > t, candidates=lambda p: p.tolist()),
            "You say yes only *above* the threshold, and take whichever comes first of several that are equally cheap. The text settles both.",
        ),
        Mistake(
            "zero-too",
            _cheapest(candidates=lambda p: [0.0, *sorted(p.tolist())]),
            "Right unless saying yes to everybody is cheapest. You try 0 as a threshold too; it is the n probabilities that were to be tried.",
        ),
        Mistake(
            "one-too",
            _cheapest(candidates=lambda p: [*sorted(p.tolist()), 1.0]),
            "Right unless saying no to everybody is cheapest. You try 1 as a threshold too; it is the n probabilities that were to be tried.",
        ),
        Mistake(
            "grid-10",
            _cheapest(candidates=lambda p: [i / 10 for i in range(10)]),
            "You try a grid of thresholds. It is the n probabilities of the cases that were to be tried.",
        ),
        Mistake(
            "costs-swapped-first",
            lambda p, y, m, a: _cheapest(candidates=lambda p: p.tolist())(p, y, a, m),
            "Each error pays the price of the other: who is missed, who is falsely alarmed? And where several are equally cheap, which of them was asked?",
        ),
        Mistake(
            "costs-swapped-largest",
            lambda p, y, m, a: _cheapest(candidates=lambda p: sorted(p.tolist(), reverse=True))(p, y, a, m),
            "Each error pays the price of the other: who is missed, who is falsely alarmed? And where several are equally cheap, which of them was asked?",
        ),
        Mistake(
            "costs-swapped-above",
            lambda p, y, m, a: _cheapest(says=lambda p, t: p > t)(p, y, a, m),
            "Each error pays the price of the other: who is missed, who is falsely alarmed? And does a case whose probability equals the threshold get a yes?",
        ),
        Mistake(
            "mean-probability",
            lambda p, y, m, a: p.mean(),
            "That is the mean probability, whatever the errors cost. Try every probability as the threshold.",
        ),
        Mistake(
            "share-of-yes",
            lambda p, y, m, a: y.mean(),
            "That is the share of yes, whatever the errors cost. Try every probability as the threshold.",
        ),
        Mistake(
            "strictly-above",
            _cheapest(says=lambda p, t: p > t),
            "You say yes only *above* the threshold. Does a case whose probability equals it get a yes?",
        ),
        Mistake(
            "costs-swapped",
            lambda p, y, m, a: cheapest_threshold(p, y, a, m),
            "Right where the two costs are equal. Otherwise each error pays the price of the other: who is missed, who is "
            "falsely alarmed?",
        ),
        Mistake(
            "costs-ignored",
            lambda p, y, m, a: cheapest_threshold(p, y, 1, 1),
            "Right where the two costs are equal. You count errors; each kind has a price of its own.",
        ),
        Mistake(
            "largest-of-ties",
            _cheapest(candidates=lambda p: sorted(p.tolist(), reverse=True)),
            "Right where one threshold alone is cheapest. Where several are, which of them was asked?",
        ),
        Mistake(
            "first-in-the-data",
            _cheapest(candidates=lambda p: p.tolist()),
            "Right where one threshold alone is cheapest. Where several are, yours takes the one that comes first in the "
            "data; which of them was asked?",
        ),
        Mistake(
            "last-in-the-data",
            _cheapest(candidates=lambda p: p.tolist()[::-1]),
            "Right where one threshold alone is cheapest. Where several are, yours takes the one that comes last in the "
            "data; which of them was asked?",
        ),
        Mistake(
            "dearest",
            _cheapest(pick=max),
            "That is the threshold that costs most. (Or do you say yes to the cases *below* it?)",
        ),
        Mistake(
            "cost",
            _cheapest(result=lambda t, c, p: c),
            "That is the lowest cost. The threshold that has it was asked.",
        ),
        Mistake(
            "place-in-order",
            _cheapest(result=lambda t, c, p: float((p < t).sum())),
            "That is the place of the threshold among the sorted probabilities. The threshold itself was asked.",
        ),
        Mistake(
            "place-in-data",
            _cheapest(result=lambda t, c, p: float((p == t).double().argmax())),
            "That is the place of the threshold in the data. The threshold itself was asked.",
        ),
        Mistake(
            "formula",
            lambda p, y, m, a: a / (a + m),
            "That is the best threshold for probabilities that can be trusted. Here you are asked for the one that is cheapest "
            "on these cases; it is one of their probabilities.",
        ),
        Mistake(
            "formula-swapped",
            lambda p, y, m, a: m / (a + m),
            "A formula needs probabilities that can be trusted (and this one has its costs the wrong way round). Find the "
            "one that is cheapest on these cases; it is one of their probabilities.",
        ),
        Mistake(
            "half",
            lambda p, y, m, a: 0.5,
            "Yours is ½ whatever the errors cost. Try every probability as the threshold.",
        ),
        Mistake(
            "grid-100",
            _cheapest(candidates=lambda p: torch.linspace(0, 1, 101, dtype=torch.float64).tolist()),
            "You try a grid of thresholds. It is the n probabilities of the cases that were to be tried.",
        ),
        Mistake(
            "grid-100-inside",
            _cheapest(candidates=lambda p: [i / 100 for i in range(1, 100)]),
            "You try a grid of thresholds. It is the n probabilities of the cases that were to be tried.",
        ),
        Mistake(
            "misses-only",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes & (y == 1)).sum()),
            "The smallest probability always wins in yours, as if false alarms cost nothing. (Or is the search never updated?)",
        ),
        Mistake(
            "alarms-only",
            _cheapest(cost=lambda yes, y, m, a: a * (yes & (y == 0)).sum()),
            "You count false alarms and forget what was missed.",
        ),
        Mistake(
            "all-yeses-cost",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes & (y == 1)).sum() + a * yes.sum()),
            "You charge every yes as a false alarm. A yes that is right costs nothing.",
        ),
        Mistake(
            "all-noes-cost",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes).sum() + a * (yes & (y == 0)).sum()),
            "You charge every no as a miss. A no that is right costs nothing.",
        ),
        Mistake(
            "rates",
            _cheapest(cost=lambda yes, y, m, a: m * _rate(yes, y, False) + a * _rate(yes, y, True)),
            "You price the *rates* of the two errors, which makes the rare class as heavy as the common one. What is paid is "
            "paid per case.",
        ),
        Mistake(
            "largest-probability",
            lambda p, y, m, a: p.max(),
            "That is the largest probability, whatever the errors cost. (Does every threshold replace the one before?)",
        ),
        Mistake(
            "yeses-only",
            _from_yeses,
            "You try only the probabilities of the cases that were a yes. All n were to be tried: it may be cheapest to give up a yes.",
        ),
        Mistake(
            "place-in-data-first",
            _cheapest(
                candidates=lambda p: p.tolist(), result=lambda t, c, p: float((p == t).double().argmax())
            ),
            "That is the place of the threshold in the data. The threshold itself was asked.",
        ),
        Mistake(
            "half-way",
            _cheapest(
                candidates=lambda p: (lambda s: ((s[1:] + s[:-1]) / 2).tolist() or p.tolist())(p.unique())
            ),
            "You try the values half-way between two probabilities. It is the probabilities themselves that were to be tried.",
        ),
        Mistake(
            "nearest-to-formula",
            lambda p, y, m, a: p[(p - a / (a + m)).abs().argmin()],
            "That is the case nearest to a formula for probabilities that can be trusted. Count what each threshold costs on these cases.",
        ),
        Mistake(
            "first-above-formula",
            lambda p, y, m, a: torch.where(p >= a / (a + m), p, p.max()).min(),
            "That is the cheapest threshold if the probabilities can be trusted. Here it is known what came: count with `target` what each threshold costs.",
        ),
        Mistake(
            "zero-and-one-too",
            _cheapest(candidates=lambda p: [0.0, *sorted(p.tolist()), 1.0]),
            "Right unless one answer for everybody is cheapest. You try 0 and 1 as thresholds too; it is the n probabilities that were to be tried.",
        ),
        Mistake(
            "targets-flipped",
            lambda p, y, m, a: cheapest_threshold(p, 1 - y, m, a),
            "Yes and no have changed places in the targets: a miss is a no to a *1*.",
        ),
    ),
    variants=(
        _vectorised,
        _cumulative,
        lambda p, y, m, a: min(
            (m * y[p < t].sum().item() + a * (1 - y)[p >= t].sum().item(), t) for t in p.tolist()
        )[1],
        _cheapest(candidates=lambda p: p.unique().float().tolist(), says=lambda p, t: p.float() >= t),
        lambda p, y, m, a: [_cheapest()(p, y, m, a)],
    ),
)


# cls-14 · choose: fraud -------------------------------------------------------------------------------------------


FRAUD = Question(
    id="cls-14",
    name="fraud",
    title="Nothing is flagged",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "Train it again with focal loss, γ = 2, so that it looks at the hard cases",
        "B": "Leave the model alone and flag everything above 1/31",
        "C": "Train it again with a class weight of 99, and report the new outputs as probabilities",
        "D": "Throw away 98 % of the honest payments and train on the rest, keeping the threshold at ½",
    },
    answer="B",
    because="A flag costs 1 when it is wrong, which happens with probability 1 − p; silence costs 30 with probability p. The "
    "two are equal at p = 1/31. The model knows this p already, so nothing need be trained.",
    misconceptions={
        "A": "γ pulls probabilities towards ½ and does not carry them over it. What did γ alone do to the recall at ½ in the "
        "notebook?",
        "C": "More would be flagged, and the number beside each flag would be wrong. What does a weight of 99 do to a "
        "probability of 1 %?",
        "D": "That is a class weight, paid for with most of your data. And do the costs, 30 to 1, appear in it anywhere?",
    },
    hints=(
        "The model's probabilities are right. Is it the model that has to change?",
        "At a given probability p, compare what a flag costs on average with what silence costs.",
        "A flag costs (1 − p) · 1, silence p · 30. Where are they equal?",
    ),
)
