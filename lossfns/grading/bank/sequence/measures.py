"""What a loss is worth: perplexity, bits per byte, and two models that cut text differently. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator
from math import log

import numpy as np
import torch

import lossfns
from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# seq-04 · perplexity without overflow -------------------------------------------------------------------------------


def text_perplexity(logits, target):
    log_probs = logits - logits.logsumexp(dim=1, keepdim=True)
    losses = -log_probs.gather(1, target[:, None])
    return losses.mean().exp()


def scored(rng: np.random.Generator) -> Iterator[Probe]:
    """Short texts, a long one, large scores, rows far apart, and one token that is very unlikely among many."""
    for n, v in ((1, 4), (2, 3), (3, 3), (5, 6), (8, 3)):
        yield Probe((rng.normal(0, 1.5, (n, v)).round(3), rng.integers(0, v, n)))
    logits, target = rng.normal(0, 1.5, (2000, 5)).round(3), rng.integers(0, 5, 2000)
    yield Probe((logits, target))  # the product of its probabilities is 0 in float64
    yield Probe((rng.normal(0, 1, (4, 3)).round(3) + np.array([[900.0]]), rng.integers(0, 3, 4)))
    far_apart = np.array([[450.0], [-450.0], [0.0], [420.0]])  # e^−900 is 0 in float64
    yield Probe((rng.normal(0, 1, (4, 3)).round(3) + far_apart, rng.integers(0, 3, 4)))
    logits, target = rng.normal(0, 1.5, (600, 4)).round(3), rng.integers(0, 4, 600)
    logits[7, target[7]] -= 800  # its softmax is 0 in float64, its loss about 800
    yield Probe((logits, target))


def _nll(z, t):
    return -z.log_softmax(1).gather(1, t[:, None])[:, 0]


def _p(z, t):
    return z.softmax(1).gather(1, t[:, None])[:, 0]


def _naive_softmax(z, t):
    p = z.exp() / z.exp().sum(1, keepdim=True)
    return torch.exp(-torch.log(p.gather(1, t[:, None])).mean())


def _in_numpy(z, t):
    z, t = np.asarray(z), np.asarray(t)
    above = z - z.max(1, keepdims=True)
    log_p = above[np.arange(len(t)), t] - np.log(np.exp(above).sum(1))
    return np.exp(-log_p.mean())


def _below_one_maximum(z, t):
    above = z - z.max()
    return (above.exp().sum(1).log() - above.gather(1, t[:, None])[:, 0]).mean().exp()


def _divided_below_one_maximum(z, t):
    p = (z - z.max()).exp() / (z - z.max()).exp().sum(1, keepdim=True)
    return torch.exp(-torch.log(p.gather(1, t[:, None])).mean())


def _maximum_not_added(z, t):
    log_sum = (z - z.max(1, keepdim=True).values).exp().sum(1).log()
    return (log_sum - z.gather(1, t[:, None])[:, 0]).mean().exp()


def _measure(turn: Callable) -> Callable:
    """A function of the tokens' losses."""
    return lambda z, t: turn(_nll(z, t))


