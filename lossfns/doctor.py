"""`lossfns doctor`: is everything here that the course needs, and what to do about what is not.

torch and matplotlib are tried in a process of their own: a broken one is a line of the table, not a crash.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from lossfns.lab import home
from lossfns.setup_env import SetupError, check_machine, torch_pin

REPAIR = f"run `{sys.executable} -m pip install -c constraints.txt -e .[course]` in the course's folder."
ENOUGH = 0.5  # GB
TRY_TORCH = """
import time
start = time.perf_counter()
import torch
print(torch.ones(3).sum().item(), torch.get_num_threads(), time.perf_counter() - start)
"""
TRY_FIGURE = """
import io
from matplotlib.figure import Figure
figure = Figure()
figure.suptitle("a title needs the fonts")
figure.savefig(io.BytesIO(), format="png")
"""
TRY_KERNEL = "import sys; print(sys.prefix)"


def run(code: str, *, seconds: float = 120) -> str:
    """Return what `code` prints in a fresh Python; raise SetupError with its last words if it fails."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise SetupError(
            f"it did not end within {seconds:.0f} s: try again, and if that lasts, {REPAIR}"
        ) from None
    if done.returncode:
        raise SetupError(f"it fails ({(done.stderr.strip() or 'no message').splitlines()[-1]}): {REPAIR}")
    return done.stdout


def python() -> str:
    check_machine()
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def packages() -> str:
    """Every package of the course is there, in a version that pyproject.toml allows."""
    from packaging.requirements import Requirement

    needs = [need for need in map(Requirement, requires("lossfns")) if marked(need, "course")]
    wrong = [f"{need} (here: {installed(need.name)})" for need in needs if not met(need)]
    if wrong:
        raise SetupError(f"needed: {', '.join(wrong)}; {REPAIR}")
    return f"{len(needs)} of {len(needs)} that the course names"


def marked(need, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def met(need) -> bool:
    found = installed(need.name)
    return found != "none" and need.specifier.contains(found, prereleases=True)


def torch() -> str:
    if installed("torch").split("+")[0] != torch_pin():
        raise SetupError(f"the course is tested with {torch_pin()}, here is {installed('torch')}: {REPAIR}")
    total, threads, seconds = run(TRY_TORCH).split()
    if float(total) != 3:
        raise SetupError(f"1 + 1 + 1 is {total} with it: {REPAIR}")
    return f"{installed('torch')} with {threads} threads, loads in {float(seconds):.1f} s"


def kernel() -> str:
    """A notebook's kernel starts, answers, and is of this environment."""
    from jupyter_client.manager import start_new_kernel

    said: list[str] = []
    manager, client = start_new_kernel(startup_timeout=60, stderr=subprocess.DEVNULL)
    try:
        hook = lambda message: said.append(message["content"].get("text", ""))  # noqa: E731
        client.execute_interactive(TRY_KERNEL, timeout=60, output_hook=hook)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if (prefix := "".join(said).strip()) != sys.prefix:
        raise SetupError(
            f"it runs in {prefix}, not in {sys.prefix}: run `jupyter kernelspec remove python3`."
        )
    return "starts and answers"


def widgets() -> str:
    """ipywidgets is there, and so is the part of it that JupyterLab loads."""
    from jupyter_core.paths import jupyter_path

    package = Path("@jupyter-widgets", "jupyterlab-manager", "package.json")
    if not any(Path(folder, package).exists() for folder in jupyter_path("labextensions")):
        raise SetupError(f"JupyterLab has no extension to show sliders with: {REPAIR}")
    return f"ipywidgets {installed('ipywidgets')}, JupyterLab {installed('jupyterlab')}"


def figures() -> str:
    run(TRY_FIGURE)
    return f"matplotlib {installed('matplotlib')} draws"


def existing(folder: Path) -> Path:
    """Return `folder`, or the nearest folder above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def disk(work: Path) -> str:
    free = shutil.disk_usage(existing(work)).free / 1e9
    if free < ENOUGH:
        raise SetupError(f"{free:.2f} GB free, too little to save notebooks: free at least {ENOUGH} GB.")
    return f"{free:.0f} GB free"


def writing(work: Path) -> str:
    place = existing(home(work))
    try:
        with tempfile.TemporaryFile(dir=place):
            return str(work)
    except OSError as error:
        raise SetupError(
            f"{place} cannot be written to ({error.strerror}): make it yours, or say --work."
        ) from None


def result(check: Callable[[], str]) -> tuple[bool, str]:
    """Run one check; whatever it raises is that check's finding, so that the others still run."""
    try:
        return True, check()
    except SetupError as error:
        return False, str(error)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}; {REPAIR}"


def main(work: Path) -> int:
    """Print one row per check; return 1 if any fails, else 0."""
    checks = {
        "Python": python,
        "packages": packages,
        "torch": torch,
        "kernel": kernel,
        "widgets": widgets,
        "figures": figures,
        "disk": partial(disk, work),
        "work folder": partial(writing, work),
    }
    table = Table("", "check", "found, or what to do")
    console = Console()
    failures = 0
    for name, check in track(checks.items(), "Looking", console=console, transient=True):
        fine, text = result(check)
        failures += not fine
        table.add_row("[green]ok[/]" if fine else "[bold red]FAIL[/]", name, escape(text))
    console.print(table)
    return 1 if failures else 0
