"""The shift by one, a model that was trained without it, and its first loss. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator
from math import log

import numpy as np
import torch

import lossfns
from lossfns.grading.bank.sequence.inputs import said
from lossfns.grading.exercise import Exercise, Mistake, Question
from lossfns.grading.record import Probe

# seq-01 · the shift -------------------------------------------------------------------------------------------------


def next_token_losses(log_probs, tokens):
    before, came = log_probs[:, :-1], tokens[:, 1:]
    return -before.gather(-1, came[:, :, None])[:, :, 0]


def texts(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of several sizes; as many rows as places, and as many places as words, among them."""
    for b, t, v in ((1, 3, 4), (1, 4, 3), (2, 3, 5), (3, 3, 3), (2, 5, 4), (4, 6, 5), (3, 7, 2)):
        yield Probe((said(rng, b, t, v), rng.integers(0, v, (b, t))))


def _at(log_probs, tokens):
    """The log-probability of each token, place by place."""
    return log_probs.gather(-1, tokens[:, :, None])[:, :, 0]


def _by_loop(log_probs, tokens):
    b, t = tokens.shape
    return [[-log_probs[i, j - 1, tokens[i, j]] for j in range(1, t)] for i in range(b)]


def _in_numpy(log_probs, tokens):
    log_probs, tokens = np.asarray(log_probs), np.asarray(tokens)
    return -np.take_along_axis(log_probs[:, :-1], tokens[:, 1:, None], axis=2).squeeze(2)


def _one_hot(log_probs, tokens):
    chosen = torch.nn.functional.one_hot(tokens[:, 1:], log_probs.shape[-1])
    return -(chosen * log_probs[:, :-1]).sum(-1)


def _reshaped(log_probs, tokens):
    b, t, v = log_probs.shape
    mixed = log_probs[:, :-1].reshape(b, v, t - 1)
    return torch.nn.functional.nll_loss(mixed, tokens[:, 1:], reduction="none")


