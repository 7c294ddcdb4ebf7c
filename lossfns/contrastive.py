"""Contrastive losses: meaning as distance. Pull what belongs together, push what does not.

Triplet loss compares two distances. InfoNCE asks "which key is mine?", a classification whose classes are the other
rows of the batch: it *is* cross entropy over similarities. CLIP asks in both directions, SimCLR's NT-Xent asks among
all views of the batch. The similarity matrix, n² numbers, is the largest thing in memory. A zero vector has no
direction: its cosine similarity is 0, and so is its gradient.
"""

import torch
from torch import Tensor

from lossfns._numerics import (
    balance,
    check_floating,
    check_positive,
    check_range,
    check_same_shape,
    check_signs,
    euclidean_norm,
    reduce,
    unit_vectors,
    widen,
)
from lossfns.classification import cross_entropy, cross_entropy_grad


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """Triplet loss: the negative must be farther from the anchor than the positive, by a margin.

    l = max(0, ‖a − p‖ − ‖a − n‖ + margin), with Euclidean distances.

    Args:
        anchor: embeddings (…, d), floating point.
        positive: embeddings that belong with the anchors, the same shape.
        negative: embeddings that do not, the same shape.
        margin: how much farther, in the unit of the embeddings, positive.
        reduction: "mean", "sum" or "none" (one loss for each triplet, (…)).

    Returns:
        A scalar, or a tensor (…) for "none". Half precision is computed in float32 and returned as float32. The mean
        of no triplets is 0. At the kink (a triplet exactly on the margin) the gradient is 0; so is the gradient of
        the distance between identical points.

    Raises:
        ValueError: the shapes differ (nothing is broadcast), the embeddings have no axis, the margin is not
            positive, or `reduction` is none of the three.
        TypeError: an embedding is not a floating-point tensor, or the margin not a number.

    Example:
        >>> anchor, positive, negative = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 5.5]])
        >>> triplet_margin_loss(anchor, positive, negative)
        tensor(0.5000)

    Differs from:
        `torch.nn.functional.triplet_margin_loss`, which adds 1e-6 to each coordinate of the difference, so that
        the distance of a point to itself is 1e-6·√d; FaceNet, which squares the distances;
        pytorch-metric-learning, whose mean is over the triplets with a positive loss only.

    Source:
        Weinberger and Saul, Distance metric learning for large margin nearest neighbor classification, JMLR 10, 2009;
        Schroff, Kalenichenko and Philbin, FaceNet, CVPR 2015.
    """
    check_positive(margin=margin)
    anchor, positive, negative = _vectors(anchor=anchor, positive=positive, negative=negative)
    excess = euclidean_norm(anchor - positive) - euclidean_norm(anchor - negative) + margin
    return reduce(excess.relu(), None, reduction)


def info_nce_loss(
    queries: Tensor,
    keys: Tensor,
    *,
    temperature: float | Tensor = 0.07,
    normalize: bool = True,
    reduction: str = "mean",
) -> Tensor:
    """InfoNCE: row i of the queries must find row i of the keys among all keys. Cross entropy over similarities.

    lᵢ = −log( exp(sᵢᵢ / τ) / Σⱼ exp(sᵢⱼ / τ) ), where sᵢⱼ is the cosine similarity of query i and key j.

    Args:
        queries: embeddings (n, d), floating point.
        keys: embeddings (n, d); key i is the positive of query i, the other n − 1 keys are its negatives.
        temperature: τ > 0, a number, or a scalar tensor to learn it. Small τ looks at the hardest negatives only.
        normalize: True for cosine similarity; False for the plain dot product (vectors that are unit already).
        reduction: "mean", "sum" or "none" (one loss for each query, (n,)).

    Returns:
        A scalar, or (n,) for "none", in nats: log n when all keys look alike, 0 for a batch of one or none. Half
        precision is computed in float32 and returned as float32.

    Raises:
        ValueError: the shapes differ or are not (n, d), τ is not positive, or `reduction` is none of the three.
        TypeError: an embedding is not a floating-point tensor, or τ not a number.

    Example:
        >>> info_nce_loss(torch.eye(2), torch.eye(2), temperature=0.5)    # log(1 + exp(−2))
        tensor(0.1269)

    Differs from:
        `pytorch_metric_learning`'s NTXentLoss, which adds a tiny number inside the logarithm: at τ = 0.01 a positive
        with cosine −1 costs 200 here; there 87, with gradient 0.

    Source:
        van den Oord, Li and Vinyals, Representation learning with contrastive predictive coding, 2018.
    """
    queries, keys = _matrices(queries=queries, keys=keys)
    similarities = _similarities(queries, keys, normalize)
    return cross_entropy(_logits(similarities, temperature), _own_row(similarities), reduction=reduction)


