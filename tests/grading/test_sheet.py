"""`lossfns check FILE`: a learner's notebook, run in a kernel of its own."""

import os
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from lossfns.grading.sheet import check_file, one_line


def sheet(path, *sources):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    nbformat.write(notebook, path)
    return path


def test_check_file_says_of_each_exercise_what_check_says(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LOSSFNS_HOME", "")
    path = sheet(
        tmp_path / "mine & yours.ipynb",
        "import torch\nfrom lossfns.grading import check",
        "1 / 0",
        "while True:\n    pass",
        "def mae_loss(pred, target):\n    return (pred - target).abs().mean()",
        'check("start-01", mae_loss)',
        'check("start-02", "A")',
    )
    before = path.read_bytes()
    junit = tmp_path / "new" / "junit.xml"
    assert check_file(path, junit=junit, seconds=8) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "on this machine" in lines[0]
    assert lines[1].split()[:2] == ["correct", "start-01"]
    assert lines[2].split()[:2] == ["mistake", "start-02"]
    assert "Code cell 2 (`1 / 0`) raised ZeroDivisionError: division by zero" in lines
    assert "Code cell 3 (`while True:`) did not end within 8 s and was interrupted." in lines
    assert lines[-1] == "1 of 2 correct"
    assert path.read_bytes() == before
    suite = ElementTree.parse(junit).getroot()
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "1")
    assert [case.find("failure") is None for case in suite] == [True, False]
    assert suite[1].find("failure").get("type") == "mistake"


def test_check_file_survives_a_kernel_that_dies_and_believes_no_saved_output(tmp_path, capsys):
    saved = {"lossfns": {"id": "start-01", "status": "correct", "mistake": None, "sentence": "Correct."}}
    notebook = new_notebook(
        cells=[new_code_cell("import os\nos._exit(3)"), new_code_cell('check("start-01", f)')]
    )
    notebook.cells[1].outputs = [new_output("display_data", {"text/plain": "x"}, metadata=saved)]
    nbformat.write(notebook, tmp_path / "dies.ipynb")
    assert check_file(tmp_path / "dies.ipynb") == 1
    said = capsys.readouterr().out
    assert "Code cell 1 (`import os`) ended Python. The cells below it did not run." in said
    assert "0 of 2 correct" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b'{"cells": [', "is no notebook"),
        (b"[1, 2]", "is no notebook"),
        (b"\xff\xfe\x00", "is no notebook"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "no exercises in it"),
    ],
)
def test_check_file_refuses_what_is_no_sheet(tmp_path, capsys, content, words):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_bytes(content)
    assert check_file(path) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and said.out == ""
    assert os.listdir(tmp_path) == ([] if content is None else ["x.ipynb"])


def test_one_line_tames_what_may_come_from_anywhere():
    assert one_line("\x1b[31mred\x1b[0m\n\tand\x00 more") == "red and more"
    assert len(one_line("x" * 1000)) == 300
