import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from lossfns.course import base_seed, claim, seeds


def test_claim_prints_verdict_and_statement(capsys):
    claim("a-b", "it is so", holds=True)
    claim("a-c", "it is so on Mondays", holds=True, source="It is so.", verdict="holds only if it is Monday")
    claim("a-d", "it is otherwise", holds=True, source="It is so.", verdict="does not hold as written")
    assert capsys.readouterr().out.splitlines() == [
        "holds · it is so",
        "holds only if it is Monday · it is so on Mondays",
        "does not hold as written · it is otherwise",
    ]


@pytest.mark.parametrize("verdict", ["holds", "holds only if it rains", "does not hold as written"])
@pytest.mark.parametrize("false", [False, np.False_, np.array([1.0]) > 2, torch.tensor(False)])
def test_claim_fails_when_it_does_not_hold_whatever_the_verdict(false, verdict, capsys):
    with pytest.raises(AssertionError, match=r"claim 'a-b' fails: it is so \(effect 0\.5, seed 0\)"):
        claim("a-b", "it is so", holds=false, effect=np.float64(0.5), source="It is.", verdict=verdict)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("holds", [None, 1, 0.02, "True", [True], np.array([True, True]), np.float64(1)])
def test_claim_refuses_what_is_not_one_truth_value(holds):
    with pytest.raises(TypeError, match="holds must be one truth value"):
        claim("a-b", "it is so", holds=holds)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("id", {"id": "Not An Id"}),
        ("id", {"id": "trailing-"}),
        ("statement", {"statement": "two\nlines"}),
        ("statement", {"statement": " "}),
        ("verdict", {"verdict": "maybe", "source": "It is."}),
        ("verdict", {"verdict": "holds only if ", "source": "It is."}),
        ("verdict", {"verdict": "does not hold", "source": "It is."}),
        ("source", {"verdict": "does not hold as written"}),
    ],
)
def test_claim_refuses_malformed_arguments(name, bad):
    with pytest.raises(ValueError, match=name):
        claim(**({"id": "a-b", "statement": "it is so", "holds": True} | bad))


def test_claim_metadata_survive_execution():
    code = """
import torch, numpy as np
from lossfns.course import claim
effect, spread = torch.tensor(0.5), np.float32(0.25)
claim("a-b", "1 < 2", holds=np.bool_(True), source="One is less.", effect=effect, spread=spread)
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3").execute()
    again = nbformat.reads(nbformat.writes(notebook), as_version=4)
    nbformat.validate(again)
    (output,) = again.cells[0].outputs
    assert output.output_type == "display_data"
    assert output.data["text/plain"] == "holds · 1 < 2"
    assert "1 &lt; 2" in output.data["text/html"]
    assert output.metadata["claim"] == {
        "id": "a-b",
        "statement": "1 < 2",
        "source": "One is less.",
        "verdict": "holds",
        "effect": 0.5,
        "spread": 0.25,
    }


def test_seeds_of_different_base_seeds_never_meet(monkeypatch):
    drawn = []
    for base in range(5):
        monkeypatch.setenv("LOSSFNS_SEED", str(base))
        assert base_seed() == base
        drawn += seeds(100)
    assert len(set(drawn)) == 500
    assert seeds(3) == (400, 401, 402)


def test_base_seed_is_0_by_default(monkeypatch):
    monkeypatch.delenv("LOSSFNS_SEED", raising=False)
    assert (base_seed(), seeds()) == (0, (0, 1, 2, 3, 4))


@pytest.mark.parametrize("text", ["-1", "1.5", "", "one"])
def test_base_seed_refuses_what_is_not_a_seed(monkeypatch, text):
    monkeypatch.setenv("LOSSFNS_SEED", text)
    with pytest.raises(ValueError, match="LOSSFNS_SEED"):
        base_seed()


@pytest.mark.parametrize("k", [0, 101])
def test_seeds_refuses_more_than_fit(k):
    with pytest.raises(ValueError, match="k must"):
        seeds(k)
