"""How fast are the losses, as ratios to a peer in the same run? Writes RESULTS.md beside this file.

Machines are noisy: contestants take turns, each row shows the ratio of the fastest rounds and that of the medians,
and nothing here is a test. Values are compared first; a fast wrong function is no contestant.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F
from torch import Tensor

import lossfns

ROUNDS = 30
RESULTS = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True)
class Row:
    """Two functions of the same arguments, timed forward, and backward if there is a gradient. `bound`: our aim."""

    what: str
    ours: Callable[..., Tensor]
    peer_name: str
    peer: Callable[..., Tensor]
    args: Callable[[], tuple[Tensor, ...]]
    bound: float
    same_value: bool = True


@dataclass(frozen=True)
class Steps:
    """Two optimizers of the same matrices, timed over one step. `bound`: the ratio that we aim for."""

    what: str
    ours: Callable[[list[Tensor]], torch.optim.Optimizer]
    peer_name: str
    peer: Callable[[list[Tensor]], torch.optim.Optimizer]
    bound: float


def pair(n: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        pred, target = torch.randn(2, n, generator=generator)
        return pred.requires_grad_(), target

    return draw


def several(count: int, *shape: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        first, *others = torch.randn(count, *shape, generator=generator)
        return first.requires_grad_(), *others

    return draw


def graded(lists: int, items: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        scores = torch.randn(lists, items, generator=generator).requires_grad_()
        return scores, torch.randint(5, (lists, items), generator=generator)

    return draw


def composed_info_nce(queries: Tensor, keys: Tensor) -> Tensor:
    similarities = F.normalize(queries) @ F.normalize(keys).T
    return F.cross_entropy(similarities / 0.07, torch.arange(len(queries)))


def composed_nt_xent(view1: Tensor, view2: Tensor) -> Tensor:
    views = F.normalize(torch.cat([view1, view2]))
    logits = (views @ views.T / 0.5).masked_fill(torch.eye(len(views), dtype=torch.bool), -torch.inf)
    return F.cross_entropy(logits, torch.arange(len(views)).roll(len(view1)))


def forecasts(n: int, k: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        probs = torch.randn(n, k, generator=generator).softmax(1)
        return probs, torch.randint(k, (n,), generator=generator)

    return draw


def ece_by_bucket(probs: Tensor, target: Tensor) -> Tensor:
    """As torchmetrics does it, in float32."""
    confidence, top = probs.max(1)
    index = torch.bucketize(confidence, torch.linspace(0, 1, 16), right=True) - 1
    values = torch.ones_like(confidence), confidence, top.eq(target).to(confidence)
    count, sure, right = (torch.zeros(16).scatter_add_(0, index, value) for value in values)
    return ((sure - right).abs() / count.sum()).sum()


def ece_by_bin(probs: Tensor, target: Tensor) -> Tensor:
    """As Guo et al. do it: a mask for each bin."""
    confidence, top = probs.max(1)
    miss = confidence.double() - top.eq(target).double()
    edges = torch.linspace(0, 1, 16)
    inside = ((confidence > low) & (confidence <= high) for low, high in pairwise(edges))
    return sum(miss[mask].sum().abs() for mask in inside) / len(probs)


def listmle_by_place(scores: Tensor, relevance: Tensor) -> Tensor:
    ranked = scores.gather(-1, relevance.argsort(dim=-1, descending=True, stable=True))
    places = range(scores.shape[-1])
    return sum(ranked[:, i:].logsumexp(-1) - ranked[:, i] for i in places).mean()


def ranknet_by_index(scores: Tensor, relevance: Tensor) -> Tensor:
    above = relevance[:, :, None] > relevance[:, None, :]
    return -F.logsigmoid((scores[:, :, None] - scores[:, None, :])[above]).mean()


def rows_of_classes(n: int, k: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        target = torch.randint(k, (n,), generator=generator)
        return torch.randn(n, k, generator=generator).requires_grad_(), target

    return draw


def yes_or_no(n: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        logits, target = pair(n)()
        return logits, (target > 0).float()

    return draw


def focal_from_probabilities(logits: Tensor, target: Tensor) -> Tensor:
    """The usual formula, (1 − p)² times binary cross entropy: NaN gradients for γ < 1."""
    p = logits.sigmoid()
    wrong = 1 - (p * target + (1 - p) * (1 - target))
    return (wrong**2 * F.binary_cross_entropy_with_logits(logits, target, reduction="none")).mean()


ROWS = (
    *(
        Row(
            f"cross_entropy, {n:,} × {k:,}",
            lossfns.cross_entropy,
            "F.cross_entropy",
            F.cross_entropy,
            rows_of_classes(n, k),
            1.1,
        )
        for n, k in ((32, 10), (4096, 1000), (512, 32000))
    ),
    Row(
        "cross_entropy, smoothing, 4,096 × 1,000",
        lambda logits, target: lossfns.cross_entropy(logits, target, label_smoothing=0.1),
        "F.cross_entropy",
        lambda logits, target: F.cross_entropy(logits, target, label_smoothing=0.1),
        rows_of_classes(4096, 1000),
        2.0,
    ),
    Row(
        "binary_cross_entropy_with_logits, n = 1,000,000",
        lossfns.binary_cross_entropy_with_logits,
        "F's, inexact",
        F.binary_cross_entropy_with_logits,
        yes_or_no(10**6),
        2.5,
    ),
    Row(
        "sigmoid_focal_loss, n = 1,000,000",
        lossfns.sigmoid_focal_loss,
        "torchvision's formula",
        focal_from_probabilities,
        yes_or_no(10**6),
        1.0,
    ),
    *(
        row
        for n in (32, 10**6)
        for row in (
            Row(f"mse_loss, n = {n:,}", lossfns.mse_loss, "F.mse_loss", F.mse_loss, pair(n), 1.75),
            Row(f"mae_loss, n = {n:,}", lossfns.mae_loss, "F.l1_loss", F.l1_loss, pair(n), 1.75),
            Row(f"huber_loss, n = {n:,}", lossfns.huber_loss, "F.huber_loss", F.huber_loss, pair(n), 2.0),
            Row(
                f"pinball_loss, n = {n:,}",
                lambda pred, target: lossfns.pinball_loss(pred, target, q=0.9),
                "F.huber_loss",
                F.huber_loss,
                pair(n),
                2.0,
                same_value=False,
            ),
        )
    ),
    Row(
        "triplet_margin_loss, 16,384 × 128",
        lossfns.triplet_margin_loss,
        "F.triplet_margin_loss",
        F.triplet_margin_loss,
        several(3, 16384, 128),
        2.0,
    ),
    Row(
        "cosine_embedding_loss, 16,384 × 128",
        lambda x1, x2: lossfns.cosine_embedding_loss(x1, x2, torch.ones(len(x1))),
        "F.cosine_embedding_loss",
        lambda x1, x2: F.cosine_embedding_loss(x1, x2, torch.ones(len(x1))),
        several(2, 16384, 128),
        2.0,
    ),
    Row(
        "info_nce_loss, 1,024 × 128",
        lossfns.info_nce_loss,
        "F.normalize, F.cross_entropy",
        composed_info_nce,
        several(2, 1024, 128),
        1.25,
    ),
    Row(
        "nt_xent_loss, 1,024 × 128",
        lossfns.nt_xent_loss,
        "F.normalize, masked_fill, F.cross_entropy",
        composed_nt_xent,
        several(2, 1024, 128),
        1.25,
    ),
    Row(
        "expected_calibration_error, 1e6 × 10",
        lossfns.expected_calibration_error,
        "a mask for each bin",
        ece_by_bin,
        forecasts(10**6, 10),
        1.0,
    ),
    Row(
        "expected_calibration_error, 1e6 × 10",
        lossfns.expected_calibration_error,
        "bucketize, scatter_add (float32)",
        ece_by_bucket,
        forecasts(10**6, 10),
        1.0,
        same_value=False,
    ),
    Row(
        "listmle_loss, 4,096 × 64",
        lossfns.listmle_loss,
        "logsumexp, place by place",
        listmle_by_place,
        graded(4096, 64),
        1.0,
    ),
    Row(
        "ranknet_loss, 2,048 × 64",
        lossfns.ranknet_loss,
        "F.logsigmoid of the pairs",
        ranknet_by_index,
        graded(2048, 64),
        1.0,
    ),
)


LOOP = {
    "foreach": False
}  # torch's form that goes from tensor to tensor, as ours does; on a CPU it is the faster one
STEPS = (
    Steps(
        "SGD, momentum 0.9",
        lambda params: lossfns.SGD(params, lr=0.01, momentum=0.9),
        "torch.optim.SGD",
        lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9, **LOOP),
        1.25,
    ),
    Steps("Adam", lossfns.Adam, "torch.optim.Adam", lambda params: torch.optim.Adam(params, **LOOP), 1.1),
    Steps("AdamW", lossfns.AdamW, "torch.optim.AdamW", lambda params: torch.optim.AdamW(params, **LOOP), 1.1),
    Steps(
        "Adafactor",
        lossfns.Adafactor,
        "torch.optim.Adafactor",
        lambda params: torch.optim.Adafactor(params, **LOOP),
        0.8,
    ),
    Steps("Lion", lossfns.Lion, "torch.optim.AdamW", lambda params: torch.optim.AdamW(params, **LOOP), 0.7),
    Steps(
        "Sophia",
        lambda params: lossfns.Sophia(params, lr=1e-4),
        "torch.optim.AdamW",
        lambda params: torch.optim.AdamW(params, **LOOP),
        1.0,
    ),
)


def matrices() -> list[Tensor]:
    """Ten million numbers in a hundred square matrices, each with a gradient."""
    generator = torch.Generator().manual_seed(0)
    params = [torch.randn(316, 316, generator=generator).requires_grad_() for _ in range(100)]
    for p in params:
        p.grad = torch.randn(316, 316, generator=generator)
    return params


def step_seconds(optimizer: torch.optim.Optimizer) -> float:
    start = time.perf_counter()
    optimizer.step()
    return time.perf_counter() - start


def step_ratios(row: Steps) -> tuple[float, float, float]:
    """As `ratios`, of one step."""
    ours, peer = row.ours(matrices()), row.peer(matrices())
    return take_turns(lambda: step_seconds(ours), lambda: step_seconds(peer))


def seconds(loss: Callable[..., Tensor], args: tuple[Tensor, ...]) -> float:
    """One forward and backward pass, from a gradient that is not there yet; a measure has no backward pass."""
    args[0].grad = None
    start = time.perf_counter()
    value = loss(*args)
    if value.requires_grad:
        value.backward()
    return time.perf_counter() - start


def ratios(row: Row) -> tuple[float, float, float]:
    """Our time over the peer's, by the fastest and by the median round, and our fastest in microseconds."""
    args = row.args()
    if row.same_value:
        torch.testing.assert_close(row.ours(*args), row.peer(*args))
    return take_turns(lambda: seconds(row.ours, args), lambda: seconds(row.peer, args))