NEXT_TOKEN = Exercise(
    id="seq-01",
    name="next_token_losses",
    title="Shift by one",
    points=2,
    minutes=10,
    difficulty=1,
    reference=next_token_losses,
    probes=texts,
    gives="one loss for each token but the first, shape (b, t − 1),",
    hints=(
        "Which row of `log_probs` was written *before* the token at place 1 was seen? And which token judges the last "
        "row?",
        "Cut both: all places of `log_probs` but the last, all tokens but the first. Now they stand side by side.",
        "`gather(-1, index)` picks along the vocabulary; its index needs a last axis of length one, `came[:, :, None]`.",
    ),
    mistakes=(
        Mistake(
            "no-shift",
            lambda p, x: -_at(p, x),
            "Each token is judged by the row that was written after reading it. What had the model seen when it said that?",
        ),
        Mistake(
            "no-shift-first-cut",
            lambda p, x: -_at(p, x)[:, 1:],
            "The shape is right. Each token is still judged by the row of its own place, written after it was read.",
        ),
        Mistake(
            "no-shift-last-cut",
            lambda p, x: -_at(p, x)[:, :-1],
            "The shape is right. You cut the same end off both, so each token still meets the row of its own place.",
        ),
        Mistake(
            "backwards",
            lambda p, x: -_at(p[:, 1:], x[:, :-1]),
            "Shifted, and the wrong way round: you judge each row by the token *before* it. Which one comes next?",
        ),
        Mistake(
            "by-two",
            lambda p, x: -_at(p[:, :-2], x[:, 2:]),
            "Shifted by two places: one token further than next. Is something shifted that had been shifted already?",
        ),
        Mistake(
            "reshaped",
            _reshaped,
            "The shift is right. But `reshape` only cuts the same row of numbers into other lengths, so places and words get mixed. How does "
            "one move an axis?",
        ),
        Mistake(
            "wrapped",
            lambda p, x: -_at(p, x.roll(-1, 1)),
            "`roll` brings the first token round to the end, where it judges the last row. Nothing comes after the last token.",
        ),
        Mistake(
            "wrapped-flat",
            lambda p, x: -_at(p, x.roll(-1)),
            "`roll` without an axis runs through all rows as one: the last place of a row is judged by the next row's first token.",
        ),
        Mistake(
            "wrapped-backwards",
            lambda p, x: -_at(p, x.roll(1, 1)),
            "`roll` by +1 moves the tokens to later places: each row of scores is judged by the token before it.",
        ),
        Mistake(
            "zero-appended",
            lambda p, x: torch.nn.functional.pad(next_token_losses(p, x), (0, 1)),
            "The losses are right, and you keep a place for the last row, with 0. It is judged by nothing, so it has no loss at all.",
        ),
        Mistake(
            "zero-in-front",
            lambda p, x: torch.nn.functional.pad(next_token_losses(p, x), (1, 0)),
            "The losses are right, and you keep a place for the first token, with 0. Nothing predicts it, so it has no loss.",
        ),
        Mistake(
            "sign",
            lambda p, x: -next_token_losses(p, x),
            "The right places, and the sign is turned round: a loss is large where the token was unlikely.",
        ),
        Mistake(
            "probability",
            lambda p, x: torch.exp(-next_token_losses(p, x)),
            "You return the probability of each next token. Surprise is its logarithm with the sign turned round.",
        ),
        Mistake(
            "one-minus-probability",
            lambda p, x: 1 - torch.exp(-next_token_losses(p, x)),
            "You return 1 − p, the probability of being wrong. Surprise is a logarithm, and has no upper end.",
        ),
        Mistake(
            "inverse-probability",
            lambda p, x: torch.exp(next_token_losses(p, x)),
            "You return 1/p of each next token. The surprise is the logarithm of that.",
        ),
        Mistake(
            "base-two",
            lambda p, x: next_token_losses(p, x) / log(2),
            "Yours is in bits. The specification asks for nats, and the logarithms that you are given are in nats already.",
        ),
        Mistake(
            "mean",
            lambda p, x: next_token_losses(p, x).mean(),
            "The mean is right. What was asked is the table of losses before any average is taken.",
        ),
        Mistake(
            "sum",
            lambda p, x: next_token_losses(p, x).sum(),
            "The sum is right. What was asked is the table of losses before anything is added up.",
        ),
        Mistake(
            "row-means",
            lambda p, x: next_token_losses(p, x).mean(1),
            "You average within each row. What was asked is the table of losses before any average is taken.",
        ),
        Mistake(
            "flat",
            lambda p, x: next_token_losses(p, x).flatten(),
            "The losses are right, in one long row. The shape asked for is (b, t − 1).",
        ),
        Mistake(
            "transposed",
            lambda p, x: next_token_losses(p, x).T,
            "The losses are right, and rows and columns are exchanged: one row for each text.",
        ),
        Mistake(
            "favourite",
            lambda p, x: -p[:, :-1].max(-1).values,
            "You judge each row by its own favourite. It has to be judged by the token that came.",
        ),
        Mistake(
            "own-entropy",
            lambda p, x: -(p.exp() * p).sum(-1)[:, :-1],
            "That is the surprise which the model expects. The tokens are not used: which one came?",
        ),
        Mistake(
            "whole-row",
            lambda p, x: -p[:, :-1].sum(-1),
            "You add up over the whole vocabulary. Only the token that came is looked up.",
        ),
        Mistake(
            "batch-shifted",
            lambda p, x: -_at(p[:-1], x[1:]),
            "You cut along the first axis, which counts the texts. The places of a text run along the second.",
        ),
        Mistake(
            "first-row-says",
            lambda p, x: -_at(p[:1].expand_as(p)[:, :-1], x[:, 1:]),
            "Right for a single text. For the others you look into the first text's log-probabilities.",
        ),
        Mistake(
            "not-cut-by-row",
            lambda p, x: -p.flatten(0, 1)[:-1].gather(1, x.flatten()[1:, None])[:, 0],
            "You lay all rows end to end before you shift, so the last place of a row is judged by the next row's first token.",
        ),
        Mistake(
            "axis-left",
            lambda p, x: next_token_losses(p, x)[:, :, None],
            "The losses are right. The axis along which you picked is still there, with length one.",
        ),
        Mistake(
            "logarithm-twice",
            lambda p, x: -torch.log(-next_token_losses(p, x)),
            "You take the logarithm of what is a logarithm already.",
        ),
        Mistake(
            "minus-probability",
            lambda p, x: -torch.exp(-next_token_losses(p, x)),
            "You return minus the probability of each next token. Surprise is minus its *logarithm*, and logarithms are what you were given.",
        ),
        Mistake(
            "zero-one",
            lambda p, x: (p[:, :-1].argmax(-1) != x[:, 1:]).double(),
            "You count whether the favourite was wrong. The loss asks how likely the model held what came.",
        ),
        Mistake(
            "no-shift-mean",
            lambda p, x: -_at(p, x).mean(),
            "Two things to mend: each token is judged by the row written after reading it, and the table of losses was asked, not its mean.",
        ),
        Mistake(
            "no-shift-flat",
            lambda p, x: -_at(p, x).flatten(),
            "Two things to mend: each token is judged by the row written after reading it, and the shape asked for is (b, t − 1).",
        ),
    ),
    variants=(
        _by_loop,
        _in_numpy,
        _one_hot,
        lambda p, x: torch.nn.functional.cross_entropy(p[:, :-1].transpose(1, 2), x[:, 1:], reduction="none"),
        lambda p, x: lossfns.next_token_loss(p, x, reduction="none"),
        lambda p, x: -p.float()[torch.arange(len(x))[:, None], torch.arange(x.shape[1] - 1), x[:, 1:]],
        lambda p, x: -_at(p, x.roll(-1, 1))[:, :-1],
    ),
)

