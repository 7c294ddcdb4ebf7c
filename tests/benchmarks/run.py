"""How fast is the library, as ratios to a peer in the same run? Writes RESULTS.md beside this file.

Machines are noisy: contestants take turns, each row shows the ratio of the fastest rounds and that of the medians,
and nothing here is a test. The rows stand in rows/, a module per topic.
"""

import platform
from itertools import groupby
from pathlib import Path

import torch
from contest import ROUNDS, Contest, Result
from rows import ROWS

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = (
    f"# Speed, as ratios\n\nOur time over the peer's, below 1 we are faster. One thread's processor time, {ROUNDS.start} to "
    f"{ROUNDS.stop - 1} rounds taken in turns, torch {torch.__version__}, {platform.machine()}. Losses run forward and "
    "backward. Written by `make bench`; your numbers will differ.\n"
)
TABLE = "| what | peer | fastest | median | aim | our fastest, µs |\n|---|---|---|---|---|---|"


def line(row: Contest, result: Result) -> str:
    aim = f"≤ {row.bound:g}" if row.bound else "–"
    micros = f"{min(result.ours) * 1e6:,.0f}"
    return (
        f"| {row.what} | {row.peer} | {ratio(result.fastest)} | {ratio(result.middle)} | {aim} | {micros} |"
    )


def ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.1g}"


def missed(row: Contest, result: Result) -> list[str]:
    """A sentence where the aim is not met."""
    if row.bound is None or result.fastest <= row.bound:
        return []
    return [
        f"- {row.what}, {result.fastest:.2f} instead of {row.bound:g}: {row.reason or 'not explained yet'}"
    ]


def absent(rows: list[Contest]) -> list[str]:
    """Which peers are not installed here."""
    packages = sorted({row.needs for row in rows if not row.possible()})
    return [f"Without {', '.join(packages)}, which are not installed here."] if packages else []


def main() -> None:
    torch.set_num_threads(1)
    page, reasons = [HEAD], []
    for topic, group in groupby(ROWS, key=lambda row: row[0]):
        rows = [row for _, row in group]
        page += [f"## {topic}", "", TABLE]
        for row in filter(Contest.possible, rows):
            result = row.held()
            page.append(line(row, result))
            reasons += missed(row, result)
            print(page[-1], flush=True)
        page += ["", *(f"{sentence}\n" for sentence in absent(rows))]
    page += ["## Where an aim is not met", "", *(reasons or ["Nowhere."])]
    RESULTS.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
