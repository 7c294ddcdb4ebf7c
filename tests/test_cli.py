import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ("lab", "check", "doctor", "progress", "claims", "verify", "release")
# The command line in a process of its own, which tells at its end whether torch was imported.
CODE = """
import atexit, sys
from lossfns.cli import main
atexit.register(lambda: print("torch imported:", "torch" in sys.modules))
main()
"""


def lossfns(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        capture_output=True,
        env={**os.environ, "COLUMNS": "100", **environment},
    )
    done.stdout, done.stderr = (text.decode("cp1252", "replace") for text in (done.stdout, done.stderr))
    return done


@pytest.mark.parametrize("arguments", [("--help",), *((command, "--help") for command in COMMANDS)])
def test_help_needs_no_torch(arguments):
    done = lossfns(*arguments)
    assert done.returncode == 0 and "Usage" in done.stdout
    assert "torch imported: False" in done.stdout


def test_help_names_every_command():
    text = lossfns("--help").stdout
    assert all(f" {command} " in text for command in COMMANDS)


def test_doctor_passes_here_without_torch_on_a_cp1252_console(tmp_path):
    done = lossfns("doctor", "--work", str(tmp_path), PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "torch imported: False" in done.stdout
    for row in ("Python", "packages", "torch", "kernel", "widgets", "figures", "disk", "work folder"):
        assert f" {row} " in done.stdout


def test_output_survives_a_console_without_the_character(tmp_path):
    notebook = tmp_path / "λ.ipynb"
    done = lossfns("check", str(notebook), PYTHONIOENCODING="cp1252")
    assert done.returncode == 2 and "?.ipynb" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nonsense",), "nonsense"),
        (("lab", "--port", "x"), "--port"),
        (("lab", "--port", "70000"), "65535"),
        (("check",), "file"),
        (("check", "no-such.ipynb"), "no-such.ipynb"),
        (("claims", "--seed", "-1"), "--seed"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(arguments, word):
    done = lossfns(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and word in done.stderr


def test_lab_failure_is_one_sentence(tmp_path):
    work = tmp_path / "file"
    work.write_text("not a folder", encoding="utf-8")
    done = lossfns("lab", "--no-browser", "--work", str(work))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "cannot be written" in done.stderr
    assert Path(work).read_text(encoding="utf-8") == "not a folder"