# seq-09 · fix: the model that sees its target -----------------------------------------------------------------------


def _table_training(
    pairs: Callable = lambda x: (x[:, :-1], x[:, 1:]),
    sign: float = 1.0,
    count: Callable = lambda read, x: read.numel(),
    end: Callable = lambda table: table,
    extra: int = 0,
) -> Callable:
    """The training of a table of scores, with one of its parts replaced."""

    def train(tokens, v, lr, steps):
        table = torch.zeros(v, v, dtype=torch.float64)
        read, target = pairs(tokens)
        for _ in range(steps + extra):
            pull = table[read].softmax(-1) - torch.nn.functional.one_hot(target, v)
            slope = torch.zeros_like(table).index_add(0, read.flatten(), pull.reshape(-1, v))
            table = table - sign * lr * slope / count(read, tokens)
        return end(table)

    return train


def train_table(tokens, v, lr, steps):
    table = torch.zeros(v, v, dtype=torch.float64)
    read, target = tokens[:, :-1], tokens[:, 1:]
    for _ in range(steps):
        pull = table[read].softmax(-1) - torch.nn.functional.one_hot(target, v)
        slope = torch.zeros_like(table).index_add(0, read.flatten(), pull.reshape(-1, v))
        table = table - lr * slope / read.numel()
    return table


def shipped_train_table(tokens, v, lr, steps):
    table = torch.zeros(v, v, dtype=torch.float64)
    read, target = tokens, tokens
    for _ in range(steps):
        pull = table[read].softmax(-1) - torch.nn.functional.one_hot(target, v)
        slope = torch.zeros_like(table).index_add(0, read.flatten(), pull.reshape(-1, v))
        table = table - lr * slope / read.numel()
    return table


