"""Sequences: a source whose entropy is known exactly, and real text that ships with Python."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lossfns.data.installed import Source

Array = np.ndarray


class MarkovSource:
    """A source of tokens in which each token depends on the one before it, and on nothing else.

    transition: (v, v), transition[i, j] = P(next is j | now i); each row sums to 1. From every token every other must
        be reachable, so that the long-run shares are unique.
    letters: one character for each token, for printing; the first v of "abc…" if left out.

    Raises ValueError when `transition` is not such a matrix or `letters` has another length.

    >>> coin = MarkovSource([[0.5, 0.5], [0.5, 0.5]])
    >>> round(coin.entropy_rate, 4)    # log 2
    0.6931

    Source: Shannon (1948), A mathematical theory of communication, sections 2 to 7.
    """

    def __init__(self, transition: Any, letters: str | None = None):
        p = np.array(transition, dtype=np.float64)
        if p.ndim != 2 or p.shape[0] != p.shape[1] or not len(p):
            raise ValueError(f"transition must be a square matrix, got shape {p.shape}")
        if (p < 0).any() or not np.allclose(p.sum(1), 1, rtol=0, atol=1e-9):
            raise ValueError(
                f"each row of transition must be probabilities that sum to 1, got sums {p.sum(1).round(6).tolist()}"
            )
        if not (np.linalg.matrix_power(np.eye(len(p)) + (p > 0), len(p)) > 0).all():
            raise ValueError(
                "from every token of transition every other must be reachable, and here some are not"
            )
        self.transition = p
        self.letters = letters or "".join(chr(97 + i) for i in range(len(p)))
        if len(self.letters) != len(p):
            raise ValueError(
                f"letters must have one character for each of {len(p)} tokens, got {self.letters!r}"
            )

    @cached_property
    def stationary(self) -> Array:
        """The share that each token has in the long run, (v,): π with πP = π and Σπ = 1."""
        v = len(self.transition)
        system = np.vstack([self.transition.T - np.eye(v), np.ones(v)])
        return np.linalg.lstsq(system, np.append(np.zeros(v), 1.0), rcond=None)[0]

    @cached_property
    def entropy_rate(self) -> float:
        """What one more token costs in the long run, in nats: Σᵢ πᵢ Σⱼ −Pᵢⱼ log Pᵢⱼ. No model's expected loss is less."""
        return float(self.stationary @ entropy(self.transition))

    def sample(self, n: int, length: int, *, seed: int = 0) -> Array:
        """n rows of `length` tokens, int64 (n, length); each row begins with the long-run shares."""
        draws = np.random.default_rng(seed).random((n, length))
        first, next_ = np.cumsum(self.stationary), np.cumsum(self.transition, axis=1)
        tokens = np.empty((n, length), dtype=np.int64)
        for t in range(length):
            bounds = np.broadcast_to(first, (n, len(first))) if t == 0 else next_[tokens[:, t - 1]]
            # the last bound is 1 up to rounding, and a draw is below 1: compare with all others
            tokens[:, t] = (draws[:, t, None] >= bounds[:, :-1]).sum(1)
        return tokens

    def nll(self, tokens: Any) -> Array:
        """−log P of each token given the one before, in nats: (…, t) → (…, t − 1). Infinite where P is 0."""
        tokens = np.asarray(tokens)
        with np.errstate(divide="ignore"):
            return -np.log(self.transition[tokens[..., :-1], tokens[..., 1:]])

    def text(self, tokens: Any) -> str:
        """Tokens (t,) as a string of the source's letters."""
        return "".join(self.letters[token] for token in np.asarray(tokens))


def entropy(probs: Any) -> Array:
    """−Σ p log p over the last axis, in nats, with 0 log 0 = 0.

    >>> entropy([[0.5, 0.5], [1.0, 0.0]]).round(4).tolist()
    [0.6931, 0.0]
    """
    p = np.asarray(probs, dtype=np.float64)
    return -(p * np.log(np.where(p > 0, p, 1.0))).sum(-1) + 0.0  # + 0.0 turns −0.0 into 0.0


BABBLE = {
    # after this letter: the letters that may follow, and how often of ten
    " ": {"b": 3, "l": 3, "n": 2, "s": 2},
    "a": {" ": 3, "b": 1, "l": 2, "n": 3, "s": 1},
    "e": {" ": 6, "l": 2, "n": 2},
    "b": {"a": 7, "e": 3},
    "l": {"a": 5, "e": 4, "s": 1},
    "n": {"a": 4, "e": 6},
    "s": {"a": 6, "e": 1, "l": 1, " ": 2},
}


def babble() -> MarkovSource:
    """A small language of seven letters, " aeblns", in which only the last letter matters: "bana le sa nale lase …".

    Some pairs never occur (two vowels, for one). Its entropy rate is 1.094 nats a letter, 1.58 bits.

    >>> source = babble()
    >>> round(source.entropy_rate, 3), source.letters
    (1.094, ' aeblns')
    """
    letters = "".join(BABBLE)
    return MarkovSource([[BABBLE[a].get(b, 0) / 10 for b in letters] for a in letters], letters)


class Topics(NamedTuple):
    """Sentences, each a string of lower-case letters, blanks, commas and one full stop at its end."""

    sentences: list[str]


def topics(*, longest: int = 120) -> Topics:
    """Sentences of Python's own reference manual, from the standard library's `pydoc_data.topics`.

    Made small for small models: lower case, the letters a to z, blanks and commas, a full stop at the end; every
    sentence once, those with much code in them left out. `longest`: of at most that many characters.

    The text is another one in each version of Python (3.11: 1,004 sentences, 75,000 characters): assert what
    holds for all of them.

    >>> sentences = topics().sentences
    >>> len(sentences) > 500, all(sentence.endswith(".") for sentence in sentences)
    (True, True)
    """
    from pydoc_data.topics import topics as pages  # half a megabyte, read when it is wanted

    paragraphs = (part for name in sorted(pages) for part in pages[name].split("\n\n"))
    rough = (said for part in paragraphs for said in re.split(r"(?<=[.:])\s+", " ".join(part.split())))
    kept = (_plain(said) for said in rough if said.endswith(".") and _is_prose(said))
    return Topics([said for said in dict.fromkeys(kept) if 4 <= len(said) <= longest])


def _is_prose(said: str) -> bool:
    return sum(character.isalpha() or character in " ,." for character in said) >= 0.95 * len(said)


def _plain(said: str) -> str:
    return " ".join(re.sub(r"[^a-z, ]+", " ", said.lower()).split()).rstrip(", ") + "."


def characters(sentences: Sequence[str]) -> str:
    """The alphabet of some sentences, sorted."""
    return "".join(sorted(set("".join(sentences))))


SOURCES = (
    Source(
        name="topics",
        content="sentences of the Python language reference, lower case, one alphabet of 29 characters",
        shape="text; another one in each version of Python",
        licence="PSF License, as part of Python",
        citation="Python Software Foundation. The Python Language Reference; pydoc_data.topics of the standard library.",
    ),
)
