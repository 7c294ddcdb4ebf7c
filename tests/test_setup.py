"""The set-up script, run as a user runs it but with a stand-in for `.venv`'s Python; and what make runs."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lossfns import setup_env

ROOT = Path(setup_env.ROOT)
SCRIPT = ROOT / "lossfns" / "setup_env.py"

# Stands for .venv/bin/python: tells what it holds, plans a download, and installs (or fails as it is told).
FAKE_PYTHON = """#!/bin/sh
echo "$@" >> "{calls}"
case "$*" in
  *importlib*) echo '{{"python": {python}, "torch": {torch}}}' ;;
  *--dry-run*) echo '{{"install": [{{"metadata": {{"version": "{offered}"}}}}]}}' ;;
  *) cat "{errors}" >&2; test ! -s "{errors}" ;;
esac
"""
# Makes the machine that the script sees; each test may change it further.
MACHINE = """
import collections, platform, runpy, shutil, sys
sys.version_info, sys.argv = (3, 12, 0), sys.argv[1:]
platform.system, platform.machine = lambda: "Linux", lambda: "x86_64"
shutil.disk_usage = lambda path: collections.namedtuple("usage", "free")(100e9)
{change}
runpy.run_path(sys.argv[0], run_name="__main__")
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")


class Checkout:
    """A folder with what the set-up needs of the project, and a stand-in `.venv`."""

    def __init__(self, root: Path):
        self.root, self.calls, self.errors = root, root / "calls", root / "errors"
        (root / "lossfns").mkdir(parents=True)
        shutil.copy(SCRIPT, root / "lossfns")
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, root)
        self.errors.touch()

    def venv(self, *, python=(3, 12), torch=None, offered="2.13.0"):
        path = self.root / ".venv" / "bin" / "python"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = FAKE_PYTHON.format(
            calls=self.calls,
            errors=self.errors,
            python=json.dumps(python),
            torch=json.dumps(torch),
            offered=offered,
        )
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return self

    def run(self, *arguments, change=""):
        script = self.root / "lossfns" / "setup_env.py"
        return subprocess.run(
            [sys.executable, "-c", MACHINE.format(change=change), script, *arguments],
            capture_output=True,
            encoding="utf-8",
        )

    def installs(self):
        return [line for line in self.calls.read_text(encoding="utf-8").splitlines() if "--editable" in line]


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "clone")


def assert_one_sentence(done, *words):
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and done.stderr.endswith(".\n"), done.stderr
    for word in words:
        assert word in done.stderr


def test_setup_parses_under_python_3_6_and_imports_only_the_standard_library():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 10, 13), (3, 15, 0)])
def test_setup_names_the_pythons_it_needs(checkout, version):
    done = checkout.run(change=f"sys.version_info = {version}")
    assert_one_sentence(done, "Python 3.11 to 3.14 is needed", f"this is 3.{version[1]}")


@pytest.mark.parametrize(
    ("system", "machine", "word"),
    [("Darwin", "x86_64", "Intel Macs"), ("Windows", "ARM64", "Windows on ARM")],
)
def test_setup_names_a_platform_without_wheel(checkout, system, machine, word):
    change = f"platform.system, platform.machine = lambda: {system!r}, lambda: {machine!r}"
    assert_one_sentence(checkout.run(change=change), word, "2.13.0")


def test_setup_names_the_debian_package_when_ensurepip_is_missing(checkout):
    assert_one_sentence(checkout.run(change="sys.modules['ensurepip'] = None"), "apt install python3.12-venv")
    assert not (checkout.root / ".venv").exists()


def test_setup_stops_before_a_download_that_the_disk_cannot_hold(checkout):
    change = "shutil.disk_usage = lambda path: collections.namedtuple('usage', 'free')(5e9)"
    assert_one_sentence(checkout.venv().run(change=change), "5.0 GB free", "8.9")
    assert not checkout.installs()


# In pip's words, shortened. Network and wheel are as pip 23.0.1 wrote them when they were made to happen.
PIP_ERRORS = {
    "network": (
        "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after "
        "connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object "
        "at 0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/torch/\n"
        "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)\n"
        "ERROR: No matching distribution found for torch==2.13.0\n",
        "check the network",
    ),
    "no wheel": (
        "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.2)\n"
        "ERROR: No matching distribution found for torch==2.13.0\n",
        "no wheel of torch==2.13.0",
    ),
    "disk": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device: 'a.so'\n",
        "free some space",
    ),
    "rights": (
        "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x/.venv/lib'\n",
        "You may not write here",
    ),
    "unknown": ("a line\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES\nmore\n", "DO NOT MATCH THE HASHES"),
}


