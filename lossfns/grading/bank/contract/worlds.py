"""Another world. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# ctr-03 · another world --------------------------------------------------------------------------------------------


def new_world(probs, old, new):
    weights = probs * new / old
    return weights / weights.sum(dim=1, keepdim=True)


def worlds(rng: np.random.Generator) -> Iterator[Probe]:
    """Priors that differ by factors, probabilities of several cases, and as many classes as cases once."""
    for n, k in ((1, 2), (3, 2), (4, 3), (3, 3), (5, 4)):
        probs = rng.dirichlet(np.full(k, 1.5), n) + 0.02
        yield Probe((probs / probs.sum(1, keepdims=True), _shares(rng, k), _shares(rng, k)))
    yield Probe((np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.98, 0.02])))
    yield Probe((np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.98, 0.02]), np.array([0.5, 0.5])))


def _shares(rng: np.random.Generator, k: int) -> np.ndarray:
    weights = rng.uniform(0.5, 1, k) * rng.permutation(2.0 ** np.arange(k))
    return weights / weights.sum()


def _moved(weights: Callable, end: Callable = lambda w: w / w.sum(1, keepdim=True)) -> Callable:
    return lambda p, old, new: end(weights(p, old, new))


def _log_space(probs, old, new):
    logits = probs.log() + new.log() - old.log()
    return logits.softmax(dim=1)


def _library(probs, old, new):
    return torch.nn.functional.normalize(probs / old * new, p=1, dim=1)


def _row_by_row(probs, old, new):
    rows = []
    for row in probs:
        weights = row * new / old
        rows.append(weights / weights.sum())
    return torch.stack(rows)


def _in_numpy(probs, old, new):
    factor = np.asarray(new) / np.asarray(old)
    return np.asarray(probs) * factor / (np.asarray(probs) @ factor)[:, None]


def _against_the_first(probs, old, new):
    odds = probs / probs[:, :1] * (new / new[0]) / (old / old[0])
    return odds / odds.sum(dim=1, keepdim=True)


def _in_single_precision(probs, old, new):
    return new_world(probs.float(), old.float(), new.float())


def _odds(p: torch.Tensor) -> torch.Tensor:
    return p / (1 - p)


def _probability(odds: torch.Tensor) -> torch.Tensor:
    return odds / (1 + odds)


ONE_AT_A_TIME = (
    "You move each class by itself, against all the others with p / (1 − p), as if only its own share had changed. The others' "
    "shares have changed too: the factor new / old belongs to the odds between *two classes*."
)
AGAINST_THE_REST = (
    "Right for two classes. With more, 'all the others' is a mixture, and its make-up is different in each case: the factor "
    "belongs to the odds between *two classes*."
)

TOO_EARLY = (
    "You make the rows add up to 1 with one of the two shares, and bring the other in afterwards, which undoes it. Dividing "
    "by the sum comes last."
)
BAYES_AGAIN = "You treat p as evidence and multiply by new shares. But p holds a prior already, that of the old world: it must come out first."

NEW_WORLD = Exercise(
    id="ctr-03",
    name="new_world",
    title="Another world, the same classifier",
    points=2,
    minutes=8,
    difficulty=2,
    reference=new_world,
    probes=worlds,
    regimes=(
        Regime(
            "more than two classes",
            lambda p, old, new: len(old) > 2,
            "there are more than two classes",
            "there are two classes",
        ),
        Regime(
            "several cases",
            lambda p, old, new: len(p) > 1,
            "there are several cases: each row adds up to 1 by itself",
            "there is a single case",
        ),
    ),
    gives="one probability for each class and case, shape (n, k),",
    hints=(
        "Suppose one class has become twice as common, and another half as common. By which factor do the odds between the two "
        "change?",
        "Multiply each class's probability by its new share over its old share. Then the rows no longer add up to 1.",
        "Divide each row by its sum: `weights / weights.sum(dim=1, keepdim=True)`.",
    ),
    mistakes=(
        Mistake(
            "not-normalised",
            lambda p, old, new: p * new / old,
            "The factors are right. Probabilities of a case add up to 1.",
        ),
        Mistake(
            "upside-down",
            _moved(lambda p, old, new: p * old / new),
            "Your factors are old over new: a class that has become common loses by it.",
        ),
        Mistake(
            "new-only",
            _moved(lambda p, old, new: p * new),
            "You multiply by the new shares. The old ones are inside the probabilities already and must come out first.",
        ),
        Mistake(
            "old-only",
            _moved(lambda p, old, new: p / old),
            "You take the old shares out. Where do the new ones come in?",
        ),
        Mistake(
            "divided-by-the-new",
            _moved(lambda p, old, new: p / new),
            "You take the *new* shares out, and they were never in. Which shares are inside the probabilities?",
        ),
        Mistake(
            "upside-down-not-normalised",
            lambda p, old, new: p * old / new,
            "Two things: your factors are old over new, so that a class that has become common loses by it; and probabilities of a "
            "case add up to 1.",
        ),
        Mistake(
            "new-only-not-normalised",
            lambda p, old, new: p * new,
            "You multiply by the new shares. The old ones are inside the probabilities already and must come out first; and each row "
            "adds up to 1.",
        ),
        Mistake(
            "old-only-not-normalised",
            lambda p, old, new: p / old,
            "You take the old shares out. Where do the new ones come in? And each row adds up to 1.",
        ),
        Mistake(
            "normalises-the-factors",
            lambda p, old, new: p * (new / old) / (new / old).sum(),
            "You make the *factors* add up to 1. It is each row of the result that should.",
        ),
        Mistake(
            "normalised-too-early",
            lambda p, old, new: p * new / (p * new).sum(1, keepdim=True) / old,
            TOO_EARLY,
        ),
        Mistake(
            "normalised-too-early-old",
            lambda p, old, new: p / old / (p / old).sum(1, keepdim=True) * new,
            TOO_EARLY,
        ),
        Mistake(
            "factors-only",
            lambda p, old, new: (new / old / (new / old).sum()).expand_as(p),
            "Every case gets the same in yours: the factors, without the probabilities that they belong to.",
        ),
        Mistake(
            "mean-prediction",
            _moved(lambda p, old, new: p * new / p.mean(0)),
            "You divide by the mean of the probabilities at hand. These few cases need not be like the old world; its shares are "
            "given, in `old`.",
        ),
        Mistake(
            "bayes-again",
            lambda p, old, new: _probability(_odds(p) * _odds(new)),
            BAYES_AGAIN,
        ),
        Mistake(
            "bayes-again-normalised",
            _moved(lambda p, old, new: _probability(_odds(p) * _odds(new))),
            BAYES_AGAIN,
        ),
        Mistake(
            "one-at-a-time",
            lambda p, old, new: _probability(_odds(p) * new / old),
            ONE_AT_A_TIME,
        ),
        Mistake(
            "one-at-a-time-normalised",
            _moved(lambda p, old, new: _probability(_odds(p) * new / old)),
            ONE_AT_A_TIME,
        ),
        Mistake(
            "odds",
            lambda p, old, new: _odds(p) * new / old,
            "You return odds, p / (1 − p). Probabilities were asked; and the factor new / old belongs to the odds between two "
            "classes, not between one class and all the others.",
        ),
        *(
            Mistake(
                f"odds-to-the-{name}",
                lambda p, old, new, c=c: p * new / old / (p * new / old)[:, c : c + 1 or None],
                f"Those are the right odds of each class against the {name}. Probabilities were asked: each row adds up to 1.",
            )
            for name, c in (("first", 0), ("last", -1))
        ),
        Mistake(
            "odds-normalised",
            _moved(lambda p, old, new: _odds(p) * new / old),
            "You divide by 1 − p as well, which is the share of the other classes. The odds between two classes are their "
            "probabilities, one over the other.",
        ),
        Mistake(
            "odds-of-all-normalised",
            _moved(lambda p, old, new: _odds(p) * _odds(new) / _odds(old)),
            "You work with p / (1 − p), and divide by the sum of the odds, which are no shares of anything. The odds between two "
            "classes are their probabilities, one over the other.",
        ),
        Mistake(
            "against-the-rest",
            lambda p, old, new: _probability(_odds(p) * _odds(new) / _odds(old)),
            AGAINST_THE_REST,
        ),
        Mistake(
            "against-the-rest-normalised",
            _moved(lambda p, old, new: _probability(_odds(p) * _odds(new) / _odds(old))),
            AGAINST_THE_REST,
        ),
        Mistake(
            "length-one",
            lambda p, old, new: torch.nn.functional.normalize(p * new / old, dim=1),
            "The factors are right. In yours the *squares* of each row add up to 1; the probabilities themselves should.",
        ),
        Mistake(
            "largest-is-one",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.amax(1, keepdim=True)),
            "The factors are right. You divide each row by its largest number, so that this one becomes 1; the whole row should "
            "add up to 1.",
        ),
        Mistake(
            "clipped",
            lambda p, old, new: (p * new / old).clamp(max=1),
            "The factors are right. You cut off what is above 1; that does not make a row add up to 1.",
        ),
        Mistake(
            "rest-to-the-last",
            lambda p, old, new: torch.cat([w := (p * new / old)[:, :-1], 1 - w.sum(1, keepdim=True)], 1),
            "Your rows add up to 1, but only because the last class gets what the others leave. All classes are scaled alike.",
        ),
        Mistake(
            "log-weights",
            lambda p, old, new: (p * new / old).log(),
            "That is the right sum of logarithms. What makes probabilities of it?",
        ),
        Mistake(
            "logarithms-over-their-sum",
            _moved(lambda p, old, new: p.log() + new.log() - old.log()),
            "That is the right sum of logarithms, but you divide logarithms by their sum. They have to become weights again first.",
        ),
        Mistake(
            "weights-as-odds",
            _moved(lambda p, old, new: p * new / old, _probability),
            "The factors are right. You turn each w into w / (1 + w), as if it were odds against all the others; it is a weight among "
            "weights, and the row of them should add up to 1.",
        ),
        Mistake(
            "times-both",
            _moved(lambda p, old, new: p * new * old),
            "You multiply by both shares. The old ones must come out: on which side of the fraction?",
        ),
        Mistake(
            "differences",
            _moved(lambda p, old, new: p + new - old),
            "You add the difference of the shares: a probability can fall below 0 so. Odds change by factors.",
        ),
        Mistake(
            "differences-clipped",
            _moved(lambda p, old, new: (p + new - old).clamp(min=0)),
            "You add the difference of the shares, and have to cut off what falls below 0. Odds change by factors.",
        ),
        Mistake(
            "differences-clipped-both",
            lambda p, old, new: (p + new - old).clamp(0, 1),
            "You add the difference of the shares, and have to cut off what falls below 0. Odds change by factors.",
        ),
        Mistake(
            "softmax",
            lambda p, old, new: torch.softmax(p * new / old, 1),
            "You put the weights through a softmax, which takes exp of them, as if they were logarithms. They are positive as they "
            "are: what alone is missing for the probabilities of a case?",
        ),
        Mistake(
            "softmax-on-top",
            _moved(lambda p, old, new: p * new / old, lambda w: (w / w.sum(1, keepdim=True)).softmax(1)),
            "You had the right probabilities, and put them through a softmax on top, which levels them.",
        ),
        Mistake(
            "softmax-of-probabilities",
            lambda p, old, new: torch.softmax(p + new.log() - old.log(), 1),
            "You add log-shares to a probability. They belong to its *logarithm*.",
        ),
        Mistake(
            "log-shares-added",
            lambda p, old, new: p + new.log() - old.log(),
            "You add log-shares to a probability. They belong to its *logarithm*; and the rows no longer add up to 1.",
        ),
        Mistake(
            "logits-of-shares",
            lambda p, old, new: torch.softmax(p.log() + new - old, 1),
            "You add shares to a logarithm. A factor becomes what, in a logarithm?",
        ),
        Mistake(
            "columns",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.sum(0, keepdim=True)),
            "You make each *class* add up to 1 over the cases. The classes of one case should.",
        ),
        Mistake(
            "whole-table",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.sum()),
            "Right for a single case. You divide by the sum of the whole table.",
        ),
        Mistake(
            "unchanged",
            lambda p, old, new: p,
            "The shares have no say in yours.",
        ),
        Mistake(
            "new-shares",
            lambda p, old, new: new.expand_as(p),
            "Every case gets the new shares in yours: what the classifier saw in it is lost.",
        ),
        Mistake(
            "blend",
            lambda p, old, new: (p + new) / 2,
            "You average with the new shares. Evidence and prior multiply.",
        ),
        Mistake(
            "square-root",
            _moved(lambda p, old, new: p * (new / old).sqrt()),
            "You move half of the way: the root of the factor.",
        ),
        Mistake(
            "twice",
            _moved(lambda p, old, new: p * (new / old) ** 2),
            "You correct twice: your factor is squared.",
        ),
        Mistake(
            "logarithms",
            lambda p, old, new: (p * new / old).log() - (p * new / old).sum(1, keepdim=True).log(),
            "Those are the logarithms of the right probabilities.",
        ),
        Mistake(
            "decisions",
            lambda p, old, new: (p * new / old).argmax(1),
            "You name the likeliest class. The probabilities were asked.",
        ),
        Mistake(
            "decisions-one-hot",
            lambda p, old, new: torch.nn.functional.one_hot((p * new / old).argmax(1), len(old)),
            "You mark the likeliest class with a 1, as if it were certain. The probabilities were asked.",
        ),
    ),
    variants=(
        _log_space,
        _library,
        _row_by_row,
        _in_numpy,
        _against_the_first,
        _in_single_precision,
    ),
)
