"""Softer targets: smoothed labels. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-10 · smoothed labels ------------------------------------------------------------------------------------------


def smooth_labels(target, num_classes, epsilon, style):
    k = num_classes
    if style == "uniform":
        true, other = 1 - epsilon + epsilon / k, epsilon / k
    else:
        true, other = 1 - epsilon, epsilon / (k - 1)
    softened = torch.full((len(target), k), other, dtype=torch.float64)
    softened[torch.arange(len(target)), target] = true
    return softened


def labels(rng: np.random.Generator) -> Iterator[Probe]:
    """Both styles, several ε and k, one label and several; k is seldom the number of labels; once the
    last classes are not among them."""
    for n, k, epsilon in ((1, 3, 0.2), (4, 5, 0.1), (2, 2, 0.3), (6, 4, 0.15)):
        target = rng.integers(k, size=n)
        for style in ("uniform", "exact"):
            yield Probe((target, k, epsilon, style))
    yield Probe((target, k, 0.4, "exact"))
    yield Probe((np.array([2, 0]), 3, 0.0, "uniform"))
    yield Probe((np.array([1, 0, 1]), 4, 0.2, "exact"))


STYLES = (
    Regime("uniform", lambda t, k, e, s: s == "uniform", 'the style is "uniform"', 'the style is "exact"'),
    Regime("exact", lambda t, k, e, s: s == "exact", 'the style is "exact"', 'the style is "uniform"'),
)


CLASSES = (
    Regime(
        "the true class",
        lambda t, k, e, s: np.eye(k, dtype=bool)[t],
        "the true class is asked",
        "another class is asked",
    ),
    Regime(
        "other classes",
        lambda t, k, e, s: ~np.eye(k, dtype=bool)[t],
        "a class is asked that is not the true one",
        "the true class is asked",
    ),
)


def _smoothed(
    uniform=lambda e, k: (1 - e + e / k, e / k),
    exact=lambda e, k: (1 - e, e / (k - 1)),
    end=lambda y: y,
):
    """Smoothed labels with one of their parts replaced; each part gives (true class, every other)."""

    def smooth(t, k, e, s):
        true, other = uniform(e, k) if s == "uniform" else exact(e, k)
        onehot = F.one_hot(t, k).double()
        return end(onehot * true + (1 - onehot) * other)

    return smooth


UNIFORM, EXACT = (lambda e, k: (1 - e + e / k, e / k)), (lambda e, k: (1 - e, e / (k - 1)))


def _whole_columns(t, k, e, s):
    """The true class's share written into a whole column for each label."""
    true, other = UNIFORM(e, k) if s == "uniform" else EXACT(e, k)
    softened = torch.full((len(t), k), other, dtype=torch.float64)
    softened[:, t] = true
    return softened


# wrong in one style, right in the other: name, share of the true class and of every other, what is said
ONE_STYLE = (
    ("all-of-it-to-each", lambda e, k: (1 - e, e), "the whole ε goes to every other class."),
    ("from-nobody", lambda e, k: (1.0, e / k), "the others took their share from nobody."),
    ("from-nobody-at-all", lambda e, k: (1.0, e / (k - 1)), "the others took their share from nobody."),
    ("on-top", lambda e, k: (1 + e / k, e / k), "the shares of ε come on top of a whole 1."),
    ("to-nobody", lambda e, k: (1 - e, 0.0), "what the true class gives up, nobody gets."),
)


def _smooth_in_numpy(target, num_classes, epsilon, style):
    onehot = np.eye(num_classes)[np.asarray(target)]
    if style == "exact":
        epsilon = epsilon * num_classes / (num_classes - 1)
    return (1 - epsilon) * onehot + epsilon / num_classes


def _smooth_in_a_loop(target, num_classes, epsilon, style):
    rows = []
    for t in target.tolist():
        row = [epsilon / num_classes if style == "uniform" else epsilon / (num_classes - 1)] * num_classes
        row[t] = 1 - sum(row[:t]) - sum(row[t + 1 :])
        rows.append(row)
    return torch.tensor(rows)


def _smooth_by_formula(target, num_classes, epsilon, style):
    onehot = F.one_hot(target, num_classes).double()
    if style == "uniform":
        return (1 - epsilon) * onehot + epsilon / num_classes
    return (1 - epsilon) * onehot + epsilon / (num_classes - 1) * (1 - onehot)


