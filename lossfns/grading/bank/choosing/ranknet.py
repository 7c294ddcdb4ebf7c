"""Pairs of a list: RankNet. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-02 · RankNet -------------------------------------------------------------------------------------------------


def ranknet_loss(scores, relevance):
    upper, lower = torch.nonzero(relevance[:, None] > relevance, as_tuple=True)
    if len(upper) == 0:
        return torch.tensor(0.0)
    return torch.nn.functional.softplus(scores[lower] - scores[upper]).mean()


def graded_lists(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists of several lengths in no order, grades with gaps and ties; then lists in which nothing can be compared."""
    for grades in ([2, 0], [0, 3, 1], [1, 0, 0, 4], [0, 2, 2, 1, 0], [3, 0, 1, 0, 0, 5, 1]):
        m = len(grades)
        yield Probe((rng.normal(0, 1.3, m).round(2) + 0.01 * np.arange(m), np.array(grades, dtype=float)))
    yield Probe((rng.normal(0, 1, 4).round(2), np.array([3.0, 2.0, 1.0, 0.0])))
    scores = rng.normal(0, 1.3, 5).round(2)
    for grades in ([0, 2, 1, 2, 3], [1, 3, 2, 3, 9]):  # one order, written in two ways
        yield Probe((scores, np.array(grades, dtype=float)))
    yield Probe((np.array([0.3, -1.2, 0.8]), np.array([1.0, 1.0, 1.0])))
    yield Probe((np.array([0.7]), np.array([2.0])))


def _softplus(gap, s, r):
    return F.softplus(-gap)


def _pairs_of(
    valid=lambda s, r: r[:, None] > r,
    cost=lambda gap, s, r: F.softplus(-gap),
    end=lambda costs, valid: costs[valid].mean() if valid.any() else torch.tensor(0.0),
):
    """A RankNet with one of its parts replaced: which pairs, what one costs, how they are put together."""

    def loss(s, r):
        gap = s[:, None] - s
        return end(cost(gap, s, r), valid(s, r))

    return loss


def _over(count):
    """The valid pairs' sum over something else than their number."""
    return lambda costs, valid: costs[valid].sum() / count(costs, valid) if valid.any() else torch.tensor(0.0)


def _neighbours_only(s, r):
    order = torch.argsort(r, descending=True, stable=True)
    s, r = s[order], r[order]
    kept = r[:-1] > r[1:]
    return F.softplus(s[1:] - s[:-1])[kept].mean() if kept.any() else torch.tensor(0.0)


def _item_means(costs, valid):
    rows = [costs[i][valid[i]].mean() for i in range(len(costs)) if valid[i].any()]
    return torch.stack(rows).mean() if rows else torch.tensor(0.0)


def _weighted_by_gaps(s, r):
    weight = (r[:, None] - r).clamp(min=0)
    return (weight * F.softplus(s - s[:, None])).sum() / weight.sum().clamp(min=1e-9)


def _masked_inside(s, r):
    above = (r[:, None] > r).to(s.dtype)
    return F.softplus((s - s[:, None]) * above).sum() / above.sum().clamp(min=1)


def _best_item_only(s, r):
    below = r < r.max()
    return F.softplus(s[below] - s[r.argmax()]).mean() if below.any() else torch.tensor(0.0)


def _ranknet_counted(scores, relevance):
    total, count = 0.0, 0
    for i in range(len(scores)):
        for j in range(len(scores)):
            if relevance[i] > relevance[j]:
                total += -torch.log(torch.sigmoid(scores[i] - scores[j]))
                count += 1
    return total / count if count > 0 else 0.0


def _ranknet_by_table(scores, relevance):
    gap = scores[:, None] - scores[None, :]
    above = relevance[:, None] > relevance[None, :]
    cost = -F.logsigmoid(gap) * above
    return cost.sum() / above.sum().clamp(min=1)


def _ranknet_loop(s, r):
    costs = [
        np.logaddexp(0.0, float(s[j] - s[i])) for i in range(len(s)) for j in range(len(s)) if r[i] > r[j]
    ]
    return sum(costs) / len(costs) if costs else 0.0


def _ranknet_sorted(s, r):
    order = torch.argsort(r)
    s, r = s[order], r[order]
    i, j = torch.triu_indices(len(s), len(s), 1)
    kept = r[i] != r[j]
    return -F.logsigmoid(s[j] - s[i])[kept].sum() / max(int(kept.sum()), 1)


