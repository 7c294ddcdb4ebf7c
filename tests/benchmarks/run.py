"""How fast are the losses, as ratios to a peer in the same run? Writes RESULTS.md beside this file.

Machines are noisy: contestants take turns, each row shows the ratio of the fastest rounds and that of the medians,
and nothing here is a test. Values are compared first; a fast wrong function is no contestant.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
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
    """Two functions of the same arguments, timed forward and backward. `bound`: the ratio that we aim for."""

    what: str
    ours: Callable[..., Tensor]
    peer_name: str
    peer: Callable[..., Tensor]
    args: Callable[[], tuple[Tensor, ...]]
    bound: float
    same_value: bool = True


def pair(n: int) -> Callable[[], tuple[Tensor, ...]]:
    def draw() -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(0)
        pred, target = torch.randn(2, n, generator=generator)
        return pred.requires_grad_(), target

    return draw


ROWS = (
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
)


def seconds(loss: Callable[..., Tensor], args: tuple[Tensor, ...]) -> float:
    """One forward and backward pass, from a gradient that is not there yet."""
    args[0].grad = None
    start = time.perf_counter()
    loss(*args).backward()
    return time.perf_counter() - start


def ratios(row: Row) -> tuple[float, float, float]:
    """Our time over the peer's, by the fastest and by the median round, and our fastest in microseconds."""
    args = row.args()
    if row.same_value:
        torch.testing.assert_close(row.ours(*args), row.peer(*args))
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(ROUNDS):
        times["ours"].append(seconds(row.ours, args))
        times["peer"].append(seconds(row.peer, args))
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
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def args_are_large(row: Row) -> bool:
    """Small inputs show the cost of the checks, which is a price for errors that teach; no aim is set for them."""
    return row.args()[0].numel() >= 10**5


if __name__ == "__main__":
    main()
