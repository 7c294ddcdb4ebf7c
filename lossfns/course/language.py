"""A small language model, and what turns text into tokens for it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lossfns.course.networks import mlp

PAD = 0  # what stands where a row of a batch has ended


class Padded(NamedTuple):
    """Rows of unequal length as one table: tokens (b, t), and a mask (b, t) that is True where a token is real."""

    tokens: Tensor
    mask: Tensor


class Alphabet:
    """Characters and their numbers: `encode` turns text into tokens, `decode` tokens into text.

    letters: each character once; its place is its number. ValueError for a character twice, or, when encoding, for
        one that is not there.

    >>> Alphabet("abc").encode("cab")
    tensor([2, 0, 1])
    >>> Alphabet("abc").decode([2, 0, 1])
    'cab'
    """

    def __init__(self, letters: str):
        self.letters, self._number = letters, {letter: i for i, letter in enumerate(letters)}
        if len(self._number) < len(letters):
            raise ValueError(f"each character once, got {letters!r}")

    def __len__(self) -> int:
        return len(self.letters)

    def encode(self, text: str) -> Tensor:
        """(t,) int64, a number for each character of the text."""
        if strange := sorted(set(text) - set(self.letters)):
            raise ValueError(f"the alphabet {self.letters!r} lacks {', '.join(map(repr, strange))}")
        return torch.tensor([self._number[letter] for letter in text], dtype=torch.int64)

    def decode(self, tokens: Tensor | Sequence[int]) -> str:
        """The text of tokens (t,)."""
        return "".join(self.letters[int(token)] for token in tokens)


def pad(rows: Sequence[Tensor], *, value: int = PAD) -> Padded:
    """Rows (t₁,), (t₂,) … as one table, as wide as the longest; `value` fills what is left.

    >>> pad([torch.tensor([5, 6, 7]), torch.tensor([8])])
    Padded(tokens=tensor([[5, 6, 7],
            [8, 0, 0]]), mask=tensor([[ True,  True,  True],
            [ True, False, False]]))
    """
    tokens = nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value)
    lengths = torch.tensor([len(row) for row in rows])
    return Padded(tokens, torch.arange(tokens.shape[1]) < lengths[:, None])


class LanguageModel(nn.Module):
    """Scores for the next token from the last few: an embedding of each, laid side by side, and one hidden layer.

    tokens (b, t), integer -> logits (b, t, v). The logits at position t depend on the tokens at t, t − 1 …, and on
    none after t. They are *about* the token at t + 1: the shift is the loss's business (`next_token_loss`). Before
    the first token stands a mark of its own.

    Args:
        vocabulary: v, the number of tokens.
        context: how many tokens it sees, its own position included, at least 1. With 1 it can learn every Markov
            source, and nothing longer.
        width, dims: of the hidden layer, and of a token's embedding.
        seed: of its first weights. They are torch's usual ones, in torch's default dtype; the last layer's are a
            tenth of them, so that an untrained model is close to a uniform guesser. The global random state is left
            alone.

    >>> LanguageModel(7)(torch.zeros(2, 5, dtype=torch.int64)).shape
    torch.Size([2, 5, 7])

    Source: Bengio, Ducharme, Vincent and Jauvin (2003), A neural probabilistic language model, JMLR 3.
    """

    def __init__(self, vocabulary: int, *, context: int = 4, width: int = 64, dims: int = 8, seed: int = 0):
        if context < 1:
            raise ValueError(f"context must be at least 1, got {context}")
        super().__init__()
        self.vocabulary, self.context = vocabulary, context
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(vocabulary + 1, dims)
        self.layers = mlp(context * dims, width, vocabulary, seed=seed)
        with torch.no_grad():
            self.layers[-1].weight /= 10
            self.layers[-1].bias /= 10

    def forward(self, tokens: Tensor) -> Tensor:
        before = tokens.new_full((*tokens.shape[:-1], self.context - 1), self.vocabulary)
        windows = torch.cat([before, tokens], dim=-1).unfold(-1, self.context, 1)  # (b, t, context)
        return self.layers(self.embedding(windows).flatten(-2))

    @torch.no_grad()
    def continue_text(self, tokens: Tensor, length: int, *, seed: int = 0, greedy: bool = False) -> Tensor:
        """tokens (b, t), t at least 1 -> (b, t + length): it reads what it wrote, and writes on.

        Each token is drawn from the model's own probabilities, with a seed; `greedy` takes the likeliest instead.
        """
        draw = torch.Generator().manual_seed(seed)
        for _ in range(length):
            logits = (
                self(tokens[:, -self.context :])[:, -1]
                if tokens.shape[1] >= self.context
                else self(tokens)[:, -1]
            )
            probs = logits.softmax(-1)
            new = probs.argmax(-1, keepdim=True) if greedy else torch.multinomial(probs, 1, generator=draw)
            tokens = torch.cat([tokens, new], dim=1)
        return tokens