def take_turns(ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float, float]:
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(ROUNDS):
        times["ours"].append(ours())
        times["peer"].append(peer())
    fastest = min(times["ours"])
    return fastest / min(times["peer"]), median(times["ours"]) / median(times["peer"]), fastest * 1e6


def main() -> None:
    torch.set_num_threads(1)
    lines = [
        "# Speed, as ratios",
        "",
        f"Forward and backward, {ROUNDS} rounds taken in turns, one thread, torch {torch.__version__}, "
        f"{platform.machine()}. Below 1 we are faster. Written by `make bench`; your numbers will differ.",
        "",
        "| what | peer | fastest | median | aim | our fastest, µs |",
        "|---|---|---|---|---|---|",
    ]
    for row in ROWS:
        best, middle, micros = ratios(row)
        aim = f"≤ {row.bound:g}" if args_are_large(row) else "–"
        lines.append(f"| {row.what} | {row.peer_name} | {best:.2f} | {middle:.2f} | {aim} | {micros:,.0f} |")
        print(lines[-1])
    lines += ["", "One step of an optimizer over 100 matrices of 316 × 316.", "", *lines[4:6]]
    for row in STEPS:
        best, middle, micros = step_ratios(row)
        cells = f"{best:.2f} | {middle:.2f} | ≤ {row.bound:g} | {micros:,.0f}"
        lines.append(f"| {row.what} | {row.peer_name} | {cells} |")
        print(lines[-1])
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def args_are_large(row: Row) -> bool:
    """Small inputs show the cost of the checks, which is a price for errors that teach; no aim is set for them."""
    return row.args()[0].numel() >= 10**5


if __name__ == "__main__":
    main()
