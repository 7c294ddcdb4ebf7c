"""Two directions, two views, two signs. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import _without_own, losses, unit
from lossfns.grading.bank.contrastive.inputs import pairs_and_temperatures, rows
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# con-06 · CLIP -----------------------------------------------------------------------------------------------------


def clip_loss(a, b, temperature):
    a = torch.nn.functional.normalize(a, dim=1)
    b = torch.nn.functional.normalize(b, dim=1)
    logits = a @ b.T / temperature
    own = torch.arange(len(a))
    a_to_b = torch.nn.functional.cross_entropy(logits, own)
    b_to_a = torch.nn.functional.cross_entropy(logits.T, own)
    return (a_to_b + b_to_a) / 2


def _clip(
    similarity=lambda a, b: unit(a) @ unit(b).T,
    scale=lambda s, t: s / t,
    end=lambda x: (losses(x) + losses(x.T)).mean() / 2,
):
    """CLIP's loss with one of its parts replaced."""
    return lambda a, b, t: end(scale(similarity(a, b), t))


def _both_denominators(x):
    """−log of e_ii over all of row i and column i together."""
    own = torch.diagonal(x).exp()
    return -(own / (x.exp().sum(1) + x.exp().sum(0) - own)).log().mean()


CLIP = Exercise(
    id="con-06",
    name="clip_loss",
    title="Ask in both directions",
    points=2,
    minutes=8,
    difficulty=2,
    reference=clip_loss,
    probes=pairs_and_temperatures,
    gives="one number, the mean of both directions,",
    hints=(
        "One table of similarities, and two questions to it: what does a row ask, what does a column ask?",
        "Cross entropy of the logits with the classes 0 … n − 1 is the first direction. For the second the keys choose: turn the table on its side.",
        "`cross_entropy(logits, own)` and `cross_entropy(logits.T, own)`; half of their sum.",
    ),
    mistakes=(
        Mistake(
            "rows-only",
            _clip(end=lambda x: losses(x).mean()),
            "That is one direction, a → b, and right. The b look for their a as well.",
        ),
        Mistake(
            "columns-only",
            _clip(end=lambda x: losses(x.T).mean()),
            "That is one direction, b → a, and right. The a look for their b as well.",
        ),
        Mistake(
            "added",
            _clip(end=lambda x: (losses(x) + losses(x.T)).mean()),
            "Both directions are right, and you add them. Their mean was asked.",
        ),
        Mistake(
            "not-normalised",
            _clip(lambda a, b: a @ b.T),
            "Both directions are there, of plain dot products. The similarity asked is the cosine.",
        ),
        Mistake(
            "first-normalised",
            _clip(lambda a, b: unit(a) @ b.T),
            "The rows of `a` have length one in yours; those of `b` keep their own lengths.",
        ),
        Mistake(
            "second-normalised",
            _clip(lambda a, b: a @ unit(b).T),
            "The rows of `b` have length one in yours; those of `a` keep their own lengths.",
        ),
        Mistake(
            "columns-normalised",
            _clip(lambda a, b: (a / a.norm(dim=0)) @ (b / b.norm(dim=0)).T),
            "You normalise each coordinate over the batch. It is each row that should get length one.",
        ),
        Mistake(
            "multiplied",
            _clip(scale=lambda s, t: s * t),
            "You multiply by the temperature. Which way should a small one make the softmax: sharper or flatter?",
        ),
        Mistake(
            "no-temperature",
            _clip(scale=lambda s, t: s),
            "`temperature` is never used.",
        ),
        Mistake(
            "exponential",
            _clip(scale=lambda s, t: s * np.exp(t)),
            "You multiply by the exponential of the temperature. CLIP's own code does that with a parameter of "
            "another name, log(1/τ); here τ is given.",
        ),
        Mistake(
            "one-direction-cold",
            lambda a, b, t: (losses(unit(a) @ unit(b).T / t) + losses(unit(b) @ unit(a).T)).mean() / 2,
            "The first direction is right. In the second the temperature is missing.",
        ),
        Mistake(
            "whole-table",
            _clip(end=lambda x: (torch.logsumexp(x.flatten(), 0) - torch.diagonal(x)).mean()),
            "One softmax over the whole table. Each row has a choice of its own, and each column.",
        ),
        Mistake(
            "worse-direction",
            _clip(end=lambda x: torch.maximum(losses(x).mean(), losses(x.T).mean())),
            "You take the worse of the two directions. Their mean was asked.",
        ),
        Mistake(
            "one-denominator",
            _clip(end=_both_denominators),
            "You put the rivals of the row and of the column under one fraction. They are two questions, with a "
            "softmax each.",
        ),
        Mistake(
            "probabilities-averaged",
            _clip(end=lambda x: -((torch.exp(-losses(x)) + torch.exp(-losses(x.T))) / 2).log().mean()),
            "You average the two probabilities and then take the logarithm. Each direction has a loss of its own.",
        ),
        Mistake(
            "symmetrised",
            _clip(end=lambda x: losses((x + x.T) / 2).mean()),
            "You average the table with its transpose before the softmax. The two directions stay apart up to the end.",
        ),
        Mistake(
            "within-the-kinds",
            lambda a, b, t: (losses(unit(a) @ unit(a).T / t) + losses(unit(b) @ unit(b).T / t)).mean() / 2,
            "You compare a with a and b with b. The question is which b belongs to which a.",
        ),
        Mistake(
            "sum",
            _clip(end=lambda x: (losses(x) + losses(x.T)).sum() / 2),
            "Both directions are right for each pair. Twice as many pairs would double yours: a mean was asked.",
        ),
        Mistake(
            "not-reduced",
            _clip(end=lambda x: (losses(x) + losses(x.T)) / 2),
            "The loss of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "sign",
            _clip(end=lambda x: -(losses(x) + losses(x.T)).mean() / 2),
            "The sign is turned round: no loss here is negative.",
        ),
        Mistake(
            "difference",
            _clip(end=lambda x: (losses(x) - losses(x.T)).mean() / 2),
            "You subtract one direction from the other. Both should be small.",
        ),
        Mistake(
            "multiplied-and-one-way",
            _clip(scale=lambda s, t: s * t, end=lambda x: losses(x).mean()),
            "Two things: one direction only, and the temperature multiplies where it should divide.",
        ),
        Mistake(
            "not-normalised-one-way",
            _clip(lambda a, b: a @ b.T, end=lambda x: losses(x).mean()),
            "Two things: one direction only, and of dot products that are no cosines.",
        ),
        Mistake(
            "second-halved",
            _clip(end=lambda x: (losses(x) + losses(x.T) / 2).mean()),
            "Both directions are right, and only the second one is halved. Which comes first, the sum or the half?",
        ),
        Mistake(
            "stacked",
            lambda a, b, t: losses(unit(torch.cat([a, b])) @ unit(torch.cat([b, a])).T / t).mean(),
            "You stack the two kinds, so that each row also sees its own kind. An a chooses among the b, and a b among "
            "the a.",
        ),
        Mistake(
            "a-quarter",
            _clip(end=lambda x: (losses(x) + losses(x.T)).mean() / 4),
            "Both directions are right, and yours is half of their mean. Is it halved once too often?",
        ),
        Mistake(
            "negatives-only",
            _clip(end=lambda x: (_without_own(x) + _without_own(x.T)).mean() / 2),
            "Your denominators have the negatives only. Both sums run over all, the pair's own partner among them.",
        ),
        Mistake(
            "nt-xent",
            lambda a, b, t: nt_xent_loss(a, b, t),
            "That is NT-Xent, where everyone meets everyone. An a chooses among the b, and a b among the a.",
        ),
        Mistake(
            "whole-normalised",
            _clip(lambda a, b: (a / a.norm()) @ (b / b.norm()).T),
            "You divide by one length for the whole batch. Each row has a length of its own.",
        ),
        Mistake(
            "temperature-outside",
            lambda a, b, t: (lambda x: (losses(x) + losses(x.T)).mean() / (2 * t))(unit(a) @ unit(b).T),
            "You divide the loss by the temperature and not the similarities. That changes the unit, not the softmax.",
        ),
        Mistake(
            "denominators-added",
            _clip(
                end=lambda x: (
                    torch.logaddexp(torch.logsumexp(x, 1), torch.logsumexp(x, 0)) - torch.diagonal(x)
                ).mean()
            ),
            "You put the row and the column under one fraction. They are two questions, with a softmax each.",
        ),
    ),
    variants=(
        lambda a, b, t: (losses(unit(a) @ unit(b).T / t).mean() + losses(unit(b) @ unit(a).T / t).mean()) / 2,
        lambda a, b, t: (
            lambda x: -(torch.log_softmax(x, 0) + torch.log_softmax(x, 1)).diagonal().mean() / 2
        )(unit(a) @ unit(b).T / t),
        lambda a, b, t: clip_loss(a.float(), b.float(), t),
        lambda a, b, t: (
            lambda x: -torch.log(torch.softmax(x, 0).diag() * torch.softmax(x, 1).diag()).sum() / (2 * len(x))
        )(unit(a) @ unit(b).T / t),
        lambda a, b, t: clip_loss(b, a, t),
    ),
)