PERPLEXITY = Exercise(
    id="seq-04",
    name="text_perplexity",
    title="Perplexity without overflow",
    points=2,
    minutes=10,
    difficulty=2,
    reference=text_perplexity,
    probes=scored,
    regimes=(
        Regime("a long text", lambda z, t: len(t) > 100, "the text is long", "the text is short"),
        Regime(
            "large scores",
            lambda z, t: np.abs(z).max() > 100,
            "scores are in the hundreds",
            "scores are ordinary numbers",
        ),
        Regime(
            "a very unlikely token",
            lambda z, t: np.ptp(z, axis=1).max() > 500,
            "one token is very unlikely",
            "no token is hopelessly unlikely",
        ),
        Regime(
            "several tokens", lambda z, t: len(t) > 1, "there are several tokens", "there is a single token"
        ),
    ),
    gives="one number, the perplexity,",
    hints=(
        "Nothing is exponentiated before the end: stay with logarithms, average them, and undo the logarithm once.",
        "−log p of each token is logsumexp of its row minus its own score. No probability is ever formed.",
        "`logits.log_softmax(1)` gives the log-probabilities; pick, turn the sign, average, `exp`.",
    ),
    mistakes=(
        Mistake(
            "log-of-softmax",
            lambda z, t: torch.exp(-torch.log(_p(z, t)).mean()),
            "Right on ordinary scores. A probability of e^−800 is 0 to the machine, and its logarithm infinite: never take the log of a softmax.",
        ),
        Mistake(
            "naive-softmax",
            _naive_softmax,
            "Right on ordinary scores. e^900 is infinite to the machine: the exponentials must not be formed at all.",
        ),
        Mistake(
            "one-maximum",
            _below_one_maximum,
            "Right while all rows are of one size. You subtract the largest score of the *table*: in a row far below it every exponential is 0.",
        ),
        Mistake(
            "one-maximum-divided",
            _divided_below_one_maximum,
            "You subtract the largest score of the *table*: in a row far below it every exponential is 0. And never take the log of a softmax.",
        ),
        Mistake(
            "maximum-not-added",
            _maximum_not_added,
            "The exponentials are safe. You subtract a row's largest score in one place of the formula, and not in the other.",
        ),
        Mistake(
            "logarithm-missing",
            lambda z, t: (-_p(z, t)).mean().exp(),
            "You average the probabilities themselves, with the sign turned round. Where is the logarithm of −log p?",
        ),
        Mistake(
            "shifted-again",
            lambda z, t: _nll(z[:-1], t[1:]).mean().exp(),
            "You shift once more. Row i is about token i already: what does the text say about the shift?",
        ),
        Mistake(
            "root-of-product",
            lambda z, t: _p(z, t).prod() ** (-1 / len(t)),
            "Right on short texts. The product of thousands of probabilities is 0 to the machine: sums of logarithms are not.",
        ),
        Mistake(
            "floored",
            lambda z, t: torch.exp(-torch.log(_p(z, t) + 1e-12).mean()),
            "Right unless a token is very unlikely. A small number keeps its probability away from 0, so it surprises less than it should.",
        ),
        Mistake(
            "mean-of-perplexities",
            _measure(lambda x: x.exp().mean()),
            "Right for a single token. You take exp of each token's loss, its own 1/p, and average those. Which comes first, the mean or the exponential?",
        ),
        Mistake(
            "of-mean-probability",
            lambda z, t: 1 / _p(z, t).mean(),
            "Right for a single token. You average probabilities. Independent surprises add up, so it is their logarithms that are averaged.",
        ),
        Mistake(
            "sum",
            _measure(lambda x: x.sum().exp()),
            "Right for a single token. You exponentiate the sum, one over the probability of the whole text: perplexity is per token.",
        ),
        Mistake(
            "loss",
            _measure(lambda x: x.mean()),
            "That is the mean loss, in nats. Perplexity undoes the logarithm.",
        ),
        Mistake(
            "bits-for-nats",
            _measure(lambda x: 2 ** x.mean()),
            "The loss is in nats, and you raise 2 to it. Which base undoes the natural logarithm?",
        ),
        Mistake(
            "loss-in-bits",
            _measure(lambda x: x.mean() / log(2)),
            "That is the loss in bits. Perplexity undoes the logarithm.",
        ),
        Mistake(
            "base-mixed",
            _measure(lambda x: (x.mean() / log(2)).exp()),
            "You turn nats into bits and then use e. One base for the logarithm and its undoing.",
        ),
        Mistake(
            "reciprocal",
            _measure(lambda x: (-x.mean()).exp()),
            "You return the typical probability, a number below 1. Perplexity is one over it.",
        ),
        Mistake(
            "per-token",
            _measure(torch.exp),
            "You return a perplexity for each token. One number was asked: average the losses before you exponentiate.",
        ),
        Mistake(
            "median",
            _measure(lambda x: x.median().exp()),
            "You take the median loss. The mean was asked: a rare disaster has to count.",
        ),
        Mistake(
            "whole-vocabulary",
            lambda z, t: (-z.log_softmax(1)).mean().exp(),
            "You average over all tokens that could have come. The tokens that came are not used.",
        ),
        Mistake(
            "own-entropy",
            lambda z, t: (-(z.softmax(1) * z.log_softmax(1)).sum(1)).mean().exp(),
            "That is how unsure the model *believes* to be. The tokens that came are not used.",
        ),
        Mistake(
            "not-normalised",
            lambda z, t: (-z.gather(1, t[:, None])).mean().exp(),
            "Scores are no log-probabilities yet: what has to be subtracted from each row?",
        ),
        Mistake(
            "favourite",
            lambda z, t: (-z.log_softmax(1).max(1).values).mean().exp(),
            "You judge the model by its own favourites. It is judged by the tokens that came.",
        ),
        Mistake(
            "wrong-axis",
            lambda z, t: (-z.log_softmax(0).gather(1, t[:, None])).mean().exp(),
            "You normalise over the text. Probabilities add up to 1 over the vocabulary, row by row.",
        ),
        Mistake(
            "one-less",
            _measure(lambda x: (x.sum() / max(len(x) - 1, 1)).exp()),
            "You divide by n − 1. The shift has been made already: there are n losses.",
        ),
        Mistake(
            "over-vocabulary",
            lambda z, t: (_nll(z, t).sum() / z.shape[1]).exp(),
            "You divide by the size of the vocabulary. The mean is over the tokens of the text.",
        ),
        Mistake(
            "sign",
            _measure(lambda x: -x.mean().exp()),
            "The sign is turned round: a perplexity is at least 1.",
        ),
        Mistake(
            "naive-logsumexp",
            lambda z, t: (z.exp().sum(1).log() - z.gather(1, t[:, None])[:, 0]).mean().exp(),
            "Right on ordinary scores. e^900 is infinite to the machine: the exponentials must not be formed at all.",
        ),
        Mistake(
            "softmax-twice",
            lambda z, t: torch.nn.functional.cross_entropy(z.softmax(1), t).exp(),
            "The softmax is taken twice. A function that wants scores gets probabilities: which one do you hand it?",
        ),
        Mistake(
            "exp-twice",
            _measure(lambda x: x.mean().exp().exp()),
            "You exponentiate twice: the perplexity of a perplexity.",
        ),
    ),
    variants=(
        lambda z, t: torch.nn.functional.cross_entropy(z, t).exp(),
        lambda z, t: lossfns.perplexity(lossfns.cross_entropy(z, t)),
        _in_numpy,
        lambda z, t: 2 ** (_nll(z, t) / log(2)).mean(),
        lambda z, t: torch.exp(sum(_nll(z, t)) / len(t)),
        lambda z, t: (z.logsumexp(1) - z[torch.arange(len(t)), t]).mean().exp(),
    ),
)