def _by_autograd(tokens, v, lr, steps):
    table = torch.zeros(v, v, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (slope,) = torch.autograd.grad(lossfns.next_token_loss(table[tokens], tokens), table)
        table = (table - lr * slope).detach().requires_grad_()
    return table


def _by_counts(tokens, v, lr, steps):
    tokens = np.asarray(tokens)
    counts, table = np.zeros((v, v)), np.zeros((v, v))
    np.add.at(counts, (tokens[:, :-1].ravel(), tokens[:, 1:].ravel()), 1)
    for _ in range(steps):
        p = np.exp(table) / np.exp(table).sum(1, keepdims=True)
        table = table - lr * (counts.sum(1, keepdims=True) * p - counts) / counts.sum()
    return table


def _each_row_its_mean(tokens, v, lr, steps):
    read, target = tokens[:, :-1], tokens[:, 1:]
    table = torch.zeros(v, v, dtype=torch.float64)
    seen = torch.bincount(read.flatten(), minlength=v).clamp(min=1)[:, None]
    for _ in range(steps):
        pull = table[read].softmax(-1) - torch.nn.functional.one_hot(target, v)
        table = table - lr * torch.zeros_like(table).index_add(0, read.flatten(), pull.reshape(-1, v)) / seen
    return table


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    for b, t, v, lr, steps in (
        (1, 5, 3, 0.5, 1),
        (2, 6, 3, 0.5, 3),
        (3, 6, 4, 0.7, 2),
        (4, 9, 4, 1.5, 8),
        (2, 12, 5, 2.0, 20),
    ):
        tokens = rng.integers(0, v, (b, t))
        tokens[0, :3] = (0, 0, 1)  # a pair of equal tokens and one of unequal ones
        yield Probe((tokens, v, lr, steps))


LEAK = Exercise(
    id="seq-09",
    name="train_table",
    title="A perplexity of one",
    points=2,
    minutes=12,
    difficulty=2,
    reference=train_table,
    shipped=shipped_train_table,
    symptom="Not mended yet: on text that it has never seen, the perplexity is still near 1, as if babble held no surprise. "
    "hint('seq-09') gives a first idea.",
    probes=tables,
    gives="the table of scores, shape (v, v),",
    hints=(
        "A perplexity far below that of the true source, on much new text, is no skill. What does the model know that it should not?",
        "Print `read` and `target` for a short text, one above the other. At each place, which token has been read, and "
        "which one is to be said?",
        "`read` may hold everything but the last token, `target` everything but the first; the rest of the function is right.",
    ),
    mistakes=(
        Mistake(
            "backwards",
            _table_training(lambda x: (x[:, 1:], x[:, :-1])),
            "The leak is closed. But now the model reads a token and has to say the one *before* it.",
        ),
        Mistake(
            "cut-only",
            _table_training(lambda x: (x[:, :-1], x[:, :-1])),
            "You cut both at the same end, so the target is still the token that was just read.",
        ),
        Mistake(
            "cut-only-first",
            _table_training(lambda x: (x[:, 1:], x[:, 1:])),
            "You cut the first token off both, so the target is still the token that was just read.",
        ),
        Mistake(
            "wrapped",
            _table_training(lambda x: (x, x.roll(-1, 1))),
            "Nearly: `roll` makes the first token of each row the target of its last place. Nothing comes after the last token.",
        ),
        Mistake(
            "wrapped-flat",
            _table_training(lambda x: (x, x.roll(-1))),
            "`roll` without an axis runs through all rows: the last token of a row has to say the first of the next.",
        ),
        Mistake(
            "wrapped-backwards",
            _table_training(lambda x: (x, x.roll(1, 1))),
            "`roll` by +1 moves the tokens to later places: the model has to say the token before.",
        ),
        Mistake(
            "end-to-end",
            _table_training(lambda x: (x.flatten()[:-1], x.flatten()[1:])),
            "The shift is right within a row. You lay the rows end to end first, so the last token of a row predicts the first of the next.",
        ),
        Mistake(
            "by-two",
            _table_training(lambda x: (x[:, :-2], x[:, 2:])),
            "The leak is closed. But the target is the token after next: how far has it been shifted?",
        ),
        Mistake(
            "old-count",
            _table_training(count=lambda read, x: x.numel()),
            "The shift is right. You divide by all tokens; how many are predicted now?",
        ),
        Mistake(
            "no-count",
            _table_training(count=lambda read, x: 1),
            "The shift is right. The slope is that of the sum now; the mean over the predicted tokens was there before.",
        ),
        Mistake(
            "by-rows",
            _table_training(count=lambda read, x: len(x)),
            "The shift is right. You divide by the number of texts; the mean is over the predicted tokens.",
        ),
        Mistake(
            "by-columns",
            _table_training(count=lambda read, x: read.shape[1]),
            "The shift is right. You divide by the length of a text; the mean is over the predicted tokens of all texts.",
        ),
        Mistake(
            "uphill",
            _table_training(sign=-1.0),
            "The shift is right, and the table walks uphill: what is the sign of a step of descent?",
        ),
        Mistake(
            "transposed",
            _table_training(end=lambda table: table.T),
            "The shift is right, and the table is turned: its rows belong to the token that was read.",
        ),
        Mistake(
            "probabilities",
            _table_training(end=lambda table: table.softmax(-1)),
            "The shift is right. You return probabilities; the function promises its table of scores.",
        ),
        Mistake(
            "one-step-more",
            _table_training(extra=1),
            "The shift is right, and you take one step too many.",
        ),
        Mistake(
            "one-step-less",
            _table_training(extra=-1),
            "The shift is right, and you take one step too few.",
        ),
        Mistake(
            "log-probabilities",
            _table_training(end=lambda table: table.log_softmax(-1)),
            "The shift is right. You return log-probabilities; the function promises its table of scores, as descent left it.",
        ),
        Mistake(
            "each-row-its-mean",
            _each_row_its_mean,
            "The shift is right. You divide each row of the table by its own count; the mean is over all tokens that are predicted.",
        ),
        Mistake(
            "filled-with-zero",
            _table_training(lambda x: (x, torch.nn.functional.pad(x[:, 1:], (0, 1)))),
            "Shifted, and a 0 put where the last target is missing. But 0 is a letter: the table learns that it comes last.",
        ),
        Mistake(
            "filled-with-the-last",
            _table_training(lambda x: (x, torch.cat([x[:, 1:], x[:, -1:]], dim=1))),
            "Shifted, and the last token put where its successor is missing: the table learns that it repeats itself.",
        ),
        Mistake(
            "reads-later",
            _table_training(lambda x: (x[:, 1:], x[:, 1:].roll(-1, 1))),
            "You cut the first token off what is read, so its successor is never learned, and the last target wraps round to the front.",
        ),
        Mistake(
            "along-the-batch",
            _table_training(lambda x: (x[:-1], x[1:])),
            "You cut along the first axis, which counts the texts. The places of a text run along the second.",
        ),
    ),
    variants=(
        _by_autograd,
        _by_counts,
        lambda x, v, lr, steps: train_table(x.clone(), v, lr, steps).float(),
        _table_training(lambda x: (x.roll(1, 1)[:, 1:], x[:, 1:])),
    ),
)

# seq-10 · predict: the first loss -----------------------------------------------------------------------------------

FIRST_LOSS = Question(
    id="seq-10",
    name="first_loss",
    title="Step zero",
    kind="predict",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "About 0: it has not made a mistake yet.",
        "B": "About 0.69: it is right or wrong, half and half.",
        "C": "About 10.8.",
        "D": "About 15.6.",
        "E": "It cannot be told: the weights are random.",
    },
    answer="C",
    because="Small random weights give every token about the same probability, 1/50,257, and −log of that is 10.82 nats. A "
    "first loss of 30 means that the scores are far too large at the start; at one of 3, ask whether the weights are new, "
    "and whether the sum was divided by too many places.",
    misconceptions={
        "A": "It says something at its first step too: 50,257 probabilities. How much is left for the token that comes?",
        "B": "That is −log ½, for two possibilities. Among how many does it have to choose here?",
        "D": "The right idea, in bits. Training losses are printed in nats: which logarithm is that?",
        "E": "The weights are random, and small. What does the softmax make of 50,257 scores that are all near zero?",
    },
    hints=(
        "What probability does a model that prefers nothing give to each token?",
        "One divided by the size of the vocabulary. And its surprise?",
        "The natural logarithm of the size of the vocabulary.",
    ),
)
