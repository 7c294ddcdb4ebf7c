"""Which tokens count, and what their target is. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator
from math import log

import numpy as np
import torch

import lossfns
from lossfns.grading.bank.sequence.inputs import holes, said
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# seq-02 · the masked mean -------------------------------------------------------------------------------------------


def masked_mean(losses, mask):
    kept = losses[mask]
    return kept.sum() / max(len(kept), 1)


def masked(rng: np.random.Generator) -> Iterator[Probe]:
    """Masks with holes; a loss of 0 that counts; NaN and infinity under the mask; an empty row; nothing at all."""
    for b, t in ((1, 3), (2, 4), (3, 5), (4, 6)):
        losses = rng.uniform(0.2, 4, (b, t)).round(2)
        yield Probe((losses, holes(rng, b, t)))
    yield Probe((losses, holes(rng, b, t)))
    yield Probe((losses, losses < np.median(losses, axis=1, keepdims=True)))  # none of the large ones
    losses = rng.uniform(0.2, 4, (3, 4)).round(2)
    losses[1, 2] = 0.0  # the model was sure
    yield Probe((losses, np.ones((3, 4), dtype=bool)))
    losses, mask = rng.uniform(0.2, 4, (3, 5)).round(2), holes(rng, 3, 5)
    mask[1] = False
    yield Probe((losses, mask))
    losses, mask = rng.uniform(0.2, 4, (2, 5)).round(2), holes(rng, 2, 5)
    losses[~mask] = np.where(np.arange((~mask).sum()) % 2, np.nan, np.inf)
    yield Probe((losses, mask))
    yield Probe((rng.uniform(0.2, 4, (2, 3)).round(2), np.zeros((2, 3), dtype=bool)))


def _rows(losses, mask):
    """The mean of each row that has a token."""
    return torch.stack(
        [row[m].mean() for row, m in zip(losses, mask, strict=True) if m.any()] or [losses.new_zeros(())]
    )


def _kept(losses, mask):
    return torch.where(mask, losses, 0.0)


def _per_column(losses, mask):
    return torch.stack(
        [c[m].mean() for c, m in zip(losses.T, mask.T, strict=True) if m.any()] or [losses.new_zeros(())]
    )


def _as_prefix(losses, mask):
    prefix = torch.arange(losses.shape[1]) < mask.sum(1, keepdim=True)
    return masked_mean(losses, prefix)


def _by_loop(losses, mask):
    total, count = 0.0, 0
    for row, marks in zip(losses.tolist(), mask.tolist(), strict=True):
        for loss, counts in zip(row, marks, strict=True):
            if counts:
                total, count = total + loss, count + 1
    return total / count if count else 0.0


MASKED_MEAN = Exercise(
    id="seq-02",
    name="masked_mean",
    title="What counts",
    points=2,
    minutes=10,
    difficulty=2,
    reference=masked_mean,
    probes=masked,
    regimes=(
        Regime("nothing counts", lambda losses, mask: not mask.any(), "no token counts", "some token counts"),
        Regime(
            "not finite under the mask",
            lambda losses, mask: not np.isfinite(losses).all(),
            "a masked place holds NaN or infinity",
            "all losses are ordinary numbers",
        ),
        Regime(
            "a loss of zero",
            lambda losses, mask: (losses == 0).any(),
            "a token that counts costs nothing",
            "every token that counts costs something",
        ),
        Regime(
            "an empty row",
            lambda losses, mask: not mask.any(1).all(),
            "a row has no token that counts",
            "every row has one",
        ),
        Regime(
            "something masked",
            lambda losses, mask: not mask.all(),
            "something is masked",
            "nothing is masked",
        ),
    ),
    gives="one number, the mean over the tokens that count,",
    hints=(
        "Two numbers are needed, a total and a count. Over which places does each run?",
        "Pick the losses that count first, so that nothing else can get in. And what if there are none?",
        "`losses[mask]` picks them; divide their sum by their number, or by 1 if that is 0.",
    ),
    mistakes=(
        Mistake(
            "mask-ignored", lambda x, m: x.mean(), "Every place counts in yours. The mask has no effect."
        ),
        Mistake(
            "multiplied",
            lambda x, m: (x * m).sum() / m.sum().clamp(min=1),
            "Right on ordinary numbers. A masked place may hold NaN, and NaN times 0 is NaN: it should not come into the sum at all.",
        ),
        Mistake(
            "multiplied-no-guard",
            lambda x, m: (x * m).sum() / m.sum(),
            "Right on ordinary numbers. Two things are left: NaN times 0 is NaN, and 0 divided by 0 is too.",
        ),
        Mistake(
            "no-guard",
            lambda x, m: x[m].mean(),
            "Right wherever a token counts. Where none does, the mean of nothing is NaN; the specification names a number.",
        ),
        Mistake(
            "over-all-places",
            lambda x, m: _kept(x, m).mean(),
            "The total is right. You divide by all places, so the masked ones still pull the mean down.",
        ),
        Mistake(
            "multiplied-over-all",
            lambda x, m: (x * m).mean(),
            "You divide by all places, so the masked ones still pull the mean down. And NaN times 0 is NaN.",
        ),
        Mistake(
            "over-rows",
            lambda x, m: _kept(x, m).sum() / len(x),
            "The total is right. You divide by the number of texts; how many tokens count?",
        ),
        Mistake(
            "over-columns",
            lambda x, m: _kept(x, m).sum() / x.shape[1],
            "The total is right. You divide by the width of the table; how many tokens count?",
        ),
        Mistake(
            "mean-of-row-means",
            lambda x, m: _rows(x, m).mean(),
            "You average within each text first, which gives each *text* one vote. Here each token has one.",
        ),
        Mistake(
            "mean-of-row-means-empty-rows",
            lambda x, m: (_kept(x, m).sum(1) / m.sum(1).clamp(min=1)).mean(),
            "You average within each text first, and a text without tokens counts as 0. Here each token has one vote.",
        ),
        Mistake(
            "mean-of-row-means-no-guard",
            lambda x, m: ((x * m).sum(1) / m.sum(1)).mean(),
            "You average within each text first, which gives each *text* one vote; and a text without tokens makes it NaN.",
        ),
        Mistake(
            "mean-of-column-means",
            lambda x, m: _per_column(x, m).mean(),
            "You average over the texts at each place first. Each token has one vote, wherever it stands.",
        ),
        Mistake(
            "sum",
            lambda x, m: _kept(x, m).sum(),
            "The total of what counts is right. Twice the text would double it: what turns a total into a mean?",
        ),
        Mistake(
            "inverted",
            lambda x, m: masked_mean(x, ~m),
            "You average what is masked and leave out what counts. True marks a token that counts.",
        ),
        Mistake(
            "not-reduced",
            lambda x, m: _kept(x, m),
            "The right losses are kept. One number was asked: their mean.",
        ),
        Mistake(
            "picked",
            lambda x, m: x[m],
            "The right losses are picked. One number was asked: their mean.",
        ),
        Mistake(
            "row-means",
            lambda x, m: _kept(x, m).sum(1) / m.sum(1).clamp(min=1),
            "You give a mean for each text. One number was asked, over all tokens that count.",
        ),
        Mistake(
            "one-too-many",
            lambda x, m: _kept(x, m).sum() / (m.sum() + 1),
            "The total is right. You add 1 to the count, always; it is needed only where nothing counts.",
        ),
        Mistake(
            "prefix",
            _as_prefix,
            "You count the tokens of each row and take as many from its beginning. A mask may have holes.",
        ),
        Mistake(
            "empty-is-mean-of-all",
            lambda x, m: x[m].mean() if m.any() else x.mean(),
            "Right wherever a token counts. Where none does, you fall back on the masked ones, which are as if they were not there.",
        ),
        Mistake(
            "shifted",
            lambda x, m: masked_mean(x[:, 1:], m[:, 1:]),
            "You leave the first place of each row out. These are losses already, one for each place: nothing is shifted here.",
        ),
        Mistake(
            "zero-losses-dropped",
            lambda x, m: masked_mean(x, m & (x != 0)),
            "Right while no loss is 0. A sure token costs 0, and it counts: the mask says what counts, and not the loss.",
        ),
        Mistake(
            "zero-losses-dropped-no-guard",
            lambda x, m: (x * m)[x * m != 0].mean(),
            "You take what is 0 after the multiplication for masked. A sure token costs 0 and counts; and NaN times 0 is not 0.",
        ),
        Mistake(
            "zeros-left-out",
            lambda x, m: x[m].sum() / max((~m).sum(), 1),
            "The total is right. You divide by the number of places that are masked.",
        ),
        Mistake(
            "minus", lambda x, m: -masked_mean(x, m), "The sign is turned round: these are losses already."
        ),
        Mistake(
            "median",
            lambda x, m: x[m].median() if m.any() else 0.0,
            "You take the median of what counts. The mean was asked.",
        ),
        Mistake(
            "exp",
            lambda x, m: masked_mean(x, m).exp(),
            "You return the perplexity. The mean loss itself was asked.",
        ),
        Mistake(
            "inverted-no-guard",
            lambda x, m: x[~m].mean(),
            "You average what is masked and leave out what counts. True marks a token that counts.",
        ),
        Mistake(
            "mean-of-row-means-picked",
            lambda x, m: torch.stack([row[marks].mean() for row, marks in zip(x, m, strict=True)]).mean(),
            "You average within each text first, which gives each *text* one vote; and the mean of a text without tokens is NaN.",
        ),
        Mistake(
            "largest",
            lambda x, m: x[m].max() if m.any() else 0.0,
            "You take the largest of what counts. The mean was asked.",
        ),
    ),
    variants=(
        _by_loop,
        lambda x, m: torch.where(m, x, 0.0).sum() / m.sum().clamp(min=1),
        lambda x, m: torch.nan_to_num(torch.masked_select(x.float(), m).mean(), nan=0.0),
        lambda x, m: np.sum(np.asarray(x), where=np.asarray(m)) / max(int(np.sum(np.asarray(m))), 1),
        lambda x, m: x.masked_fill(~m, 0).sum() / (m.sum() + 1e-9),
        lambda x, m: x[m].mean() if m.any() else torch.tensor(0.0),
    ),
)

# seq-03 · label smoothing in two styles -----------------------------------------------------------------------------


def smoothed_loss(log_probs, target, epsilon, style):
    v = log_probs.shape[1]
    others = epsilon / v if style == "uniform" else epsilon / (v - 1)
    came = -log_probs.gather(1, target[:, None])[:, 0]
    everyone = -log_probs.sum(1)
    return ((1 - others * v) * came + others * everyone).mean()


def smoothings(rng: np.random.Generator) -> Iterator[Probe]:
    """Both styles on the same text, several vocabularies, ε from 0 to a half."""
    for n, v, epsilon in ((1, 3, 0.3), (3, 4, 0.1), (5, 7, 0.25), (4, 2, 0.2), (2, 5, 0.5)):
        log_probs, target = said(rng, n, v), rng.integers(0, v, n)
        for style in ("uniform", "exact"):
            yield Probe((log_probs, target, epsilon, style))
    yield Probe((log_probs, target, 0.15, "uniform"))
    yield Probe((log_probs, target, 0.0, "exact"))


STYLES = (
    Regime(
        "uniform style",
        lambda p, t, e, style: style == "uniform",
        "the style is uniform",
        "the style is exact",
    ),
    Regime(
        "exact style", lambda p, t, e, style: style == "exact", "the style is exact", "the style is uniform"
    ),
    Regime("smoothed", lambda p, t, e, style: e > 0, "ε is above 0", "ε is 0"),
)
RIGHT = {
    "uniform": (lambda e, v: 1 - e + e / v, lambda e, v: e / v),
    "exact": (lambda e, v: 1 - e, lambda e, v: e / (v - 1)),
}


def _smooth(uniform=None, exact=None, end: Callable = lambda losses: losses.mean()) -> Callable:
    """A smoothed loss with the weights (of the token that came, of each other) of a style replaced."""
    weights = {"uniform": uniform or RIGHT["uniform"], "exact": exact or RIGHT["exact"]}

    def loss(p, t, e, style):
        on, off = (f(e, p.shape[1]) for f in weights[style])
        came = -p.gather(1, t[:, None])[:, 0]
        return end(on * came + off * (-p.sum(1) - came))

    return loss


def _both(pair) -> Callable:
    return _smooth(pair, pair)


def _mixed_probabilities(p, t, e, style):
    on, off = (f(e, p.shape[1]) for f in RIGHT[style])
    q = p.exp().gather(1, t[:, None])[:, 0]
    return -torch.log((on - off) * q + off).mean()


def _divergence(p, t, e, style):
    on, off = (f(e, p.shape[1]) for f in RIGHT[style])
    entropy = -(on * log(on) + (p.shape[1] - 1) * off * log(off)) if off else 0.0
    return _smooth()(p, t, e, style) - entropy


def _n_for_v(p, t, e, style):
    n = len(p)
    off = e / n if style == "uniform" else e / max(n - 1, 1)
    came = -p.gather(1, t[:, None])[:, 0]
    return ((1 - e + (off if style == "uniform" else 0)) * came + off * (-p.sum(1) - came)).mean()


def _by_soft_targets(p, t, e, style):
    soft = lossfns.smooth_labels(t, p.shape[1], epsilon=e, style=style)
    return -(soft * p).sum(-1).mean()


def _smoothed_by_loop(p, t, e, style):
    total = 0.0
    for row, came in zip(p.tolist(), t.tolist(), strict=True):
        for j, log_p in enumerate(row):
            on, off = (f(e, len(row)) for f in RIGHT[style])
            total -= (on if j == came else off) * log_p
    return total / len(p)


SMOOTHED = Exercise(
    id="seq-03",
    name="smoothed_loss",
    title="Nearly sure, in two styles",
    points=3,
    minutes=15,
    difficulty=2,
    reference=smoothed_loss,
    probes=smoothings,
    regimes=STYLES,
    gives="one number, the mean over the tokens,",
    hints=(
        "Write the target down as a row of v numbers that add up to 1, once for each style. The loss is −Σ target · log p.",
        "What does the token that came get, and what each of the others? In one style the ε is shared by v, in the other by v − 1.",
        "Fill a table with the others' share, put the share of the token that came on top with `scatter`, multiply by "
        "`log_probs`, add up along the vocabulary, turn the sign.",
    ),
    mistakes=(
        Mistake(
            "styles-swapped",
            _smooth(RIGHT["exact"], RIGHT["uniform"]),
            "Both styles are there, each under the other's name. In which one does the token that came keep exactly 1 − ε?",
        ),
        Mistake(
            "always-uniform",
            _smooth(exact=RIGHT["uniform"]),
            "The uniform style is right. In the exact style, the token that came gets 1 − ε and nothing back: among how many is ε shared?",
        ),
        Mistake(
            "always-exact",
            _smooth(uniform=RIGHT["exact"]),
            "The exact style is right. In the uniform style, ε is spread over *all* of the vocabulary: who is among them?",
        ),
        Mistake(
            "uniform-not-given-back",
            _smooth(uniform=(lambda e, v: 1 - e, lambda e, v: e / v)),
            "The exact style is right. In the uniform style your target adds up to less than 1: the token that came is one of the v.",
        ),
        Mistake(
            "exact-shared-by-all",
            _smooth(exact=(lambda e, v: 1 - e, lambda e, v: e / v)),
            "The uniform style is right. In the exact style your target adds up to less than 1: how many share the ε?",
        ),
        Mistake(
            "exact-given-back",
            _smooth(exact=(lambda e, v: 1 - e + e / (v - 1), lambda e, v: e / (v - 1))),
            "The uniform style is right. In the exact style your target adds up to more than 1: who are the *others*?",
        ),
        Mistake(
            "neither-adds-up",
            _both((lambda e, v: 1 - e, lambda e, v: e / v)),
            "Your target adds up to less than 1 in both styles: 1 − ε for one token and ε/v for v − 1 others.",
        ),
        Mistake(
            "others-too-rich",
            _smooth(uniform=(lambda e, v: 1 - e + e / v, lambda e, v: e / (v - 1))),
            "The exact style is right. In the uniform style your target adds up to more than 1.",
        ),
        Mistake(
            "no-smoothing",
            _both((lambda e, v: 1.0, lambda e, v: 0.0)),
            "Changing ε does not change your loss: it is the plain cross entropy.",
        ),
        Mistake(
            "only-the-true-one",
            _both((lambda e, v: 1 - e, lambda e, v: 0.0)),
            "You scale the plain loss by 1 − ε. The ε that was taken away has to go to the other tokens.",
        ),
        Mistake(
            "only-the-true-one-by-style",
            _smooth((lambda e, v: 1 - e + e / v, lambda e, v: 0.0), (lambda e, v: 1 - e, lambda e, v: 0.0)),
            "The token that came has the right weight in both styles. The others have none: their share of ε is missing.",
        ),
        Mistake(
            "weights-exchanged",
            _both((lambda e, v: e + (1 - e) / v, lambda e, v: (1 - e) / v)),
            "ε and 1 − ε are exchanged: at ε = 0 yours ignores which token came.",
        ),
        Mistake(
            "not-shared",
            _both((lambda e, v: 1.0, lambda e, v: e)),
            "Every token gets the whole ε in yours. It is one ε, shared among them.",
        ),
        Mistake(
            "added",
            _both((lambda e, v: 1 + e / v, lambda e, v: e / v)),
            "You add the smoothing to the plain loss. It has to be taken from the token that came first.",
        ),
        Mistake(
            "sign",
            lambda p, t, e, s: -_smooth()(p, t, e, s),
            "The weights are right, and the sign is turned round: −log p is the loss.",
        ),
        Mistake(
            "sum",
            lambda p, t, e, s: _smooth(end=torch.Tensor.sum)(p, t, e, s),
            "Each token is right. Twice the text would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, e, s: _smooth(end=lambda losses: losses)(p, t, e, s),
            "Each token's loss is right. One number was asked: their mean.",
        ),
        Mistake(
            "mean-over-vocabulary",
            lambda p, t, e, s: _smooth()(p, t, e, s) / p.shape[1],
            "You average over the vocabulary as well. Along it the target's weights add up to 1 already.",
        ),
        Mistake(
            "probabilities-mixed",
            _mixed_probabilities,
            "You smooth the model's probabilities and take the logarithm then. It is the *target* that is smoothed.",
        ),
        Mistake(
            "divergence",
            _divergence,
            "Yours is the KL divergence: it lacks the target's own entropy. The cross entropy was asked.",
        ),
        Mistake(
            "length-for-vocabulary",
            _n_for_v,
            "You share ε among the tokens of the *text*. It is shared among the tokens of the vocabulary.",
        ),
        Mistake(
            "base-two",
            lambda p, t, e, s: _smooth()(p, t, e, s) / log(2),
            "Yours is in bits. Nats were asked, and the logarithms that you are given are in nats.",
        ),
        Mistake(
            "half-epsilon",
            lambda p, t, e, s: _smooth()(p, t, e / 2, s),
            "You take away half of ε only.",
        ),
        Mistake(
            "everything-exact-to-others-uniform",
            _smooth(
                uniform=(lambda e, v: 1 - e, lambda e, v: e / (v - 1)),
                exact=(lambda e, v: 1 - e, lambda e, v: e / v),
            ),
            "The uniform style of yours is the exact one; in the exact style your target adds up to less than 1.",
        ),
    ),
    variants=(
        _by_soft_targets,
        _smoothed_by_loop,
        _smooth(),
        lambda p, t, e, s: torch.nn.functional.cross_entropy(
            p, t, label_smoothing=e if s == "uniform" else e * p.shape[1] / (p.shape[1] - 1)
        ),
        lambda p, t, e, s: smoothed_loss(p.float(), t, e, s),
        lambda p, t, e, s: smoothed_loss(
            p, t, e if s == "uniform" else e * p.shape[1] / (p.shape[1] - 1), "uniform"
        ),
    ),
)
