"""Make the environment `.venv` of this checkout: `python3 lossfns/setup_env.py [course|test]`.

A plain script: it runs before anything is installed, under whatever Python there is, so it imports only the
standard library and keeps to the syntax of Python 3.6. Whatever goes wrong ends in one sentence.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))

OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons for which torch has wheels and CI runs
# GB to download and GB on disk, the course and its tests included, measured with torch 2.13.0.
WITH_CUDA, WITH_CPU, WITHOUT_TORCH = (2.9, 6.0), (0.4, 1.8), (0.2, 1.0)

# Asked of the environment's own Python, which may be another one than this.
PROBE = """
import importlib.metadata, json, pip, sys
torch = [d.version for d in importlib.metadata.distributions(name="torch")]
print(json.dumps({"python": sys.version_info[:2], "torch": torch[0] if torch else None}))
"""

# What pip writes on stderr -> what to do about it. The first that fits.
CAUSES = (
    (
        r"Errno 28\b|No space left|WinError 112",
        "The disk is full (this one, or the one for temporary files): free some space and run this again.",
    ),
    (
        r"connection broken|NewConnection|NameResolution|Timeout|timed out|ProxyError|SSLError",
        "The package index cannot be reached: check the network (and the proxy) and run this again.",
    ),
    (
        r"No matching distribution found for (torch\S*)",
        r"There is no wheel of \1 for this system: use Linux, Windows on x86-64 or an Apple-silicon Mac.",
    ),
    (
        r"Errno 13\b|Permission denied",
        "You may not write here: make the folder your own, or clone into one that is.",
    ),
)


class SetupError(Exception):
    """What went wrong and what to do about it, in one sentence."""


def torch_pin():
    """Return the version of torch that constraints.txt asks for.

    >>> torch_pin()
    '2.13.0'
    """
    with open(os.path.join(ROOT, "constraints.txt"), encoding="utf-8") as file:
        return re.search(r"^torch==(\S+)", file.read(), re.MULTILINE).group(1)


def runs(command):
    """Tell whether `command` is a program here that starts: a version manager leaves names that do not."""
    return (
        shutil.which(command) is not None
        and subprocess.call([command, "-c", ""], stderr=subprocess.DEVNULL) == 0
    )


def check_python(version):
    """Raise SetupError unless torch has wheels for Python `version`, a pair such as (3, 12)."""
    if OLDEST <= tuple(version) <= NEWEST:
        return
    found = [name for name in ("python3.12", "python3.13", "python3.11", "python3.14") if runs(name)]
    advice = f"run `make lab PYTHON={found[0]}`" if found else "install one of them, 3.12 for example"
    raise SetupError(f"Python 3.11 to 3.14 is needed and this is {version[0]}.{version[1]}: {advice}.")


def check_platform(system, machine, bits):
    """Raise SetupError where torch has no wheel for any Python; names are those of the platform module."""
    without_wheel = {("Darwin", "x86_64"): "Intel Macs", ("Windows", "ARM64"): "Windows on ARM"}
    name = without_wheel.get((system, machine)) or ("a 32-bit Python" if bits == 32 else None)
    if name:
        raise SetupError(
            f"PyTorch {torch_pin()} has no wheel for {name}: use a 64-bit Python on Linux, Windows (x86-64) "
            "or an Apple-silicon Mac."
        )


def check_machine():
    """Raise SetupError unless this Python, on this machine, can hold the course."""
    check_python(sys.version_info[:2])
    check_platform(platform.system(), platform.machine(), 64 if sys.maxsize > 2**32 else 32)


def check_venv_module():
    """Raise SetupError where Python's venv is missing: Debian ships it apart, and only ensurepip shows it."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = f"python3.{sys.version_info[1]}-venv"
        raise SetupError(
            f"This Python cannot make environments: run `sudo apt install {package}`, or install a complete "
            "Python, and run this again."
        ) from None


