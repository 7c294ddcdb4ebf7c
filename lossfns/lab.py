"""The learner's folder `work/`: copies of the notebooks and exercise sheets, and JupyterLab on them."""

import hashlib
import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lossfns.setup_env import ROOT

CHECKOUT = Path(ROOT)
WORK = CHECKOUT / "work"
FOLDERS = ("notebooks", "exercises")
START = "notebooks/00_start_here.ipynb"
# Defaults for JupyterLab, which the learner's own settings override: no question about news at first.
OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


class LabError(Exception):
    """What keeps the lab from opening and what to do about it, in one sentence."""


def home(work: Path) -> Path:
    """Return the folder inside `work` for progress and for the record of what was copied."""
    return work / ".lossfns"


@dataclass(frozen=True)
class Copied:
    """What `copy_course` did: names such as "notebooks/01_regression.ipynb"."""

    new: tuple[str, ...]  # were not in work/ and are now
    beside: tuple[str, ...]  # newer originals, written beside the learner's file
    changed: tuple[str, ...]  # the original has changed since the copy; the learner's file stands as it was


def originals(checkout: Path) -> dict[str, Path]:
    """Return the notebooks and exercise sheets of `checkout` by name, in order."""
    found = {
        f"{folder}/{path.name}": path
        for folder in FOLDERS
        for path in sorted((checkout / folder).glob("*.ipynb"))
    }
    if not found:
        raise LabError(f"There are no notebooks in {checkout}: run this from a clone of the course.")
    return found


def write_whole(target: Path, content: bytes) -> None:
    """Write `target` whole or not at all: half a notebook, left by a full disk, would be kept ever after."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise LabError(
            f"{target} cannot be written ({error.strerror}): free some space, make its folder yours, or name "
            "another with --work."
        ) from None


def free_name(target: Path) -> Path:
    """Return the first of x.new.ipynb, x.new-2.ipynb, … that is not taken."""
    names = (target.with_suffix(f".new{number}.ipynb") for number in ["", *(f"-{n}" for n in range(2, 1000))])
    return next(name for name in names if not name.exists())


def read_record(work: Path) -> dict[str, str]:
    """Return name -> hash of the original that the learner has; empty where there is no readable record."""
    try:
        return json.loads((home(work) / "copied.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def without_outputs(source: Path) -> bytes:
    """A notebook as a learner gets it: not run yet, so that a question is read before its answer."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def copy_course(checkout: Path, work: Path, *, beside: bool = False) -> Copied:
    """Bring every notebook that is missing into `work`; never touch one that is there.

    A record of each original's hash tells later which of them have changed. With `beside`, a changed original
    is written next to the learner's file under a name of its own, and counts as known from then on.
    """
    known = read_record(work)
    new, added, changed = [], [], []
    for name, source in originals(checkout).items():
        target, content = work / name, without_outputs(source)
        now = hashlib.sha256(content).hexdigest()
        if not os.path.lexists(target):
            write_whole(target, content)
            new.append(name)
        elif known.get(name, now) != now and not beside:
            changed.append(name)
            continue
        elif known.get(name, now) != now:
            write_whole(free := free_name(target), content)
            added.append(free.relative_to(work).as_posix())
        known[name] = now
    write_whole(home(work) / "copied.json", json.dumps(known, indent=1).encode())
    return Copied(tuple(new), tuple(added), tuple(changed))


def check_port(port: int) -> None:
    """Raise LabError if something listens on `port` of this machine."""
    with socket.socket() as probe:
        if os.name != "nt":  # there it would let two servers share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError:
            raise LabError(
                f"Port {port} is taken: say another with --port, or none, and a free one is found."
            ) from None


def server_arguments(work: Path, port: int | None, browser: bool) -> list[str]:
    """Return JupyterLab's command line: `work` as its root, opened on the first notebook."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        f"--ServerApp.root_dir={work}",
        f"--LabApp.default_url=/lab/tree/{START}",
        f"--LabApp.app_settings_dir={home(work) / 'jupyterlab'}",
        "--log-level=WARN",  # leaves the address and what goes wrong
        *(
            [f"--port={port}", "--ServerApp.port_retries=0"] if port else []
        ),  # without a port Jupyter finds a free one
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if is_root else []),
    ]


def serve(work: Path, port: int | None = None, browser: bool = True) -> None:
    """Run JupyterLab on `work` until it is stopped; it prints its address itself."""
    from jupyterlab.labapp import LabApp

    if port:
        check_port(port)
    write_whole(home(work) / "jupyterlab" / "overrides.json", json.dumps(OVERRIDES).encode())
    os.environ["LOSSFNS_HOME"] = str(home(work))  # the kernels inherit it
    LabApp.launch_instance(server_arguments(work, port, browser))
