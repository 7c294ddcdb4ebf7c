"""NT-Xent, two views. The first function is the solution that a learner may ask for."""

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import losses, unit
from lossfns.grading.bank.contrastive.inputs import pairs_and_temperatures
from lossfns.grading.exercise import Exercise, Mistake


def nt_xent_loss(view1, view2, temperature):
    n = len(view1)
    views = torch.nn.functional.normalize(torch.cat([view1, view2]), dim=1)
    logits = views @ views.T / temperature
    logits.fill_diagonal_(-torch.inf)
    other_view = torch.arange(2 * n).roll(n)
    return torch.nn.functional.cross_entropy(logits, other_view)


def _others(n):
    return torch.arange(2 * n).roll(n)


def _stack(
    stacked=lambda a, b: unit(torch.cat([a, b])),
    scale=lambda s, t: s / t,
    own=lambda x: x.fill_diagonal_(-torch.inf),
    other=_others,
    end=torch.mean,
):
    """NT-Xent with one of its parts replaced."""

    def loss(a, b, t):
        views = stacked(a, b)
        logits = own(scale(views @ views.T, t))
        return end(torch.nn.functional.cross_entropy(logits, other(len(a)), reduction="none"))

    return loss


def _without_the_partner(a, b, t, alone=0.0):
    n, views = len(a), unit(torch.cat([a, b]))
    logits = (views @ views.T / t).fill_diagonal_(-torch.inf)
    partner = logits[torch.arange(2 * n), _others(n)]
    rest = logits.masked_fill(torch.arange(2 * n)[None] == _others(n)[:, None], -torch.inf)
    return (torch.logsumexp(rest, 1) - partner).mean() if n > 1 else torch.tensor(alone)


def _subtracted(a, b, t, own):
    """The view itself taken out of the sum by subtracting a constant."""
    views = unit(torch.cat([a, b]))
    x = views @ views.T / t
    partner = x[torch.arange(len(x)), _others(len(a))]
    return ((x.exp().sum(1) - own).log() - partner).mean()


def _same_view_negatives(a, b, t):
    """Each view against its partner and the negatives of its own view only."""
    total = 0
    for one, two in ((unit(a), unit(b)), (unit(b), unit(a))):
        logits = (one @ one.T).fill_diagonal_(0) + torch.diag((one * two).sum(1))
        total = total + losses(logits / t).mean() / 2
    return total


