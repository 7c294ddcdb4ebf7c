"""Who chose what: hold one choice of each user back, score all items, and see whether the held-back one comes out on top."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

Array = np.ndarray


class HeldBack(NamedTuple):
    """What is known, bool (n, m), and the item that was held back of each user, (n,)."""

    known: Array
    item: Array


class Factors(nn.Module):
    """A score for each user and item: how well their factors agree, and how much the item is liked by all.

    n users, m items, d factors each, initialised from their own seed in torch's default dtype.

    >>> Factors(3, 5, 2)().shape
    torch.Size([3, 5])
    """

    def __init__(self, n: int, m: int, d: int, *, seed: int = 0):
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        self.users = nn.Parameter(0.1 * torch.randn(n, d, generator=draw))
        self.items = nn.Parameter(0.1 * torch.randn(m, d, generator=draw))
        self.liked = nn.Parameter(torch.zeros(m))

    def forward(self) -> Tensor:
        return self.users @ self.items.T + self.liked


def hold_back(chosen: Array, *, seed: int = 0) -> HeldBack:
    """One random choice of each user is taken out. chosen: bool (n, m), each user with at least two.

    >>> known, item = hold_back(np.ones((4, 3), dtype=bool))
    >>> known.sum(1).tolist(), bool(known[0, item[0]])
    ([2, 2, 2, 2], False)
    """
    draw = np.random.default_rng(seed)
    item = np.array([draw.choice(np.flatnonzero(row)) for row in chosen])
    known = chosen.copy()
    known[np.arange(len(chosen)), item] = False
    return HeldBack(known, item)


def triples(known: Array, *, size: int, seed: int = 0) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Batches without end of (user, an item that is known to be chosen, one that is not): up to `size` in each.

    The second item is drawn from all and dropped where it was chosen too, so a batch is a little smaller than `size`.
    """
    users, items = (torch.as_tensor(index) for index in np.nonzero(known))
    taken, draw = torch.as_tensor(known), torch.Generator().manual_seed(seed)
    while True:
        row = torch.randint(len(users), (size,), generator=draw)
        other = torch.randint(known.shape[1], (size,), generator=draw)
        keep = ~taken[users[row], other]
        yield users[row][keep], items[row][keep], other[keep]


def hit_rate(scores: Any, held: HeldBack, *, k: int = 10) -> float:
    """The share of users whose held-back item is among the k best of those that are not known.

    scores: (n, m). An item with the same score as the held-back one does not count as better.

    >>> held = HeldBack(np.array([[True, False, False]]), np.array([2]))
    >>> hit_rate([[9.0, 1.0, 2.0]], held, k=1)
    1.0
    """
    scores = np.where(held.known, -np.inf, np.asarray(scores))
    own = scores[np.arange(len(scores)), held.item]
    return float(np.mean((scores > own[:, None]).sum(1) < k))
