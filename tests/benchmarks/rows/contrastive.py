"""Distances and similarities against torch, and NT-Xent against pytorch-metric-learning."""

import torch
import torch.nn.functional as F
from contest import Contest, losses, normal
from torch import Tensor

import lossfns


def composed_info_nce(queries: Tensor, keys: Tensor) -> Tensor:
    similarities = F.normalize(queries) @ F.normalize(keys).T
    return F.cross_entropy(similarities / 0.07, torch.arange(len(queries)))


def composed_nt_xent(view1: Tensor, view2: Tensor) -> Tensor:
    views = F.normalize(torch.cat([view1, view2]))
    logits = (views @ views.T / 0.5).masked_fill(torch.eye(len(views), dtype=torch.bool), -torch.inf)
    return F.cross_entropy(logits, torch.arange(len(views)).roll(len(view1)))


def metric_learnings_nt_xent(view1: Tensor, view2: Tensor) -> Tensor:
    from pytorch_metric_learning.losses import NTXentLoss

    return NTXentLoss(temperature=0.5)(torch.cat([view1, view2]), torch.arange(len(view1)).repeat(2))


def alike(loss):
    return lambda x1, x2: loss(x1, x2, torch.ones(len(x1)))


ROWS = [
    Contest(
        "triplet_margin_loss, 16,384 × 128",
        "F.triplet_margin_loss",
        losses(lossfns.triplet_margin_loss, F.triplet_margin_loss, normal(16384, 128, count=3)),
        bound=2.0,
        reason="vectors are scaled first, so that no square overflows or vanishes.",
    ),
    Contest(
        "cosine_embedding_loss, 16,384 × 128",
        "F.cosine_embedding_loss",
        losses(
            alike(lossfns.cosine_embedding_loss),
            alike(F.cosine_embedding_loss),
            normal(16384, 128, count=2),
        ),
        bound=2.0,
        reason="vectors are scaled first, so that no square overflows or vanishes.",
    ),
    Contest(
        "info_nce_loss, 1,024 × 128",
        "F.normalize, F.cross_entropy",
        losses(lossfns.info_nce_loss, composed_info_nce, normal(1024, 128, count=2)),
        bound=1.25,
    ),
    Contest(
        "nt_xent_loss, 1,024 × 128",
        "F.normalize, masked_fill, F.cross_entropy",
        losses(lossfns.nt_xent_loss, composed_nt_xent, normal(1024, 128, count=2)),
        bound=1.0,
    ),
    Contest(
        "nt_xent_loss, 128 × 128",
        "pytorch-metric-learning (at 1,024 it needs 34 GB)",
        losses(lossfns.nt_xent_loss, metric_learnings_nt_xent, normal(128, 128, count=2)),
        bound=1.0,
        needs="pytorch_metric_learning",
    ),
]