NO_PAIR = Regime(
    "no pair",
    lambda s, r: bool(len(set(np.asarray(r).tolist())) == 1),
    "all grades are equal",
    "some grades differ",
)
TIES = Regime(
    "ties",
    lambda s, r: len(set(np.asarray(r).tolist())) < len(r),
    "two grades are equal",
    "all grades differ",
)

RANKNET = Exercise(
    id="pick-02",
    name="ranknet_loss",
    title="RankNet",
    points=2,
    minutes=10,
    difficulty=2,
    reference=ranknet_loss,
    probes=graded_lists,
    regimes=(NO_PAIR, TIES),
    ordinal="relevance",
    gives="one number, the mean over the pairs,",
    hints=(
        "Which two items of a list can be compared at all? And which of the two should be above?",
        "`relevance[:, None] > relevance` is a table: True at [i, j] where i should be above j. One price for each True.",
        "`i, j = torch.nonzero(table, as_tuple=True)`, then `softplus(scores[j] - scores[i]).mean()`; and 0 where no pair is left.",
    ),
    mistakes=(
        Mistake(
            "turned-round",
            _pairs_of(cost=lambda gap, s, r: F.softplus(gap)),
            "Your loss falls when the *less* relevant item rises. In a pair, which one should be above?",
        ),
        Mistake(
            "ties-included",
            _pairs_of(valid=lambda s, r: r[:, None] >= r),
            "Right pairs cost the right price. But items of the same grade make pairs in yours, each item with itself among them.",
        ),
        Mistake(
            "ties-included-not-itself",
            _pairs_of(valid=lambda s, r: (r[:, None] >= r) & ~torch.eye(len(r), dtype=torch.bool)),
            "Right where all grades differ. Two items of the same grade make a pair in yours; nobody said which should be above.",
        ),
        Mistake(
            "ties-half",
            _pairs_of(
                valid=lambda s, r: (
                    (r[:, None] > r) | ((r[:, None] == r) & (torch.ones(len(r), len(r)).triu(1) > 0))
                ),
                cost=lambda gap, s, r: torch.where(
                    r[:, None] == r, (F.softplus(gap) + F.softplus(-gap)) / 2, F.softplus(-gap)
                ),
            ),
            "You let equal grades ask for equal scores, as the paper has it. Here they make no pair.",
        ),
        Mistake(
            "both-ways",
            _pairs_of(valid=lambda s, r: r[:, None] != r),
            "Every pair appears twice in yours, once each way round, so that half of it asks for the wrong order.",
        ),
        Mistake(
            "as-they-come",
            _pairs_of(valid=lambda s, r: torch.ones(len(r), len(r)).triu(1) > 0),
            "You take the items for sorted already: whoever comes first in the list is above in yours. The grades say who should be.",
        ),
        Mistake(
            "as-scored",
            _pairs_of(valid=lambda s, r: s[:, None] > s),
            "Your pairs are those that the *scores* put in order, so the model is asked for what it says already. The grades decide.",
        ),
        Mistake(
            "right-pairs-only",
            _pairs_of(valid=lambda s, r: (r[:, None] > r) & (s[:, None] > s)),
            "You keep the pairs that the scores have in order already. The others are those that have something to learn: the grades alone say what is a pair.",
        ),
        Mistake(
            "wrong-pairs-only",
            _pairs_of(valid=lambda s, r: (r[:, None] > r) & (s[:, None] < s)),
            "You keep the pairs that are the wrong way round. Those in order cost less, and they count: the mean is over all.",
        ),
        Mistake(
            "neighbours-as-they-come",
            _pairs_of(valid=lambda s, r: (r[:, None] > r) & (torch.ones(len(r), len(r)).triu(1).tril(1) > 0)),
            "You compare each item with the one that stands next to it in the list. The items come in no order: every two of them are looked at.",
        ),
        Mistake(
            "best-only",
            _pairs_of(valid=lambda s, r: (r[:, None] > r) & (r[:, None] == r.max())),
            "You compare the most relevant items with the others only. A 2 should be above a 1, too.",
        ),
        Mistake(
            "best-item-only",
            _best_item_only,
            "You compare one item, a most relevant one, with the others. Every pair with different grades counts.",
        ),
        Mistake(
            "masked-inside",
            _masked_inside,
            "You set the gaps of the pairs that do not count to 0, and a gap of 0 still costs log 2. Leave out their prices, not their gaps.",
        ),
        Mistake(
            "one-grade-apart",
            _pairs_of(valid=lambda s, r: r[:, None] == r + 1),
            "Your pairs are those one grade apart. A 3 should be above a 0, too.",
        ),
        Mistake(
            "relevant-or-not",
            _pairs_of(valid=lambda s, r: (r[:, None] > 0) & (r == 0)),
            "You compare relevant items with irrelevant ones only. Among the relevant there is an order, too.",
        ),
        Mistake(
            "neighbours-only",
            _neighbours_only,
            "You compare each item with the next one in the right order. Every pair with different grades counts, near or far.",
        ),
        Mistake(
            "sum",
            _pairs_of(end=lambda costs, valid: costs[valid].sum()),
            "The pairs and their prices are right, and you add them up. A mean over the pairs was asked.",
        ),
        Mistake(
            "over-items",
            _pairs_of(end=_over(lambda costs, valid: len(costs))),
            "The pairs and their prices are right. You divide by the number of items; the mean is over the pairs.",
        ),
        Mistake(
            "over-the-table",
            _pairs_of(end=lambda costs, valid: (costs * valid).mean()),
            "The pairs and their prices are right. You divide by the m² cells of the table, most of which are no pair.",
        ),
        Mistake(
            "over-all-pairs",
            _pairs_of(end=_over(lambda costs, valid: len(costs) * (len(costs) - 1) / 2)),
            "Right where all grades differ. You divide by m(m − 1)/2; where grades are equal there are fewer pairs than that.",
        ),
        Mistake(
            "item-means",
            _pairs_of(end=_item_means),
            "You average for every item first, and then over the items. Each *pair* has the same say.",
        ),
        Mistake(
            "item-means-nan",
            _pairs_of(end=lambda costs, valid: ((costs * valid).sum(1) / valid.sum(1)).mean()),
            "You average for every item first, and the lowest item is above nobody: 0 over 0 is no number. Each *pair* has the same say.",
        ),
        Mistake(
            "nan-without-pairs",
            _pairs_of(end=lambda costs, valid: costs[valid].mean()),
            "Right where there is a pair. Where all grades are equal yours is nan, the mean of nothing; the text says what it should be.",
        ),
        Mistake(
            "grade-gaps",
            _pairs_of(cost=lambda gap, s, r: (r[:, None] - r) * F.softplus(-gap)),
            "You weigh a pair by how far apart its grades are. Only which is larger counts.",
        ),
        Mistake(
            "grade-gaps-as-weights",
            _weighted_by_gaps,
            "You weigh a pair by how far apart its grades are. Only which is larger counts.",
        ),
        Mistake(
            "gap-asked",
            _pairs_of(cost=lambda gap, s, r: F.softplus((r[:, None] - r) - gap)),
            "You ask that the scores differ by as much as the grades. Any difference in the right direction will do.",
        ),
        Mistake(
            "squared-gap",
            _pairs_of(cost=lambda gap, s, r: (gap - (r[:, None] - r)) ** 2),
            "You ask that the scores' gaps equal the grades' gaps: a regression on differences. The price is logistic, and only the order counts.",
        ),
        Mistake(
            "hinge",
            _pairs_of(cost=lambda gap, s, r: torch.relu(1 - gap)),
            "The pairs are right. Their price is the hinge's; the logistic one was asked, −log σ of the gap.",
        ),
        Mistake(
            "wrong-pairs-counted",
            _pairs_of(cost=lambda gap, s, r: (gap < 0).double()),
            "You count the pairs that are the wrong way round. That is a measure, and a flat one: a price has to feel how wrong a pair is.",
        ),
        Mistake(
            "no-log",
            _pairs_of(cost=lambda gap, s, r: torch.sigmoid(-gap)),
            "The pairs are right. You pay the probability of being wrong, and not minus the logarithm of that of being right.",
        ),
        Mistake(
            "minus-probability",
            _pairs_of(cost=lambda gap, s, r: -torch.sigmoid(gap)),
            "The pairs are right. You pay minus the probability itself; the logarithm is missing.",
        ),
        Mistake(
            "right-pairs-free",
            _pairs_of(cost=lambda gap, s, r: torch.relu(-gap)),
            "The pairs are right. One that is in order costs nothing in yours, and one that is level neither. At a gap of 0, how sure is "
            "the model?",
        ),
        Mistake(
            "squared-probability",
            _pairs_of(cost=lambda gap, s, r: torch.sigmoid(-gap) ** 2),
            "The pairs are right. You pay the squared distance of the probability from 1; minus its logarithm was asked.",
        ),
        Mistake(
            "no-minus",
            _pairs_of(cost=lambda gap, s, r: F.logsigmoid(gap)),
            "The pairs are right, and the price has its sign turned round: a logarithm of a probability is negative.",
        ),
        Mistake(
            "each-alone",
            _pairs_of(cost=lambda gap, s, r: F.softplus(-s)[:, None] + F.softplus(s)),
            "The pairs are right. In each you ask that one score be above 0 and the other below; only their difference is asked for.",
        ),
        Mistake(
            "mean-gap",
            lambda s, r: (
                F.softplus(-(s[:, None] - s)[r[:, None] > r].mean())
                if (r[:, None] > r).any()
                else torch.tensor(0.0)
            ),
            "You average the gaps of all pairs and pay once. Each pair pays for itself.",
        ),
        Mistake(
            "log-of-the-mean",
            lambda s, r: (
                -torch.log(torch.sigmoid(s[:, None] - s)[r[:, None] > r].mean())
                if (r[:, None] > r).any()
                else torch.tensor(0.0)
            ),
            "The pairs are right. You average their probabilities and take one logarithm; each pair has a price of its own.",
        ),
        Mistake(
            "over-upper-items",
            _pairs_of(end=_over(lambda costs, valid: valid.any(1).sum())),
            "The pairs and their prices are right. You divide by the number of items that are above another; the mean is over the pairs.",
        ),
        Mistake(
            "the-worst-pair",
            _pairs_of(end=lambda costs, valid: costs[valid].max() if valid.any() else torch.tensor(0.0)),
            "You return the price of the most expensive pair; their mean was asked.",
        ),
        Mistake(
            "later-items-only",
            _pairs_of(valid=lambda s, r: (r[:, None] > r) & (torch.ones(len(r), len(r)).triu(1) > 0)),
            "You look at j after i only. The less relevant item may stand *before* the other one in the list.",
        ),
        Mistake(
            "ties-level",
            lambda s, r: F.softplus(-(s[:, None] - s) * torch.sign(r[:, None] - r)).mean(),
            "Each pair is there twice, which would not matter; but every tie costs log 2 in yours, each item with itself among them.",
        ),
        Mistake(
            "regression",
            lambda s, r: ((s - r) ** 2).mean(),
            "That is a regression: it asks each score to equal a grade. Here only the order counts, pair by pair.",
        ),
        Mistake(
            "over-ordered-pairs",
            _pairs_of(end=lambda costs, valid: (costs * valid).sum() / max(len(costs) * (len(costs) - 1), 1)),
            "The pairs and their prices are right. You divide by m(m − 1); only the pairs that count are counted.",
        ),
        Mistake(
            "every-cell-a-label",
            lambda s, r: F.binary_cross_entropy_with_logits(s[:, None] - s, (r[:, None] > r).to(s.dtype)),
            "Where i is *not* more relevant than j, yours asks for the opposite: ties, and each item with itself, get a price.",
        ),
        Mistake(
            "soft-labels",
            lambda s, r: F.binary_cross_entropy_with_logits(s[:, None] - s, torch.sigmoid(r[:, None] - r)),
            "You let σ of the grades' gap be the label of every cell. Only which grade is larger counts, and only where one is.",
        ),
        Mistake(
            "gap-times-gap",
            _pairs_of(cost=lambda gap, s, r: F.softplus(-gap * (r[:, None] - r))),
            "You multiply the difference of the scores by that of the grades. Only which grade is larger counts.",
        ),
    ),
    variants=(
        _ranknet_counted,
        _ranknet_by_table,
        _ranknet_loop,
        _ranknet_sorted,
        _pairs_of(
            cost=lambda gap, s, r: F.binary_cross_entropy_with_logits(
                gap, torch.ones_like(gap), reduction="none"
            )
        ),
        lambda s, r: ranknet_loss(s.float(), r.float()),
        lambda s, r: np.nan_to_num(
            np.logaddexp(0, np.asarray(s)[None] - np.asarray(s)[:, None])[
                np.asarray(r)[:, None] > np.asarray(r)
            ].mean()
        ),
    ),
)
