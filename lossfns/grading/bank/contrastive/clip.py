"""CLIP, two directions. The first function is the solution that a learner may ask for."""

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import _without_own, losses, unit
from lossfns.grading.bank.contrastive.inputs import pairs_and_temperatures
from lossfns.grading.bank.contrastive.ntxent import nt_xent_loss
from lossfns.grading.exercise import Exercise, Mistake


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