def info_nce_grad(
    similarities: Tensor, *, temperature: float | Tensor = 0.07, reduction: str = "mean"
) -> Tensor:
    """∂ info_nce_loss / ∂ similarities = (softmax of each row of s / τ, minus the identity) / (n·τ).

    Each query is pushed off every key by the probability that it gave it, and pulled to its own by what is missing
    to 1. The factor 1/τ is why a small temperature needs a small step.

    Args:
        similarities: the raw (n, n) matrix sᵢⱼ, before the division by τ.
        temperature, reduction: as in `info_nce_loss`; without 1/n for "sum" and "none".

    Returns:
        A tensor of the shape and dtype of `similarities`. Each row sums to 0.

    Raises:
        ValueError: `similarities` is not square, or as in `info_nce_loss`.
        TypeError: as in `info_nce_loss`.

    Example:
        >>> info_nce_grad(torch.zeros(2, 2), temperature=0.5)
        tensor([[-0.5000,  0.5000],
                [ 0.5000, -0.5000]])
    """
    check_floating(similarities=similarities)
    if similarities.ndim != 2 or similarities.shape[0] != similarities.shape[1]:
        raise ValueError(f"similarities must be (n, n), got {tuple(similarities.shape)}")
    (wide,) = widen(similarities)
    slopes = cross_entropy_grad(_logits(wide, temperature), _own_row(wide), reduction=reduction)
    return (slopes / temperature).to(similarities.dtype)


def clip_loss(a: Tensor, b: Tensor, *, temperature: float | Tensor = 0.07, reduction: str = "mean") -> Tensor:
    """CLIP's loss: each image finds its text and each text its image; the mean of both directions.

    l = ½ (InfoNCE(a → b) + InfoNCE(b → a)), on cosine similarities.

    Args:
        a: embeddings (n, d) of one kind, floating point.
        b: embeddings (n, d) of the other kind; row i belongs with row i of `a`.
        temperature, reduction: as in `info_nce_loss`; "none" gives one loss for each pair, (n,).
            (the result and the errors as in `info_nce_loss`)

    Example:
        >>> clip_loss(torch.eye(2), torch.eye(2), temperature=0.5)
        tensor(0.1269)

    Differs from:
        CLIP's own code, which learns the logarithm of 1 / τ (`logit_scale`): pass temperature=(-logit_scale).exp().

    Source:
        Radford et al., Learning transferable visual models from natural language supervision, ICML 2021.
    """
    a, b = _matrices(a=a, b=b)
    logits = _logits(_similarities(a, b), temperature)
    a_to_b = cross_entropy(logits, _own_row(logits), reduction=reduction)
    b_to_a = cross_entropy(logits.mT, _own_row(logits), reduction=reduction)
    return (a_to_b + b_to_a) / 2


def nt_xent_loss(
    view1: Tensor, view2: Tensor, *, temperature: float | Tensor = 0.5, reduction: str = "mean"
) -> Tensor:
    """NT-Xent, SimCLR's loss: each of 2n views must find its other view among the 2n − 1 that are not itself.

    InfoNCE on the views stacked, with the similarity of a view to itself taken out of the sum.

    Args:
        view1: embeddings (n, d) of one augmentation of n samples, floating point.
        view2: embeddings (n, d) of another augmentation of the same samples, in the same order.
        temperature, reduction: as in `info_nce_loss`; "none" gives one loss for each view, (2n,), `view1` first.
            (the result and the errors as in `info_nce_loss`)

    Example:
        >>> nt_xent_loss(torch.eye(2), torch.eye(2))    # log(1 + 2·exp(−2))
        tensor(0.2395)

    Differs from:
        `info_nce_loss`, whose n − 1 negatives come from the other view only; here there are 2n − 2, from both.

    Source:
        Chen, Kornblith, Norouzi and Hinton, A simple framework for contrastive learning, ICML 2020.
    """
    view1, view2 = _matrices(view1=view1, view2=view2)
    views = torch.cat([view1, view2])
    logits = _logits(_similarities(views, views), temperature).fill_diagonal_(-torch.inf)
    other_view = _own_row(logits).roll(len(view1))
    return cross_entropy(logits, other_view, reduction=reduction)