def check_disk(gigabytes):
    """Raise SetupError unless the checkout's disk has `gigabytes` free."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < gigabytes:
        raise SetupError(
            f"The disk has {free:.1f} GB free and {gigabytes:.1f} are needed: free some and run this again."
        )


def explain(errors):
    """Return one sentence for what pip or venv wrote on stderr.

    >>> explain("ERROR: Could not install: [Errno 28] No space left on device")[:16]
    'The disk is full'
    """
    for pattern, sentence in CAUSES:
        match = re.search(pattern, errors)
        if match:
            return match.expand(sentence)
    lines = [line for line in errors.splitlines() if line.strip()]
    last = ([line for line in lines if line.lower().startswith("error")] or lines or ["(nothing)"])[-1]
    return f"The installation stopped ({last.strip()}): mend that, or delete .venv, and run this again."


def run(command, **options):
    """Run `command` with its progress on the terminal; its errors become one SetupError."""
    done = subprocess.run(
        command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8", errors="replace", **options
    )
    if done.returncode:
        raise SetupError(explain(done.stderr))
    return done.stdout


def pip(*arguments, **options):
    """Run the environment's pip, bound to constraints.txt."""
    flags = ["--disable-pip-version-check", "--constraint", os.path.join(ROOT, "constraints.txt")]
    return run([PYTHON, "-m", "pip", "install", *flags, *arguments], **options)


def probe():
    """Return the Python and torch of `.venv`, or None if it has no working Python and pip."""
    try:
        done = subprocess.run([PYTHON, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout.decode("utf-8"))
    except (OSError, ValueError):
        return None


def environment():
    """Return what `.venv` holds; make it first where there is none, or where making it was interrupted."""
    found = probe()
    if found is None:
        check_venv_module()
        run([sys.executable, "-m", "venv", VENV])
        found = probe()
    if found is None or not OLDEST <= tuple(found["python"]) <= NEWEST:
        raise SetupError(
            f"{VENV} holds an environment that cannot be used: delete that folder and run this again."
        )
    return found


def sizes(installed):
    """Return GB to download and on disk, given the `installed` torch; pip says which build it would bring."""
    pin = torch_pin()
    if installed and installed.split("+")[0] == pin:
        return WITHOUT_TORCH
    plan = pip("--dry-run", "--no-deps", "--quiet", "--report", "-", f"torch=={pin}", stdout=subprocess.PIPE)
    version = json.loads(plan)["install"][0]["metadata"]["version"]
    return WITH_CUDA if platform.system() == "Linux" and "+cpu" not in version else WITH_CPU


def announce(download, disk):
    """Say what comes, before it comes."""
    print(f"Setting up .venv: about {download} GB to download, {disk} GB on disk.", flush=True)
    if (download, disk) == WITH_CUDA:
        print("Most of it is CUDA, for GPUs, which the course does not need.", flush=True)
        print(
            "For PyTorch's small CPU build stop now (Ctrl-C): README.md says how to install it.", flush=True
        )


def fingerprint():
    """Return a hash of what the environment is made from, and of its place: its scripts hold their path."""
    digest = hashlib.sha256(ROOT.encode("utf-8"))
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def stamp(extra):
    """Return the path of the file that says for which fingerprint `extra` was installed."""
    return os.path.join(VENV, f"lossfns-{extra}")


def ready(extra):
    """Tell whether `.venv` already is what this checkout needs."""
    try:
        with open(stamp(extra), encoding="utf-8") as file:
            return file.read() == fingerprint() and os.path.exists(PYTHON)
    except OSError:
        return False


def install(extra):
    """Make `.venv`, or bring it up to date."""
    check_machine()
    check_disk(sum(WITHOUT_TORCH))  # venv itself does not say when a full disk stops it
    torch = environment()["torch"]
    download, disk = sizes(torch)
    check_disk(download + disk)
    announce(download, disk)
    pip("--editable", f".[{extra}]")
    for name in ("course", "test")[: 1 + (extra == "test")]:  # [test] holds [course]
        with open(stamp(name), "w", encoding="utf-8") as file:
            file.write(fingerprint())


def main(arguments):
    """Return the exit code."""
    extra = arguments[0] if arguments else "course"
    try:
        if extra not in ("course", "test"):
            raise SetupError(f"Say `course` or `test`, not {extra!r}.")
        if not ready(extra):
            install(extra)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run this again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