# seq-05 · bits per byte ---------------------------------------------------------------------------------------------


def text_bits_per_byte(losses, text):
    return losses.sum() / log(2) / len(text.encode("utf-8"))


TEXTS = (
    "b",
    "naïve",
    "zwölf Boxkämpfer",
    "two lines,\nand one more\n",
    "a line end\nin the middle",
    "  blanks at both ends  ",
    "наивный вопрос",
    "三つの文字",
    "a smile 🙂 costs four",
)


def tokenised(rng: np.random.Generator) -> Iterator[Probe]:
    """Texts with characters of one to four bytes, cut into fewer tokens than they have characters."""
    for text in TEXTS:
        n = max(1, len(text) // rng.integers(2, 4))
        yield Probe((rng.uniform(0.3, 6, n).round(2), text))
    yield Probe((rng.uniform(0.3, 6, n).round(2), "zwölf Boxkämpfer"))
    yield Probe((losses := rng.uniform(0.3, 6, 5).round(2), "naïve"))
    yield Probe((losses, "naïver"))
    yield Probe((losses, "naïve as ever"))


def _bits(
    divide: Callable = lambda x, text: len(text.encode("utf-8")), unit: float = log(2), total=torch.Tensor.sum
) -> Callable:
    """Bits per byte with one of its parts replaced."""
    return lambda x, text: total(torch.as_tensor(x)) / unit / divide(x, text)


BITS_PER_BYTE = Exercise(
    id="seq-05",
    name="text_bits_per_byte",
    title="Bits per byte",
    points=2,
    minutes=8,
    difficulty=1,
    reference=text_bits_per_byte,
    probes=tokenised,
    regimes=(
        Regime(
            "not plain ASCII",
            lambda x, text: not text.isascii(),
            "a character takes several bytes",
            "each character is one byte",
        ),
        Regime(
            "spaces at the ends",
            lambda x, text: text != text.strip(),
            "the text begins or ends with a space or a line end",
            "the text has no space or line end at its ends",
        ),
        Regime(
            "a line end",
            lambda x, text: "\n" in text,
            "the text has a line end",
            "the text has no line end",
        ),
    ),
    gives="one number, bits per byte,",
    hints=(
        "Two questions: what does the whole text cost, in bits? And how many bytes does it have?",
        "The sum of the losses is its cost in nats, and a bit is log 2 nats. Characters are not bytes: encode the text.",
        "`len(text.encode('utf-8'))` counts bytes.",
    ),
    mistakes=(
        Mistake(
            "characters",
            _bits(lambda x, text: len(text)),
            "Right while each character is one byte. `ï` is one character: how many bytes does it take in UTF-8?",
        ),
        Mistake(
            "tokens",
            _bits(lambda x, text: len(x)),
            "That is bits per *token*. How many bytes does the text have?",
        ),
        Mistake(
            "nats",
            _bits(unit=1.0),
            "That is nats per byte. How many nats are a bit?",
        ),
        Mistake(
            "times-log-two",
            _bits(unit=1 / log(2)),
            "You multiply by log 2. A bit is the smaller unit, 0.69 nats: does it take more of them or fewer?",
        ),
        Mistake(
            "log-ten",
            _bits(unit=log(10)),
            "You turn nats into decimal digits. Bits are logarithms to the base 2.",
        ),
        Mistake(
            "mean",
            _bits(total=torch.Tensor.mean),
            "You start from the mean loss. The text costs the *sum*: its bytes are all of them, too.",
        ),
        Mistake(
            "mean-loss",
            _bits(lambda x, text: 1, 1.0, torch.Tensor.mean),
            "That is the mean loss per token, in nats. Two things are missing: the unit, and per *byte*.",
        ),
        Mistake(
            "total-bits",
            _bits(lambda x, text: 1),
            "That is the cost of the whole text, in bits. It is still to be divided by its length.",
        ),
        Mistake(
            "total-nats",
            _bits(lambda x, text: 1, 1.0),
            "That is the cost of the whole text, in nats. Two things are missing: the unit and the length.",
        ),
        Mistake(
            "bits-per-bit",
            _bits(lambda x, text: 8 * len(text.encode("utf-8"))),
            "You count the text's bits, eight for each byte. What is asked is the cost per *byte*.",
        ),
        Mistake(
            "nats-per-character",
            _bits(lambda x, text: len(text), 1.0),
            "That is nats per character: two things to mend, the unit, and what is counted.",
        ),
        Mistake(
            "stripped",
            _bits(lambda x, text: len(text.strip().encode("utf-8"))),
            "Right where the text has no spaces or line ends at its ends. They are bytes too, and the model paid for them.",
        ),
        Mistake(
            "stripped-characters",
            _bits(lambda x, text: len(text.strip())),
            "You count characters, and leave out the spaces at the ends. Every byte counts.",
        ),
        Mistake(
            "no-blanks",
            _bits(lambda x, text: len("".join(text.split()).encode("utf-8"))),
            "Blanks and line ends are left out of your count. They are bytes too, and the model paid for them.",
        ),
        Mistake(
            "no-line-ends",
            _bits(lambda x, text: len(text.replace("\n", "").encode("utf-8"))),
            "Right on a single line. Line ends are left out of your count; they are bytes too, and the model paid for them.",
        ),
        Mistake(
            "no-spaces",
            _bits(lambda x, text: len(text.replace(" ", "").encode("utf-8"))),
            "Blanks are left out of your count. They are bytes too, and the model paid for them.",
        ),
        Mistake(
            "words",
            _bits(lambda x, text: len(text.split())),
            "You divide by the number of words. Bytes were asked.",
        ),
        Mistake(
            "utf-16",
            _bits(lambda x, text: len(text.encode("utf-16"))),
            "You encode as UTF-16, which takes two bytes or more for each character, and two in front. The text says which encoding.",
        ),
        Mistake(
            "utf-16-bare",
            _bits(lambda x, text: len(text.encode("utf-16-le"))),
            "You encode as UTF-16, which takes two bytes or more for each character. The text says which encoding.",
        ),
        Mistake(
            "ascii-only",
            _bits(lambda x, text: max(len(text.encode("ascii", "ignore")), 1)),
            "You throw away what is not ASCII. Its bytes are part of the text.",
        ),
        Mistake(
            "bytes-per-bit",
            lambda x, text: len(text.encode("utf-8")) * log(2) / torch.as_tensor(x).sum(),
            "That is bytes per bit, the fraction upside down.",
        ),
        Mistake(
            "compression",
            _bits(lambda x, text: len(text.encode("utf-8")) / 8),
            "Yours is 8 times too large. A total in bits over a length in bytes is what is asked; no further 8 is needed.",
        ),
        Mistake(
            "not-reduced",
            _bits(total=lambda x: x),
            "You give one number for each token. The cost of the whole text is their sum.",
        ),
        Mistake(
            "perplexity",
            lambda x, text: (torch.as_tensor(x).sum() / len(text.encode("utf-8"))).exp(),
            "That is a perplexity per byte. Bits are asked: a logarithm, not its undoing.",
        ),
        Mistake(
            "minus",
            _bits(unit=-log(2)),
            "The sign is turned round: losses are positive already.",
        ),
        Mistake(
            "log-of-losses",
            lambda x, text: torch.log2(torch.as_tensor(x)).sum() / len(text.encode("utf-8")),
            "The losses are logarithms already. To change their unit you divide by a number; no further logarithm is taken.",
        ),
        Mistake(
            "log-of-total",
            lambda x, text: torch.log2(torch.as_tensor(x).sum()) / len(text.encode("utf-8")),
            "The total is a logarithm already. To change its unit you divide by a number; no further logarithm is taken.",
        ),
        Mistake(
            "mean-per-character",
            _bits(lambda x, text: len(text), total=torch.Tensor.mean),
            "Two things to mend: the text costs the *sum* of its losses, and characters are not bytes.",
        ),
        Mistake(
            "utf-32",
            _bits(lambda x, text: len(text.encode("utf-32"))),
            "You encode as UTF-32, four bytes for each character. The text says which encoding.",
        ),
        Mistake(
            "mean-nats",
            _bits(unit=1.0, total=torch.Tensor.mean),
            "Two things to mend: the text costs the *sum* of its losses, and a nat is not a bit.",
        ),
    ),
    variants=(
        lambda x, text: lossfns.bits_per_byte(x.sum(), len(text.encode())),
        lambda x, text: sum(x.tolist()) / np.log(2) / len(bytes(text, "utf-8")),
        lambda x, text: (x.float() / log(2)).mean() * len(x) / len(text.encode("utf-8")),
        lambda x, text: np.log2(np.exp(np.asarray(x))).sum() / len(text.encode("utf-8")),
        lambda x, text: sum(loss / log(2) for loss in x) / sum(len(c.encode("utf-8")) for c in text),
    ),
)

# seq-11 · choose: two models that cut text differently --------------------------------------------------------------

TOKENISERS = Question(
    id="seq-11",
    name="tokenisers",
    title="Which model is better?",
    kind="choose",
    points=1,
    minutes=3,
    difficulty=2,
    options={
        "A": "Quill, because its loss per token is lower.",
        "B": "Quill, because its perplexity is 11 and Reed's is 25.",
        "C": "Reed, because it needs fewer bits for each byte of the text.",
        "D": "It cannot be told: models with different vocabularies cannot be compared at all.",
    },
    answer="C",
    because="Reed pays 3.2 nats for 4 bytes, 0.80 nats or 1.15 bits a byte. Quill pays 2.4 for 2.5 bytes, 0.96 nats or 1.39 "
    "bits. Per token Quill looks better because its tokens hold less.",
    misconceptions={
        "A": "Per token, yes. How much text does a token of each of them hold?",
        "B": "That is the same number once more, exponentiated. It is still per token: how much text does a token hold?",
        "D": "Not by the loss per token. But both have said how likely the same *text* is: what does it cost each of them in all?",
    },
    hints=(
        "The two numbers have different units: nats per token of the one, nats per token of the other.",
        "Find a unit of text that does not depend on the model.",
        "Nats per token, divided by bytes per token.",
    ),
)