def cosine_embedding_loss(
    x1: Tensor, x2: Tensor, target: Tensor, *, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """Cosine embedding loss: vectors that belong together point one way, others at least do not.

    l = 1 − cos(x1, x2) where target = +1, and max(0, cos(x1, x2) − margin) where target = −1.

    Args:
        x1: embeddings (…, d), floating point.
        x2: embeddings, the same shape.
        target: +1 (belong together) or −1 (do not), shape (…), of any real dtype.
        margin: a cosine in [−1, 1]; unlike pairs below it cost nothing.
        reduction: "mean", "sum" or "none" (one loss for each pair, (…)).

    Returns:
        A scalar, or a tensor (…) for "none". Half precision is computed in float32 and returned as float32. The mean
        of no pairs is 0. At the kink (a cosine exactly at the margin) the gradient is 0.

    Raises:
        ValueError: the shapes do not fit, a target is neither −1 nor +1, the margin is outside [−1, 1], or
            `reduction` is none of the three.
        TypeError: an embedding is not a floating-point tensor, `target` not a real one, or the margin not a number.

    Example:
        >>> x1, x2 = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 2.0], [3.0, 0.0]])
        >>> cosine_embedding_loss(x1, x2, torch.tensor([1, -1]), reduction="none")
        tensor([1., 1.])

    Differs from:
        `torch.nn.functional.cosine_embedding_loss`, which takes a target of 0 for "costs nothing", and whose epsilon
        under the root gives a zero vector a gradient of about 1e6.

    Source:
        Bromley, Guyon, LeCun, Säckinger and Shah, Signature verification using a "Siamese" time delay neural
        network, NIPS 1993; the margin form is that of Torch7's CosineEmbeddingCriterion.
    """
    check_range(-1, 1, margin=margin)
    x1, x2 = _vectors(x1=x1, x2=x2)
    check_signs(target=target)
    if target.shape != x1.shape[:-1]:
        came = f"target {tuple(target.shape)} for embeddings {tuple(x1.shape)}"
        raise ValueError(f"target must have one sign for each pair, got {came}")
    cosine = _cosines(x1, x2)
    # relu on both branches: rounding can carry the cosine of parallel vectors past 1
    return reduce(torch.where(target > 0, 1 - cosine, cosine - margin).relu(), None, reduction)


def _vectors(**embeddings: Tensor) -> tuple[Tensor, ...]:
    """The embeddings (…, d) in working precision, checked: floating point, of one shape, with a last axis."""
    check_floating(**embeddings)
    check_same_shape(**embeddings)
    for name, x in embeddings.items():
        if x.ndim == 0 or x.shape[-1] == 0:
            raise ValueError(f"{name} must have a last axis of d > 0 coordinates, got {tuple(x.shape)}")
    return widen(*embeddings.values())


def _matrices(**embeddings: Tensor) -> tuple[Tensor, ...]:
    """The embeddings in working precision, checked: floating point, of one shape (n, d)."""
    wide = _vectors(**embeddings)
    if wide[0].ndim != 2:
        raise ValueError(f"{' and '.join(embeddings)} must be (n, d), got {tuple(wide[0].shape)}")
    return wide


def _similarities(a: Tensor, b: Tensor, normalize: bool = True) -> Tensor:
    """The (n, m) dot products of all rows, cosines if normalised."""
    return unit_vectors(a) @ unit_vectors(b).mT if normalize else a @ b.mT


def _logits(similarities: Tensor, temperature: float | Tensor) -> Tensor:
    """Similarities / τ, with τ a number or a scalar tensor above zero."""
    if not isinstance(temperature, Tensor):
        check_positive(temperature=temperature)
    elif temperature.ndim or not temperature > 0:
        raise ValueError(f"temperature must be one positive number, got {temperature}")
    return similarities / temperature


def _own_row(matrix: Tensor) -> Tensor:
    """The class of row i is i."""
    return torch.arange(len(matrix), device=matrix.device)


def _cosines(x1: Tensor, x2: Tensor) -> Tensor:
    """The cosine of each row of x1 and the same row of x2, 0 where one of them is the zero vector."""
    (x1, _), (x2, _) = balance(x1), balance(x2)
    norms = torch.linalg.vector_norm(x1, dim=-1) * torch.linalg.vector_norm(x2, dim=-1)
    return (x1 * x2).sum(-1) / torch.where(norms == 0, torch.inf, norms)
