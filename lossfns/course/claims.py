"""A claim: one precise sentence, the experiment's answer, and a verdict on what the notes say that the course goes
through."""

import os
import re
from html import escape
from typing import Any

from lossfns.course.display import show

HOLDS, ONLY_IF, DOES_NOT = "holds", "holds only if ", "does not hold as written"
_COLOURS = {HOLDS: "#008554", ONLY_IF: "#946800", DOES_NOT: "#D43F00"}


class ClaimFailed(AssertionError):
    """The experiment does not show what the claim says."""


def claim(
    id: str,
    statement: str,
    holds: Any,
    *,
    source: str | None = None,
    effect: Any = None,
    spread: Any = None,
    verdict: str = HOLDS,
) -> None:
    """State what the cells above have shown, and fail if they have not.

    id: lower-case words joined by hyphens, unique in the course.
    statement: our precise sentence, on one line; `holds` must be true for it, whatever the verdict.
    holds: one truth value (bool, NumPy bool, or a tensor with a single bool).
    source: the sentence of the notes that `verdict` judges, quoted short or in our words.
    effect, spread: the size that was measured and how much it varies over the seeds: numbers, or a short
        text. A spread that only counts runs, "10 splits", is told as that.
    verdict: "holds", "holds only if …" (with the condition) or "does not hold as written".

    Shows one line, `verdict · statement`; everything else travels in the output's metadata, where the ledger
    reads it. Raises ClaimFailed when `holds` is false, TypeError when it is not a truth value, ValueError for
    a malformed id, statement or verdict, and for a verdict other than "holds" without the source that it
    judges.

    >>> claim("mean-squared", "the mean minimises squared error", holds=True)
    holds · the mean minimises squared error
    """
    _check(id, statement, source, verdict)
    if not _truth(holds):
        raise ClaimFailed(f"claim {id!r} fails: {statement} (effect {_plain(effect)}, seed {base_seed()})")
    kind = ONLY_IF if verdict.startswith(ONLY_IF) else verdict
    shown = f"<b>Shown here:</b> {escape(statement)}."
    judged = f"<i>“{escape(source)}”</i>: <b>{escape(verdict)}</b>.<br>" if source else ""
    html = f'<div style="border-left:4px solid {_COLOURS[kind]};padding:.1em .8em">{judged}{shown}</div>'
    record = dict(
        id=id,
        statement=statement,
        source=source,
        verdict=verdict,
        effect=_plain(effect),
        spread=_plain(spread),
    )
    show(f"{verdict} · {statement}", html=html, metadata={"claim": record})


def base_seed() -> int:
    """The seed that every experiment of a notebook starts from: the environment's LOSSFNS_SEED, or 0.

    Raises ValueError when LOSSFNS_SEED is not a whole number of at least 0.
    """
    text = os.environ.get("LOSSFNS_SEED", "0")
    if not re.fullmatch(r"[0-9]+", text):
        raise ValueError(f"LOSSFNS_SEED must be a whole number of at least 0, got {text!r}")
    return int(text)


def seeds(k: int = 5) -> tuple[int, ...]:
    """The k inner seeds of an experiment, 100·s + i for base seed s, so that no two base seeds share one.

    Raises ValueError when k is not between 1 and 100.

    >>> seeds(3)
    (0, 1, 2)
    """
    if not 1 <= k <= 100:
        raise ValueError(f"k must be between 1 and 100, got {k}")
    return tuple(100 * base_seed() + i for i in range(k))


def _check(id: str, statement: str, source: str | None, verdict: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise ValueError(f"id must be lower-case words joined by hyphens, got {id!r}")
    if not statement.strip() or "\n" in statement:
        raise ValueError(f"statement must be one line of text, got {statement!r}")
    conditional = verdict.startswith(ONLY_IF) and verdict[len(ONLY_IF) :].strip() and "\n" not in verdict
    if verdict not in (HOLDS, DOES_NOT) and not conditional:
        raise ValueError(f'verdict must be "{HOLDS}", "{ONLY_IF}…" or "{DOES_NOT}", got {verdict!r}')
    if verdict != HOLDS and not source:
        raise ValueError(f"verdict {verdict!r} judges a sentence of the notes: give it as source")


def _truth(holds: Any) -> bool:
    value = _plain(holds)
    if not isinstance(value, bool):
        raise TypeError(f"holds must be one truth value, got {type(holds).__name__}: {holds!r}")
    return value


def _plain(value: Any) -> Any:
    """NumPy and torch scalars as Python's own, which is what JSON can carry."""
    single = getattr(value, "size", None) == 1 or (hasattr(value, "numel") and value.numel() == 1)
    return value.item() if single and hasattr(value, "item") else value