def _smooth_by_scatter(target, num_classes, epsilon, style):
    other = epsilon / num_classes if style == "uniform" else epsilon / (num_classes - 1)
    true = 1 - epsilon + other if style == "uniform" else 1 - epsilon
    softened = torch.full((len(target), num_classes), other, dtype=torch.float64)
    return softened.scatter_(1, target[:, None], true)


SMOOTH = Exercise(
    id="cal-10",
    name="smooth_labels",
    title="Nine tenths, in two ways",
    points=2,
    minutes=8,
    difficulty=1,
    reference=smooth_labels,
    probes=labels,
    regimes=(*STYLES, *CLASSES),
    gives="a table of shape (n, k), a row of probabilities for each label,",
    hints=(
        "For each style two numbers are needed: what the true class keeps, and what every other gets. A row adds up to 1.",
        "In one style ε is spread over all k classes, the true one among them; in the other over the k − 1 others.",
        "uniform: 1 − ε + ε/k and ε/k. exact: 1 − ε and ε/(k − 1). Fill a table with the one, then write the other at "
        "`[arange(n), target]`.",
    ),
    mistakes=(
        Mistake(
            "styles-swapped",
            _smoothed(EXACT, UNIFORM),
            "Both styles are right, and each answers to the name of the other: which one gives the true class *exactly* 1 − ε?",
        ),
        Mistake(
            "uniform-always",
            _smoothed(UNIFORM, UNIFORM),
            'Right for "uniform". You never look at `style`, or it leads to the same place.',
        ),
        Mistake(
            "exact-always",
            _smoothed(EXACT, EXACT),
            'Right for "exact". You never look at `style`, or it leads to the same place.',
        ),
        Mistake(
            "uniform-loses-mass",
            _smoothed(lambda e, k: (1 - e, e / k)),
            'Right for "exact". Add up a row of your "uniform": ε/k has gone missing. The true class is one of the k classes.',
        ),
        Mistake(
            "exact-loses-mass",
            _smoothed(exact=lambda e, k: (1 - e, e / k)),
            'Right for "uniform". Add up a row of your "exact": how many classes share the ε?',
        ),
        Mistake(
            "both-lose-mass",
            _smoothed(lambda e, k: (1 - e, e / k), lambda e, k: (1 - e, e / k)),
            "Add up a row: yours comes to less than 1. Who shares the ε, and how many are they?",
        ),
        Mistake(
            "all-of-it-to-each",
            _smoothed(lambda e, k: (1 - e, e), lambda e, k: (1 - e, e)),
            "You give the whole ε to every other class. Add up a row.",
        ),
        Mistake(
            "uniform-too-much",
            _smoothed(lambda e, k: (1 - e + e / k, e / (k - 1))),
            'Right for "exact". In your "uniform" the true class takes part of the ε, and the others still share all of it.',
        ),
        Mistake(
            "exact-too-much",
            _smoothed(exact=lambda e, k: (1 - e + e / k, e / (k - 1))),
            'Right for "uniform". In your "exact" a row adds up to more than 1: what does the true class keep?',
        ),
        Mistake(
            "not-smoothed",
            _smoothed(lambda e, k: (1.0, 0.0), lambda e, k: (1.0, 0.0)),
            "Those are the hard labels. `epsilon` changes nothing.",
        ),
        Mistake(
            "true-class-untouched",
            _smoothed(lambda e, k: (1.0, e / k), lambda e, k: (1.0, e / (k - 1))),
            "The others are right. They took their share from nobody: the true class still has 1.",
        ),
        Mistake(
            "added-to-one",
            _smoothed(lambda e, k: (1 + e / k, e / k), lambda e, k: (1.0, e / (k - 1))),
            "The others are right. They took their share from nobody: what does the true class give up?",
        ),
        Mistake(
            "others-nothing",
            _smoothed(lambda e, k: (1 - e, 0.0), lambda e, k: (1 - e, 0.0)),
            "The true class gives up ε, and nobody gets it: add up a row.",
        ),
        Mistake(
            "ten-classes",
            _smoothed(lambda e, k: (1 - e + e / 10, e / 10), lambda e, k: (1 - e, e / 9)),
            "Your shares are right for ten classes. Here there are k.",
        ),
        Mistake(
            "keeps-epsilon",
            _smoothed(lambda e, k: (e + (1 - e) / k, (1 - e) / k), lambda e, k: (e, (1 - e) / (k - 1))),
            "You exchanged ε and 1 − ε: at ε = 0 the labels should be hard.",
        ),
        Mistake(
            "others-zero",
            _smoothed(lambda e, k: (1 - e + e / k, 0.0), lambda e, k: (1 - e, 0.0)),
            "The true class is right. What it gives up, nobody gets in yours.",
        ),
        Mistake(
            "exact-divided-by-its-sum",
            _smoothed(
                exact=lambda e, k: (
                    (1 - e + e / (k - 1)) / (1 + e / (k - 1)),
                    e / (k - 1) / (1 + e / (k - 1)),
                )
            ),
            'Right for "uniform". In your "exact" the true class takes a share of the ε too, and dividing the row by its sum then takes '
            "from everybody. What should the true class be left with, exactly?",
        ),
        Mistake(
            "exact-by-a-smaller-epsilon",
            _smoothed(exact=lambda e, k: UNIFORM(e * (k - 1) / k, k)),
            'Right for "uniform". Your "exact" is "uniform" with a smaller ε. There the true class gets part of the ε back: to make up for '
            "that, should ε be smaller, or larger?",
        ),
        Mistake(
            "exact-others-uniform",
            _smoothed(lambda e, k: (1 - e + e / k, e / k), lambda e, k: (1 - e + e / (k - 1), e / (k - 1))),
            'Right for "uniform". In your "exact" the true class takes part of the ε back.',
        ),
        Mistake(
            "uniform-over-the-others",
            _smoothed(lambda e, k: (1 - e + e / (k - 1), e / (k - 1))),
            'Right for "exact". Your "uniform" divides by k − 1; how many classes share the ε there?',
        ),
        Mistake(
            "one-over-k",
            _smoothed(lambda e, k: (1 - e, 1 / k), lambda e, k: (1 - e, 1 / (k - 1))),
            "The true class gives up ε, and each other gets a whole share of 1 in yours. Only ε is shared out.",
        ),
        Mistake(
            "half",
            _smoothed(lambda e, k: (1 - e / 2, e / 2 / (k - 1)), lambda e, k: (1 - e / 2, e / 2 / (k - 1))),
            "Half of ε moves in yours; that is right for two classes in one of the styles only.",
        ),
        *(
            Mistake(
                f"{right}-right-{name}",
                _smoothed(uniform=pair) if right == "exact" else _smoothed(exact=pair),
                f'Right for "{right}". Add up a row of your "{wrong}": {said}',
            )
            for right, wrong in (("exact", "uniform"), ("uniform", "exact"))
            for name, pair, said in ONE_STYLE
        ),
        Mistake(
            "whole-columns",
            _whole_columns,
            "Right for a single label. With several, you write into whole columns: each row gets the true classes of all rows.",
        ),
        Mistake(
            "transposed",
            _smoothed(end=lambda y: y.T),
            "The numbers are right, with a column for each label. One row for each was asked.",
        ),
        Mistake(
            "whole-numbers",
            _smoothed(end=lambda y: y.floor()),
            "Your shares are cut down to whole numbers, which cannot hold 0.9. Of which type is the table that you write into?",
        ),
        Mistake(
            "logarithms",
            _smoothed(end=lambda y: y.log()),
            "You return logarithms. The probabilities themselves were asked.",
        ),
        Mistake(
            "classes-of-the-labels",
            lambda t, k, e, s: smooth_labels(t, k, e, s)[:, : int(t.max()) + 1],
            "Right where the last class is among the labels. How many columns you make depends on the labels that happen to be "
            "there: how many classes are there?",
        ),
        Mistake(
            "classes-of-the-labels-in-the-shares-too",
            lambda t, k, e, s: smooth_labels(t, max(int(t.max()) + 1, 2), e, s)[:, : int(t.max()) + 1],
            "Right where the last class is among the labels. Your k depends on the labels that happen to be there, in the "
            "columns and in the shares: how many classes are there?",
        ),
        Mistake(
            "one-class-too-many",
            lambda t, k, e, s: torch.cat([smooth_labels(t, k, e, s), torch.zeros(len(t), 1)], 1),
            "Your rows have a class too many. The classes are 0 to k − 1.",
        ),
        Mistake(
            "uniform-true-class-only-loses-its-part",
            _smoothed(lambda e, k: (1 - e / k, e / k)),
            'Right for "exact". In "uniform" the true class gives up what *all* the others get together.',
        ),
        Mistake(
            "always-a-tenth",
            lambda t, k, e, s: smooth_labels(t, k, 0.1, s),
            "You use 0.1 where ε was given. Changing `epsilon` does not change the labels.",
        ),
    ),
    variants=(
        _smooth_in_numpy,
        _smooth_in_a_loop,
        _smooth_by_formula,
        _smooth_by_scatter,
        lambda t, k, e, s: smooth_labels(t, k, e, s).float(),
    ),
)
