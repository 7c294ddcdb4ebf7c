"""Losses in competition: the same data, model and seeds, one loss exchanged, judged by what the task cares about."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lossfns.course.claims import seeds
from lossfns.course.display import show

WINS, TIES, LOSES = "wins", "ties", "loses"


class Contest(NamedTuple):
    """What came of it: scores[label] has one score per seed. Printed, it is a small table of means ± deviations.

    `metric` says what was measured, `higher` whether more of it is better. The first `recommended` of the entrants are
    what a guide recommends, the others what might tempt one instead. `tuned` says in words what each of them could try;
    picked[label] has the setting that was taken on each seed.
    """

    metric: str
    higher: bool
    scores: dict[str, list[float]]
    recommended: int = 1
    tuned: str = "nothing"
    picked: Mapping[str, list[Any]] = MappingProxyType({})

    def mean(self, label: str) -> float:
        return float(np.mean(self.scores[label]))

    def spread(self, label: str) -> float:
        """The standard deviation over the seeds."""
        return float(np.std(self.scores[label]))

    def gains(self, one: str, other: str) -> list[float]:
        """By how much `one` is better than `other`, seed by seed: the two met the same data each time."""
        sign = 1 if self.higher else -1
        pairs = zip(self.scores[one], self.scores[other], strict=True)
        return [sign * (a - b) for a, b in pairs]

    def gap(self, one: str, other: str) -> tuple[float, float]:
        """The mean of the gains, and its standard error: their deviation (over n − 1) by the root of n."""
        gains = self.gains(one, other)
        return float(np.mean(gains)), float(np.std(gains, ddof=1) / np.sqrt(len(gains)))

    def verdict(self, one: str, other: str) -> str:
        """How `one` fares against `other`: "wins" or "loses" if it does so on every seed, otherwise "ties"."""
        gains = self.gains(one, other)
        return WINS if min(gains) > 0 else LOSES if max(gains) < 0 else TIES

    def __str__(self) -> str:
        width = max(map(len, self.scores))
        count = len(next(iter(self.scores.values())))
        lines = [f"{label:{width}}  {self.size(label)}" for label in self.scores]
        better = "higher" if self.higher else "lower"
        return "\n".join([f"{self.metric}, {better} is better, mean ± deviation over {count} seeds", *lines])

    def size(self, label: str) -> str:
        """Mean ± deviation, three digits in the mean and as many places after the point in both."""
        mean = self.mean(label)
        places = max(0, 2 - int(np.floor(np.log10(max(abs(mean), 1e-3)))))
        return f"{mean:.{min(places, 3)}f} ± {self.spread(label):.{min(places, 3)}f}"


def contest(
    trial: Callable[..., Any],
    losses: Mapping[str, Any],
    *,
    metric: str,
    higher: bool = True,
    k: int = 5,
    recommended: int = 1,
    settings: Sequence[Any] | Mapping[str, Sequence[Any]] = (),
    tuned: str = "nothing",
) -> Contest:
    """Run trial(loss, seed) for each loss on the same k seeds, `seeds(k)`.

    trial: trains and tests with one loss, and returns the score, a number. With `settings` it is
        trial(loss, seed, setting), and returns two: the score on validation rows and the score on test rows.
    losses: {label: loss}, whatever `trial` takes as its first argument; the first `recommended` of them are those that a
        guide recommends.
    settings: what every entrant may try, or {label: settings} with the same number for each. On each seed the setting
        with the best validation score is taken (the first of equals), and its test score is what counts.
    tuned: the settings in words, for the table.

    Raises ValueError when one entrant may try more settings than another.

    >>> print(contest(lambda loss, seed: loss + seed, {"a": 1.0, "b": 2.0}, metric="points", k=3))
    points, higher is better, mean ± deviation over 3 seeds
    a  2.00 ± 0.82
    b  3.00 ± 0.82
    """
    rounds = seeds(k)
    if not settings:
        scores = {label: [float(trial(loss, s)) for s in rounds] for label, loss in losses.items()}
        return Contest(metric, higher, scores, recommended, tuned)
    tries = settings if isinstance(settings, Mapping) else dict.fromkeys(losses, settings)
    if len({len(tries[label]) for label in losses}) > 1:
        raise ValueError(f"every entrant may try the same number of settings, got {dict(tries)}")
    best = {
        label: [_best(trial, loss, s, tries[label], higher) for s in rounds] for label, loss in losses.items()
    }
    scores = {label: [test for test, _ in found] for label, found in best.items()}
    picked = {label: [setting for _, setting in found] for label, found in best.items()}
    return Contest(metric, higher, scores, recommended, tuned, picked)


def table(contests: Mapping[str, Contest]) -> None:
    """All contests in one table: what is recommended for each task, its score, and how it fares against the others.

    contests: {task: contest}.

    >>> table({"sums": Contest("points", True, {"a": [1.0, 2.0], "b": [0.0, 1.0]})})
    task  judged by  recommended  score        tuned    against the others
    sums  points ↑   a            1.50 ± 0.50  nothing  wins: b 0.500 ± 0.500
    """
    rows = [("task", "judged by", "recommended", "score", "tuned", "against the others")]
    for task, found in contests.items():
        first = (task, f"{found.metric} {'↑' if found.higher else '↓'}")
        for label in list(found.scores)[: found.recommended]:
            rows.append((*first, label, found.size(label), found.tuned, _fares(found, label)))
            first = ("", "")
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = ["  ".join([*map(str.ljust, row, widths), row[5]]) for row in rows]
    head, *body = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    html = "".join(f"<tr>{cells}</tr>" for cells in (head.replace("td>", "th>"), *body))
    left = "<style>table.contests :is(th, td) {text-align: left; vertical-align: top}</style>"
    show("\n".join(lines), html=f'{left}<table class="contests">{html}</table>')


def _best(
    trial: Callable[..., Any], loss: Any, seed: int, tries: Sequence[Any], higher: bool
) -> tuple[float, Any]:
    """The test score of the setting with the best validation score, and that setting."""
    found = [tuple(map(float, trial(loss, seed, setting))) for setting in tries]
    at = (np.argmax if higher else np.argmin)([validation for validation, _ in found])
    return found[at][1], tries[at]


def _fares(found: Contest, label: str) -> str:
    """ "wins: b 0.5 ± 0.1; ties: c 1.0 ± 0.2" """
    others = list(found.scores)[found.recommended :]
    return "; ".join(f"{found.verdict(label, other)}: {other} {found.size(other)}" for other in others)


def fit_linear(
    x: Any, y: Any, loss: Callable[[Tensor, Tensor], Tensor], *, outputs: int | None = None
) -> Callable[[Any], Tensor]:
    """A linear model fitted by L-BFGS: what `loss(pred, target)` asks for, without the chance of a training run.

    x: (n, …, d), y: what the loss takes as its target. outputs: k numbers per row, (n, …, k); None: one, (n, …).
    The loss should be convex in the prediction. Where it has corners the answer is a good one, not the exact one.

    Returns a function from features (…, d) to predictions, in float64.

    >>> line = fit_linear([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], torch.nn.functional.mse_loss)
    >>> round(float(line([[10.0]])), 6)
    21.0
    """
    x, y = torch.as_tensor(x, dtype=torch.float64), torch.as_tensor(y)
    y = y.double() if y.is_floating_point() else y
    weights = torch.zeros(x.shape[-1] + 1, outputs or 1, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS(
        [weights], max_iter=200, tolerance_grad=1e-9, tolerance_change=1e-12, line_search_fn="strong_wolfe"
    )

    def predict(features: Any) -> Tensor:
        features = torch.as_tensor(features, dtype=torch.float64)
        pred = features @ weights[:-1] + weights[-1]
        return pred if outputs else pred.squeeze(-1)

    def cost() -> Tensor:
        search.zero_grad()
        value = loss(predict(x), y)
        value.backward()
        return value

    search.step(cost)
    weights.requires_grad_(False)
    return predict
