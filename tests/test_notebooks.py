"""What nbval does not see: that every cell was run, in order, without a word on stderr, and shows what it should."""

import re
from pathlib import Path

import nbformat
import pytest

from lossfns.course import ledger
from lossfns.grading.bank import exercises

ROOT = Path(__file__).parents[1]
EXECUTED = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "exercises").glob("*.ipynb"))


def notebooks(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=lambda p: f"{p.parent.name}/{p.stem}")


def code_cells(path: Path) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def prose(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


@notebooks(EXECUTED)
def test_every_code_cell_was_run_once_and_in_order(path):
    for position, cell in enumerate(code_cells(path), start=1):
        explored = "explorer" in cell.metadata.get("tags", []) and cell.execution_count is None
        assert cell.execution_count == position or explored, cell.id


@notebooks(EXECUTED)
def test_no_cell_failed_or_wrote_to_stderr(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id


@notebooks(EXECUTED)
def test_only_explorers_go_without_output(path):
    for cell in code_cells(path):
        if "explorers." in cell.source and "import" not in cell.source:
            assert not cell.outputs, f"{cell.id}: a saved widget without its kernel shows an error"
            assert {"explorer", "nbval-ignore-output"} <= set(cell.metadata.get("tags", [])), cell.id


@notebooks(EXECUTED)
def test_no_machine_is_named(path):
    assert not re.search(r"/(home|root|work|tmp|Users)/|\\Users\\", path.read_text(encoding="utf-8"))


@notebooks(EXECUTED + SHEETS)
def test_metadata_hold_nothing_personal(path):
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "nbgrader"}, cell.id


@notebooks(LESSONS)
def test_every_picture_has_a_text_alternative(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                text = output.data["text/plain"]
                assert len(text) > 40 and not text.startswith("<"), cell.id
                assert output.metadata["image/png"]["alt"] == text, cell.id


@notebooks(LESSONS)
def test_a_lesson_begins_with_its_question(path):
    first = prose(path)[0]
    assert re.search(r"^\*\*.+\?\*\*$", first, flags=re.MULTILINE), "one bold question"
    assert re.search(r"About \d+ minutes", first)


@notebooks(LESSONS)
def test_a_lesson_has_no_long_code_cells(path):
    for cell in code_cells(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 16, f"{cell.id}: {len(lines)} lines; a longer one belongs in the library"


@notebooks(SHEETS)
def test_a_sheet_shows_title_time_and_points_as_the_bank_has_them(path):
    text = "\n".join(prose(path))
    levels = {1: "easy", 2: "medium", 3: "hard"}
    for task in (t for t in exercises() if path.stem.endswith(t.topic)):
        minutes = "1 minute" if task.minutes == 1 else f"{task.minutes} minutes"
        points = "1 point" if task.points == 1 else f"{task.points} points"
        assert f"## {task.id} · {task.title}\n" in text
        heading = text.split(f"## {task.id} ·")[1].split("\n\n")[1]
        assert heading.endswith(f"· {minutes} · {levels[task.difficulty]} · {points}"), task.id


@notebooks(SHEETS)
def test_a_sheet_shows_the_options_as_the_bank_has_them(path):
    text = "\n".join(prose(path))
    for task in (t for t in exercises() if path.stem.endswith(t.topic) and t.options):
        for letter, option in task.options.items():
            assert f"- **{letter}** {option}\n" in text + "\n", task.id


def test_the_ledger_says_what_the_notebooks_say():
    assert ledger.drift() is None, "run `lossfns claims --write`"
