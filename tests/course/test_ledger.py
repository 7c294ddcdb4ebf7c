"""The ledger, on small notebooks that are really run: strict nbval accepts them, false claims are told."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from lossfns.course import ledger

CLAIM = """
from lossfns.course import base_seed, claim
holds = base_seed() != 3
claim("{id}", "a seed is | a number", holds, source="Seeds are numbers.", effect=0.123456, spread=0.01)
"""
FIGURE = """
import numpy as np
from lossfns.course import figures
figures.curves(np.arange(3), {"squared": np.arange(3) ** 2 * SCALE}, title="Up", xlabel="x", ylabel="y")
"""


def write(folder, name, *sources):
    folder.mkdir(exist_ok=True)
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    NotebookClient(notebook).execute()
    nbformat.write(notebook, folder / name)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "notebooks", "00_a.ipynb", "SCALE = 1", FIGURE, CLAIM.format(id="a-b"))
    return tmp_path / "notebooks"


def nbval(folder):
    command = [sys.executable, "-m", "pytest", "--nbval", ".", "-q", "-p", "no:cacheprovider"]
    environment = os.environ | {"LOSSFNS_SEED": "0"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_strict_nbval_accepts_a_claim_and_a_figure_and_notices_a_changed_figure(folder):
    assert nbval(folder).returncode == 0
    path = folder / "00_a.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("SCALE = 1", "SCALE = 2"), encoding="utf-8")
    changed = nbval(folder)
    assert changed.returncode == 1
    assert "Cell 1: Cell outputs differ" in changed.stdout
    assert "1 failed, 2 passed" in changed.stdout


def test_nbval_ignores_what_travels_in_the_metadata(folder):
    path = folder / "00_a.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("0.123456", "9.876"), encoding="utf-8")
    assert nbval(folder).returncode == 0


def test_entries_carry_the_claim_and_its_cell(folder):
    (entry,) = ledger.entries(folder)
    assert (entry.id, entry.verdict, entry.notebook, entry.cell) == ("a-b", "holds", "00_a.ipynb", "cell-2")
    assert (entry.source, entry.effect, entry.spread) == ("Seeds are numbers.", 0.123456, 0.01)


def test_render_links_the_cell_and_keeps_the_table_whole(folder):
    row = ledger.render(ledger.entries(folder)).splitlines()[-1]
    link, statement = "[a-b](00_a.ipynb#cell-id=cell-2)", "a seed is \\| a number"
    assert row == f"| {link} | {statement} | Seeds are numbers. | holds | 0.123 ± 0.01 |"


def sentence(**row):
    return ledger.Sentence(section="Seeds", says="seeds are | numbers", **row)


def test_render_lists_the_sentences_with_their_verdicts(folder):
    listed = (sentence(claims=("a-b",)), sentence(untestable="it is history"))
    text = ledger.render(ledger.entries(folder), listed)
    assert "2 sentences: 1 not testable here, 1 holds." in text
    link = "[a-b](00_a.ipynb#cell-id=cell-2) (0.123 ± 0.01)"
    assert f"| seeds are \\| numbers | holds | {link} |" in text.splitlines()
    assert "| seeds are \\| numbers | *not testable here: it is history* | – |" in text.splitlines()


def test_a_sentence_is_as_good_as_its_worst_claim(folder):
    (entry,) = ledger.entries(folder)
    claims = tuple(
        entry._replace(id=f"c-{i}", verdict=v) for i, v in enumerate(("holds", "holds only if it rains"))
    )
    text = ledger.render(claims, (sentence(claims=("c-0", "c-1")),))
    assert "1 sentence: 1 holds only on a condition." in text


def test_two_sentences_hold_where_one_holds(folder):
    text = ledger.render(ledger.entries(folder), (sentence(claims=("a-b",)), sentence(claims=("a-b",))))
    assert "2 sentences: 2 hold." in text


@pytest.mark.parametrize(
    ("spread", "told"),
    [
        (0.01, "0.5 ± 0.01"),
        ("0.02 and 0.03 over 5 seeds", "0.5 ± 0.02 and 0.03 over 5 seeds"),
        ("4, 0.6, 6 over 5 seeds", "0.5 ± 4, 0.6, 6 over 5 seeds"),
        ("2 over 5 seeds", "0.5 ± 2 over 5 seeds"),
        ("3 points over 5 seeds", "0.5 ± 3 points over 5 seeds"),
        ("at most 0.1 over 5 seeds", "0.5 ± at most 0.1 over 5 seeds"),
        ("10 splits", "0.5, over 10 splits"),
        ("3 samples of 60,000", "0.5, over 3 samples of 60,000"),
        ("accuracy 0.02 over 3 seeds", "0.5; deviation: accuracy 0.02 over 3 seeds"),
        (None, "0.5"),
    ],
)
def test_only_a_deviation_comes_after_plus_or_minus(folder, spread, told):
    (entry,) = ledger.entries(folder)
    row = ledger.render((entry._replace(effect=0.5, spread=spread),)).splitlines()[-1]
    assert row.endswith(f"| holds | {told} |")


def test_sentences_and_claims_must_name_each_other(folder):
    claims = ledger.entries(folder)
    with pytest.raises(ValueError, match="no notebook makes: z-z"):
        ledger.render(claims, (sentence(claims=("a-b", "z-z")),))
    with pytest.raises(ValueError, match="lists no sentence for the claims a-b"):
        ledger.render(claims, (sentence(untestable="it is history"),))


def test_sentences_need_claims_or_a_reason(folder):
    (folder / "source.toml").write_text('[[sentence]]\nsection = "S"\nsays = "s"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="'s' needs claims or a reason"):
        ledger.sentences(folder)
    assert ledger.sentences(folder.parent) == ()


def test_drift_is_found_until_the_ledger_is_written(folder, capsys):
    assert "missing" in ledger.drift(folder)
    assert ledger.main(write=True, folder=folder) == 0
    assert ledger.drift(folder) is None
    assert "a-b" in capsys.readouterr().out
    write(folder, "01_b.ipynb", CLAIM.format(id="b-a"))
    assert "differs" in ledger.drift(folder)


def test_entries_refuse_an_id_that_appears_twice(folder):
    write(folder, "01_b.ipynb", CLAIM.format(id="a-b"))
    with pytest.raises(ValueError, match=r"'a-b' appears in 00_a\.ipynb and in 01_b\.ipynb"):
        ledger.entries(folder)


def test_entries_say_where_they_looked(tmp_path):
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        ledger.entries(tmp_path)


def test_main_runs_the_claims_again_with_another_seed(folder, capsys):
    before = (folder / "00_a.ipynb").read_bytes()
    assert ledger.main(seed=1, folder=folder) == 0
    assert "seed 1: all 1 claims hold" in capsys.readouterr().out
    assert ledger.main(seed=3, folder=folder) != 0
    assert "seed 3: claims that fail: a-b" in capsys.readouterr().out
    assert (folder / "00_a.ipynb").read_bytes() == before
