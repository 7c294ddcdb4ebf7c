"""The entropy rate of a Markov chain. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator
from math import log

import numpy as np
import torch

from lossfns.data import MarkovSource
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# seq-06 · the entropy rate ------------------------------------------------------------------------------------------


def entropy_rate(transition):
    shares = torch.linalg.matrix_power(transition, 1000)[0]
    by_row = -torch.xlogy(transition, transition).sum(dim=1)
    return shares @ by_row


def chains(rng: np.random.Generator) -> Iterator[Probe]:
    """Chains of two to five tokens that forget quickly, some with pairs that never occur."""
    yield Probe((np.array([[0.95, 0.05], [0.2, 0.8]]),))  # what was 20 steps ago still shows
    yield Probe((np.array([[0.3, 0.7], [0.2, 0.8]]),))
    for v, zeros in ((3, 0), (4, 0), (5, 0), (3, 1), (4, 2)):
        p = rng.dirichlet(np.full(v, 0.8) + np.arange(v) * 0.4, v) + 0.04
        for i in range(zeros):
            p[i, (i + 2) % v] = 0.0
        yield Probe((p / p.sum(1, keepdims=True),))
    p = rng.dirichlet(np.ones(3), 3) + 0.05
    p = p / p.sum(1, keepdims=True)
    p[2] = (1.0, 0.0, 0.0)  # after the last token only one can follow
    yield Probe((p,))


def _rows(p):
    return -torch.xlogy(p, p).sum(1)


def _shares(p):
    return torch.linalg.matrix_power(p, 1000)[0]


def _entropy(p):
    return -torch.xlogy(p, p).sum()


def _weighted(shares: Callable = _shares, rows: Callable = _rows) -> Callable:
    """Row entropies, weighted: with one of the two replaced."""
    return lambda p: shares(p) @ rows(p)


def _eigenvector(p):
    values, vectors = np.linalg.eig(np.asarray(p).T)
    shares = np.abs(np.real(vectors[:, np.argmin(abs(values - 1))]))
    return torch.as_tensor(shares)


def _solved(p):
    p = np.asarray(p, dtype=np.float64)
    v = len(p)
    system = np.vstack([(p.T - np.eye(v))[:-1], np.ones(v)])
    shares = np.linalg.solve(system, np.append(np.zeros(v - 1), 1.0))
    return sum(-share * q * log(q) for share, row in zip(shares, p, strict=True) for q in row if q > 0)


def _iterated(p):
    shares = torch.full((len(p),), 1 / len(p), dtype=p.dtype)
    for _ in range(500):
        shares = shares @ p
    return (shares[:, None] * torch.where(p > 0, -p * torch.log(p.clamp(min=1e-300)), 0.0)).sum()


def _joint_minus_marginal(p):
    shares = _shares(p)
    return _entropy(shares[:, None] * p) - _entropy(shares)


ENTROPY_RATE = Exercise(
    id="seq-06",
    name="entropy_rate",
    title="The floor of a source",
    points=3,
    minutes=15,
    difficulty=3,
    reference=entropy_rate,
    probes=chains,
    regimes=(
        Regime(
            "a pair never occurs",
            lambda p: (p == 0).any(),
            "a probability is 0",
            "all probabilities are above 0",
        ),
        Regime(
            "a longer memory",
            lambda p: np.sort(abs(np.linalg.eigvals(p)))[-2] > 0.4,
            "the source needs more steps to forget where it began",
            "the source forgets within a few steps",
        ),
        Regime(
            "more than two tokens",
            lambda p: len(p) > 2,
            "there are more than two tokens",
            "there are two tokens",
        ),
    ),
    gives="one number, the entropy rate in nats,",
    rtol=1e-4,  # a high power of a matrix in float32 is off by a few 1e-5
    hints=(
        "Where is one in the long run, and what does the next step cost from there? Two things to compute, one after the other.",
        "The long-run shares do not change under a step: shares @ transition is shares again. Take any start and walk until "
        "nothing moves. Each row of the table has an entropy of its own.",
        "A high power of the matrix has the shares in each of its rows. `torch.xlogy(p, p)` is p log p with 0 log 0 = 0. "
        "Then weigh the rows' entropies by the shares.",
    ),
    mistakes=(
        Mistake(
            "rows-alike",
            lambda p: _rows(p).mean(),
            "The rows' entropies are right. You average them as if one were equally often in each: how often is one where? (If you "
            "did step the shares and they never moved: each share is to be sent along its *row*, so the shares stand to the left of the "
            "table.)",
        ),
        Mistake(
            "entropy-of-shares",
            lambda p: _entropy(_shares(p)),
            "That is the entropy of the long-run shares, the price for a guesser who looks at nothing. Here the last token is known.",
        ),
        Mistake(
            "both-added",
            lambda p: _entropy(_shares(p)) + _shares(p) @ _rows(p),
            "That is the entropy of a *pair* of tokens. The first of the two is known already.",
        ),
        Mistake(
            "gain",
            lambda p: _entropy(_shares(p)) - _shares(p) @ _rows(p),
            "That is what knowing the last token is worth. What is asked is what the next one costs all the same.",
        ),
        Mistake(
            "bits",
            lambda p: entropy_rate(p) / log(2),
            "Yours is in bits. Nats were asked, the natural logarithm.",
        ),
        Mistake(
            "zero-log-zero",
            lambda p: _shares(p) @ -(p * p.log()).sum(1),
            "Right while all probabilities are above 0. The machine makes NaN of 0 · log 0, which counts as 0 here.",
        ),
        Mistake(
            "bits-zero-log-zero",
            lambda p: _shares(p) @ -(p * p.log2()).sum(1),
            "Yours is in bits, and the machine makes NaN of 0 · log 0, which counts as 0 here.",
        ),
        Mistake(
            "rows-alike-zero-log-zero",
            lambda p: -(p * p.log()).sum(1).mean(),
            "You average the rows as if one were equally often in each; and the machine makes NaN of 0 · log 0.",
        ),
        Mistake(
            "columns",
            _weighted(rows=lambda p: -torch.xlogy(p, p).sum(0)),
            "The shares are right. You add up along the columns: the probabilities of what comes next stand in a row.",
        ),
        Mistake(
            "one-step",
            _weighted(lambda p: p.mean(0)),
            "The rows' entropies are right. Your shares are those after one step from an even start: walk on until they stay.",
        ),
        Mistake(
            "first-row",
            _weighted(lambda p: p[0]),
            "The rows' entropies are right. Your shares are those one step after the first token: walk on until they stay.",
        ),
        Mistake(
            "starts-at-first",
            lambda p: _rows(p)[0],
            "That is the cost of the step after the first token. In the long run one is elsewhere as well.",
        ),
        Mistake(
            "two-steps",
            _weighted(lambda p: (p @ p)[0]),
            "The rows' entropies are right. Your shares are those two steps after the first token: walk on until they stay.",
        ),
        Mistake(
            "power-of-each",
            _weighted(lambda p: (p**100)[0]),
            "`**` raises each number of the table for itself, and next to nothing is left. Walking on is a product of *matrices*.",
        ),
        Mistake(
            "unit-length",
            _weighted(_eigenvector),
            "The direction of your shares is right. They have to add up to 1: an eigenvector comes with length 1 instead.",
        ),
        Mistake(
            "diagonal",
            _weighted(lambda p: p.diagonal() / p.diagonal().sum()),
            "The rows' entropies are right. You weigh them by how likely one is to stay; how often is one there at all?",
        ),
        Mistake(
            "row-sums-of-entropy",
            lambda p: _rows(p).sum(),
            "You add up the rows' entropies. Each row counts as often as one is there, and these shares add up to 1.",
        ),
        Mistake(
            "not-reduced",
            _rows,
            "The entropy of each row is right. One number was asked: their average, by how often one is in each.",
        ),
        Mistake(
            "not-added-up",
            lambda p: _shares(p) * _rows(p),
            "The parts are right. One number was asked: their sum.",
        ),
        Mistake(
            "largest-row",
            lambda p: _rows(p).max(),
            "That is the cost of the least predictable step. In the long run one is elsewhere as well.",
        ),
        Mistake(
            "sign",
            lambda p: -entropy_rate(p),
            "The sign is turned round: logarithms of probabilities are negative, and surprise is not.",
        ),
        Mistake(
            "perplexity",
            lambda p: entropy_rate(p).exp(),
            "That is the perplexity. The entropy rate itself was asked, in nats.",
        ),
        Mistake(
            "log-of-mean",
            lambda p: -torch.log(_shares(p) @ (p * p).sum(1)),
            "You average probabilities and then take the logarithm. The average is of the surprise, so the logarithm comes first.",
        ),
        Mistake(
            "largest-probability",
            lambda p: _shares(p) @ -torch.log(p.max(1).values),
            "You take the surprise of the likeliest token only. The others come too, and cost more.",
        ),
        Mistake(
            "no-probability-in-front",
            lambda p: _shares(p) @ -torch.where(p > 0, p.clamp(min=1e-300).log(), 0.0).sum(1),
            "The shares are right. In a row, each surprise counts as often as it occurs: what stands in front of the logarithm?",
        ),
        Mistake(
            "one-over-v",
            lambda p: torch.tensor(log(len(p))),
            "That is what a uniform guesser pays. The table is not used.",
        ),
        Mistake(
            "mean-over-all",
            lambda p: -torch.xlogy(p, p).mean(),
            "You average over the whole table. Within a row the terms are added up; over the rows they are weighted by the shares.",
        ),
        Mistake(
            "squared-shares",
            _weighted(lambda p: _shares(p) ** 2),
            "The rows' entropies are right. The shares go in once, not twice.",
        ),
        Mistake(
            "column-of-power",
            _weighted(lambda p: torch.linalg.matrix_power(p, 1000)[:, 0]),
            "The rows' entropies are right. You read a column of the power: each of its *rows* holds the shares.",
        ),
        Mistake(
            "ones",
            _weighted(lambda p: p.sum(0)),
            "The rows' entropies are right. Your shares add up to v: which set of shares adds up to 1 and stays under a step?",
        ),
        Mistake(
            "rows-alike-bits",
            lambda p: _rows(p).mean() / log(2),
            "Two things to mend: you average the rows as if one were equally often in each, and yours is in bits.",
        ),
        Mistake(
            "entropy-of-shares-bits",
            lambda p: _entropy(_shares(p)) / log(2),
            "That is the entropy of the long-run shares, in bits: the price for a guesser who looks at nothing. Here the last token is known, and nats were asked.",
        ),
    ),
    variants=(
        _solved,
        _iterated,
        _joint_minus_marginal,
        lambda p: MarkovSource(p).entropy_rate,
        lambda p: (_eigenvector(p) / _eigenvector(p).sum()) @ _rows(p),
        _weighted(lambda p: torch.linalg.matrix_power(p.float(), 64)[0].double()),
    ),
)
