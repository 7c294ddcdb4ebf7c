"""What a learner has tried: an append-only log, one JSON line an attempt, in the folder that LOSSFNS_HOME names.

`lossfns lab` sets LOSSFNS_HOME. Where it is not set, attempts are kept for the session only and nothing is written.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from lossfns.grading.exercise import Verdict

_THIS_SESSION: list["Attempt"] = []


@dataclass(frozen=True)
class Attempt:
    """One call of `check`: when, on which exercise, and what came of it."""

    when: str
    id: str
    status: str
    mistake: str | None


def log_file() -> Path | None:
    """Where attempts are kept between sessions, or None."""
    home = os.environ.get("LOSSFNS_HOME")
    return Path(home) / "progress.jsonl" if home else None


def remember(id: str, verdict: Verdict) -> None:
    """Add an attempt. A log that cannot be written must not stop a check: the attempt then lasts for the session."""
    attempt = Attempt(datetime.now(UTC).isoformat(timespec="seconds"), id, verdict.status, verdict.mistake)
    path = log_file()
    try:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(attempt)) + "\n")
            return
    except OSError:
        pass
    _THIS_SESSION.append(attempt)


def attempts() -> Iterator[Attempt]:
    """Every attempt so far, oldest first. A line that cannot be read is left out, and left in the file."""
    path = log_file()
    if path and path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                yield Attempt(**json.loads(line))
            except (ValueError, TypeError):
                continue
    yield from _THIS_SESSION


def solved() -> set[str]:
    """The exercises that have been answered rightly at least once."""
    return {attempt.id for attempt in attempts() if attempt.status == "correct"}


def tried() -> dict[str, int]:
    """How many attempts each exercise has seen; a stub that was only run does not count."""
    counts: dict[str, int] = {}
    for attempt in attempts():
        if attempt.status != "not attempted":
            counts[attempt.id] = counts.get(attempt.id, 0) + 1
    return counts
