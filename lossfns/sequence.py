"""Sequence losses: cross entropy at every token, and what the average is taken over.

Next-token loss *is* masked cross entropy with the targets shifted by one. A token that is masked is as if it were not
there, whatever stands in its place, so that a value does not depend on how sequences were padded. For the same value from
a batch in parts, add up the parts' "sum" and divide once by the number of tokens: means of parts of different size do not
average to the mean of the whole.
"""

import math

import torch
from torch import Tensor

from lossfns._numerics import (
    check_floating,
    check_integer,
    check_labels,
    check_mask,
    check_number,
    check_order,
    reduce,
    widen,
)
from lossfns.classification import cross_entropy

MASKED = -100  # a target that is masked, as in cross_entropy
REDUCTIONS = ("mean", "sequence-mean", "sum", "none")


def sequence_cross_entropy(
    logits: Tensor,
    target: Tensor,
    *,
    mask: Tensor | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Token cross entropy: the surprise, in nats, at each token of a sequence.

    l_bt = cross_entropy(logits_bt, target_bt) where the token is unmasked. "mean" is Σ l / (number of unmasked tokens);
    "sequence-mean" first averages within each sequence, then over the sequences that have an unmasked token.

    Args:
        logits: scores for v words at each of t positions, floating point, (b, t, v) or (…, t, v).
        target: word indices, integer, (b, t), from 0 to v − 1. A target of −100 is masked.
        mask: True where a token counts, bool, (b, t). None: all count.
        label_smoothing: ε from 0 to 1, as in `cross_entropy`.
        reduction: "mean", "sequence-mean", "sum" or "none" (one loss for each token, (b, t), 0 where masked).

    Returns:
        A scalar, or (b, t) for "none". Half precision is computed in float32 and returned as float32. Where no token is
        unmasked the mean is 0 with zero gradient.

    Raises:
        ValueError: the shapes do not fit, an unmasked target is out of range, ε is not in [0, 1], or `reduction` is none
            of the four.
        TypeError: `logits` is not a floating-point tensor, `target` not an integer one, or `mask` not a bool one.

    Example:
        >>> logits, target = torch.zeros(1, 3, 4), torch.tensor([[2, 0, 3]])
        >>> sequence_cross_entropy(logits, target, mask=torch.tensor([[True, True, False]]), reduction="sum")    # 2 log 4
        tensor(2.7726)

    Differs from:
        `torch.nn.functional.cross_entropy`, which wants the vocabulary on axis 1 and is NaN when all is masked.

    Source:
        Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, JMLR 3, 2003.
    """
    _check_tokens(logits, mask, reduction, target=target)
    target = _masked(target, mask)
    options = {"ignore_index": MASKED, "label_smoothing": label_smoothing}
    if reduction != "sequence-mean":
        return cross_entropy(logits, target, reduction=reduction, **options)
    losses = cross_entropy(logits, target, reduction="none", **options)
    tokens = (target != MASKED).sum(-1)
    return reduce(losses.sum(-1) / tokens.clamp(min=1), tokens > 0, "mean")


def next_token_loss(
    logits: Tensor,
    tokens: Tensor,
    *,
    mask: Tensor | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Next-token loss of a language model: the logits at position t are judged by the token at t + 1.

    L = (1/T) Σ_t −log P(token_{t+1} | tokens up to t), in nats: `sequence_cross_entropy` of all logits but the last
    against all tokens but the first.

    Args:
        logits: what the model says at each position, floating point, (b, t, v).
        tokens: what it read, integer, (b, t), not shifted: the shift is done here. A token of −100 is masked.
        mask: True where a token counts as a *target*, bool, (b, t), in the places of `tokens`; its first column has no
            effect, since nothing predicts the first token.
        label_smoothing, reduction: as in `sequence_cross_entropy`; "none" gives (b, t − 1).
            (the result and the errors as there)

    Example:
        >>> next_token_loss(torch.zeros(1, 3, 4), torch.tensor([[2, 0, 3]]), reduction="none")
        tensor([[1.3863, 1.3863]])

    Differs from:
        models of `transformers`, which shift `labels` in the same way: a loss that is shifted before the call, as for
        `sequence_cross_entropy`, is shifted twice.

    Source:
        Shannon, Prediction and entropy of printed English, Bell System Technical Journal 30, 1951.
    """
    _check_tokens(logits, mask, reduction, tokens=tokens)
    if mask is not None:
        mask = mask[..., 1:]
    return sequence_cross_entropy(
        logits[..., :-1, :],
        tokens[..., 1:],
        mask=mask,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )


def perplexity(nll: Tensor | float) -> Tensor:
    """Perplexity exp(nll): among how many equally likely words the model hesitates.

    Args:
        nll: mean negative log-likelihood per token, in nats: a floating-point tensor of any shape, or a number.

    Returns:
        A tensor like `nll`, at least float32; float64 for a number. Infinite where exp overflows (nll > 709 in float64, > 88
        in float32).

    Raises:
        TypeError: `nll` is neither a floating-point tensor nor a number.

    Example:
        >>> perplexity(torch.tensor(50.0).log())
        tensor(50.0000)

    Differs from:
        the mean of the tokens' own perplexities: average the losses first.
        torchmetrics takes the logarithm of a softmax, and one token with nll 110 makes it infinite.

    Source:
        Jelinek, Mercer, Bahl and Baker, Perplexity: a measure of the difficulty of speech recognition tasks, 1977.
    """
    return _as_tensor(nll=nll).exp()


def bits_per_byte(total_nll: Tensor | float, num_bytes: int | Tensor) -> Tensor:
    """Bits per byte, total_nll / (num_bytes · log 2): comparable between models whose tokens differ.

    Args:
        total_nll: *sum* of the negative log-likelihoods over the text, in nats: a floating-point tensor, or a number.
        num_bytes: length of that text in bytes (UTF-8), positive: a number, or a tensor of the shape of `total_nll`.

    Returns:
        A tensor like `total_nll`, at least float32; float64 for a number. 8 for a model that knows nothing about bytes.

    Raises:
        ValueError: `num_bytes` is not positive, or its shape is another one.
        TypeError: `total_nll` is neither a floating-point tensor nor a number, or `num_bytes` neither a number nor a
            tensor.

    Example:
        >>> bits_per_byte(torch.tensor(256.0).log(), 1)
        tensor(8.)

    Source:
        Shannon, A mathematical theory of communication, Bell System Technical Journal 27, 1948.
    """
    nll = _as_tensor(total_nll=total_nll)
    if not isinstance(num_bytes, Tensor):
        check_number(num_bytes=num_bytes)
        num_bytes = torch.tensor(num_bytes, device=nll.device)
    elif num_bytes.ndim and num_bytes.shape != nll.shape:
        raise ValueError(
            f"num_bytes must be one number or have total_nll's shape, got num_bytes {tuple(num_bytes.shape)} "
            f"and total_nll {tuple(nll.shape)}"
        )
    if not (num_bytes > 0).all():
        raise ValueError(f"num_bytes must be positive, got {num_bytes.min().item()}")
    return nll / math.log(2) / num_bytes


def _check_tokens(logits: Tensor, mask: Tensor | None, reduction: str, **words: Tensor) -> None:
    """Raise unless logits are (…, t, v), and the one other argument holds word indices (…, t) where unmasked."""
    ((name, value),) = words.items()
    check_order(logits=logits, **words)
    check_floating(logits=logits)
    check_integer(**words)
    if logits.ndim < 2 or value.shape != logits.shape[:-1]:
        raise ValueError(
            f"{name} must be (b, t) for logits (b, t, v), got logits {tuple(logits.shape)} "
            f"and {name} {tuple(value.shape)}"
        )
    check_mask(mask, **words)
    check_labels(logits.shape[-1], MASKED, **{name: _masked(value, mask)})
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sequence-mean", "sum" or "none", got {reduction!r}')


def _masked(target: Tensor, mask: Tensor | None) -> Tensor:
    """The target with −100 where the mask is False."""
    return target.long() if mask is None else target.long().masked_fill(~mask, MASKED)


def _as_tensor(**value: Tensor | float) -> Tensor:
    """One number as a float64 tensor, or a floating-point tensor in working precision."""
    ((_, number),) = value.items()
    if not isinstance(number, Tensor):
        check_number(**value)
        return torch.tensor(number, dtype=torch.float64)
    check_floating(**value)
    return widen(number)[0]
