"""Sheets generated from solutions: the same bytes each time, and every fault of a solution refused."""

import shutil
from pathlib import Path

import nbformat
import pytest

from lossfns.grading.release import (
    SheetError,
    answers,
    as_bytes,
    drift,
    generate,
    main,
    read,
    release,
    without_answers,
)

ROOT = Path(__file__).parents[2]
NAME = "00_start_here.ipynb"


@pytest.fixture
def root(tmp_path):
    """A checkout's solutions/ and exercises/, to be spoilt."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    return tmp_path


@pytest.fixture
def solved():
    return read(ROOT / "solutions" / NAME)


def graded(notebook, solution):
    cells = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution") is solution)
    return next(cells)


def test_release_gives_the_same_bytes_each_time(solved):
    first, again = (
        as_bytes(release(notebook, NAME)) for notebook in (solved, read(ROOT / "solutions" / NAME))
    )
    assert first == again
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n") and b"\r" not in first


def test_release_does_not_depend_on_who_ran_the_notebook(solved):
    before = as_bytes(release(solved, NAME))
    solved.metadata.kernelspec.display_name = "my own"
    solved.metadata["widgets"] = {}
    for cell in solved.cells:
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.execution_count = 99
            cell.outputs = [nbformat.v4.new_output("stream", text="hello")]
    assert as_bytes(release(solved, NAME)) == before


def test_release_keeps_ids_and_leaves_the_solution_as_it_was(solved):
    before = as_bytes(solved)
    sheet = release(solved, NAME)
    assert [cell.id for cell in sheet.cells] == [cell.id for cell in solved.cells]
    assert as_bytes(solved) == before


def test_without_answers_puts_one_stub_where_the_answer_began():
    source = "def f(x):\n    # BEGIN SOLUTION\n    y = x\n    return y\n    # END SOLUTION\n\nlast = 1"
    assert without_answers(source) == "def f(x):\n    ### your code\n\nlast = 1"
    assert answers(source) == ["    y = x", "    return y"]


FAULTS = {
    "END SOLUTION` without": lambda nb: edit(nb, True, "# END SOLUTION", "pass"),
    "unbalanced `# END": lambda nb: edit(nb, True, "# BEGIN SOLUTION", "pass"),
    "on a line of its own": lambda nb: edit(nb, True, "# END SOLUTION", "## END SOLUTION"),
    "no Python": lambda nb: edit(
        nb,
        True,
        "# BEGIN SOLUTION",
        "if x:\n        # BEGIN SOLUTION\n        # END SOLUTION\n    # BEGIN SOLUTION",
    ),
    "a check stands alone": lambda nb: edit(nb, False, "# hint", "# clue"),
    "the check of start-01 is": lambda nb: edit(nb, False, "mae_loss", "another"),
    "start-02, in this order": lambda nb: edit(nb, False, "start-01", "start-02"),
    "do not take turns": lambda nb: nb.cells.reverse(),
    "it checks nothing": lambda nb: nb.cells.clear() or nb.cells.append(nbformat.v4.new_code_cell("1")),
    "it should be": lambda nb: graded(nb, False).metadata.nbgrader.update(points=7),
    "no grade_id": lambda nb: graded(nb, True).metadata.nbgrader.pop("grade_id"),
    "used more than once": lambda nb: [
        c.metadata.nbgrader.update(grade_id="x") for c in nb.cells if "nbgrader" in c.metadata
    ],
    "neither answer nor check": lambda nb: nb.cells[0].metadata.update(nbgrader={"grade": True}),
    "not code": lambda nb: nb.cells[0].update(source="# BEGIN SOLUTION\n# END SOLUTION"),
}


def edit(notebook, solution, old, new):
    cell = graded(notebook, solution)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


@pytest.mark.parametrize("words", FAULTS)
def test_release_refuses(solved, words):
    FAULTS[words](solved)
    with pytest.raises(SheetError) as raised:
        release(nbformat.from_dict(solved), NAME)
    assert words.replace("END SOLUTION` without", "without `# END SOLUTION`") in str(raised.value)
    assert f"solutions/{NAME}, " in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (NAME, b'{"cells": [', "no valid notebook"),
        (NAME, b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "id of its own"),
        ("00_start.ipynb", b"{}", "of no topic"),
        ("notes.txt", b"", "of no topic"),
    ],
)
def test_generate_refuses_a_file_that_is_no_solution(root, name, content, words):
    (root / "solutions" / name).write_bytes(content)
    with pytest.raises(SheetError, match=words):
        generate(root)


def test_generate_misses_a_topic(root):
    (root / "solutions" / NAME).unlink()
    with pytest.raises(SheetError, match="NN_start_here.ipynb is missing"):
        generate(root)


def test_drift_sees_one_byte_and_one_stray(root):
    sheets = generate(root)
    assert drift(root, sheets) == []
    sheet = root / "exercises" / NAME
    sheet.write_bytes(sheet.read_bytes() + b" ")
    (root / "exercises" / "notes.txt").touch()
    assert [line.split(" ")[0] for line in drift(root, sheets)] == [
        f"exercises/{NAME}",
        "exercises/notes.txt",
    ]


def test_release_check_writes_nothing(root, capsys):
    sheet = root / "exercises" / NAME
    sheet.write_bytes(b"mine")
    assert main(True, root=root) == 1
    assert sheet.read_bytes() == b"mine" and NAME in capsys.readouterr().err
    assert main(False, root=root) == 0 and main(True, root=root) == 0
    assert sheet.read_bytes() == (ROOT / "exercises" / NAME).read_bytes()
