"""What a learner sees of the checker, and what is remembered of it."""

import json
from importlib import import_module

import pytest

from lossfns.grading import check, hint, progress, solution, verdict
from lossfns.grading import notebook as face
from lossfns.grading.notebook import solved

log = import_module("lossfns.grading.progress")  # `progress`, the function, hides the module of that name


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("LOSSFNS_HOME", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(log, "_THIS_SESSION", [])
    monkeypatch.setattr(face, "_hints_given", {})


@pytest.fixture
def shown(monkeypatch):
    """What `show` was given, in order."""
    calls = []
    monkeypatch.setattr(face, "show", lambda text, **more: calls.append((text, more)))
    return calls


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LOSSFNS_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "progress.jsonl"


def right(pred, target):
    return (pred - target).abs().mean()


def total(pred, target):
    return (pred - target).abs().sum()


def test_check_prints_the_verdict(capsys):
    check("start-01", total)
    said = capsys.readouterr().out
    assert said == f"start-01 · not yet\n{verdict('start-01', total).message}\n"


def test_check_shows_the_same_words_as_html(shown):
    check("start-01", total)
    text, more = shown[0]
    assert "start-01 · not yet" in text and "start-01 · not yet" in more["html"]
    assert "what turns a total into a mean?" in more["html"]
    assert more["metadata"]["lossfns"] == {
        "id": "start-01",
        "status": "mistake",
        "mistake": "sum",
        "sentence": verdict("start-01", total).sentence,
    }


def test_check_escapes_what_an_answer_prints_and_raises(shown):
    def loud(pred, target):
        print("<script>alert(1)</script>")
        raise ValueError("<b>no</b>")

    check("start-01", loud)
    assert "<script>" not in shown[0][1]["html"] and "<b>no</b>" not in shown[0][1]["html"]
    assert "<script>" in shown[0][0]


def test_check_of_an_unknown_exercise_names_those_there_are():
    with pytest.raises(KeyError, match="start-01"):
        check("start-99", right)


@pytest.mark.parametrize("answer", [total, None, lambda pred: pred, lambda pred, target: 1 / 0])
def test_check_raises_under_nbgrader_unless_the_answer_is_correct(monkeypatch, answer):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError) as raised:
        check("start-01", answer)
    assert str(raised.value) == f"start-01: {verdict('start-01', answer).message}"


def test_check_does_not_raise_under_nbgrader_where_the_answer_is_correct(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("start-01", right)
    check("start-02", "c")


def test_hint_climbs_the_ladder_and_stays_on_its_last_step(capsys):
    for step in (1, 2, 3, 3):
        hint("start-01")
        said = capsys.readouterr().out
        assert said.startswith(f"start-01 · hint {step} of 3\n")
        assert ("solution('start-01')" in said) is (step == 3)


def test_solution_shows_the_function_or_the_letter_with_its_reason(capsys):
    solution("start-01")
    assert "def mae_loss(pred, target):\n    return" in capsys.readouterr().out
    solution("start-02")
    assert "start-02 · C\nFrom 5" in capsys.readouterr().out


def test_progress_counts_attempts_and_solved_exercises(capsys):
    check("start-01", None)
    check("start-01", total)
    check("start-01", right)
    check("start-02", "A")
    capsys.readouterr()
    progress()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 of ") and " solved, 1 of " in lines[0]
    assert lines[1].split()[:2] == ["start-01", "solved"]
    assert lines[2].split()[:3] == ["start-02", "1", "tried"]


def test_progress_gives_a_topic_that_is_not_begun_one_line(capsys):
    check("start-02", "A")
    capsys.readouterr()
    progress()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["start-01", "start-02", "reg-01"]
    assert "not begun" in lines[3] and "regression, 12 exercises" in lines[3]


def test_without_a_home_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    check("start-01", right)
    assert list(tmp_path.iterdir()) == [] and solved() == {"start-01"}


def test_the_log_grows_by_one_line_a_check(home):
    check("start-01", total)
    first = home.read_bytes()
    check("start-01", right)
    assert home.read_bytes().startswith(first)
    entries = [json.loads(line) for line in home.read_text(encoding="utf-8").splitlines()]
    assert [(e["id"], e["status"], e["mistake"]) for e in entries] == [
        ("start-01", "mistake", "sum"),
        ("start-01", "correct", None),
    ]


def test_a_corrupt_line_is_passed_over_and_left_alone(home):
    home.parent.mkdir()
    corrupt = b'{"id": "start-0\n\xff\xfe\n[1, 2]\n{"other": 1}\nnull\n'
    home.write_bytes(corrupt)
    check("start-01", right)
    assert solved() == {"start-01"}
    assert home.read_bytes().startswith(corrupt)


def test_a_log_that_cannot_be_written_stops_no_check(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("LOSSFNS_HOME", str(tmp_path / "file"))
    check("start-01", right)
    assert "correct" in capsys.readouterr().out and len(log._THIS_SESSION) == 1
