"""`lossfns verify` refuses each thing that must not be in the bank or in the sheets."""

import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from toys import COLOUR, SCALAR, weighted_gap

from lossfns.grading.exercise import Mistake
from lossfns.grading.release import as_bytes, generate
from lossfns.grading.verify import repeated, sheet_problems, task_problems

ROOT = Path(__file__).parents[2]
NAME = "00_start_here.ipynb"

TWICE = Mistake("twice", lambda a, b, k: 2 * weighted_gap(a, b, k), "Once is enough.")
VARIANTS = tuple(lambda a, b, k, c=c: (c * k * a * a - c * b).mean() / c for c in (1, 2, 3))
SOUND = replace(SCALAR, mistakes=(TWICE,), variants=VARIANTS)


@pytest.mark.parametrize("task", [SOUND, COLOUR], ids=lambda task: task.id)
def test_verify_accepts_a_sound_task(task):
    assert task_problems(task, (0, 1)) == []


@pytest.mark.parametrize(
    ("task", "parts", "words"),
    [
        (SOUND, {"mistakes": (replace(TWICE, wrong=lambda a, b, k: weighted_gap(a, b, k)),)}, "'twice' is reported as correct"),
        (SOUND, {"mistakes": (TWICE, replace(TWICE, name="other"))}, "'other' is reported as mistake, relation: twice"),
        (SOUND, {"mistakes": (TWICE, TWICE)}, "two mistakes are called 'twice'"),
        (SOUND, {"mistakes": (replace(TWICE, sentence=" "),)}, "has no sentence"),
        (SOUND, {"variants": (*VARIANTS, TWICE.wrong)}, "variant 3 is rejected: twice"),
        (SOUND, {"variants": ()}, "0 variants"),
        (SOUND, {"hints": ("idea", " ", "line")}, "an empty hint"),
        (SOUND, {"hints": ("idea", "idea", "line")}, "the same hint twice"),
        (SOUND, {"hints": ("idea", "line")}, "an empty hint"),
        (SOUND, {"points": 0}, "points"),
        (SOUND, {"title": ""}, "title"),
        (SOUND, {"reference": lambda a, b, k: 0.0}, "returns 0 whatever is asked passes"),
        (SOUND, {"shipped": TWICE.wrong, "symptom": ""}, "no symptom"),
        (COLOUR, {"misconceptions": {"A": "Not the rose."}}, "option C has no sentence"),
        (COLOUR, {"answer": "D"}, "is no option"),
        (COLOUR, {"because": ""}, "its reason is missing"),
        (COLOUR, {"hints": ("", "step", "line")}, "an empty hint"),
        (COLOUR, {"kind": "guess"}, "of kind predict or choose"),
        (COLOUR, {"options": {"A": "red", "B": "green"}}, "three at least"),
    ],
)  # fmt: skip
def test_verify_refuses_a_task(task, parts, words):
    assert any(words in problem for problem in task_problems(replace(task, **parts), (0,)))


def test_verify_names_the_first_seed_that_shows_a_problem():
    bad = replace(SOUND, variants=(*VARIANTS, TWICE.wrong))
    (problem,) = task_problems(bad, (5, 6))
    assert problem == "reg-99: variant 3 is rejected: twice (seed 5)"


def test_verify_refuses_an_id_that_is_used_twice():
    assert repeated(["a", "b", "a"]) == ["a: 2 exercises have this id"]
    assert repeated(["a", "b"]) == []


@pytest.fixture
def root(tmp_path):
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    return tmp_path


def spoil(root, old, new, *, regenerate=True):
    """Change the one solution, and let the sheets follow."""
    path = root / "solutions" / NAME
    notebook = nbformat.read(path, as_version=4)
    assert any(old in cell.source for cell in notebook.cells), old
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    path.write_bytes(as_bytes(notebook))
    for name, content in generate(root).items() if regenerate else ():
        (root / "exercises" / name).write_bytes(content)


def test_verify_accepts_the_sheets_as_they_are(root):
    assert sheet_problems(root) == []


LINE = "    return (pred - target).abs().mean()"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (LINE, LINE.replace("mean", "sum"), "start-01 is mistake, not correct"),
        ("    # BEGIN SOLUTION", f"{LINE}\n    # BEGIN SOLUTION", "start-01 is correct, not not attempted"),
        ("def mae_loss(pred, target)", "def mae_loss(target, pred)", "start-01 takes target, pred"),
        ("· easy ·", "· hard ·", "start-01 does not say"),
        ("- **C** 5", "- **C** 6", "start-02 does not say"),
        ("# Start here", f"# Start here\n`{LINE.strip()}`", "shows the answer"),
    ],
)
def test_verify_refuses_sheets(root, old, new, words):
    text = (root / "solutions" / NAME).read_text(encoding="utf-8")
    if old == "# Start here":
        old = next(c.source for c in nbformat.reads(text, as_version=4).cells).split("\n")[0]
        new = f"{old}\n`{LINE.strip()}`"
    spoil(root, old, new)
    assert any(words in problem for problem in sheet_problems(root)), sheet_problems(root)


def test_verify_refuses_sheets_that_were_not_generated_anew(root):
    spoil(root, "· easy ·", "· hard ·", regenerate=False)
    assert any("differs from what solutions/ generate" in problem for problem in sheet_problems(root))


def test_verify_refuses_a_stray(root):
    (root / "exercises" / "99_notes.ipynb").touch()
    assert sheet_problems(root) == ["exercises/99_notes.ipynb is a stray: no solution generates it"]