NT_XENT = Exercise(
    id="con-07",
    name="nt_xent_loss",
    title="Everyone but yourself",
    points=3,
    minutes=15,
    difficulty=3,
    reference=nt_xent_loss,
    probes=pairs_and_temperatures,
    gives="one number, the mean over all 2n views,",
    hints=(
        "Stack the two batches and you have 2n views. For view i, which one is its partner, and which one may not take part?",
        "The table of all cosines, (2n, 2n), divided by τ. Its diagonal is each view with itself: what number makes the softmax forget it?",
        "`logits.fill_diagonal_(-torch.inf)`; the partner of i is i + n, or i − n in the second half: `torch.arange(2 * n).roll(n)`.",
    ),
    mistakes=(
        Mistake(
            "self-left-in",
            _stack(own=lambda x: x),
            "Each view is compared with itself too, at similarity 1. That is a rival that can never be pushed away: "
            "even a perfect embedding pays log 2.",
        ),
        Mistake(
            "self-zero",
            _stack(own=lambda x: x.fill_diagonal_(0)),
            "You set each view's logit with itself to 0, and the exponential makes a 1 of it. What number makes the "
            "exponential vanish?",
        ),
        Mistake(
            "self-minus-one",
            _stack(own=lambda x: x.fill_diagonal_(-1)),
            "You set each view's logit with itself to −1; it still takes part. What number makes the exponential vanish?",
        ),
        Mistake(
            "other-view-only",
            lambda a, b, t: losses(unit(a) @ unit(b).T / t).mean(),
            "That is InfoNCE: the negatives are the other batch's only, and only the first views ask. Here all 2n views "
            "meet, and all of them ask.",
        ),
        Mistake(
            "clip",
            lambda a, b, t: (losses(unit(a) @ unit(b).T / t) + losses(unit(b) @ unit(a).T / t)).mean() / 2,
            "That is CLIP's loss: all 2n views ask, but each sees the other batch only. Its own batch has negatives too.",
        ),
        Mistake(
            "first-views-only",
            _stack(end=lambda x: x[: len(x) // 2].mean()),
            "The rivals are right. You take the mean over the first views only; the second ones ask too.",
        ),
        Mistake(
            "second-views-only",
            _stack(end=lambda x: x[len(x) // 2 :].mean()),
            "The rivals are right. You take the mean over the second views only; the first ones ask too.",
        ),
        Mistake(
            "neighbours",
            _stack(other=lambda n: torch.arange(2 * n) ^ 1),
            "You take neighbours for partners, 0 with 1, 2 with 3. After stacking, how far apart are the two views of "
            "one thing?",
        ),
        Mistake(
            "next-one",
            _stack(other=lambda n: torch.arange(2 * n).roll(-1)),
            "You take the next row for the partner. After stacking, how far apart are the two views of one thing?",
        ),
        Mistake(
            "own-class",
            lambda a, b, t: losses(unit(torch.cat([a, b])) @ unit(torch.cat([a, b])).T / t).mean(),
            "Every view looks for itself in yours, and finds it. It should look for its other view.",
        ),
        Mistake(
            "partner-left-out",
            _without_the_partner,
            "Your denominator has the negatives only. The partner belongs under the fraction too.",
        ),
        Mistake(
            "partner-left-out-bare",
            lambda a, b, t: _without_the_partner(a, b, t, alone=-torch.inf),
            "Your denominator has the negatives only, and with a single pair nothing is left in it. The partner belongs "
            "under the fraction too.",
        ),
        Mistake(
            "same-view-negatives",
            _same_view_negatives,
            "Each view sees its partner and the negatives of its own batch. The other batch has negatives too.",
        ),
        Mistake(
            "mirrored-partner",
            _stack(other=lambda n: torch.arange(2 * n).flip(0)),
            "You pair the first view with the last. After stacking, how far apart are the two views of one thing?",
        ),
        Mistake(
            "sum",
            _stack(end=torch.sum),
            "Each view's loss is right. One mean over all 2n was asked, and you add them up.",
        ),
        Mistake(
            "half-the-count",
            _stack(end=lambda x: 2 * x.mean()),
            "Each view's loss is right. You divide by n; how many views ask?",
        ),
        Mistake(
            "double-count",
            _stack(end=lambda x: x.mean() / 2),
            "Each view's loss is right, and yours is half of their mean. Is it halved once too often?",
        ),
        Mistake(
            "not-reduced",
            _stack(end=lambda x: x),
            "The loss of each view is right. One number was asked: their mean.",
        ),
        Mistake(
            "not-normalised",
            _stack(lambda a, b: torch.cat([a, b])),
            "You compare plain dot products. The similarity asked is the cosine.",
        ),
        Mistake(
            "columns-normalised",
            _stack(lambda a, b: torch.cat([a, b]) / torch.cat([a, b]).norm(dim=0)),
            "You normalise each coordinate over the batch. It is each row that should get length one.",
        ),
        Mistake(
            "multiplied",
            _stack(scale=lambda s, t: s * t),
            "You multiply by the temperature. Which way should a small one make the softmax: sharper or flatter?",
        ),
        Mistake("no-temperature", _stack(scale=lambda s, t: s), "`temperature` is never used."),
        Mistake(
            "sign",
            _stack(end=lambda x: -x.mean()),
            "The sign is turned round: no loss here is negative.",
        ),
        Mistake(
            "self-left-in-not-normalised",
            _stack(lambda a, b: torch.cat([a, b]), own=lambda x: x),
            "Two things: each view is its own rival, and the similarities are no cosines.",
        ),
        Mistake(
            "self-left-in-sum",
            _stack(own=lambda x: x, end=torch.sum),
            "Two things: each view is its own rival, and the losses are added up.",
        ),
        Mistake(
            "self-minus-one-before",
            _stack(scale=lambda s, t: s.clone().fill_diagonal_(-1) / t, own=lambda x: x),
            "You set each view's similarity with itself to −1. It still takes part, if only a little. What number makes "
            "the exponential vanish?",
        ),
        Mistake(
            "temperature-twice",
            _stack(scale=lambda s, t: s / t**2),
            "The similarities are divided by the temperature twice.",
        ),
        Mistake(
            "whole-normalised",
            _stack(lambda a, b: torch.cat([a, b]) / torch.cat([a, b]).norm()),
            "You divide by one length for the whole batch. Each row has a length of its own.",
        ),
        Mistake(
            "temperature-outside",
            lambda a, b, t: nt_xent_loss(a, b, 1.0) / t,
            "You divide the loss by the temperature and not the similarities. That changes the unit, not the softmax.",
        ),
        Mistake(
            "e-subtracted",
            lambda a, b, t: _subtracted(a, b, t, np.e),
            "You subtract e for the view itself. Its similarity with itself is 1, but what stands in the exponent?",
        ),
        Mistake(
            "one-subtracted",
            lambda a, b, t: _subtracted(a, b, t, 1.0),
            "You subtract 1 for the view itself. Its similarity with itself is 1; what is its exponential, after the temperature?",
        ),
        Mistake(
            "partner-twice",
            _stack(end=lambda x: (x.exp() + 1).log().mean()),
            "The partner stands in your denominator twice. Among all but the view itself it is there already.",
        ),
    ),
    variants=(
        lambda a, b, t: _stack(own=lambda x: x - torch.diag(torch.full((len(x),), 1e9)))(a, b, t),
        lambda a, b, t: _by_halves(a, b, t),
        lambda a, b, t: nt_xent_loss(b, a, t),
        lambda a, b, t: nt_xent_loss(a.float(), b.float(), t),
        lambda a, b, t: _view_by_view(a, b, t),
    ),
)


def _by_halves(a, b, t):
    """The four blocks of the table, one at a time."""
    a, b = unit(a), unit(b)
    own = torch.diag(torch.full((len(a),), torch.inf, dtype=a.dtype)).nan_to_num(0, posinf=torch.inf)
    across = a @ b.T / t
    total = 0
    for within, table in ((a @ a.T / t, across), (b @ b.T / t, across.T)):
        within = torch.where(own > 0, -torch.inf, within)
        total = total + (torch.logsumexp(torch.cat([table, within], 1), 1) - table.diagonal()).sum()
    return total / (2 * len(a))


def _view_by_view(a, b, t):
    views, n, total = unit(torch.cat([a, b])), len(a), 0.0
    for i in range(2 * n):
        scores = torch.stack([views[i] @ views[j] / t for j in range(2 * n) if j != i])
        total += float(torch.logsumexp(scores, 0) - views[i] @ views[(i + n) % (2 * n)] / t)
    return total / (2 * n)