# con-07 · NT-Xent --------------------------------------------------------------------------------------------------


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


# con-08 · cosine embedding loss ------------------------------------------------------------------------------------


def cosine_embedding_loss(x1, x2, target, margin):
    cosine = torch.nn.functional.cosine_similarity(x1, x2, dim=1)
    alike = 1 - cosine
    unlike = (cosine - margin).relu()
    return torch.where(target > 0, alike, unlike).mean()


def _at_cosines(rng: np.random.Generator, cosines: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows with the given cosines, up to rounding, and lengths that differ."""
    x1 = rows(rng, len(cosines), 4)
    along = x1 / np.linalg.norm(x1, axis=1, keepdims=True)
    across = rng.normal(size=x1.shape)
    across -= (across * along).sum(1, keepdims=True) * along
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    c = np.array(cosines)[:, None]
    x2 = rng.uniform(2, 12, (len(c), 1)) * (c * along + np.sqrt(1 - c**2) * across)
    return x1, x2.round(2)


def signed_pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """Pairs of both signs, below 0, between 0 and the margin, and above it, alone and together."""
    alone = ([0.7], [1]), ([0.7], [-1]), ([-0.5, 0.2, 0.9], [1, 1, 1]), ([-0.6, 0.25, 0.8], [-1, -1, -1])
    together = (
        ([0.2, -0.4, 0.85, 0.3], [1, -1, -1, -1]),
        ([0.6, 0.9, 0.3, -0.7, -0.2, 0.15], [-1, 1, -1, -1, 1, -1]),
    )
    for cosines, signs in (*alone, *together):
        for margin in (0.1, 0.4):
            yield Probe((*_at_cosines(rng, cosines), np.array(signs, dtype=float), margin))
    x1, x2 = _at_cosines(rng, [0.35, 0.5, -0.15, -0.45, 0.9])
    signs = np.array([-1.0, 1.0, -1.0, -1.0, -1.0])
    for margin in (-0.3, 0.2, 0.7):
        yield Probe((x1, x2, signs, margin))
    yield Probe((x1, -x2, signs, 0.2))


def _pairwise(
    cosine=lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=1),
    alike=lambda c, m: 1 - c,
    unlike=lambda c, m: (c - m).relu(),
    which=lambda t: t > 0,
    end=torch.mean,
):
    """Cosine embedding loss with one of its parts replaced."""

    def loss(a, b, t, m):
        c = cosine(a, b)
        return end(torch.where(which(t), alike(c, m), unlike(c, m)))

    return loss


def _means_apart(a, b, t, m):
    c = torch.nn.functional.cosine_similarity(a, b, dim=1)
    pieces = (1 - c[t > 0], (c[t < 0] - m).relu())
    return sum(piece.mean() for piece in pieces if len(piece))


COSINE_EMBEDDING = Exercise(
    id="con-08",
    name="cosine_embedding_loss",
    title="Pairs with a verdict",
    points=2,
    minutes=8,
    difficulty=1,
    reference=cosine_embedding_loss,
    probes=signed_pairs,
    regimes=(
        Regime(
            "alike",
            lambda a, b, t, m: t > 0,
            "the pair belongs together",
            "the pair does not belong together",
        ),
        Regime(
            "unlike",
            lambda a, b, t, m: t < 0,
            "the pair does not belong together",
            "the pair belongs together",
        ),
    ),
    gives="one number, the mean over the pairs,",
    hints=(
        "One cosine for each pair, and two price lists. Which one holds is what the sign says.",
        "Compute both prices for every pair: 1 − cos, and what of the cosine is above the margin.",
        "`torch.where(target > 0, alike, unlike)` picks for each pair; the mean comes last.",
    ),
    mistakes=(
        Mistake(
            "signs-swapped",
            _pairwise(which=lambda t: t < 0),
            "Both prices are there, and each is used where the other belongs.",
        ),
        Mistake(
            "cosine-as-price",
            _pairwise(alike=lambda c, m: c),
            "Pairs that do not belong together are right. For the others yours rises as they become more alike.",
        ),
        Mistake(
            "minus-cosine",
            _pairwise(alike=lambda c, m: -c),
            "Pairs that do not belong together are right. For the others the best price should be 0, and yours is −1.",
        ),
        Mistake(
            "no-clip",
            _pairwise(unlike=lambda c, m: c - m),
            "Pairs that belong together are right. For the others a cosine below the margin should cost nothing, and "
            "yours earns.",
        ),
        Mistake(
            "no-margin",
            _pairwise(unlike=lambda c, m: c.relu()),
            "`margin` is never used: unlike pairs cost their whole cosine.",
        ),
        Mistake(
            "margin-added",
            _pairwise(unlike=lambda c, m: (c + m).relu()),
            "Pairs that belong together are right. For the others the margin has the wrong sign: it is the cosine "
            "that is allowed.",
        ),
        Mistake(
            "margin-as-floor",
            _pairwise(unlike=lambda c, m: c.clamp(min=m)),
            "Pairs that belong together are right. For the others you never charge less than the margin itself. What "
            "should a pair below it cost?",
        ),
        Mistake(
            "gate",
            _pairwise(unlike=lambda c, m: torch.where(c > m, c, 0 * c)),
            "Pairs that belong together are right. For the others the price jumps at the margin from 0 to the whole "
            "cosine; it should begin at 0.",
        ),
        Mistake(
            "margin-for-both",
            _pairwise(alike=lambda c, m: (1 - c - m).relu()),
            "Pairs that do not belong together are right. You grant the others a margin too; they have none.",
        ),
        Mistake(
            "margin-turned-round",
            _pairwise(unlike=lambda c, m: (m - c).relu()),
            "Pairs that belong together are right. The others pay in yours when they are *unlike*.",
        ),
        Mistake(
            "distance-to-the-margin",
            _pairwise(unlike=lambda c, m: (c - m).abs()),
            "Pairs that belong together are right. The others pay in yours on both sides of the margin; below it "
            "there is nothing to pay.",
        ),
        Mistake(
            "one-minus-for-both",
            _pairwise(unlike=lambda c, m: (1 - c - m).relu()),
            "Pairs that belong together are right. The others pay in yours for being far apart.",
        ),
        Mistake(
            "absolute-cosine",
            _pairwise(unlike=lambda c, m: (c.abs() - m).relu()),
            "Pairs that belong together are right. Opposite directions are as unlike as can be, and yours charges for them.",
        ),
        Mistake(
            "both-absolute",
            _pairwise(cosine=lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=1).abs()),
            "You drop the sign of the cosine. Opposite directions are as unlike as can be.",
        ),
        Mistake(
            "positives-only",
            _pairwise(unlike=lambda c, m: 0 * c),
            "Pairs that belong together are right. The others cost nothing in yours.",
        ),
        Mistake(
            "negatives-only",
            _pairwise(alike=lambda c, m: 0 * c),
            "Pairs that do not belong together are right. The others cost nothing in yours.",
        ),
        Mistake(
            "dot",
            _pairwise(cosine=lambda a, b: (a * b).sum(1)),
            "You use plain dot products, which grow with the lengths. The price is in cosines.",
        ),
        Mistake(
            "first-normalised",
            _pairwise(cosine=lambda a, b: (unit(a) * b).sum(1)),
            "The rows of `x1` have length one in yours; those of `x2` keep their own lengths.",
        ),
        Mistake(
            "columns",
            _pairwise(cosine=lambda a, b: (a / a.norm(dim=0) * (b / b.norm(dim=0))).sum(1)),
            "You normalise each coordinate over the batch. It is each row that should get length one.",
        ),
        Mistake(
            "squared",
            _pairwise(alike=lambda c, m: (1 - c) ** 2, unlike=lambda c, m: (c - m).relu() ** 2),
            "You square the prices. They are linear in the cosine.",
        ),
        Mistake(
            "hinge",
            lambda a, b, t, m: (m - t * torch.nn.functional.cosine_similarity(a, b, dim=1)).relu().mean(),
            "You wrote a hinge with one margin for both signs. Here pairs that belong together have none, and pay "
            "until the cosine is 1.",
        ),
        Mistake(
            "one-minus-signed",
            lambda a, b, t, m: (1 - t * torch.nn.functional.cosine_similarity(a, b, dim=1)).mean(),
            "Pairs that belong together are right. Unlike pairs pay in yours until they point in opposite directions; "
            "below the margin they should cost nothing.",
        ),
        Mistake(
            "sum",
            _pairwise(end=torch.sum),
            "Each pair's price is right. Twice as many pairs would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _pairwise(end=lambda x: x),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "means-apart",
            _means_apart,
            "Right while all pairs have one sign. You add two means, each over its own pairs; one mean over all pairs was asked.",
        ),
        Mistake(
            "arithmetic-of-zero-and-one",
            lambda a, b, t, m: (
                t * (1 - torch.cosine_similarity(a, b)) + (1 - t) * (torch.cosine_similarity(a, b) - m).relu()
            ).mean(),
            "Pairs that belong together are right. The formula y·… + (1 − y)·… wants targets of 0 and 1; here they "
            "are −1 and 1.",
        ),
        Mistake(
            "all-alike",
            _pairwise(unlike=lambda c, m: 1 - c),
            "Pairs that belong together are right. The others are charged as if they did: do you look for a target of 0?",
        ),
        Mistake(
            "squared-error",
            lambda a, b, t, m: ((torch.cosine_similarity(a, b) - t) ** 2).mean(),
            "You fit the cosine to the target by squared error. Here the price is linear, and strangers need not be opposite.",
        ),
        Mistake(
            "mean-of-the-positives",
            lambda a, b, t, m: (
                (1 - torch.cosine_similarity(a, b))[t > 0].mean() if (t > 0).any() else 0 * t.sum()
            ),
            "You average over the pairs that belong together and leave out the others.",
        ),
        Mistake(
            "clip-after-the-mean",
            lambda a, b, t, m: (
                torch.where(t > 0, 1 - torch.cosine_similarity(a, b), torch.cosine_similarity(a, b) - m)
                .mean()
                .relu()
            ),
            "You take the mean first and clip it, so that a pair below the margin pays for others. Each pair stands for itself.",
        ),
        Mistake(
            "means-averaged",
            lambda a, b, t, m: _means_apart(a, b, t, m) / 2,
            "You take a mean over each kind of pair and then the mean of the two, so that a rare kind weighs as much as a frequent one. One mean over all pairs was asked.",
        ),
        Mistake(
            "second-normalised",
            _pairwise(cosine=lambda a, b: (a * unit(b)).sum(1)),
            "The rows of `x2` have length one in yours; those of `x1` keep their own lengths.",
        ),
        Mistake(
            "whole-normalised",
            _pairwise(cosine=lambda a, b: (a * b).sum(1) / (a.norm() * b.norm())),
            "You divide by one length for the whole batch. Each row has a length of its own.",
        ),
        Mistake(
            "squared-length",
            _pairwise(cosine=lambda a, b: (a * b).sum(1) / ((a**2).sum(1) * (b**2).sum(1))),
            "You divide by the squared lengths. Is a row of yours of length one afterwards?",
        ),
    ),
    variants=(
        lambda a, b, t, m: torch.nn.functional.cosine_embedding_loss(a, b, t, margin=m),
        lambda a, b, t, m: torch.where(
            t == 1, 1 - (unit(a) * unit(b)).sum(1), ((unit(a) * unit(b)).sum(1) - m).clamp(min=0)
        ).mean(),
        lambda a, b, t, m: cosine_embedding_loss(a.float(), b.float(), t, m),
        lambda a, b, t, m: (
            sum(
                1 - float(torch.cosine_similarity(x, y, dim=0))
                if s > 0
                else max(0.0, float(torch.cosine_similarity(x, y, dim=0)) - m)
                for x, y, s in zip(a, b, t, strict=True)
            )
            / len(a)
        ),
        lambda a, b, t, m: (
            (1 + t) / 2 * (1 - torch.cosine_similarity(a, b))
            + (1 - t) / 2 * (torch.cosine_similarity(a, b) - m).relu()
        ).mean(),
    ),
)
