"""`lossfns check FILE`: run a learner's notebook from top to bottom in a kernel and report its verdicts.

The verdicts are those that `check` shows: it leaves them in the metadata of its output, and the last one for an
exercise counts. What was saved in the file counts for nothing, and the file is never changed.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import track

from lossfns.grading.bank import exercises
from lossfns.grading.exercise import Exercise, Question

CELL_SECONDS = 60.0
INTERRUPT_SECONDS = 5  # for a kernel to come back from a cell that was interrupted
CHECK = re.compile(r"""^\s*check\(\s*["']([a-z]+-\d\d)["']""", re.MULTILINE)
NOT_FOR_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class NotASheet(Exception):
    """Why a file cannot be checked, in one sentence."""


@dataclass(frozen=True)
class Line:
    """What is said about one exercise."""

    task: Exercise | Question
    status: str
    sentence: str


def check_file(path: Path, *, junit: Path | None = None, seconds: float = CELL_SECONDS) -> int:
    """Run a notebook, print one line an exercise, and return an exit code.

    Args:
        path: the notebook. Its code runs on this machine, in its own folder, as the user who asks.
        junit: also write the verdicts there, as JUnit XML with one test case an exercise.
        seconds: how long a cell may take before it is interrupted.

    Returns:
        0 if all exercises of the sheet's topics are correct, 1 if not, 2 for a file that is no sheet.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    try:
        notebook = read(path)
    except NotASheet as problem:
        print(problem, file=sys.stderr)
        return 2
    console.print(f"Running the code of {path} on this machine, as you.")
    trouble = list(run(notebook, path.resolve().parent, seconds, console))
    lines = report(notebook)
    width = max(len(line.status) for line in lines)
    for line in lines:
        console.print(f"{line.status:{width}}  {line.task.id:9}{line.sentence}".rstrip())
    for sentence in trouble:
        console.print(sentence)
    done = [line for line in lines if line.status == "correct"]
    console.print(f"{len(done)} of {len(lines)} correct")
    if junit:
        write_junit(junit, path, lines)
    return 0 if len(done) == len(lines) else 1


def read(path: Path) -> NotebookNode:
    """The notebook, without any output that it was saved with. Raises NotASheet."""
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8-sig"), as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise NotASheet(f"{path} cannot be read: {error.strerror}.") from None
    except Exception as error:  # nbformat meets broken files with whatever its parsing raises
        raise NotASheet(f"{path} is no notebook: {one_line(str(error))}") from None
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    if not prefixes(notebook):
        raise NotASheet(f'{path} has no exercises in it: no cell calls check("…").')
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prefixes(notebook: NotebookNode) -> set[str]:
    """The topics whose exercises are checked in the notebook, as the beginnings of their ids: {"reg"}."""
    known = {task.id: task.id.split("-")[0] for task in exercises()}
    return {known[id] for cell in code_cells(notebook) for id in CHECK.findall(cell.source) if id in known}


# Running ------------------------------------------------------------------------------------------------------


def run(notebook: NotebookNode, folder: Path, seconds: float, console: Console) -> Iterator[str]:
    """Run every cell, outputs going into the notebook; a sentence for each one that does not end well."""
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        allow_errors=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(stderr=subprocess.DEVNULL):  # the kernel's own log, not what cells write there
        numbered = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        bar = track(numbered, "Running", console=console, transient=True, disable=not console.is_terminal)
        for number, (i, cell) in enumerate(bar, start=1):
            try:
                client.execute_cell(cell, i)
            except DeadKernelError:
                yield f"{named(number, cell)} ended Python. The cells below it did not run."
                return
            except CellTimeoutError:
                yield f"{named(number, cell)} did not end within {seconds:g} s and was interrupted."
                if not interrupted(client):
                    yield "It could not be interrupted. The cells below it did not run."
                    return
                continue
            yield from (f"{named(number, cell)} raised {what}" for what in errors(cell))


def interrupted(client: NotebookClient) -> bool:
    """Interrupt the kernel; whether it answers again."""
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(client.km.interrupt_kernel())
        loop.run_until_complete(client.kc.wait_for_ready(timeout=INTERRUPT_SECONDS))
    except RuntimeError:
        return False
    return True


def named(number: int, cell: NotebookNode) -> str:
    """ "Code cell 7 (`w = train(x, y)`)": its number as Jupyter counts, and its first line of code."""
    lines = [line.strip() for line in cell.source.splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return f"Code cell {number} (`{one_line(first)}`)"


def errors(cell: NotebookNode) -> list[str]:
    return [one_line(f"{o.ename}: {o.evalue}") for o in cell.outputs if o.output_type == "error"]


# Reporting ----------------------------------------------------------------------------------------------------


def report(notebook: NotebookNode) -> list[Line]:
    """One line for each exercise of the notebook's topics, in course order."""
    found = {verdict["id"]: verdict for verdict in verdicts(notebook)}
    lines = []
    for task in exercises():
        if task.id.split("-")[0] in prefixes(notebook):
            verdict = found.get(task.id, {"status": "not attempted", "sentence": "Its check did not run."})
            lines.append(Line(task, verdict["status"], one_line(verdict["sentence"])))
    return lines


def verdicts(notebook: NotebookNode) -> Iterator[dict]:
    """What each call of `check` left in its output's metadata."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            verdict = output.get("metadata", {}).get("lossfns")
            if isinstance(verdict, dict) and all(
                isinstance(verdict.get(k), str) for k in ("id", "status", "sentence")
            ):
                yield verdict


def write_junit(file: Path, path: Path, lines: list[Line]) -> None:
    """JUnit XML: what is not correct is a failure, with the verdict's sentence."""
    wrong = sum(line.status != "correct" for line in lines)
    suite = ElementTree.Element(
        "testsuite", name=for_xml(path.stem), tests=str(len(lines)), failures=str(wrong)
    )
    for line in lines:
        task = line.task
        case = ElementTree.SubElement(suite, "testcase", classname=task.topic, name=f"{task.id} {task.title}")
        if line.status != "correct":
            text = for_xml(line.sentence)
            ElementTree.SubElement(case, "failure", type=for_xml(line.status), message=text).text = text
    ElementTree.indent(suite)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def one_line(text: str, limit: int = 300) -> str:
    """Text that may come from anywhere, fit for a terminal: one line, no control characters."""
    plain = " ".join(for_xml(ESCAPE_SEQUENCE.sub("", text)).split())
    return plain if len(plain) <= limit else plain[: limit - 2] + " …"


def for_xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return NOT_FOR_XML.sub("", text)
