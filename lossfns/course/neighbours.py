"""How good is an embedding? Ask the nearest neighbours of points that it has never seen."""

from typing import Any

import torch
from torch import Tensor

METRICS = ("cosine", "euclidean")


def knn_accuracy(
    points: Any, labels: Any, queries: Any, truth: Any, *, k: int = 5, metric: str = "cosine"
) -> float:
    """The share of the queries whose k nearest points vote for the right label.

    points: embeddings (n, d) with known labels (n,), whole numbers from 0. queries: embeddings (m, d); truth: their
    labels (m,). k: how many neighbours vote, from 1 to n.
    metric: "cosine" (a zero vector has similarity 0 to everything) or "euclidean".

    Ties: of points equally near, the earlier rows come first. Of labels with equally many votes, the one of the
    nearest voter wins. Nothing is left out: a query that is among the points finds itself.
    Raises ValueError when shapes do not fit, k is not from 1 to n, or the metric is neither of the two.

    >>> points = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]
    >>> knn_accuracy(points, [0, 0, 1], [[2.0, 0.1], [0.1, 3.0]], [0, 1], k=1)
    1.0
    """
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
    points, queries = (torch.as_tensor(x).detach().double() for x in (points, queries))
    labels, truth = torch.as_tensor(labels), torch.as_tensor(truth)
    _check(points, labels, queries, truth, k)
    order = torch.sort(_distances(queries, points, metric), dim=1, stable=True).indices[:, :k]
    return float((_elected(labels[order]) == truth).double().mean())


def _check(points: Tensor, labels: Tensor, queries: Tensor, truth: Tensor, k: int) -> None:
    fits = points.ndim == queries.ndim == 2 and points.shape[1] == queries.shape[1]
    if not fits or labels.shape != points.shape[:1] or truth.shape != queries.shape[:1]:
        shapes = ", ".join(str(tuple(x.shape)) for x in (points, labels, queries, truth))
        raise ValueError(
            f"points (n, d), labels (n,), queries (m, d) and truth (m,) are needed, got {shapes}"
        )
    if not 1 <= k <= len(points):
        raise ValueError(f"k must be between 1 and the number of points, {len(points)}, got {k}")


def _distances(queries: Tensor, points: Tensor, metric: str) -> Tensor:
    if metric == "euclidean":
        return torch.cdist(queries, points, compute_mode="donot_use_mm_for_euclid_dist")
    queries, points = (torch.nn.functional.normalize(x, dim=1) for x in (queries, points))
    return -queries @ points.mT


def _elected(votes: Tensor) -> Tensor:
    """The most frequent label of each row; of several, the one that comes first in the row."""
    counts = (votes[:, :, None] == votes[:, None, :]).sum(2)  # how many votes the label of each voter has
    first = counts.double() - torch.arange(votes.shape[1]) / (votes.shape[1] + 1)
    return votes.gather(1, first.argmax(1, keepdim=True))[:, 0]
