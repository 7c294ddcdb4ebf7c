"""The checker's face in a notebook: check, hint, solution, progress. HTML for JupyterLab, the same in plain text."""

import inspect
import os
from collections.abc import Iterator
from html import escape
from itertools import groupby

from lossfns.course.display import show
from lossfns.grading.bank import exercise, exercises
from lossfns.grading.exercise import Question, Verdict
from lossfns.grading.judge import judge
from lossfns.grading.progress import log_file, remember, solved, tried

# status -> its words, and the colour of its bar: the colours differ in lightness too, and the words say it all
FACES = {
    "correct": ("correct", "#008554"),
    "mistake": ("not yet", "#946800"),
    "wrong": ("not yet", "#946800"),
    "error": ("no result", "#D94100"),
    "timeout": ("it took too long", "#D94100"),
    "not attempted": ("not attempted", "#777777"),
}

_hints_given: dict[str, int] = {}


def check(id: str, answer: object) -> None:
    """Judge an answer and show the verdict: what is right already, which mistake it looks like, an example.

    The check runs your own code on inputs that are always the same ones. It is there to help you, not to grade you.

    Args:
        id: the exercise, "reg-03".
        answer: the function that you wrote, or the letter that you chose.

    Raises:
        KeyError: there is no such exercise.
        AssertionError: the answer is not correct, and nbgrader is running this notebook (it counts any cell that
            does not raise as right).

    Example:
        >>> check("start-01", lambda pred, target: (pred - target).abs().mean())
        start-01 · correct
        Correct on all 8 inputs.
    """
    task = exercise(id)
    verdict = judge(task, answer)
    remember(id, verdict)
    if os.environ.get("NBGRADER_EXECUTION") and verdict.status != "correct":
        raise AssertionError(f"{id}: {verdict.message}")
    found = {"id": id, "status": verdict.status, "mistake": verdict.mistake, "sentence": verdict.sentence}
    show(_as_text(id, verdict), html=_as_html(id, verdict), metadata={"lossfns": found})


def hint(id: str) -> None:
    """Show the next hint: first the idea, then the first step, then almost the line. Asking again climbs on.

    Raises KeyError if there is no such exercise.
    """
    hints = exercise(id).hints
    given = min(_hints_given.get(id, 0) + 1, len(hints))
    _hints_given[id] = given
    after = (
        "" if given < len(hints) else f"\nThat was the last one. solution({id!r}) shows one way to write it."
    )
    _say(f"{id} · hint {given} of {len(hints)}\n{hints[given - 1]}{after}")


def solution(id: str) -> None:
    """Show one way to write the answer. Yours may look different and be just as right.

    Raises KeyError if there is no such exercise.
    """
    task = exercise(id)
    if isinstance(task, Question):
        _say(f"{id} · {task.answer}\n{task.because}")
        return
    source = inspect.getsource(task.reference)
    show(
        f"{id} · one solution\n\n{source}",
        html=_bar("#777777", f"<b>{escape(id)}</b> · one solution<pre>{escape(source)}</pre>"),
    )


def progress() -> None:
    """Show which exercises are solved, and how many attempts each one took; a topic not yet begun takes one line."""
    done, rows = solved(), list(_standing())
    points = sum(task.points for task in exercises() if task.id in done)
    total = sum(task.points for task in exercises())
    head = f"{len(done)} of {len(exercises())} exercises solved, {points} of {total} points"
    if log_file() is None:
        head += " (in this session; `lossfns lab` keeps them)"
    lines = [f"{which:16} {mark:12} {title}" for which, mark, _, title in rows]
    cells = "".join(
        f"<tr><td>{which}</td><td>{mark}</td><td style='text-align:left'>{escape(title)}</td></tr>"
        for which, mark, _, title in rows
    )
    show("\n".join([head, *lines]), html=f"<b>{head}</b><table>{cells}</table>")


def _standing() -> Iterator[tuple[str, str, int, str]]:
    """A row for each exercise of the topics that were begun, and one for each other topic: what, mark, points, title."""
    done, counts = solved(), tried()
    for topic, group in groupby(exercises(), key=lambda task: task.topic):
        tasks = list(group)
        if any(task.id in counts for task in tasks):
            yield from ((task.id, _mark(task.id, done, counts), task.points, task.title) for task in tasks)
        else:
            title = f"{topic.replace('_', ' ')}, {len(tasks)} exercises"
            yield (
                f"{tasks[0].id} to {tasks[-1].id[-2:]}",
                "not begun",
                sum(task.points for task in tasks),
                title,
            )


def _mark(id: str, done: set[str], counts: dict[str, int]) -> str:
    if id in done:
        return "solved"
    return f"{counts[id]} tried" if id in counts else "–"


def _say(text: str) -> None:
    head, _, body = text.partition("\n")
    show(text, html=_bar("#777777", f"<b>{escape(head)}</b><br>{escape(body).replace(chr(10), '<br>')}"))


def _as_text(id: str, verdict: Verdict) -> str:
    return f"{id} · {FACES[verdict.status][0]}\n{verdict.message}"


def _as_html(id: str, verdict: Verdict) -> str:
    words, colour = FACES[verdict.status]
    parts = [f"<b>{escape(id)} · {words}</b>"]
    parts += [f"<div>{_prose(part)}</div>" for part in (verdict.right, verdict.sentence) if part]
    if verdict.example:
        cells = (verdict.example.given, verdict.example.expected, verdict.example.yours)
        heads = "".join(
            f"<th style='text-align:left'>{head}</th>" for head in ("for example", "expected", "yours")
        )
        row = "".join(f"<td style='text-align:left'><code>{escape(cell)}</code></td>" for cell in cells)
        parts.append(f"<table style='margin:.4em 0'><tr>{heads}</tr><tr>{row}</tr></table>")
    if verdict.printed:
        parts.append(f"<div>Your function printed:</div><pre>{escape(verdict.printed)}</pre>")
    return _bar(colour, "".join(parts))


def _prose(text: str) -> str:
    """Escaped, with line breaks, and with what stands between backquotes set as code."""
    pieces = escape(text).replace("\n", "<br>").split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def _bar(colour: str, html: str) -> str:
    return f'<div style="border-left:4px solid {colour};padding:.2em .8em">{html}</div>'


def progress_table():
    """The same as `progress`, as a table for a terminal."""
    from rich.table import Table

    table = Table("exercise", "", "points", "title")
    for which, mark, points, title in _standing():
        table.add_row(which, mark, str(points), title)
    return table