@pytest.mark.parametrize(("errors", "advice"), PIP_ERRORS.values(), ids=PIP_ERRORS)
def test_setup_turns_what_pip_says_into_one_sentence(checkout, errors, advice):
    checkout.venv().errors.write_text(errors, encoding="utf-8")
    assert_one_sentence(checkout.run(), advice)


def test_setup_leaves_the_torch_that_is_there(checkout):
    done = checkout.venv(torch="2.13.0+cpu").run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "0.2 GB to download" in done.stdout
    assert "--dry-run" not in checkout.calls.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("offered", "size"), [("2.13.0", "2.9 GB to download"), ("2.13.0+cpu", "0.4 GB to download")]
)
def test_setup_says_how_large_the_download_is_before_it(checkout, offered, size):
    checkout.venv(torch="2.12.0", offered=offered).errors.write_text("ERROR: stop here\n", encoding="utf-8")
    done = checkout.run()
    assert done.returncode == 1 and size in done.stdout
    assert ("CPU build" in done.stdout) == (offered == "2.13.0")


@pytest.mark.parametrize(
    ("arguments", "extra"), [((), "course"), (("course",), "course"), (("test",), "test")]
)
def test_setup_installs_the_extra_under_the_constraints(checkout, arguments, extra):
    checkout.venv().run(*arguments)
    (call,) = checkout.installs()
    assert call.endswith(f"--editable .[{extra}]")
    assert f"--constraint {checkout.root / 'constraints.txt'}" in call


def test_setup_does_nothing_when_nothing_changed(checkout):
    for extra in ("test", "test", "course"):  # [test] holds [course]
        assert checkout.venv().run(extra).returncode == 0
    assert len(checkout.installs()) == 1


def test_setup_runs_again_after_a_failure_a_change_of_pins_and_a_move(checkout, tmp_path):
    checkout.venv().errors.write_text("ERROR: x\n", encoding="utf-8")
    assert checkout.run().returncode == 1
    checkout.errors.write_text("", encoding="utf-8")
    assert checkout.run().returncode == 0
    with (checkout.root / "constraints.txt").open("a", encoding="utf-8") as file:
        file.write("another==1.0\n")
    assert checkout.run().returncode == 0
    moved = checkout.root.rename(tmp_path / "moved")
    checkout.root = moved
    for name in ("calls", "errors"):  # the stand-in writes where the clone was
        (tmp_path / "clone").mkdir(exist_ok=True)
        shutil.copy(moved / name, tmp_path / "clone" / name)
    assert checkout.run().returncode == 0
    assert len(checkout.installs()) == 4


@pytest.mark.parametrize("python", [(3, 10), (3, 15)])
def test_setup_refuses_an_environment_of_another_python(checkout, python):
    assert_one_sentence(checkout.venv(python=python).run(), ".venv", "delete that folder")
    assert not checkout.installs()


def test_setup_refuses_an_extra_that_is_not_there(checkout):
    assert_one_sentence(checkout.run("peers"), "'peers'")


def planned(*targets):
    """Return what make would run, without running it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", *targets],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")


@needs_make
def test_make_lab_sets_up_and_opens_the_lab():
    assert planned("lab", "LAB=--port 9000", "PYTHON=python3.12") == [
        "python3.12 lossfns/setup_env.py course",
        ".venv/bin/lossfns lab --port 9000",
    ]


@needs_make
def test_make_test_runs_all_that_ci_promises():
    lines = planned("test")
    assert lines[0] == "python3 lossfns/setup_env.py test"
    commands = [
        "ruff check",
        "ruff format --check",
        "pytest -n 2",
        "lossfns verify",
        "lossfns release --check",
    ]
    assert [line.split("/bin/")[1].removeprefix("python -m ") for line in lines[1:-1]] == commands
    assert lines[-1].endswith("pytest --nbval notebooks solutions exercises -n 2 --dist loadfile")


@needs_make
def test_make_matrix_runs_other_seeds_threads_and_instructions():
    text = "\n".join(planned("matrix"))
    for part in (
        "for seed in 1 2 3 4;",
        "lossfns claims --seed $seed",
        "OMP_NUM_THREADS=$threads",
        "in 1 2;",
    ):
        assert part in text
    assert "ATEN_CPU_CAPABILITY=default" in text and "nbval-lax" not in text


def test_constraints_pin_exactly_and_name_no_host():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all("==" in pin and "/" not in pin for pin in pins)
    assert len({pin.split("==")[0].lower() for pin in pins}) == len(pins)
    assert "torch==2.13.0" in pins
